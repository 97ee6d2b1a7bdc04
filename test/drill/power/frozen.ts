import { MAX_AGE_SECONDS } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import { failMains, thenLowBattery } from './course';
import { type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import { UPS } from './site';

/** Stops a process of the container upsd (SIGSTOP): it keeps its process ID and its connections. */
async function stop(scenario: Scenario, lab: PowerLab, pidOf: string, name: string): Promise<number> {
  const { code, stderr } = await lab.upsd().exec('sh', '-c', `kill -STOP $(${pidOf})`);
  if (code !== 0) throw new Error(`${name} is not stopped: ${stderr}`);
  return scenario.timeline.log('drill', `${name} is frozen`);
}

const stopDriver = (scenario: Scenario, lab: PowerLab): Promise<number> =>
  stop(scenario, lab, `cat /var/run/nut/nutdrv_qx-${UPS}.pid`, 'the driver');

/** The driver hangs on line, and again on battery. upsd.sh restarts it before upsmon takes the UPS for empty. */
export async function driverFrozen(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, options, async (lab) => {
    const reports = (word: string) => async () => (await lab.upsStatus()).includes(word);
    const online = await stopDriver(scenario, lab);
    await scenario.reach(
      'upsd has no data',
      (MAX_AGE_SECONDS + 10) * 1000,
      async () => (await lab.upsStatus()).length === 0,
    );
    await scenario.reach('on line it is restarted', 45_000, reports('OL'));
    scenario.measure('data again after the freeze on line', seconds(scenario.timeline.now() - online));
    await failMains(scenario, lab);
    const onBattery = await stopDriver(scenario, lab);
    await scenario.reach(
      'upsd has no data',
      (MAX_AGE_SECONDS + 10) * 1000,
      async () => (await lab.upsStatus()).length === 0,
    );
    await scenario.reach('on battery it is restarted', 20_000, reports('OB'));
    scenario.measure('data again after the freeze on battery', seconds(scenario.timeline.now() - onBattery));
    await scenario.pass('no upsmon has counted to DEADTIME', lab.cluster.power.deadTimeSeconds * 1000);
    await thenLowBattery(scenario, lab);
  });
}

/** upsd hangs on battery. upsd.sh restarts it before upsmon takes the UPS for empty. */
export async function upsdFrozen(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, options, async (lab) => {
    await failMains(scenario, lab);
    const at = await stop(scenario, lab, 'pgrep -x upsd', 'upsd');
    await scenario.reach('it is restarted', 20_000, async () => (await lab.upsStatus()).includes('OB'));
    scenario.measure('data again after the freeze', seconds(scenario.timeline.now() - at));
    await thenLowBattery(scenario, lab);
  });
}
