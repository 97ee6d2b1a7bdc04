import { type Scenario, seconds } from '../scenario';
import { type Cluster, withCluster } from './cluster';
import type { KubernetesMachine } from './machine';
import { Runbook } from './runbook';
import { SHIPPED, siteOf } from './sites';

const REACHED_MS = 120_000;
const TOLERANCE_MS = 1000;

/** What ends the tenure of the holder of the virtual IP, and the row of hosts/RUNBOOK.md that says for how long it is away. */
interface Event {
  readonly name: string;
  readonly row: RegExp;
  readonly strike: (holder: KubernetesMachine, cluster: Cluster) => Promise<void>;
  readonly repair: (holder: KubernetesMachine, cluster: Cluster) => Promise<void>;
}

const HOLDER_LOST = /the holder loses power, its cable or its API server/;

const EVENTS: readonly Event[] = [
  {
    name: 'kube-vip of the holder deleted',
    row: /stops cleanly/,
    strike: async ({ name }, cluster) => {
      const words = ['-l', 'app.kubernetes.io/name=kube-vip', `--field-selector=spec.nodeName=${name}`, '--wait=false'];
      await cluster.must('-n', 'kube-system', 'delete', 'pod', ...words);
    },
    repair: async () => {},
  },
  {
    name: "holder's API server killed",
    row: HOLDER_LOST,
    strike: (holder) => holder.kill('kube-apiserver'),
    repair: async (holder, { controlPlane }) => controlPlane.startApiServer(holder),
  },
  {
    name: "holder's cable cut",
    row: HOLDER_LOST,
    strike: (holder) => holder.station.cable.pull(),
    repair: async (holder) => {
      await holder.station.cable.plug();
      await holder.addRoutes();
    },
  },
];

/** Who answers at the virtual IP, asked for the API server there; undefined when nobody does. */
async function holderOf(cluster: Cluster, vip: string): Promise<KubernetesMachine | undefined> {
  const url = `https://${vip}:6443/readyz`;
  const { code } = await cluster.client.run('curl', ['-ks', '--max-time', '1', '-o', '/dev/null', url]);
  return code === 0 ? cluster.answering(vip) : undefined;
}

/** kube-vip by the program that KUBE_VIP names: the virtual IP moves within the times of hosts/RUNBOOK.md. */
export const virtualIp = (scenario: Scenario): Promise<void> => {
  const site = siteOf(SHIPPED);
  const runbook = new Runbook(site.hostFile('RUNBOOK.md'));
  const vip = site.apiNames[0] ?? '';
  return withCluster(scenario, site, {}, async (cluster) => {
    await cluster.npm('apply', '--context', cluster.context(), '--dist', site.dist, '--no-wait');
    let holder: KubernetesMachine | undefined;
    await scenario.reach('somebody holds the virtual IP', REACHED_MS, async () => {
      holder = await holderOf(cluster, vip);
      return holder !== undefined;
    });
    for (const event of EVENTS) {
      const before = holder;
      if (!before) return;
      cluster.entry = cluster.servers.find((server) => server !== before)?.name ?? '';
      const at = Date.now();
      await event.strike(before, cluster);
      await scenario.reach(`${event.name}: another server answers at the virtual IP`, REACHED_MS, async () => {
        holder = await holderOf(cluster, vip);
        return holder !== undefined && holder !== before;
      });
      const took = Date.now() - at;
      const limit = runbook.vipNeverAbove(event.row);
      scenario.measure('virtual IP moved', { [event.name]: seconds(took) });
      scenario.measure('runbook: never above', { [event.name]: `${limit} s` });
      scenario.check(
        `${event.name}: within the time of hosts/RUNBOOK.md`,
        took <= limit * 1000 + TOLERANCE_MS,
        seconds(took),
      );
      await event.repair(before, cluster);
      await scenario.wait(
        'the servers are ready again',
        REACHED_MS,
        async () => (await cluster.readyNodes()).length === cluster.machines.length,
      );
    }
  });
};
