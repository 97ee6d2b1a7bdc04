import { type Scenario, seconds } from '../scenario';
import { type Cluster, withCluster } from './cluster';
import type { KubernetesMachine } from './machine';
import { program } from './programs';
import { SHIPPED, siteOf } from './sites';

const ELECTIONS = 3;
const READY_MS = 120_000;
/** Controllers that are being started exit when the API server does not answer, whatever their lease. */
const STARTED_MS = 10_000;
/** Longer than the lease of 15 s with its retries: controllers that lost it have exited by then. */
const WATCHED_MS = 30_000;

/** A lease that outlasts no election. */
const SHORT = ['leader-elect-lease-duration=6s', 'leader-elect-renew-deadline=4s', 'leader-elect-retry-period=1s'];

const processOf = (server: KubernetesMachine): number | undefined =>
  server.running(program('kubernetes', 'kube-controller-manager'))[0];

/** Kills etcd where it leads, and returns whether the controllers that lead elsewhere have exited, and for how long etcd had no leader. */
async function elect(
  scenario: Scenario,
  cluster: Cluster,
  { etcd, controllers }: { etcd: KubernetesMachine; controllers: KubernetesMachine },
): Promise<{ exited: boolean; tookMs: number }> {
  const { controlPlane } = cluster;
  await controlPlane.moveEtcdLeader(etcd);
  await scenario.pass('the controllers have started', STARTED_MS);
  const before = processOf(controllers);
  await etcd.kill('server');
  const startedAt = performance.now();
  await scenario.wait('etcd has a leader', READY_MS, async () => (await controlPlane.etcdLeader()) !== undefined);
  const tookMs = performance.now() - startedAt;
  await scenario.pass('the lease of the controllers would end', WATCHED_MS - tookMs);
  const exited = processOf(controllers) !== before;
  controlPlane.startEtcd(etcd);
  await scenario.wait('every node is ready', READY_MS, () => cluster.nodesReady());
  return { exited, tookMs };
}

/** etcd loses its leader: the controllers of another server must keep their lease, because k3s exits with them. */
export const election = (scenario: Scenario): Promise<void> =>
  withCluster(scenario, siteOf(SHIPPED), {}, async (cluster) => {
    const [controllers, etcd] = cluster.servers;
    if (!controllers || !etcd) throw new Error('the site has fewer than two servers');
    const exits = async (name: string, last: readonly string[]): Promise<number> => {
      await cluster.lead(controllers, last);
      const outcomes = [];
      for (let i = 0; i < ELECTIONS; i++) {
        outcomes.push(await elect(scenario, cluster, { etcd, controllers }));
        if (outcomes.at(-1)?.exited) await cluster.lead(controllers, last);
      }
      const took = outcomes.map(({ tookMs }) => tookMs);
      const range = `${seconds(Math.min(...took))} to ${seconds(Math.max(...took))}`;
      scenario.measure('etcd without a leader', { [name]: range });
      const exited = outcomes.filter((one) => one.exited).length;
      scenario.measure('controllers exited', { [name]: `${exited} of ${ELECTIONS}` });
      return exited;
    };
    scenario.check('the controllers keep their lease in every election', (await exits('hosts/', [])) === 0);
    const lost = await exits('control: lease of 6 s', SHORT);
    scenario.check('control: with a lease below every election they exit in each', lost === ELECTIONS);
  });
