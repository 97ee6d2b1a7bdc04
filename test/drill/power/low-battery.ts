import type { Cluster } from '../../../lib/cluster/schema';
import { type Scenario, seconds } from '../scenario';
import { ascent, CUT_CLEAN, descent, lowBattery as lower } from './course';
import { type PowerLabOptions, withPowerLab } from './power-lab';
import { AGENT, MACHINES, powerSite, SERVER, serialUps, UPS, UPS_NODE } from './site';

/** Mains power fails, low battery, every node powers off in order, the UPS cuts its output, mains power returns. */
export async function lowBattery(scenario: Scenario): Promise<void> {
  // a directory that outlives the boot: files of an earlier boot must not count
  const cluster = powerSite({ nut: { killpowerPath: '/var/lib/killpower' } });
  await withPowerLab(scenario, { cluster }, async (lab) => {
    await descent(scenario, lab, await lower(scenario, lab));
    const wakes = MACHINES.map((name) => lab.host(name).wakesAfterSeconds);
    scenario.check(
      'the RTC alarm of every node is set, in case the UPS does not restore its output',
      wakes.every((seconds) => seconds === cluster.power.rtcWakeSeconds),
      wakes.join(' '),
    );
    await ascent(scenario, lab);
  });
}

const NETWORKS = ['fd00:77::', '10.77.0.'] as const;

/** The nodes use IPv6 and have IPv4 too, so upsd listens on both. */
const ipv6First = (): Cluster => {
  const addressOf = (last: number) => NETWORKS.map((network) => `${network}${last}`);
  return powerSite({
    network: { subnet: ['fd00:77::/64', '10.77.0.0/24'] },
    nodes: [
      { name: UPS_NODE, address: addressOf(11), role: 'server', ups: UPS },
      { name: SERVER, address: addressOf(12), role: 'server', ups: UPS },
      { name: 'k3s-3', address: addressOf(13), role: 'server' },
      { name: AGENT, address: addressOf(21), role: 'agent', ups: UPS },
    ],
    controlPlane: { vip: addressOf(5) },
  });
};

/** The same as low-battery, over IPv6. */
export async function lowBatteryIpv6(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { cluster: ipv6First() }, async (lab) => {
    const clients = await lab.clients();
    scenario.check(
      'the other nodes are logged in over IPv6',
      ['fd00:77::12', 'fd00:77::21'].every((address) => clients.includes(address)),
      clients.join(', '),
    );
    await descent(scenario, lab, await lower(scenario, lab));
    await ascent(scenario, lab);
  });
}

/** A node hangs in its halt. It is forced off at the end of its halt budget, before the output is cut. */
export async function hangingHalt(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, { hangs: [SERVER], ...options }, async (lab) => {
    await descent(scenario, lab, await lower(scenario, lab));
    const { forcedAt, haltingAt } = lab.host(SERVER);
    const took = (forcedAt ?? Number.NaN) - (haltingAt ?? Number.NaN);
    scenario.measure('forced off after its power-off', { [SERVER]: seconds(took) });
    scenario.check('the node that hangs is forced off', forcedAt !== undefined);
    await ascent(scenario, lab);
  });
}

const FIXED_SECONDS = 60;

const fixedSite = (): Cluster =>
  powerSite({ ups: [{ ...serialUps(UPS, UPS_NODE), fixedCutDelaySeconds: FIXED_SECONDS }] });

/** A UPS that ignores offdelay, at a site whose nodes are off by then. */
export const fixedDelay = (scenario: Scenario, cluster = fixedSite()): Promise<void> =>
  withPowerLab(scenario, { cluster, ups: { fixedShutdownMs: FIXED_SECONDS * 1000 } }, async (lab) => {
    await descent(scenario, lab, await lower(scenario, lab));
    await ascent(scenario, lab);
  });

/** The same UPS at a site that does not state its delay, and may halt for longer. */
export const controlFixedDelay = (scenario: Scenario): Promise<void> =>
  scenario.failsFirstAt(CUT_CLEAN, (control) =>
    fixedDelay(control, powerSite({ power: { haltBudget: { upsNodeSeconds: 2 * FIXED_SECONDS } } })),
  );
