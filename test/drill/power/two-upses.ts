import type { Cluster, ClusterInput } from '../../../lib/cluster/schema';
import type { Scenario } from '../scenario';
import { ascent, checkBegin, checkDisarmed, descent, failMains, lowBatteryNow, shutdownsOf } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { AGENT, MACHINES, powerSite, SERVER, serialUps, UPS, UPS_NODE } from './site';

const OTHER = 'ups2';

/** One node has both cables and two power supplies, one at each UPS. The other nodes have one supply and one UPS. */
export const twoUpses = (changes: Partial<ClusterInput> = {}): Cluster =>
  powerSite({
    ...changes,
    nodes: [
      { name: UPS_NODE, address: '10.77.0.11', role: 'server', ups: [UPS, OTHER] },
      { name: SERVER, address: '10.77.0.12', role: 'server', ups: OTHER },
      { name: 'k3s-3', address: '10.77.0.13', role: 'server' },
      { name: AGENT, address: '10.77.0.21', role: 'agent', ups: UPS },
    ],
    ups: [serialUps(UPS, UPS_NODE), serialUps(OTHER, UPS_NODE)],
  });

/** Low battery of one of two UPSes: nodes on the other one stay up. In the same boot of those, low battery of both. */
export async function twoUpsesOneLow(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { cluster: twoUpses() }, async (lab) => {
    await failMains(scenario, lab, UPS);
    const low = lowBatteryNow(lab, `low battery of ${UPS}`);
    await descent(scenario, lab, low, { machines: [AGENT] });
    checkOthersLive(scenario, lab);
    await ascent(scenario, lab, { machines: [AGENT], ups: UPS });
    checkDisarmed(scenario, lab);
    await bothLow(scenario, lab);
  });
}

/** The same with a UPS that is silent while its output is off: when it answers again, the old FSD has no effect. */
export async function twoUpsesSilent(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { cluster: twoUpses(), ups: { silentWhileOff: true } }, async (lab) => {
    await failMains(scenario, lab, UPS);
    const low = lowBatteryNow(lab, `low battery of ${UPS}`);
    await descent(scenario, lab, low, { machines: [AGENT] });
    await scenario.reach(`upsd has no data from ${UPS}`, 60_000, async () => (await lab.upsStatus(UPS)).length === 0);
    const log = () => lab.logOf(UPS_NODE, 'nut-primary', 'upsd');
    await scenario.reach('upsd clears FSD', 40_000, () =>
      log().includes(`the shutdown of ${UPS} is over, and the UPS is silent`),
    );
    checkOthersLive(scenario, lab);
    await ascent(scenario, lab, { machines: [AGENT], ups: UPS });
    scenario.check(`${UPS} is commanded once`, shutdownsOf(lab, UPS).length === 1);
    checkOthersLive(scenario, lab);
    checkDisarmed(scenario, lab);
  });
}

/** The nodes on the other UPS stay up, and it gets no command. */
export function checkOthersLive(scenario: Scenario, lab: PowerLab): void {
  const stay = [SERVER, UPS_NODE];
  const isUp = stay.every((name) => lab.host(name).state === 'running' && lab.host(name).boots === 1);
  scenario.check(`${stay.join(' and ')} stay up`, isUp);
  scenario.check(`${OTHER} gets no command`, shutdownsOf(lab, OTHER).length === 0);
  // the mark of the command stays while the UPS is on battery
  const left = stay.flatMap((name) => lab.host(name).killpower.armed.filter((file) => !file.startsWith('.commanded.')));
  scenario.check(`${stay.join(' and ')} have neither deadline nor lease`, left.length === 0, left.join(' '));
}

async function bothLow(scenario: Scenario, lab: PowerLab): Promise<void> {
  const upses = [UPS, OTHER].map((name) => lab.ups(name));
  for (const ups of upses) ups.mains(false);
  await scenario.pass('both UPSes are on battery', 8000);
  const [at = Number.NaN] = upses.map((ups) => ups.lowBattery());
  await scenario.reach('both UPSes are commanded to cut their output', 40_000, () => {
    return shutdownsOf(lab, UPS).length === 2 && shutdownsOf(lab, OTHER).length === 1;
  });
  checkBegin(scenario, lab, { at, name: 'low battery of both' });
  await scenario.reach('both cut their output', 130_000, () => upses.every(({ loadOn }) => !loadOn));
  const dirty = MACHINES.filter((name) => lab.host(name).dirtyCuts > 0);
  scenario.check('every node is off before', dirty.length === 0, dirty.join(' '));
  const commands = [UPS, OTHER].map((name) => shutdownsOf(lab, name).length);
  scenario.check('each UPS gets one more command', commands.join(' ') === '2 1', commands.join(' '));
}
