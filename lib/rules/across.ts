import { type Cluster, type Problem, problemFrom, subnetsOf } from '../cluster';
import { overlaps, sameAddress } from '../network';
import { type Claim, claimsOf } from './claims';

/** Rules about the sites of one folder. */
export const ACROSS_RULES = {
  'address-of-other-site': {
    cause:
      'Two sites have the same VIP, node address or pool address in overlapping networks, or announce it to the same BGP router',
    cure: 'Sites whose nodes all have the same addresses are taken for separate networks, such as shops with equal files',
  },
  'router-id-of-other-site': { cause: 'Two sites with keepalived have the same `routerId` in overlapping networks' },
} as const;

const problem = problemFrom(ACROSS_RULES);

/** A problem of the site with this index, which an earlier site causes. */
export interface ProblemAcross {
  readonly index: number;
  readonly problem: Problem;
}

/** What sites claim from each other. Pure. */
export function acrossSites(clusters: readonly Cluster[]): ProblemAcross[] {
  const sites = clusters.map((cluster) => ({
    cluster,
    claims: claimsOf(cluster).filter(({ kind }) => kind !== 'router' && kind !== 'ups'),
    nodes: cluster.nodes
      .map(({ address }) => address.map(({ text }) => text).join())
      .toSorted()
      .join(' '),
  }));
  return sites.flatMap(({ cluster, claims, nodes }, index) =>
    sites
      .slice(0, index)
      .filter((other) => other.nodes !== nodes)
      .flatMap((other) => [
        ...takenAddresses(cluster, claims, other.cluster, other.claims),
        ...sameRouterId(cluster, other.cluster),
      ])
      .map((found) => ({ index, problem: found })),
  );
}

function takenAddresses(
  cluster: Cluster,
  claims: readonly Claim[],
  other: Cluster,
  others: readonly Claim[],
): Problem[] {
  const isLocal = shareNetwork(cluster, other);
  if (!isLocal && !shareRouter(cluster, other)) return [];
  return claims.flatMap(({ kind, what, range, path }) => {
    const found = others.find(
      (claim) =>
        overlaps(claim.range, range) &&
        (isLocal ? !(claim.kind === 'dhcp' && kind === 'dhcp') : claim.kind === 'pool' && kind === 'pool'),
    );
    return found === undefined
      ? []
      : [
          problem(
            'address-of-other-site',
            path,
            `${range.text} of ${what} overlaps ${found.range.text} of ${found.what} of site ${other.name}`,
            'give each address to one site',
          ),
        ];
  });
}

function sameRouterId(cluster: Cluster, other: Cluster): Problem[] {
  const [own, theirs] = [cluster, other].map(({ controlPlane: { provider, keepalived } }) =>
    provider === 'keepalived' ? keepalived?.routerId : undefined,
  );
  if (own === undefined || own !== theirs || !shareNetwork(cluster, other)) return [];
  const message = `VRRP router ID ${own} is also that of site ${other.name}`;
  return [
    problem('router-id-of-other-site', ['controlPlane', 'keepalived', 'routerId'], message, 'give each site its own'),
  ];
}

const shareNetwork = (a: Cluster, b: Cluster): boolean =>
  subnetsOf(a).some((subnet) => subnetsOf(b).some((other) => overlaps(subnet, other)));

const shareRouter = (a: Cluster, b: Cluster): boolean =>
  peersOf(a).some((peer) => peersOf(b).some((other) => sameAddress(peer, other)));

const peersOf = ({ loadBalancer }: Cluster) => loadBalancer?.bgp?.peers.map(({ peerAddress }) => peerAddress) ?? [];
