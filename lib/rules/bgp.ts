import { type Bgp, type Cluster, type LoadBalancer, type Path, sharesNode } from '../cluster';
import { contains, MAX_COMMUNITIES, sameAddress, shortestPrefix } from '../network';
import { type Report, subject } from './subject';

const RULES = {
  'bgp-family': {
    cause: "MetalLB's native mode announces no IPv6 by BGP",
    cure: 'Announce IPv6 by L2, from a pool of its own',
  },
  'bgp-peer-taken': { cause: 'A peer has the address of a node, the VIP, or an address of a pool' },
  'bgp-multihop': { cause: '`ebgpMultiHop` is set for a router of the same AS' },
  'bgp-source-address': {
    cause: 'A peer has a `sourceAddress`, and several nodes open the session',
    cure: 'Make a peer for each node',
  },
  'bgp-aggregation': { cause: 'The aggregated route attracts traffic for addresses outside the pool' },
  'bgp-too-many-communities': { cause: 'An advertisement has more than 63 communities' },
  'bgp-local-pref': {
    cause: 'Two advertisements announce one route to one peer with different local preferences',
    cure: 'Use one value, or separate peers or nodes',
  },
  'bgp-local-pref-unheard': { cause: '`localPref` is set, and every peer is in another AS' },
} as const;

type Peer = Bgp['peers'][number];
type Advertisement = Bgp['advertisements'][number];

/**
 * BGP as MetalLB's native mode supports it. MetalLB does not store some of this, and rejects its whole configuration for the rest:
 * https://github.com/metallb/metallb/tree/v0.16.1/internal/config.
 */
export const bgp = subject(RULES, (cluster, report) => {
  const { loadBalancer } = cluster;
  if (!loadBalancer?.bgp) return;
  const { peers, advertisements } = loadBalancer.bgp;
  const path: Path = ['loadBalancer', 'bgp'];
  for (const [i, peer] of peers.entries()) checkPeer(cluster, peer, [...path, 'peers', i], report);
  for (const [i, advertisement] of advertisements.entries()) {
    const at = [...path, 'advertisements', i];
    checkRoutes(loadBalancer, advertisement, at, report);
    checkLocalPreference(peers, advertisements.slice(0, i), advertisement, [...at, 'localPref'], report);
  }
});

function checkPeer(cluster: Cluster, peer: Peer, path: Path, report: Report<typeof RULES>): void {
  const { name, peerAddress, sourceAddress, myASN, peerASN, nodes } = peer;
  for (const key of ['peerAddress', 'sourceAddress', 'routerID'] as const) {
    const address = peer[key];
    if (address?.family !== 6) continue;
    const message = `${key} ${address.text} of peer "${name}" is IPv6, and MetalLB's native mode supports BGP by IPv4 only`;
    report('bgp-family', [...path, key], message, 'use an IPv4 address');
  }
  const owners = [
    ...cluster.nodes
      .filter(({ address }) => address.some((own) => sameAddress(own, peerAddress)))
      .map((node) => `is the address of node ${node.name}`),
    ...(cluster.controlPlane.vip.some((own) => sameAddress(own, peerAddress)) ? ['is the VIP'] : []),
    ...(cluster.loadBalancer?.pools ?? [])
      .filter(({ addresses }) => addresses.some((range) => contains(range, peerAddress)))
      .map((pool) => `is inside pool "${pool.name}"`),
  ];
  for (const owner of owners) {
    const message = `peerAddress ${peerAddress.text} of peer "${name}" ${owner}`;
    report('bgp-peer-taken', [...path, 'peerAddress'], message, 'use the address of the router');
  }
  if (peer.ebgpMultiHop && myASN === peerASN) {
    report(
      'bgp-multihop',
      [...path, 'ebgpMultiHop'],
      `peer "${name}" is in the same AS, ${myASN}, for which MetalLB rejects ebgpMultiHop`,
      'remove it: within one AS, any number of hops works',
    );
  }
  if (sourceAddress && nodes?.length !== 1) {
    report(
      'bgp-source-address',
      [...path, 'sourceAddress'],
      `sourceAddress ${sourceAddress.text} of peer "${name}" belongs to one node, and ${nodes ? `${nodes.length} nodes open` : 'every node opens'} the session`,
      'name that node in nodes, and add a peer for each of the others',
    );
  }
}

function checkRoutes(
  { pools }: LoadBalancer,
  advertisement: Advertisement,
  path: Path,
  report: Report<typeof RULES>,
): void {
  const { name, aggregationLength, communities = [] } = advertisement;
  for (const [i, poolName] of advertisement.pools.entries()) {
    for (const range of pools.filter((pool) => pool.name === poolName).flatMap(({ addresses }) => addresses)) {
      if (range.family === 6) {
        report(
          'bgp-family',
          [...path, 'pools', i],
          `${range.text} of pool "${poolName}" is IPv6, and MetalLB's native mode supports BGP by IPv4 only`,
          'announce IPv6 by L2, from a pool of its own',
        );
      } else if (aggregationLength < shortestPrefix(range)) {
        report(
          'bgp-aggregation',
          [...path, 'aggregationLength'],
          `a /${aggregationLength} route is larger than ${range.text} of pool "${poolName}" and attracts traffic for other hosts`,
          `set aggregationLength to ${shortestPrefix(range)} or more`,
        );
      }
    }
  }
  if (communities.length <= MAX_COMMUNITIES) return;
  report(
    'bgp-too-many-communities',
    [...path, 'communities'],
    `advertisement "${name}" has ${communities.length} communities`,
    `use at most ${MAX_COMMUNITIES}`,
  );
}

function checkLocalPreference(
  peers: readonly Peer[],
  earlier: readonly Advertisement[],
  advertisement: Advertisement,
  path: Path,
  report: Report<typeof RULES>,
): void {
  const { name, localPref = 0, peers: own } = advertisement;
  const other = earlier.find(
    (candidate) =>
      (candidate.localPref ?? 0) !== localPref &&
      candidate.aggregationLength === advertisement.aggregationLength &&
      candidate.pools.some((pool) => advertisement.pools.includes(pool)) &&
      (!candidate.peers || !own || candidate.peers.some((peer) => own.includes(peer))) &&
      sharesNode(candidate.nodes, advertisement.nodes),
  );
  if (other) {
    report(
      'bgp-local-pref',
      path,
      `advertisements "${other.name}" and "${name}" announce one route to one peer with local preferences ${other.localPref ?? 0} and ${localPref}`,
      'use the same value, or separate peers or nodes',
    );
  }
  const receivers = peers.filter((peer) => !own || own.includes(peer.name));
  if (advertisement.localPref === undefined || receivers.length === 0) return;
  if (receivers.some((peer) => peer.peerASN === peer.myASN)) return;
  report(
    'bgp-local-pref-unheard',
    path,
    `localPref is sent within one AS only, and every peer of advertisement "${name}" is in another AS`,
    'remove it, or use communities',
  );
}
