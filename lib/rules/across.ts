import { type Cluster, type Problem, problemFrom, subnetsOf } from '../cluster';
import {
  type Address,
  type AddressRange,
  overlaps,
  parseAddress,
  parseAddressRange,
  RangeIndex,
  sameAddress,
} from '../network';
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

/** What a site claims, and where. */
export interface SiteClaims {
  readonly name: string;
  /** The addresses of its nodes. */
  readonly nodes: string;
  readonly networks: readonly AddressRange[];
  /** BGP routers of its pools. */
  readonly routers: readonly Address[];
  /** Of keepalived. */
  readonly routerId?: number;
  readonly claims: readonly Claim[];
}

export function siteClaims(cluster: Cluster): SiteClaims {
  const { name, nodes, controlPlane, loadBalancer } = cluster;
  return {
    name,
    nodes: nodes
      .map(({ address }) => address.map(({ text }) => text).join())
      .toSorted()
      .join(' '),
    networks: subnetsOf(cluster),
    routers: loadBalancer?.bgp?.peers.map(({ peerAddress }) => peerAddress) ?? [],
    ...(controlPlane.provider === 'keepalived' && { routerId: controlPlane.keepalived?.routerId }),
    claims: claimsOf(cluster).filter(({ kind }) => kind !== 'router' && kind !== 'ups'),
  };
}

/** The claims of a site as JSON can have them, with the texts of addresses. */
export const packed = ({ networks, routers, claims, ...site }: SiteClaims) => ({
  ...site,
  networks: networks.map(({ text }) => text),
  routers: routers.map(({ text }) => text),
  claims: claims.map(({ range, ...claim }) => ({ ...claim, range: range.text })),
});
export type PackedClaims = ReturnType<typeof packed>;

export const unpacked = ({ networks, routers, claims, ...site }: PackedClaims): SiteClaims => ({
  ...site,
  networks: networks.map(parseAddressRange),
  routers: routers.map(parseAddress),
  claims: claims.map(({ range, ...claim }) => ({ ...claim, range: parseAddressRange(range) })),
});

/** A site and its place in the order in which sites were added. */
interface Member {
  readonly index: number;
  /** Its claims as JSON, which takes a tenth of the memory. */
  readonly packed: string;
}

/** What sites claim from each other. Its time is linear in the number of sites that claim different addresses. */
export class AcrossSites {
  private size = 0;
  /** Sites by the addresses of their nodes: those that have the same do not claim anything from each other. */
  private readonly groups = new Map<string, Member[]>();
  private readonly claimed = new RangeIndex<Member[][]>();
  /** Networks by router ID. */
  private readonly routerIds = new Map<number, RangeIndex<Member[][]>>();

  /** The problems of a site with those that are there, in their order. */
  problems(site: SiteClaims): Problem[] {
    return this.rivals(site).flatMap((other) => [...takenAddresses(site, other), ...sameRouterId(site, other)]);
  }

  add(site: SiteClaims): void {
    const group = this.groups.get(site.nodes) ?? [];
    this.groups.set(site.nodes, group);
    group.push({ packed: JSON.stringify(packed(site)), index: this.size++ });
    for (const [ranges, range] of this.rangesOf(site)) {
      const groups = ranges.at(range, () => []);
      if (!groups.includes(group)) groups.push(group);
    }
  }

  /** The sites that may have a problem with this one. */
  private rivals(site: SiteClaims): SiteClaims[] {
    const own = this.groups.get(site.nodes);
    const groups = this.rangesOf(site).flatMap(([ranges, range]) => [...ranges.overlapping(range)].flat());
    return [...new Set(groups)]
      .filter((group) => group !== own)
      .flat()
      .sort((a, b) => a.index - b.index)
      .map((member) => unpacked(JSON.parse(member.packed) as PackedClaims));
  }

  private rangesOf({ claims, routerId, networks }: SiteClaims): [RangeIndex<Member[][]>, AddressRange][] {
    const taken = claims.map(({ range }): [RangeIndex<Member[][]>, AddressRange] => [this.claimed, range]);
    if (routerId === undefined) return taken;
    const ofId = this.routerIds.get(routerId) ?? new RangeIndex<Member[][]>();
    this.routerIds.set(routerId, ofId);
    return [...taken, ...networks.map((range): [RangeIndex<Member[][]>, AddressRange] => [ofId, range])];
  }
}

function takenAddresses(site: SiteClaims, other: SiteClaims): Problem[] {
  const isLocal = shareNetwork(site, other);
  if (!isLocal && !shareRouter(site, other)) return [];
  return site.claims.flatMap(({ kind, what, range, path }) => {
    const found = other.claims.find(
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

function sameRouterId(site: SiteClaims, other: SiteClaims): Problem[] {
  if (site.routerId === undefined || site.routerId !== other.routerId || !shareNetwork(site, other)) return [];
  const message = `VRRP router ID ${site.routerId} is also that of site ${other.name}`;
  return [
    problem('router-id-of-other-site', ['controlPlane', 'keepalived', 'routerId'], message, 'give each site its own'),
  ];
}

const shareNetwork = (a: SiteClaims, b: SiteClaims): boolean =>
  a.networks.some((network) => b.networks.some((other) => overlaps(network, other)));

const shareRouter = (a: SiteClaims, b: SiteClaims): boolean =>
  a.routers.some((router) => b.routers.some((other) => sameAddress(router, other)));
