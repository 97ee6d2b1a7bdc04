import { type Scenario, seconds } from '../scenario';
import { ascent, descent, failMains, lowBattery } from './course';
import { type PowerLab, perMachine, withPowerLab } from './power-lab';
import { withoutRecharge } from './sabotage';
import { MACHINES, UPS } from './site';

/** What mains power of a few minutes has charged, and what is left of it when the UPS reports low battery. */
const BATTERY_SECONDS = 90;
const LEFT_AT_LOW_BATTERY_SECONDS = 20;

/** An outage to its end, and another one as soon as every node is up. The site has no limit of an early shutdown. */
async function twoOutages(scenario: Scenario, lab: PowerLab): Promise<void> {
  await descent(scenario, lab, await lowBattery(scenario, lab));
  await ascent(scenario, lab);
  lab.ups(UPS).battery(BATTERY_SECONDS);
  const failed = await failMains(scenario, lab);
  const lowAt = failed + (BATTERY_SECONDS - LEFT_AT_LOW_BATTERY_SECONDS) * 1000;
  const isDark = () => lab.ups(UPS).loadChanges.length === 3;
  await scenario.reach('low battery, or the output is off', BATTERY_SECONDS * 1000, () => {
    return scenario.timeline.now() >= lowAt || isDark();
  });
  if (!isDark()) lab.ups(UPS).lowBattery();
  await scenario.reach('the output is off', BATTERY_SECONDS * 1000, isDark);
  await scenario.pass('the nodes lose power', 500);
  scenario.measure(
    'off after mains power failed again',
    perMachine((name) => {
      const { dirtyCuts, haltedAt } = lab.host(name);
      return dirtyCuts > 0 ? 'DIRTY' : seconds(haltedAt === undefined ? undefined : haltedAt - failed);
    }),
  );
}

/** Mains power fails again when every node is up and the battery has had no time to charge: the shutdown begins at once. */
export async function secondOutage(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { gate: true }, async (lab) => {
    await twoOutages(scenario, lab);
    const dirty = MACHINES.filter((name) => lab.host(name).dirtyCuts > 0);
    scenario.check('every node is off before the battery is empty', dirty.length === 0, dirty.join(' '));
    await scenario.pass('the site is without power', 2000);
    lab.ups(UPS).mains(true);
    await scenario.reach('every node boots', 40_000, () => lab.hosts.every(({ state }) => state === 'running'));
  });
}

/** Without that, the shutdown begins at low battery, and the battery does not last. */
export async function controlSecondOutage(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { gate: true, sabotage: withoutRecharge }, async (lab) => {
    await twoOutages(scenario, lab);
    const dirty = MACHINES.filter((name) => lab.host(name).dirtyCuts > 0);
    scenario.check('control: a node is cut while it runs', dirty.length > 0, dirty.join(' '));
  });
}
