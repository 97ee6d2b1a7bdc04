import { type Bgp, type Cluster, error, type LoadBalancer, type Path, type Problem, sharesNode } from '../cluster';
import { type Address, communityFault, contains, MAX_COMMUNITIES, sameAddress, shortestPrefix } from '../network';
import { unknownName } from './unknown-name';

type Peer = Bgp['peers'][number];
type Advertisement = Bgp['advertisements'][number];

const PATH: Path = ['loadBalancer', 'bgp'];

/**
 * BGP as MetalLB's native mode speaks it. MetalLB would not store some of this, and drops its whole configuration for the rest:
 * https://github.com/metallb/metallb/tree/v0.16.1/internal/config.
 */
export function bgp(cluster: Cluster): Problem[] {
  const { loadBalancer } = cluster;
  if (!loadBalancer?.bgp) return [];
  const { peers, advertisements } = loadBalancer.bgp;
  return [
    ...peers.flatMap((peer, i) => [
      ...ofPeer(cluster, peer, [...PATH, 'peers', i]),
      ...sameRouter(peers.slice(0, i), peer, [...PATH, 'peers', i]),
    ]),
    ...advertisements.flatMap((advertisement, i) => {
      const path = [...PATH, 'advertisements', i];
      return [
        ...references(cluster, loadBalancer, advertisement, path),
        ...routes(loadBalancer, advertisement, path),
        ...localPreference(loadBalancer.bgp?.peers ?? [], advertisements.slice(0, i), advertisement, path),
      ];
    }),
  ];
}

function ofPeer(cluster: Cluster, peer: Peer, path: Path): Problem[] {
  const nodeNames = cluster.nodes.map(({ name }) => name);
  const ipv6 = (['peerAddress', 'sourceAddress', 'routerID'] as const).flatMap((key) =>
    peer[key]?.family === 6
      ? [
          error(
            'bgp-family',
            [...path, key],
            `${key} of peer "${peer.name}" is ${peer[key].text}`,
            "give an IPv4 address, since MetalLB's native mode speaks BGP with IPv4 only",
          ),
        ]
      : [],
  );
  const multihop =
    peer.ebgpMultiHop && peer.myASN === peer.peerASN
      ? [
          error(
            'bgp-multihop',
            [...path, 'ebgpMultiHop'],
            `peer "${peer.name}" has the same AS number on both sides, ${peer.myASN}, where MetalLB refuses ebgpMultiHop`,
            'take it out: within one AS a router may be any number of hops away',
          ),
        ]
      : [];
  const source =
    peer.sourceAddress && peer.nodes?.length !== 1
      ? [
          error(
            'bgp-source-address',
            [...path, 'sourceAddress'],
            `peer "${peer.name}" has the sourceAddress ${peer.sourceAddress.text}, which one node has, and ${peer.nodes ? `${peer.nodes.length} open` : 'every node opens'} the session`,
            'name that node in nodes, and write a peer for each of the others',
          ),
        ]
      : [];
  const unknown = (peer.nodes ?? []).flatMap((name, n) => unknownName('node', name, nodeNames, [...path, 'nodes', n]));
  return [...ipv6, ...taken(cluster, peer, [...path, 'peerAddress']), ...multihop, ...source, ...unknown];
}

/** A router has an address of its own. */
function taken(cluster: Cluster, { name, peerAddress }: Peer, path: Path): Problem[] {
  const isIt = (address: Address) => sameAddress(address, peerAddress);
  const owners = [
    ...cluster.nodes.filter(({ address }) => address.some(isIt)).map((node) => `the address of node ${node.name}`),
    ...cluster.controlPlane.vip.filter(isIt).map(() => 'the virtual IP'),
    ...(cluster.loadBalancer?.pools ?? [])
      .filter(({ addresses }) => addresses.some((range) => contains(range, peerAddress)))
      .map((pool) => `inside pool "${pool.name}"`),
  ];
  return owners.map((owner) =>
    error('bgp-peer-taken', path, `peer "${name}" has ${peerAddress.text}, ${owner}`, 'give the address of the router'),
  );
}

