import { etcdArguments, etcdTiming, type Failover, leaseOf } from '../../../lib/cluster/failover';
import { simulateHandover } from '../../../scripts/handover-simulation';
import type { ScenarioPlan } from '../drill';
import { type Scenario, seconds } from '../scenario';
import { sleep } from '../timeline';
import { EtcdCluster } from './etcd';

const ROUNDS: Readonly<Record<Failover, number>> = { standard: 4, fast: 8 };
const PORTS: Readonly<Record<Failover, number>> = { standard: 25_000, fast: 25_100 };
/** Of older instructions for kube-vip on k3s, with the etcd timing of k3s. */
const OLD_RENEW_SECONDS = 3;

/** Kills the leader repeatedly. Returns the milliseconds without a write each time. */
async function elections(scenario: Scenario, failover: Failover): Promise<number[]> {
  const cluster = new EtcdCluster({
    scenario,
    name: failover,
    members: 3,
    timing: etcdTiming(failover),
    port: PORTS[failover],
  });
  const times: number[] = [];
  try {
    await cluster.start();
    for (let round = 0; round < ROUNDS[failover]; round++) {
      const healthy = await Promise.all([0, 1, 2].map((index) => cluster.storesWithin(index, 40_000)));
      if (healthy.includes(false)) throw new Error(`etcd (${failover}) does not start`);
      const leader = await cluster.leader();
      if (leader === undefined) throw new Error(`etcd (${failover}) has no leader`);
      const others = [0, 1, 2].filter((index) => index !== leader);
      const at = performance.now();
      await cluster.kill(leader);
      while (!(await stored(cluster, others))) {
        if (performance.now() - at > 60_000) throw new Error(`etcd (${failover}) elects no leader within 60 s`);
        await sleep(20);
      }
      times.push(performance.now() - at);
      scenario.timeline.log(`etcd ${failover}`, `accepts writes again after ${seconds(times.at(-1))}`);
      cluster.startMember(leader);
    }
    return times;
  } finally {
    await cluster.stop();
  }
}

const stored = async (cluster: EtcdCluster, members: readonly number[]): Promise<boolean> =>
  (await Promise.all(members.map((index) => cluster.store(index, 250)))).includes(true);

/** etcd loses its leader with the timing of either profile, compared with the lease of that profile. */
async function election(scenario: Scenario): Promise<void> {
  scenario.step = 'etcd loses its leader, with the timing of either profile';
  const profiles = ['standard', 'fast'] as const;
  const [standard = [], fast = []] = await Promise.all(profiles.map((failover) => elections(scenario, failover)));
  const times: Readonly<Record<Failover, readonly number[]>> = { standard, fast };
  const row = (value: (failover: Failover) => string) => ({ standard: value('standard'), fast: value('fast') });
  const computed = (failover: Failover) =>
    simulateHandover({ lease: leaseOf(failover), arpRateMs: 1000, followers: 2 });
  scenario.measure(
    'etcd-arg of k3s',
    row((failover) => etcdArguments(failover).join(' ') || 'none'),
  );
  scenario.measure(
    'leaders killed',
    row((failover) => String(times[failover].length)),
  );
  scenario.measure(
    'time without writes, shortest',
    row((failover) => seconds(Math.min(...times[failover]))),
  );
  scenario.measure(
    'time without writes, longest',
    row((failover) => seconds(Math.max(...times[failover]))),
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
  for (const failover of profiles) {
    const renewMs = 1000 * leaseOf(failover).renewSeconds;
    const lost = times[failover].filter((time) => time >= renewMs).length;
    scenario.check(
      `${failover}: the lease outlasts all elections, except one split vote at most`,
      lost <= 1,
      `${times[failover].length - lost} of ${times[failover].length}`,
    );
  }
  scenario.check(
    'the longest election of fast is shorter than the shortest of standard',
    Math.max(...fast) < Math.min(...standard),
  );
  scenario.check(
    `a lease of 5 s, ${OLD_RENEW_SECONDS} s and 1 s would be lost in every election with the timing of k3s`,
    Math.min(...standard) > 1000 * OLD_RENEW_SECONDS,
  );
}

export const electionScenarios: readonly ScenarioPlan[] = [
  { name: 'election', summary: 'etcd loses its leader, with the timing of either profile', run: election },
];
