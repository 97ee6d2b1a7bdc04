import { etcdTiming } from '../../../lib/cluster/failover';
import { runbook } from '../../../lib/handbook/runbook';
import { defineCluster } from '../../../lib/site/load';
import type { ScenarioPlan } from '../drill';
import type { Scenario } from '../scenario';
import { EtcdCluster } from './etcd';

const MOST = 7;
/** Longer than a repeated election. */
const ALIVE_WITHIN_MS = 6000;
const PORT = 23_000;

/** How many members may be killed before writes fail. */
async function mayLose(scenario: Scenario, members: number): Promise<number> {
  const port = PORT + 100 * members;
  const cluster = new EtcdCluster({ scenario, name: `n${members}`, members, timing: etcdTiming('fast'), port });
  const last = members - 1;
  try {
    await cluster.start();
    if (!(await cluster.storesWithin(last, 20_000))) return -1;
    for (let lost = 1; lost < members; lost++) {
      await cluster.kill(lost - 1);
      if (!(await cluster.storesWithin(last, ALIVE_WITHIN_MS))) return lost - 1;
    }
    return members - 1;
  } finally {
    await cluster.stop();
  }
}

/** The figure of the runbook for so many servers: the last column of the row. */
function fromRunbook(members: number): number {
  const site = defineCluster({
    name: 'drill',
    network: { subnet: '10.95.0.0/24' },
    nodes: [1, 2, 3].map((i) => ({ name: `k3s-${i}`, address: `10.95.0.1${i}`, role: 'server' })),
    controlPlane: { vip: '10.95.0.100' },
  });
  const cells = [...runbook(site).matchAll(/^\| \**(\d+)\** \| \**(\d+)\** \| \**(\d+)\** \|$/gm)];
  return Number(cells.find(([, servers]) => Number(servers) === members)?.[3]);
}

/** etcd with 1 to 7 members loses one after the other. */
async function quorum(scenario: Scenario): Promise<void> {
  const counts = Array.from({ length: MOST }, (_, i) => i + 1);
  const measured = new Map<number, number>();
  for (const members of counts) {
    scenario.step = `etcd with ${members} members loses one after the other`;
    measured.set(members, await mayLose(scenario, members));
  }
  const row = (value: (members: number) => number) =>
    Object.fromEntries(counts.map((members) => [`${members}`, String(value(members))]));
  scenario.measure(
    'may fail, measured',
    row((members) => measured.get(members) ?? -1),
  );
  scenario.measure('may fail, runbook', row(fromRunbook));
  for (const members of counts) {
    const [etcd, stated] = [measured.get(members), fromRunbook(members)];
    scenario.check(
      `of ${members} members as many may fail as the runbook states`,
      etcd === stated,
      `${etcd} and ${stated}`,
    );
  }
}

export const quorumScenarios: readonly ScenarioPlan[] = [
  { name: 'quorum', summary: 'etcd with 1 to 7 members loses one after the other', run: quorum },
];
