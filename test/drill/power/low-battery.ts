import { type Scenario, seconds } from '../scenario';
import { ascent, descent, lowBattery as lower } from './course';
import { withPowerLab } from './power-lab';
import { MACHINES, powerSite, SERVER } from './site';

/** The mains fail, the battery gets low, everything halts in order, the UPS cuts its load, the mains come back. */
export async function lowBattery(scenario: Scenario): Promise<void> {
  // a directory that outlives the boot: what the boot before left there is of no account
  const cluster = powerSite({ nut: { killpowerPath: '/var/lib/killpower' } });
  await withPowerLab(scenario, { cluster }, async (lab) => {
    await descent(scenario, lab, await lower(scenario, lab));
    const wakes = MACHINES.map((name) => lab.host(name).wakesAfterSeconds);
    scenario.check(
      'the clock of every machine is set to wake it if the UPS does not',
      wakes.every((seconds) => seconds === cluster.power.rtcWakeSeconds),
      wakes.join(' '),
    );
    await ascent(scenario, lab);
  });
}

/** A machine hangs in its halt: it is forced off when its budget is used up, before the load is cut. */
export async function hangingHalt(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { hangs: [SERVER] }, async (lab) => {
    await descent(scenario, lab, await lower(scenario, lab));
    const { forcedAt, haltingAt } = lab.host(SERVER);
    const took = (forcedAt ?? Number.NaN) - (haltingAt ?? Number.NaN);
    scenario.measure('forced off after its power-off', { [SERVER]: seconds(took) });
    scenario.check('the machine that hangs is forced off', forcedAt !== undefined);
    await ascent(scenario, lab);
  });
}