/** Two sessions between the same two machines close each other. */
function sameRouter(earlier: readonly Peer[], peer: Peer, path: Path): Problem[] {
  const same = earlier.find(
    (other) => sameAddress(other.peerAddress, peer.peerAddress) && sharesNode(other.nodes, peer.nodes),
  );
  return same
    ? [
        error(
          'duplicate-address',
          [...path, 'peerAddress'],
          `${peer.peerAddress.text} is already the address of peer "${same.name}", on the same nodes`,
          'keep one of the two, or give each nodes of its own',
        ),
      ]
    : [];
}

function references(
  cluster: Cluster,
  { pools, bgp: stated }: LoadBalancer,
  advertisement: Advertisement,
  path: Path,
): Problem[] {
  const unknown = (
    kind: Parameters<typeof unknownName>[0],
    key: 'pools' | 'nodes' | 'peers',
    known: readonly { readonly name: string }[],
  ) =>
    (advertisement[key] ?? []).flatMap((name, i) =>
      unknownName(
        kind,
        name,
        known.map((item) => item.name),
        [...path, key, i],
      ),
    );
  const aliases = stated?.communities.map(({ name }) => name) ?? [];
  const communities = (advertisement.communities ?? []).flatMap((text, i) => {
    const at = [...path, 'communities', i];
    if (!text.includes(':')) return unknownName('community', text, aliases, at);
    const fault = communityFault(text);
    return fault ? [error('bad-community', at, fault.message, fault.cure)] : [];
  });
  return [
    ...unknown('pool', 'pools', pools),
    ...unknown('peer', 'peers', stated?.peers ?? []),
    ...unknown('node', 'nodes', cluster.nodes),
    ...communities,
  ];
}

function routes({ pools }: LoadBalancer, advertisement: Advertisement, path: Path): Problem[] {
  const { aggregationLength, communities = [] } = advertisement;
  const own = advertisement.pools.flatMap((name, i) =>
    pools
      .filter((pool) => pool.name === name)
      .flatMap((pool) => pool.addresses.map((range) => ({ pool, range, at: [...path, 'pools', i] }))),
  );
  const problems = own.flatMap(({ pool, range, at }) => {
    if (range.family === 6) {
      return [
        error(
          'bgp-family',
          at,
          `pool "${pool.name}" has IPv6 addresses, ${range.text}`,
          "announce them by L2 from a pool of their own, since MetalLB's native mode speaks BGP with IPv4 only",
        ),
      ];
    }
    const shortest = shortestPrefix(range);
    return aggregationLength < shortest
      ? [
          error(
            'bgp-aggregation',
            [...path, 'aggregationLength'],
            `a route of /${aggregationLength} holds more than ${range.text} of pool "${pool.name}", so it would draw traffic for addresses that are not the cluster's`,
            `give ${shortest} or more`,
          ),
        ]
      : [];
  });
  if (communities.length <= MAX_COMMUNITIES) return problems;
  return [
    ...problems,
    error(
      'bgp-too-many-communities',
      [...path, 'communities'],
      `advertisement "${advertisement.name}" has ${communities.length} communities`,
      `give ${MAX_COMMUNITIES} at most`,
    ),
  ];
}

function localPreference(
  peers: readonly Peer[],
  earlier: readonly Advertisement[],
  advertisement: Advertisement,
  path: Path,
): Problem[] {
  const { name, localPref = 0, peers: own } = advertisement;
  const at = [...path, 'localPref'];
  const other = earlier.find(
    (candidate) =>
      (candidate.localPref ?? 0) !== localPref &&
      candidate.aggregationLength === advertisement.aggregationLength &&
      candidate.pools.some((pool) => advertisement.pools.includes(pool)) &&
      (!candidate.peers || !own || candidate.peers.some((peer) => own.includes(peer))) &&
      sharesNode(candidate.nodes, advertisement.nodes),
  );
  const heard = peers.filter((peer) => !own || own.includes(peer.name));
  return [
    ...(other
      ? [
          error(
            'bgp-local-pref',
            at,
            `advertisements "${other.name}" and "${name}" tell one peer two local preferences of one route, ${other.localPref ?? 0} and ${localPref}`,
            'give both the same, or peers or nodes of their own',
          ),
        ]
      : []),
    ...(advertisement.localPref !== undefined && heard.length > 0 && heard.every((peer) => peer.peerASN !== peer.myASN)
      ? [
          error(
            'bgp-local-pref-unheard',
            at,
            `local preference is told within one AS only, and every peer of advertisement "${name}" is in another`,
            'take it out, or use communities',
          ),
        ]
      : []),
  ];
}
