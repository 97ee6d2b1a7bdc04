import { electionSeconds, etcdTiming, type Failover, JITTER, type Lease } from '../cluster';

/** The distribution of a duration in seconds. */
export interface Distribution {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** What determines the failover time of the VIP. */
export interface Handover {
  readonly lease: Lease;
  /** Interval of gratuitous ARPs in ms; the first is sent at a random point of it. 0 with BGP. */
  readonly arpRateMs: number;
  /** Remaining servers. */
  readonly followers: number;
  /** Whether the holder releases the lease, as when its pod is stopped. @default false */
  readonly graceful?: boolean;
  /** The timing of etcd, if the failed server was also its leader. @default - it was not */
  readonly electing?: Failover;
}

const ROUNDS = 5000;

/**
 * Simulates the leader election of client-go, https://pkg.go.dev/k8s.io/client-go/tools/leaderelection, from the failure of the
 * holder to the first gratuitous ARP of the next. Candidates poll the lease at random intervals of 1 to 2.2 retry periods. A candidate
 * acquires it once it has seen no change for the lease duration. Pure: the seed is fixed.
 */
export function handover(props: Handover): Distribution {
  const key = JSON.stringify(props);
  const known = results.get(key);
  if (known) return known;
  const random = pseudoRandom(0x6b3376);
  const times = Float64Array.from({ length: ROUNDS }, () => once(props, random)).sort();
  const at = (share: number): number => times[Math.floor(share * (ROUNDS - 1))] ?? Number.NaN;
  const result = { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
  results.set(key, result);
  return result;
}

/** Results by settings, which sites of a folder share. */
const results = new Map<string, Distribution>();

/** Upper bound: two missed polls of the lease, the lease, the gratuitous ARP, and the election of etcd. */
export function longestHandover({ lease, arpRateMs, graceful = false, electing }: Handover): number {
  const pause = (1 + JITTER) * lease.retrySeconds;
  const election = electing ? electionSeconds(electing).most : 0;
  return (graceful ? pause : 2 * pause + lease.durationSeconds) + election + arpRateMs / 1000;
}

type Random = () => number;

/** One failover; the holder fails at 0. */
function once({ lease, arpRateMs, followers, graceful = false, electing }: Handover, random: Random): number {
  const renewed = graceful ? 0 : -random() * lease.retrySeconds;
  const leader = electing ? electedAt(electing, followers, random) : 0;
  let taken = Number.POSITIVE_INFINITY;
  for (let follower = 0; follower < followers; follower++) {
    let look = answered(renewed + untilNextLook(lease, random), leader);
    const expires = graceful ? look : look + lease.durationSeconds;
    while (look < expires && look < taken) look = answered(look + pause(lease, random), leader);
    taken = Math.min(taken, look);
  }
  return taken + (random() * arpRateMs) / 1000;
}

/** etcd answers a request once it has a leader. */
const answered = (asked: number, leader: number): number => (asked < 0 ? asked : Math.max(asked, leader));

/** When the first remaining member reaches its random election timeout after the last heartbeat. */
function electedAt(failover: Failover, followers: number, random: Random): number {
  const { heartbeatMs, electionMs } = etcdTiming(failover);
  let first = 1;
  for (let i = 0; i < followers; i++) first = Math.min(first, random());
  return (electionMs * (1 + first) - random() * heartbeatMs) / 1000;
}

const pause = ({ retrySeconds }: Lease, random: Random): number => retrySeconds * (1 + JITTER * random());

/** The remainder of the current pause; a long pause is current more often, in proportion to its length. */
function untilNextLook({ retrySeconds }: Lease, random: Random): number {
  const longest = 1 + JITTER;
  return retrySeconds * Math.sqrt(1 + random() * (longest * longest - 1)) * random();
}

/** mulberry32 by Tommy Ettinger, in the public domain: the same sequence for the same seed. */
function pseudoRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
