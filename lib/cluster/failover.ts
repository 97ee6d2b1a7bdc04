/** How soon the control plane reacts, and how many false alarms that costs. */
export type Failover = 'standard' | 'fast';

/** The lease that says which server holds the virtual IP, in seconds. */
export interface Lease {
  readonly durationSeconds: number;
  readonly renewSeconds: number;
  readonly retrySeconds: number;
}

/** How etcd notices that its leader is gone: https://etcd.io/docs/v3.6/tuning/. */
export interface EtcdTiming {
  /** Pause between two signs of life of the leader. */
  readonly heartbeatMs: number;
  /** Without a sign of life for so long or up to twice as long, at random, a member stands for election. */
  readonly electionMs: number;
}

/** k3s makes etcd five times as patient as etcd makes itself: https://github.com/k3s-io/k3s/blob/v1.36.4%2Bk3s1/pkg/etcd/etcd.go. */
const ETCD: Readonly<Record<Failover, EtcdTiming>> = {
  standard: { heartbeatMs: 500, electionMs: 5000 },
  fast: { heartbeatMs: 100, electionMs: 1000 },
};

/** Each outlasts an etcd election of its profile, so that a healthy holder keeps the virtual IP through one. */
const LEASES: Readonly<Record<Failover, Lease>> = {
  standard: { durationSeconds: 15, renewSeconds: 10, retrySeconds: 2 },
  fast: { durationSeconds: 5, renewSeconds: 3, retrySeconds: 1 },
};

/** The lease of a profile, for a site that states none. */
export const leaseOf = (failover: Failover): Lease => LEASES[failover];

/** The timing of etcd in a profile. */
export const etcdTiming = (failover: Failover): EtcdTiming => ETCD[failover];

/**
 * How many seconds etcd has no leader after the loss of one, when the first vote succeeds: the random time after which the first
 * member stands is between one and two election timeouts (`randomizedElectionTimeout` of go.etcd.io/raft).
 */
export function electionSeconds(failover: Failover): { readonly least: number; readonly most: number } {
  const seconds = etcdTiming(failover).electionMs / 1000;
  return { least: seconds, most: 2 * seconds };
}

/** Values for k3s's `etcd-arg`, the same on every server; none where k3s's own timing holds. */
export function etcdArguments(failover: Failover): readonly string[] {
  if (failover === 'standard') return [];
  const { heartbeatMs, electionMs } = etcdTiming(failover);
  return [`heartbeat-interval=${heartbeatMs}`, `election-timeout=${electionMs}`];
}

/**
 * client-go stretches the pause between two tries by up to this factor:
 * https://pkg.go.dev/k8s.io/client-go/tools/leaderelection#LeaderElectionConfig.
 */
export const JITTER = 1.2;

/** True when the holder has time for more than one try: renew > 1.2 x retry, in seconds. client-go panics otherwise. */
export const outlastsRetries = (renewSeconds: number, retrySeconds: number): boolean =>
  // in tenths, so that no rounding decides at the boundary
  10 * renewSeconds > 10 * JITTER * retrySeconds;
