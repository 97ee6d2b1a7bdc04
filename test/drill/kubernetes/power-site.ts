import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario';
import { UpsEmulator } from '../ups-emulator';
import { type Cluster, withCluster } from './cluster';
import type { KubernetesMachine } from './machine';
import { Runbook } from './runbook';
import { siteOf, UPS } from './sites';

const PODS_MS = 240_000;
const FOLDER = '/run/killpower';
const POWEROFF = '/run/poweroff-called';

/** The site `power` with its UPS and killpowerd on every machine, all pods of NUT ready. */
export interface PowerCluster {
  readonly cluster: Cluster;
  readonly ups: UpsEmulator;
  readonly runbook: Runbook;
}

/** Starts killpowerd as its unit does, but for the power-off, which it writes down, and for what goes around the init system. */
export function startKillpowerd({ cluster, machine }: { cluster: Cluster; machine: KubernetesMachine }): void {
  machine.station.write('/run/killpowerd', cluster.site.hostFile('killpower/killpowerd'), 0o755);
  const environment = {
    KILLPOWERD_POWEROFF: `touch ${POWEROFF}`,
    KILLPOWERD_FORCE: 'true',
    KILLPOWERD_SYSRQ: '/dev/null',
    KILLPOWERD_RTC: '/run/no-clock',
    KILLPOWERD_RECORD: '/run/no-record',
  };
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  machine.run('env', ...words, 'sh', '/run/killpowerd', FOLDER);
}

/** When killpowerd asked for the power-off, in milliseconds since 1970; undefined when it has not. */
export function calledAt(machine: KubernetesMachine): number | undefined {
  const path = machine.path(POWEROFF);
  return existsSync(path) ? statSync(path).mtimeMs : undefined;
}

/** The lease or the deadline that the pods wrote; empty when there is none. */
export function written(machine: KubernetesMachine, file: 'lease' | 'deadline'): string {
  const path = machine.path(join(FOLDER, file));
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

/** Names of the NUT pods that are ready, and of those that are not. */
async function nutPods(cluster: Cluster): Promise<{ ready: string[]; waiting: string[] }> {
  const columns =
    'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const { stdout } = await cluster.kubectl('-n', 'nut', 'get', 'pods', '-o', columns);
  const pods = stdout.split('\n').filter(Boolean);
  const named = (isReady: boolean) =>
    pods.filter((line) => line.endsWith(' True') === isReady).map((line) => line.split(' ')[0] ?? '');
  return { ready: named(true), waiting: named(false) };
}

/** Whether a NUT pod is ready on every node. */
export async function nutReady(cluster: Cluster): Promise<boolean> {
  const { ready, waiting } = await nutPods(cluster);
  return ready.length === cluster.nodes.length && waiting.length === 0;
}

/** The site and its Secret by the commands of this project. */
export async function install(cluster: Cluster, scenario: Scenario, { dist } = cluster.site): Promise<void> {
  await cluster.must('apply', '-f', join(dist, '10-namespaces.k8s.yaml'));
  const secret = await cluster.npm('secret:nut');
  await cluster.must('apply', '-f', cluster.file('secret.yaml', secret.stdout));
  const applied = await cluster.npm('apply', '--context', cluster.context(), '--dist', dist);
  const said = applied.stderr.trim().slice(0, 400);
  scenario.check('npm run apply waits until everything is ready', applied.code === 0, said);
}

interface PowerSiteOptions {
  /** @default - by the commands of this project */
  readonly installer?: (cluster: Cluster, scenario: Scenario) => Promise<void>;
  /** A site with the UPS of the site `power`. @default power */
  readonly name?: string;
  /** Nodes that join later. @default - none */
  readonly later?: readonly string[];
  /** Nodes whose cable may be in the UPS. @default - that of the site `power` */
  readonly cables?: readonly string[];
}

/** Starts the site `power`, installs it, waits until NUT is ready, runs the scenario, and takes everything away. */
export async function withPowerSite(
  scenario: Scenario,
  run: (site: PowerCluster) => Promise<void>,
  { installer = install, name = 'power', later = [], cables = [UPS.node] }: PowerSiteOptions = {},
): Promise<void> {
  const { timeline } = scenario;
  const site = siteOf(name);
  const ups = new UpsEmulator({ name: UPS.name, folder: scenario.folder('ups'), timeline, onLoad: () => {} });
  try {
    await ups.start();
    const devices = Object.fromEntries(cables.map((node) => [node, { [UPS.port]: ups.device }]));
    await withCluster(scenario, site, { devices, later }, async (cluster) => {
      for (const machine of cluster.machines) startKillpowerd({ cluster, machine });
      await installer(cluster, scenario);
      await scenario.reach('every NUT pod is ready', PODS_MS, () => nutReady(cluster));
      await run({ cluster, ups, runbook: new Runbook(site.hostFile('RUNBOOK.md')) });
    });
  } finally {
    await ups.stop();
  }
}
