import { etcdArguments, etcdTiming, type Failover, leaseOf } from '../../../lib/cluster/failover';
import { simulateHandover } from '../../../scripts/handover-simulation';
import type { ScenarioPlan } from '../drill';
import { type Scenario, seconds } from '../scenario';
import { sleep } from '../timeline';
import { EtcdCluster } from './etcd';

const ROUNDS: Readonly<Record<Failover, number>> = { standard: 4, fast: 8 };
const PORTS: Readonly<Record<Failover, number>> = { standard: 25_000, fast: 25_100 };
/** What older instructions for kube-vip on k3s state, next to k3s's own timing of etcd. */
const OLD_RENEW_SECONDS = 3;

/** Kills the leader again and again, and returns for how long nothing was stored each time, in milliseconds. */
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
      if (healthy.includes(false)) throw new Error(`etcd (${failover}) does not come up`);
      const leader = await cluster.leader();
      if (leader === undefined) throw new Error(`etcd (${failover}) has no leader`);
      const others = [0, 1, 2].filter((index) => index !== leader);
      const at = performance.now();
      await cluster.kill(leader);
      while (!(await stored(cluster, others))) {
        if (performance.now() - at > 60_000) throw new Error(`etcd (${failover}) elects nobody`);
        await sleep(20);
      }
      times.push(performance.now() - at);
      scenario.timeline.log(`etcd ${failover}`, `stores again after ${seconds(times.at(-1))}`);
      cluster.startMember(leader);
    }
    return times;
  } finally {
    await cluster.stop();
  }
}

const stored = async (cluster: EtcdCluster, members: readonly number[]): Promise<boolean> =>
  (await Promise.all(members.map((index) => cluster.store(index, 250)))).includes(true);

/** etcd loses its leader under the timing of either profile, next to what the lease of that profile allows. */
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
    'nothing stored, shortest',
    row((failover) => seconds(Math.min(...times[failover]))),
  );
  scenario.measure(
    'nothing stored, longest',
    row((failover) => seconds(Math.max(...times[failover]))),
  );
  scenario.measure(
    'the holder of the lease waits for',
    row((failover) => seconds(1000 * leaseOf(failover).renewSeconds)),
  );
  scenario.measure(
    'virtual IP away, half (computed)',
    row((failover) => seconds(1000 * computed(failover).median)),
  );
  scenario.measure(
    'virtual IP away, 95 of 100 (computed)',
    row((failover) => seconds(1000 * computed(failover).p95)),
  );
  for (const failover of profiles) {
    const renewMs = 1000 * leaseOf(failover).renewSeconds;
    const lost = times[failover].filter((time) => time >= renewMs).length;
    scenario.check(
      `${failover}: the lease outlasts the elections, but for one with a split vote at most`,
      lost <= 1,
      `${times[failover].length - lost} of ${times[failover].length}`,
    );
  }
  scenario.check(
    'every election of fast is over before the shortest of standard would be',
    Math.max(...fast) < Math.min(...standard),
  );
  scenario.check(
    `a lease of 5, ${OLD_RENEW_SECONDS} and 1 would be lost in every election at k3s's timing`,
    Math.min(...standard) > 1000 * OLD_RENEW_SECONDS,
  );
}

export const electionScenarios: readonly ScenarioPlan[] = [
  { name: 'election', summary: 'etcd loses its leader, under the timing of either profile', run: election },
];
