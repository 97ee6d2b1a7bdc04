import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { MAX_COMMUNITIES, shortestPrefix } from '../network';
import { METALLB } from '../releases';
import { type AdvertisementOptions, commonSpec, identify } from './advertisement';
import type { AnnouncedPool } from './announced-pool';
import type { BgpPeer } from './bgp-peer';
import { type BgpType, needsFrr } from './bgp-type';
import { checkNotEmpty, checkUnique, checkWhole, Faults } from './checks';
import { CommunityAlias, checkCommunity } from './community';

/**
 * Limits and attributes of a BGP advertisement. Its nodes are those that receive the traffic. Service selectors exclude an
 * aggregation.
 */
export interface BgpAdvertisementOptions extends AdvertisementOptions {
  /**
   * Routers that receive the routes.
   *
   * @default - every peer, including those of others
   */
  readonly peers?: readonly BgpPeer[];
  /**
   * Communities of the routes, by value such as `65535:65282` or by name (`Community.alias`).
   *
   * @default - none
   */
  readonly communities?: readonly (string | CommunityAlias)[];
  /**
   * Prefix length of the IPv4 routes, 1 to 32. A route must not exceed a range of the pool.
   *
   * @default - 32, a route per address
   */
  readonly aggregationLength?: number;
  /**
   * Prefix length of the IPv6 routes, 1 to 128. FRR modes only.
   *
   * @default - 128
   */
  readonly aggregationLengthV6?: number;
  /**
   * Local preference of the routes, sent only to peers of the same AS; higher wins.
   *
   * @default - that of the router
   */
  readonly localPref?: number;
  /**
   * BGP implementation.
   *
   * @default - that of the first peer, else native
   */
  readonly bgpType?: BgpType;
}

/** Properties for `BgpAdvertisement`. */
export interface BgpAdvertisementProps extends BgpAdvertisementOptions {
  /** Pools to announce, at least one. */
  readonly pools: readonly AnnouncedPool[];
}

/**
 * Announces the addresses of pools to routers. Every node is a next hop, so the nodes share the traffic.
 *
 * Source: https://metallb.io/apis/#bgpadvertisement
 */
export class BgpAdvertisement extends Construct {
  /** Name of the advertisement object. */
  readonly name: string;

  /**
   * @throws Error without a pool, else with everything that is wrong: an invalid name, number, community or list, IPv6 without FRR, an
   * aggregation that exceeds a pool, a local preference without a peer of the same AS
   */
  constructor(scope: Construct, id: string, props: BgpAdvertisementProps) {
    super(scope, id);
    const { peers, communities } = props;
    const { name, label } = identify('BGPAdvertisement', props);
    this.name = name;
    const bgpType = props.bgpType ?? peers?.[0]?.bgpType ?? 'native';
    const peerNames = peers?.map((peer) => peer.name);
    const communityNames = communities?.map((item) => (item instanceof CommunityAlias ? item.name : item));
    const faults = new Faults();
    const common = commonSpec('BGPAdvertisement', props, faults);
    faults.check(
      () => checkNotEmpty(`${label}: peers`, peers),
      () => checkUnique(`${label}: peers`, peerNames),
      () => checkUnique(`${label}: communities`, communityNames),
      () => checkWhole(`${label}: aggregationLength`, props.aggregationLength, 1, 32),
      () => checkWhole(`${label}: aggregationLengthV6`, props.aggregationLengthV6, 1, 128),
      () => checkWhole(`${label}: localPref`, props.localPref, 0, 2 ** 31 - 1),
      () => checkPeers(label, props, bgpType),
    );
    checkCommunities(label, communities ?? [], bgpType, faults);
    checkRoutes(label, props, bgpType, faults);
    faults.throwAll();
    new crd.BgpAdvertisement(this, 'Resource', {
      metadata: { name, namespace: METALLB.namespace },
      spec: {
        ...common,
        peers: peerNames,
        communities: communityNames,
        aggregationLength: props.aggregationLength,
        aggregationLengthV6: props.aggregationLengthV6,
        localPref: props.localPref,
      },
    });
  }
}

function checkPeers(label: string, { peers, localPref }: BgpAdvertisementProps, bgpType: BgpType): void {
  const other = peers?.find((peer) => peer.bgpType !== bgpType);
  if (other) {
    throw new Error(
      `${label} has bgpType ${bgpType} and its peer "${other.name}" ${other.bgpType}; give both the same`,
    );
  }
  if (localPref !== undefined && peers?.every((peer) => peer.isInternal === false)) {
    throw new Error(
      `${label}: localPref ${localPref} is sent only within one AS, and every peer is in another; remove it, or use communities`,
    );
  }
}

function checkCommunities(
  label: string,
  communities: readonly (string | CommunityAlias)[],
  bgpType: BgpType,
  faults: Faults,
): void {
  faults.check(
    ...communities.map(
      (item) => () =>
        checkCommunity(`${label}: communities`, item instanceof CommunityAlias ? item.value : item, bgpType),
    ),
    () => {
      if (communities.length > MAX_COMMUNITIES)
        throw new Error(`${label} has ${communities.length} communities; give ${MAX_COMMUNITIES} at most`);
    },
  );
}

function checkRoutes(label: string, props: BgpAdvertisementProps, bgpType: BgpType, faults: Faults): void {
  const { aggregationLength: ipv4 = 32, aggregationLengthV6: ipv6 = 128 } = props;
  faults.check(() => {
    if (props.serviceSelectors === undefined || (ipv4 === 32 && ipv6 === 128)) return;
    throw new Error(`${label} has serviceSelectors and an aggregation, which MetalLB refuses; remove one of them`);
  });
  for (const pool of props.pools) {
    for (const range of pool.ranges) {
      const length = range.family === 4 ? ipv4 : ipv6;
      faults.check(() => {
        if (range.family === 6 && bgpType === 'native')
          throw new Error(needsFrr(`${label}: pool "${pool.name}" with the IPv6 addresses ${range.text}`));
        if (length < shortestPrefix(range)) {
          throw new Error(
            `${label}: a /${length} route exceeds ${range.text} of pool "${pool.name}"; give ${shortestPrefix(range)} or more`,
          );
        }
      });
    }
  }
}
