import { type Scenario, seconds } from '../scenario';
import { type Cluster, withCluster } from './cluster';
import type { KubernetesMachine } from './machine';
import { program } from './programs';
import { Runbook } from './runbook';
import { SHIPPED, siteOf } from './sites';

const REACHED_MS = 120_000;
/** Longer than the lease of the holder with its retries. */
const STAYS_MS = 40_000;
const TOLERANCE_MS = 1000;

/** What happens to the holder of the virtual IP, or not to it. */
interface Event {
  readonly name: string;
  /** The row of hosts/RUNBOOK.md that says for how long the address is away; with undefined it has to stay where it is. */
  readonly row?: RegExp;
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
  {
    name: "etcd's leader killed at another server",
    strike: async (holder, { controlPlane, servers }) => {
      const other = servers.find((server) => server !== holder);
      if (!other) throw new Error('there is no other server');
      await controlPlane.moveEtcdLeader(other);
      await other.kill('server');
    },
    repair: async (_, { controlPlane, servers }) => {
      for (const one of servers) if (one.running(program('etcd', 'server')).length === 0) controlPlane.startEtcd(one);
    },
  },
];

/** Who answers at the virtual IP, asked for the API server there; undefined when nobody does. */
async function holderOf(cluster: Cluster, vip: string): Promise<KubernetesMachine | undefined> {
  const url = `https://${vip}:6443/readyz`;
  const { code } = await cluster.client.run('curl', ['-ks', '--max-time', '1', '-o', '/dev/null', url]);
  return code === 0 ? cluster.answering(vip) : undefined;
}

/** What an event is measured with. */
interface Measured {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly vip: string;
  readonly event: string;
  /** The server that holds the address at the event. */
  readonly before: KubernetesMachine;
}

/** The address has to be at another server within so many seconds. Returns who it is. */
async function moves(limit: number, { scenario, cluster, vip, event, before }: Measured): Promise<KubernetesMachine> {
  const startedAt = performance.now();
  let holder = before;
  await scenario.reach(`${event}: another server answers at the virtual IP`, REACHED_MS, async () => {
    holder = (await holderOf(cluster, vip)) ?? before;
    return holder !== before;
  });
  const took = performance.now() - startedAt;
  scenario.measure('virtual IP moved', { [event]: seconds(took) });
  scenario.measure('runbook: never above', { [event]: `${limit} s` });
  const inTime = took <= limit * 1000 + TOLERANCE_MS;
  scenario.check(`${event}: within the time of hosts/RUNBOOK.md`, inTime, seconds(took));
  return holder;
}

/** The address has to stay where it is. Measures for how long no API server answers there. */
async function stays({ scenario, cluster, vip, event, before }: Measured): Promise<KubernetesMachine> {
  const startedAt = performance.now();
  let awayMs = 0;
  let moved = false;
  await scenario.wait(`${event}: the lease would end`, STAYS_MS + TOLERANCE_MS, async () => {
    const holder = await holderOf(cluster, vip);
    const now = performance.now() - startedAt;
    if (holder === undefined) awayMs = now;
    else moved ||= holder !== before;
    return now >= STAYS_MS;
  });
  scenario.measure('API away at the virtual IP', { [event]: seconds(awayMs) });
  scenario.check(`${event}: the virtual IP stays`, !moved);
  return before;
}

/** kube-vip by the program that KUBE_VIP names: the virtual IP moves within the times of hosts/RUNBOOK.md, and only then. */
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
    for (const { name, row, strike, repair } of EVENTS) {
      if (!holder) return;
      const before: KubernetesMachine = holder;
      cluster.entry = cluster.servers.find((server) => server !== before)?.name ?? '';
      await strike(before, cluster);
      const measured = { scenario, cluster, vip, event: name, before };
      holder = row === undefined ? await stays(measured) : await moves(runbook.vipNeverAbove(row), measured);
      await repair(before, cluster);
      await scenario.wait('the servers are ready again', REACHED_MS, () => cluster.nodesReady());
    }
  });
};
