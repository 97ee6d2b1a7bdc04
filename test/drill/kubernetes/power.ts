import { type Scenario, seconds } from '../scenario';
import type { Cluster } from './cluster';
import type { KubernetesMachine } from './machine';
import { calledAt, nutReady, type PowerCluster, withPowerSite, written } from './power-site';
import { UPS } from './sites';

/** killpowerd looks each second, and a machine with much to do is late. */
const TOLERANCE_MS = 2000;
/** In which every machine has a lease after the mains failed: the driver's poll, upsmon's and the lease's own. */
const ON_BATTERY_MS = 20_000;

/** What happens to the cluster between the mains failure and the power-off. */
interface Disturbance {
  readonly beforeOutage?: (cluster: Cluster) => Promise<void>;
  readonly beforeLowBattery?: (cluster: Cluster) => Promise<void>;
  readonly afterLowBattery?: (cluster: Cluster) => Promise<void>;
  /** Machines that nobody can tell any more, which have to stay on: the negative control. */
  readonly untold?: readonly string[];
}

/** The mains fail, later the battery is low: each machine is powered off within the times of hosts/RUNBOOK.md. */
const lowBattery =
  (disturbance: Disturbance) =>
  (scenario: Scenario): Promise<void> =>
    withPowerSite(scenario, async (site) => {
      const { cluster, ups, runbook } = site;
      const { untold = [] } = disturbance;
      const told = cluster.machines.filter(({ name }) => !untold.includes(name));
      await disturbance.beforeOutage?.(cluster);
      ups.mains(false);
      const onBattery = Date.now();
      await scenario.reach('on battery, every machine has a lease', ON_BATTERY_MS, () =>
        told.every((machine) => written(machine, 'lease') !== ''),
      );
      scenario.measure('lease of all after the mains failed', seconds(Date.now() - onBattery));
      await disturbance.beforeLowBattery?.(cluster);

      ups.lowBattery();
      const low = Date.now();
      const lowAt = scenario.timeline.now();
      const struck = disturbance.afterLowBattery?.(cluster);
      const latest = Math.max(...told.map(({ name }) => runbook.step(name, /^off,/).to));
      await scenario.reach('killpowerd is told to power off', latest * 1000, () =>
        told.every((one) => calledAt(one) !== undefined),
      );
      await struck;
      // the shutdown begins when the UPS node has seen the low battery: -7 to 0 in the time line
      const seen = -runbook.step(UPS.name, /is on battery and reports low battery/).from * 1000;
      for (const machine of told) checkTime(scenario, site, machine, { low, seen });
      await checkCut(scenario, site, { lowAt, seen });
      for (const name of untold) {
        const stays = calledAt(cluster.machine(name)) === undefined;
        scenario.check(`control: ${name}, whose pods are gone and cannot be started, is not powered off`, stays);
      }
    });

interface Start {
  /** The battery is low since, in milliseconds. */
  readonly low?: number;
  readonly lowAt?: number;
  /** In which the shutdown begins after that. */
  readonly seen: number;
}

function checkTime(
  scenario: Scenario,
  { runbook }: PowerCluster,
  machine: KubernetesMachine,
  { low = 0, seen }: Start,
): void {
  const { from, to } = runbook.step(machine.name, /power-off begins/);
  const took = (calledAt(machine) ?? Number.NaN) - low;
  scenario.measure('power-off called after low battery', { [machine.name]: seconds(took) });
  scenario.measure('runbook, from the shutdown', { [machine.name]: `${from} to ${to} s` });
  scenario.check(
    `${machine.name} is powered off within the times of hosts/RUNBOOK.md`,
    took >= from * 1000 - TOLERANCE_MS && took <= to * 1000 + seen + TOLERANCE_MS,
    seconds(took),
  );
}

async function checkCut(scenario: Scenario, { ups, runbook }: PowerCluster, { lowAt = 0, seen }: Start): Promise<void> {
  const { from, to } = runbook.step(UPS.name, /cuts/);
  const cut = () => ups.loadChanges.find(({ on, reason }) => !on && reason === 'commanded');
  await scenario.reach('the UPS cuts its load', to * 1000 + seen + TOLERANCE_MS, () => cut() !== undefined);
  const took = (cut()?.at ?? Number.NaN) - lowAt;
  scenario.measure('load cut after low battery', { [UPS.name]: seconds(took) });
  scenario.check('not before hosts/RUNBOOK.md says', took >= from * 1000 - TOLERANCE_MS, `${seconds(took)}, ${from} s`);
}

export const powerHealthy = lowBattery({});

/** All pods are deleted at once while the shutdown is under way. */
export const powerPodsDeleted = lowBattery({
  afterLowBattery: async (cluster) => {
    await cluster.must('-n', 'nut', 'delete', 'pods', '--all', '--grace-period=0', '--force', '--wait=false');
  },
});

/** A rolling update begins on battery, right before it is low. */
export const powerRollout = lowBattery({
  beforeLowBattery: async (cluster) => {
    await cluster.must('-n', 'nut', 'rollout', 'restart', 'daemonset/nut-primary', 'daemonset/nut-secondary');
  },
});

/** Two machines without kubelet and container runtime; on one of them no pod runs either, so that nobody can tell it. */
export const powerKubeletDead = lowBattery({
  untold: ['k3s-3'],
  beforeOutage: async (cluster) => {
    for (const name of ['k3s-2', 'k3s-3']) {
      await cluster.machine(name).kill('kubelet');
      await cluster.machine(name).kill('containerd');
    }
    // the scripts of the pods; killpowerd's own path is another
    cluster.machine('k3s-3').signal('/bin/sh', 'SIGKILL');
  },
});

/** The mains come back before the battery is low: nothing happens, and everything is ready again. */
export const powerBlip = (scenario: Scenario): Promise<void> =>
  withPowerSite(scenario, async ({ cluster, ups }) => {
    ups.mains(false);
    await scenario.reach('on battery, every machine has a lease', ON_BATTERY_MS, () =>
      cluster.machines.every((machine) => written(machine, 'lease') !== ''),
    );
    ups.mains(true);
    await scenario.reach('on line, no machine has one', ON_BATTERY_MS, () =>
      cluster.machines.every((machine) => written(machine, 'lease') === ''),
    );
    await scenario.pass('a lease would have ended', 30_000);
    const off = cluster.machines.filter((machine) => calledAt(machine) !== undefined);
    scenario.check('no machine is powered off', off.length === 0, off.map(({ name }) => name).join(', '));
    scenario.check('every NUT pod is ready', await nutReady(cluster));
  });
