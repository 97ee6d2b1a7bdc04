/** How fast the control plane detects a failure. `fast` has more false alarms. */
export type Failover = 'standard' | 'fast';

/** The lease of the server that holds the VIP, in seconds. */
export interface Lease {
  readonly durationSeconds: number;
  readonly renewSeconds: number;
  readonly retrySeconds: number;
}

/** How etcd detects the loss of its leader: https://etcd.io/docs/v3.6/tuning/. */
export interface EtcdTiming {
  /** Interval of the heartbeats of the leader. */
  readonly heartbeatMs: number;
  /** A member becomes a candidate after this time without heartbeat, or up to twice that, at random. */
  readonly electionMs: number;
}

/** k3s uses five times the timeouts of etcd: https://github.com/k3s-io/k3s/blob/v1.36.4%2Bk3s1/pkg/etcd/etcd.go. */
const ETCD: Readonly<Record<Failover, EtcdTiming>> = {
  standard: { heartbeatMs: 500, electionMs: 5000 },
  fast: { heartbeatMs: 100, electionMs: 1000 },
};

/**
 * The standard lease outlasts a renewal that stalls when etcd loses its leader, so a healthy holder keeps the VIP. The fast one does not:
 * it moves the VIP about as soon as etcd has a leader again, and a lease that outlasted 7 s would double the failover time.
 */
const LEASES: Readonly<Record<Failover, Lease>> = {
  standard: { durationSeconds: 20, renewSeconds: 15, retrySeconds: 2 },
  fast: { durationSeconds: 5, renewSeconds: 3, retrySeconds: 1 },
};

/** The default lease of a profile. */
export const leaseOf = (failover: Failover): Lease => LEASES[failover];

/** The timing of etcd in a profile. */
export const etcdTiming = (failover: Failover): EtcdTiming => ETCD[failover];

/**
 * Seconds that etcd has no leader after the loss of one, if the first vote succeeds. The first candidate waits a random time of one
 * to two election timeouts (`randomizedElectionTimeout` of go.etcd.io/raft).
 */
export function electionSeconds(failover: Failover): { readonly least: number; readonly most: number } {
  const seconds = etcdTiming(failover).electionMs / 1000;
  return { least: seconds, most: 2 * seconds };
}

/** Timeout of a request of kube-vip's API client: pkg/k8s/client.go of kube-vip. */
const KUBE_VIP_REQUEST_SECONDS = 10;

/**
 * Seconds that a renewal of the lease can stall when etcd loses its leader. A write that a follower has forwarded to the lost leader gets no
 * answer until etcd gives it up: 5 s and two election timeouts (`ReqTimeout` in server/config/config.go of etcd; the drill control-plane
 * measures it).
 */
export const stalledRenewalSeconds = (failover: Failover): number =>
  Math.min(KUBE_VIP_REQUEST_SECONDS, stalledWriteSeconds(failover));

/** Seconds after which etcd gives up a write that it forwarded to a lost leader. */
export const stalledWriteSeconds = (failover: Failover): number => 5 + (2 * etcdTiming(failover).electionMs) / 1000;

/** Values for `etcd-arg` of k3s, the same on every server; none for the timing of k3s itself. */
export function etcdArguments(failover: Failover): readonly string[] {
  if (failover === 'standard') return [];
  const { heartbeatMs, electionMs } = etcdTiming(failover);
  return [`heartbeat-interval=${heartbeatMs}`, `election-timeout=${electionMs}`];
}

/**
 * client-go lengthens the interval between two tries by up to this factor:
 * https://pkg.go.dev/k8s.io/client-go/tools/leaderelection#LeaderElectionConfig.
 */
export const JITTER = 1.2;

/** Whether the holder has time for more than one try: renew > 1.2 x retry, in seconds. Otherwise client-go panics. */
export const outlastsRetries = (renewSeconds: number, retrySeconds: number): boolean =>
  // in tenths, to avoid rounding at the boundary
  10 * renewSeconds > 10 * JITTER * retrySeconds;
