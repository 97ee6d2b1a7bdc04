import { bgpOnlyPools, type Cluster, JITTER, l2AdvertisementsOf, mayLose, serversOf } from '../cluster';
import { failoverTimes } from '../machines';

/** From the soonest to the latest, in seconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How long something takes after a failure. */
export interface FailoverRow {
  readonly event: string;
  /** Seconds; undefined when it never happens. */
  readonly range: Range | undefined;
  /** Why, in Markdown. */
  readonly reason: string;
}

/** The settings of hashicorp/memberlist that decide how soon the speakers detect a failed one. */
export interface Gossip {
  readonly suspicionMult: number;
  readonly probeIntervalSeconds: number;
}

/** The profiles of `loadBalancer.memberlist`. `lan` is the default of MetalLB. */
export const GOSSIP: Readonly<Record<'lan' | 'fast' | 'wan', Gossip>> = {
  lan: { suspicionMult: 4, probeIntervalSeconds: 1 },
  fast: { suspicionMult: 2, probeIntervalSeconds: 1 },
  wan: { suspicionMult: 6, probeIntervalSeconds: 5 },
};

/**
 * The time until the other speakers detect a failed one and one of them announces its addresses, without the API server. A speaker
 * that stops cleanly leaves the list and is replaced at once.
 *
 * A probe without an answer takes one interval. Then the speaker is suspected for `suspicionMult x max(1, log10 speakers)` intervals.
 * The rest is chance: each speaker probes the others in turn, so it takes up to about as many intervals as there are speakers until
 * one probes the failed speaker and, with four or more, until a second and a third confirm. Source: suspicionTimeout in https://github.com/hashicorp/memberlist/blob/v0.5.1/util.go and its suspicion.go;
 * `npm run drill -- load-balancer` compares this formula with a program that uses memberlist.
 *
 * @returns undefined where there is no other speaker
 */
export function gossipDetection(speakers: number, gossip: Gossip = GOSSIP.lan): Range | undefined {
  if (speakers < 2) return undefined;
  const suspicion = gossip.suspicionMult * Math.max(1, Math.log10(speakers));
  return {
    from: gossip.probeIntervalSeconds * (1 + suspicion),
    to: gossip.probeIntervalSeconds * (1 + suspicion + speakers),
  };
}

/** A pool and the nodes that announce its addresses. */
interface PoolCandidates {
  readonly pool: string;
  readonly nodes: readonly string[];
}

/** The effect of a failed node on this site's LoadBalancer services. */
export interface Outage {
  /** Until another node announces the address; undefined when the site has one node. */
  readonly addressMove: Range | undefined;
  /** Until the pods of the failed node receive no more traffic. */
  readonly endpointRemoval: Range;
  /** The same if the failed node is a server and its kube-controller-manager led: another one takes over first. */
  readonly leaderRemoval: Range;
  /** Until its pods start on other nodes. */
  readonly podReplacement: Range;
  /** Whether the failure of a server leaves etcd without quorum, so that the two above wait until it is back. */
  readonly quorumLost: boolean;
  /** Pools without failover, because at most one node announces them. */
  readonly unguarded: readonly PoolCandidates[];
}

/** The kubelet renews the lease of its node every 10 s: nodeLeaseDurationSeconds 40, renewed after a quarter. */
const LEASE_RENEWAL_SECONDS = 10;
/** How often the control plane checks: node-monitor-period. */
const MONITOR_SECONDS = 5;

/**
 * Until another kube-controller-manager leads: its lease of 15 s, and two retries of 2 s with the jitter of client-go. It then counts
 * node-monitor-grace-period from its own first observation of the node.
 */
const CONTROLLER_TAKEOVER_SECONDS = 15 + 2 * (1 + JITTER) * 2;

/** Computes the outage from the formula above and `failoverTimes`. Pure. */
export function outageOf(cluster: Cluster): Outage {
  const gossip = GOSSIP[cluster.loadBalancer?.memberlist ?? 'lan'];
  const { graceSeconds, evictionSeconds } = failoverTimes(cluster);
  const endpointRemoval = { from: graceSeconds - LEASE_RENEWAL_SECONDS, to: graceSeconds + MONITOR_SECONDS };
  const servers = serversOf(cluster).length;
  return {
    addressMove: gossipDetection(cluster.nodes.length, gossip),
    endpointRemoval,
    leaderRemoval: { from: endpointRemoval.from, to: Math.ceil(endpointRemoval.to + CONTROLLER_TAKEOVER_SECONDS) },
    podReplacement: {
      from: endpointRemoval.from + evictionSeconds,
      to: endpointRemoval.to + evictionSeconds,
    },
    quorumLost: mayLose(servers) < 1,
    unguarded: candidates(cluster).filter(({ nodes }) => nodes.length < 2),
  };
}

/** The nodes that announce each pool by L2, without the pools that only BGP announces. */
function candidates(cluster: Cluster): PoolCandidates[] {
  const { loadBalancer } = cluster;
  if (!loadBalancer) return [];
  const all = cluster.nodes.map(({ name }) => name);
  const advertisements = l2AdvertisementsOf(cluster, loadBalancer);
  const bgpOnly = bgpOnlyPools(cluster, loadBalancer);
  return loadBalancer.pools
    .filter(({ name }) => !bgpOnly.has(name))
    .map(({ name }) => {
      const own = advertisements.filter(({ pools }) => pools.includes(name));
      return { pool: name, nodes: [...new Set(own.flatMap(({ nodes }) => nodes ?? all))] };
    });
}
