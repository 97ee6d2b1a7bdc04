import {
  etcdArguments,
  etcdTiming,
  type Failover,
  leaseOf,
  stalledRenewalSeconds,
  stalledWriteSeconds,
} from '../../../lib/cluster/failover';
import { simulateHandover } from '../../../scripts/handover-simulation';
import type { ScenarioPlan } from '../drill';
import { type Scenario, seconds } from '../scenario';
import { sleep } from '../timeline';
import { EtcdCluster } from './etcd';

const ROUNDS: Readonly<Record<Failover, number>> = { standard: 4, fast: 8 };
const PORTS: Readonly<Record<Failover, number>> = { standard: 25_000, fast: 25_100 };
/** Of older instructions for kube-vip on k3s, with the etcd timing of k3s. */
const OLD_RENEW_SECONDS = 3;

/** The default before 2026-11-30, which moved the VIP in 8 of 8 elections on Kubernetes 1.36.3. */
const SHORT_RENEW_SECONDS = 10;
const WRITE_TIMEOUT_MS = 20_000;

/** What the loss of a leader costs, in milliseconds. */
interface Loss {
  /** Until a new write succeeds. */
  readonly outageMs: number;
  /** The longest write that was under way at a follower. */
  readonly stallMs: number;
}

/** Kills the leader repeatedly. */
async function elections(scenario: Scenario, failover: Failover): Promise<Loss[]> {
  const cluster = new EtcdCluster({
    scenario,
    name: failover,
    members: 3,
    timing: etcdTiming(failover),
    port: PORTS[failover],
  });
  const losses: Loss[] = [];
  try {
    await cluster.start();
    for (let round = 0; round < ROUNDS[failover]; round++) {
      const healthy = await Promise.all([0, 1, 2].map((index) => cluster.storesWithin(index, 40_000)));
      if (healthy.includes(false)) throw new Error(`etcd (${failover}) does not start`);
      const leader = await cluster.leader();
      if (leader === undefined) throw new Error(`etcd (${failover}) has no leader`);
      const others = [0, 1, 2].filter((index) => index !== leader);
      const writes = [writeMs(cluster, others)];
      await sleep(WRITE_INTERVAL_MS);
      const at = performance.now();
      await cluster.kill(leader);
      while (!(await stored(cluster, others))) {
        if (performance.now() - at > 60_000) throw new Error(`etcd (${failover}) elects no leader within 60 s`);
        writes.push(writeMs(cluster, others));
        await sleep(WRITE_INTERVAL_MS);
      }
      const outageMs = performance.now() - at;
      const stallMs = Math.max(...(await Promise.all(writes)));
      losses.push({ outageMs, stallMs });
      scenario.timeline.log(
        `etcd ${failover}`,
        `accepts writes again after ${seconds(outageMs)}; a write stalled for ${seconds(stallMs)}`,
      );
      cluster.startMember(leader);
    }
    return losses;
  } finally {
    await cluster.stop();
  }
}

const WRITE_INTERVAL_MS = 50;

/** How long a write at the first of the members takes, whether it succeeds or not. */
async function writeMs(cluster: EtcdCluster, [member = 0]: readonly number[]): Promise<number> {
  const at = performance.now();
  await cluster.store(member, WRITE_TIMEOUT_MS);
  return performance.now() - at;
}

const stored = async (cluster: EtcdCluster, members: readonly number[]): Promise<boolean> =>
  (await Promise.all(members.map((index) => cluster.store(index, 250)))).includes(true);

/** etcd loses its leader with the timing of either profile, compared with the lease of that profile. */
async function election(scenario: Scenario): Promise<void> {
  scenario.step = 'etcd loses its leader, with the timing of either profile';
  const profiles = ['standard', 'fast'] as const;
  const [standard = [], fast = []] = await Promise.all(profiles.map((failover) => elections(scenario, failover)));
  const losses: Readonly<Record<Failover, readonly Loss[]>> = { standard, fast };
  const outages = (failover: Failover) => losses[failover].map(({ outageMs }) => outageMs);
  const longestStall = (failover: Failover) => Math.max(...losses[failover].map(({ stallMs }) => stallMs));
  const row = (value: (failover: Failover) => string) => ({ standard: value('standard'), fast: value('fast') });
  const computed = (failover: Failover) =>
    simulateHandover({ lease: leaseOf(failover), arpRateMs: 1000, followers: 2 });
  scenario.measure(
    'etcd-arg of k3s',
    row((failover) => etcdArguments(failover).join(' ') || 'none'),
  );
  scenario.measure(
    'leaders killed',
    row((failover) => String(losses[failover].length)),
  );
  scenario.measure(
    'time without writes, shortest',
    row((failover) => seconds(Math.min(...outages(failover)))),
  );
  scenario.measure(
    'time without writes, longest',
    row((failover) => seconds(Math.max(...outages(failover)))),
  );
  scenario.measure(
    'renewal deadline of the lease',
    row((failover) => seconds(1000 * leaseOf(failover).renewSeconds)),
  );
  scenario.measure(
    'VIP failover, median (computed)',
    row((failover) => seconds(1000 * computed(failover).median)),
  );
  scenario.measure(
    'VIP failover, 95th percentile (computed)',
    row((failover) => seconds(1000 * computed(failover).p95)),
  );
  scenario.measure(
    'longest write that stalled',
    row((failover) => seconds(longestStall(failover))),
  );
  scenario.measure(
    'longest stall of a renewal (kube-vip gives up after 10 s)',
    row((failover) => seconds(1000 * stalledRenewalSeconds(failover))),
  );
  for (const failover of profiles) {
    const limit = stalledWriteSeconds(failover);
    scenario.check(
      `${failover}: a write stalls for ${limit} s, 5 s and two election timeouts`,
      Math.abs(longestStall(failover) - 1000 * limit) < 1000,
      seconds(longestStall(failover)),
    );
  }
  const { renewSeconds } = leaseOf('standard');
  scenario.check(
    'standard: the lease outlasts the renewal that stalls',
    renewSeconds > stalledRenewalSeconds('standard'),
    `${renewSeconds} s`,
  );
  scenario.check(
    `standard: a renewal deadline of ${SHORT_RENEW_SECONDS} s does not`,
    1000 * SHORT_RENEW_SECONDS <= Math.min(longestStall('standard'), 1000 * stalledRenewalSeconds('standard')),
  );
  scenario.check(
    'the longest election of fast is shorter than the shortest of standard',
    Math.max(...outages('fast')) < Math.min(...outages('standard')),
  );
  scenario.check(
    `a lease of 5 s, ${OLD_RENEW_SECONDS} s and 1 s would be lost in every election with the timing of k3s`,
    Math.min(...outages('standard')) > 1000 * OLD_RENEW_SECONDS,
  );
}

export const electionScenarios: readonly ScenarioPlan[] = [
  { name: 'election', summary: 'etcd loses its leader, with the timing of either profile', run: election },
];
