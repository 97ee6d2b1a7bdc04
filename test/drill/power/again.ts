import { type Scenario, seconds } from '../scenario';
import { ascent, descent, failMains, lowBattery } from './course';
import { type PowerLabOptions, perMachine, withPowerLab } from './power-lab';
import { MACHINES, UPS } from './site';

/** What mains power of a few minutes has charged, and what is left of it when the UPS reports low battery. */
const BATTERY_SECONDS = 90;
const LEFT_AT_LOW_BATTERY_SECONDS = 20;
export const ALL_OFF = 'every node is off before the battery is empty';

/**
 * Mains power fails again when every node is up and the battery has had no time to charge: the shutdown begins at once. The site has no
 * limit of an early shutdown.
 */
export async function secondOutage(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, { ...options, gate: true }, async (lab) => {
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
    const isDirty = (name: string) => lab.host(name).dirtyCuts > 0;
    scenario.measure(
      'off after mains power failed again',
      perMachine((name) => (isDirty(name) ? 'DIRTY' : seconds((lab.host(name).haltedAt ?? Number.NaN) - failed))),
    );
    scenario.check(ALL_OFF, !MACHINES.some(isDirty), MACHINES.filter(isDirty).join(' '));
    await scenario.pass('the site is without power', 2000);
    lab.ups(UPS).mains(true);
    await scenario.reach('every node boots', 40_000, () => lab.hosts.every(({ state }) => state === 'running'));
  });
}
