import { type Cluster, serversOf } from '../cluster';
import { failoverTimes } from '../machines';

/** From the soonest to the latest, in seconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The settings of the speakers' gossip (hashicorp/memberlist) that decide how soon a dead one is noticed. */
export interface Gossip {
  readonly suspicionMult: number;
  readonly probeIntervalSeconds: number;
}

/** The profiles of `loadBalancer.memberlist`. `lan` is also what the speakers do by themselves. */
export const GOSSIP: Readonly<Record<'lan' | 'fast' | 'wan', Gossip>> = {
  lan: { suspicionMult: 4, probeIntervalSeconds: 1 },
  fast: { suspicionMult: 2, probeIntervalSeconds: 1 },
  wan: { suspicionMult: 6, probeIntervalSeconds: 5 },
};

/**
 * How long it takes until the other speakers know that one of them is dead, which is when one of them takes its addresses over.
 * No API server is asked. A speaker that stops in an orderly way says so and is replaced at once.
 *
 * A probe that gets no answer takes one interval. From then on the silent speaker is suspected for
 * `suspicionMult x max(1, log10 speakers)` intervals. What comes on top is chance: each speaker probes the others in turn, so it can
 * take about as many intervals as there are speakers until somebody probes the dead one and, with four or more, until a second and
 * a third agree. Source: suspicionTimeout in https://github.com/hashicorp/memberlist/blob/v0.5.1/util.go and its suspicion.go;
 * `npm run drill -- load-balancer` holds this formula against a program that uses memberlist.
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

/** A pool and the nodes that may answer for its addresses. */
interface PoolCandidates {
  readonly pool: string;
  readonly nodes: readonly string[];
}

/** What the death of one node means for this site's LoadBalancer services. */
export interface Outage {
  /** Until another node answers for the address; undefined when the site has one node. */
  readonly addressMove: Range | undefined;
  /** Until nothing is sent to the pods of the dead node any more. */
  readonly endpointRemoval: Range;
  /** Until its pods are being started elsewhere. */
  readonly podReplacement: Range;
  /** Whether the death of a server leaves etcd without a majority, so that the two above never happen until it is back. */
  readonly quorumLost: boolean;
  /** Pools for which a single node answers, so that nothing takes over. */
  readonly unguarded: readonly PoolCandidates[];
}

/** The kubelet renews the lease of its node every 10 s: nodeLeaseDurationSeconds 40, renewed after a quarter. */
const LEASE_RENEWAL_SECONDS = 10;
/** How often the control plane looks: node-monitor-period. */
const MONITOR_SECONDS = 5;

/** Computes it. Pure: the formula above and the times of `failoverTimes`. */
export function outageOf(cluster: Cluster): Outage {
  const gossip = GOSSIP[cluster.loadBalancer?.memberlist ?? 'lan'];
  const { graceSeconds, evictionSeconds } = failoverTimes(cluster);
  const endpointRemoval = { from: graceSeconds - LEASE_RENEWAL_SECONDS, to: graceSeconds + MONITOR_SECONDS };
  const servers = serversOf(cluster).length;
  return {
    addressMove: gossipDetection(cluster.nodes.length, gossip),
    endpointRemoval,
    podReplacement: {
      from: endpointRemoval.from + evictionSeconds,
      to: endpointRemoval.to + evictionSeconds,
    },
    quorumLost: servers - 1 < Math.floor(servers / 2) + 1,
    unguarded: candidates(cluster).filter(({ nodes }) => nodes.length < 2),
  };
}

/** Who answers for each pool: by all of its advertisements together; without any, every node, for pools that BGP does not announce. */
function candidates({ loadBalancer, nodes }: Cluster): PoolCandidates[] {
  const all = nodes.map(({ name }) => name);
  const byBgp = loadBalancer?.bgp?.advertisements.flatMap(({ pools }) => pools) ?? [];
  const advertisements = loadBalancer?.advertisements ?? [
    { pools: (loadBalancer?.pools ?? []).map(({ name }) => name).filter((name) => !byBgp.includes(name)), nodes: all },
  ];
  return (loadBalancer?.pools ?? [])
    .map(({ name }) => ({ name, own: advertisements.filter(({ pools }) => pools.includes(name)) }))
    .filter(({ name, own }) => own.length > 0 || !byBgp.includes(name))
    .map(({ name, own }) => ({ pool: name, nodes: [...new Set(own.flatMap((one) => one.nodes ?? all))] }));
}
