import { join } from 'node:path';
import { etcdTiming } from '../../../lib/cluster/failover';
import type { ScenarioPlan } from '../drill';
import type { Scenario } from '../scenario';
import { EtcdCluster } from './etcd';

const TIMING = etcdTiming('fast');
const UP_WITHIN_MS = 20_000;
/** Longer than a repeated election. */
const ALIVE_WITHIN_MS = 6000;

/** Which of two values a member has. */
async function stored(cluster: EtcdCluster, index: number): Promise<string> {
  const [before, after] = await Promise.all(
    ['before', 'after'].map((key) => cluster.ctl(index, 'get', '--print-value-only', key)),
  );
  return `before: ${before || 'nothing'}, after: ${after || 'nothing'}`;
}

/** Three members, a snapshot between two writes, then all are killed. Returns the snapshot file. */
async function lost(scenario: Scenario, cluster: EtcdCluster): Promise<string> {
  const file = join(scenario.folder('snapshots'), 'on-demand');
  await cluster.start();
  const up = await Promise.all([0, 1, 2].map((index) => cluster.storesWithin(index, UP_WITHIN_MS)));
  if (up.includes(false)) throw new Error('etcd does not start');
  await cluster.ctl(0, 'put', 'before', 'kept');
  await cluster.ctl(0, 'snapshot', 'save', file);
  await cluster.ctl(0, 'put', 'after', 'lost');
  for (const index of [0, 1, 2]) await cluster.kill(index);
  return file;
}

/** The procedure of the runbook on etcd itself: one member restores the snapshot, the others join without data. */
async function snapshot(scenario: Scenario): Promise<void> {
  const cluster = new EtcdCluster({ scenario, name: 'restored', members: 3, timing: TIMING, port: 26_000 });
  try {
    const file = await lost(scenario, cluster);
    cluster.wipe(0);
    await cluster.restore(0, file);
    cluster.startMember(0);
    scenario.check('one member with the snapshot accepts writes alone', await cluster.storesWithin(0, UP_WITHIN_MS));
    const restored = await stored(cluster, 0);
    scenario.measure('after the restore', restored);
    scenario.check('it has the data of the snapshot, and nothing later', restored === 'before: kept, after: nothing');
    for (const [index, present] of [
      [1, [0]],
      [2, [0, 1]],
    ] as const) {
      cluster.wipe(index);
      scenario.step = `m${index} joins without data`;
      await cluster.join(index, present);
    }
    scenario.check('a member that joined has the same data', (await stored(cluster, 2)) === restored);
    await cluster.kill(0);
    scenario.check('the member with the snapshot may fail', await cluster.storesWithin(2, ALIVE_WITHIN_MS));
  } finally {
    await cluster.stop();
  }
}

/** The same, but the other two start with their old data, and have quorum of the old cluster. */
async function snapshotControl(scenario: Scenario): Promise<void> {
  const props = { scenario, members: 3, timing: TIMING };
  const old = new EtcdCluster({ ...props, name: 'old', port: 26_100 });
  const fresh = new EtcdCluster({ ...props, name: 'new', port: 26_200 });
  try {
    const file = await lost(scenario, old);
    await fresh.restore(0, file);
    fresh.startMember(0);
    for (const index of [1, 2]) old.startMember(index);
    const both = [await fresh.storesWithin(0, UP_WITHIN_MS), await old.storesWithin(1, UP_WITHIN_MS)];
    scenario.check('control: both accept writes, so there are two clusters', !both.includes(false), both.join(', '));
    const [one, two] = [await stored(fresh, 0), await stored(old, 1)];
    scenario.measure('restored member', one);
    scenario.measure('old members', two);
    scenario.check('control: their data differs', one !== two);
  } finally {
    await Promise.all([old.stop(), fresh.stop()]);
  }
}

export const snapshotScenarios: readonly ScenarioPlan[] = [
  {
    name: 'snapshot',
    summary: 'real etcd is restored from a snapshot, and the others join without data',
    run: snapshot,
  },
  {
    name: 'snapshot-control',
    summary: 'the same with the old data of the others, which has to fail',
    run: snapshotControl,
  },
];
