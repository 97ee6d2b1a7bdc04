import { etcdTiming, type Failover, JITTER, type Lease, leaseOf } from '../lib/cluster/failover';
import { type Distribution, type Handover, settingsOf } from '../lib/kube-vip/handover';

const ROUNDS = 5000;

/**
 * Repeats the handover of client-go's leader election, https://pkg.go.dev/k8s.io/client-go/tools/leaderelection, from the failure of the
 * holder to the first gratuitous ARP of the next: candidates read the lease at random pauses of 1 to 2.2 retry periods, and one takes it
 * when it has not changed for the lease duration since that one first read it. The random numbers are the same on each call.
 */
export function simulateHandover(props: Handover): Distribution {
  const random = mulberry32(0x6b3376);
  const times = Float64Array.from({ length: ROUNDS }, () => once(props, random)).sort();
  const at = (share: number): number => times[Math.floor(share * (ROUNDS - 1))] ?? Number.NaN;
  return { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
}

/** Every setting that a site has by default: the lease of a profile, ARP each second or BGP, and 3, 5 or 7 servers. */
const SETTINGS: readonly Handover[] = (['standard', 'fast'] as const).flatMap((failover) =>
  [1000, 0].flatMap((arpRateMs) =>
    [2, 4, 6].flatMap((followers): Handover[] => {
      const common = { lease: leaseOf(failover), arpRateMs, followers };
      return [common, { ...common, electing: failover }, { ...common, graceful: true }];
    }),
  ),
);

/** The text of lib/kube-vip/handover-figures.ts. */
export function handoverFigures(): string {
  const rows = SETTINGS.map((props) => {
    const { min, median, p95, max } = simulateHandover(props);
    const seconds = [min, median, p95, max].map((value) => Number(value.toFixed(1)));
    return `  '${settingsOf(props)}': [${seconds.join(', ')}],\n`;
  });
  return `/** Shortest, median, 95th percentile and longest handover in seconds. Written by \`npm run figures\` (scripts/handover-simulation.ts). */
export const HANDOVER_FIGURES: Readonly<Record<string, readonly [number, number, number, number]>> = {
${rows.join('')}};
`;
}

type Random = () => number;

/** One handover; the holder fails at 0. */
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

/** A request that comes while etcd has no leader is answered when it has one. */
const answered = (asked: number, leader: number): number => (asked < 0 ? asked : Math.max(asked, leader));

/** When the first of those who are left has waited its random time for the dead leader, whose last sign of life is a while ago. */
function electedAt(failover: Failover, followers: number, random: Random): number {
  const { heartbeatMs, electionMs } = etcdTiming(failover);
  let first = 1;
  for (let i = 0; i < followers; i++) first = Math.min(first, random());
  return (electionMs * (1 + first) - random() * heartbeatMs) / 1000;
}

const pause = ({ retrySeconds }: Lease, random: Random): number => retrySeconds * (1 + JITTER * random());

/** The rest of a pause that is under way: long pauses are met more often, in proportion to their length. */
function untilNextLook({ retrySeconds }: Lease, random: Random): number {
  const longest = 1 + JITTER;
  return retrySeconds * Math.sqrt(1 + random() * (longest * longest - 1)) * random();
}

/** mulberry32 by Tommy Ettinger, in the public domain: the same row of numbers for the same seed, on every machine. */
function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
