import { type Scenario, seconds } from '../scenario';
import { ascent, descent, failMains } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { MACHINES, powerSite, serialUps, UPS, UPS_NODE } from './site';

const ON_BATTERY_SECONDS = 10;
const BLIP_MS = 7000;
/** The driver looks every 2 s, and early.sh every 2 s. */
const NOTICE_SECONDS = 8;

/** The shutdown is declared after a time on battery, long before the battery is low. A failure that is over before does nothing. */
export async function earlyOnBattery(scenario: Scenario): Promise<void> {
  const cluster = powerSite({ power: { earlyShutdown: { onBatterySeconds: ON_BATTERY_SECONDS } } });
  await withPowerLab(scenario, { cluster }, async (lab) => {
    lab.ups(UPS).mains(false);
    await scenario.pass('the mains are away', BLIP_MS);
    lab.ups(UPS).mains(true);
    await scenario.reach('upsd sees the mains again', 10_000, async () => (await lab.upsStatus()).includes('OL'));
    await scenario.pass('the time on battery is forgotten', 5000);
    scenario.check(`a failure of ${BLIP_MS / 1000} s does nothing`, !isCommitted(lab));
    const at = await failMains(scenario, lab);
    const beginsWithinSeconds = ON_BATTERY_SECONDS + NOTICE_SECONDS;
    await descent(scenario, lab, { at, name: 'the mains failed' }, { beginsWithinSeconds });
    const took = (lab.firstCommitOf(MACHINES) - at) / 1000;
    // early.sh reads both of its times as whole seconds of uptime, so that 10 s may be little more than 9
    scenario.check(`and not before ${ON_BATTERY_SECONDS} s`, took >= ON_BATTERY_SECONDS - 1, seconds(took * 1000));
    await ascent(scenario, lab);
  });
}

// by the curve of runtimecal a full battery lasts 500 s at the load of 20 % that the emulator has
const FULL_VOLTS = 27.4;
const RUNTIME = { runtimecal: '100,100,200,50', 'default.battery.voltage.high': FULL_VOLTS, pollfreq: 2 };
const RUNTIME_BELOW_SECONDS = 485;

/** The same when the driver expects the battery to last less than so long. */
export async function earlyRuntime(scenario: Scenario): Promise<void> {
  const ups = [serialUps(UPS, UPS_NODE, { ...RUNTIME, 'default.battery.voltage.low': 20.8 })];
  const cluster = powerSite({ ups, power: { earlyShutdown: { runtimeBelowSeconds: RUNTIME_BELOW_SECONDS } } });
  await withPowerLab(scenario, { cluster }, async (lab) => {
    await scenario.reach('the driver expects more than the limit when the battery is full', 20_000, async () => {
      return (await runtime(lab)) > RUNTIME_BELOW_SECONDS;
    });
    scenario.measure('battery.runtime when full', `${await runtime(lab)} s`);
    // the driver guesses by the voltage, and from there it reckons by itself
    lab.ups(UPS).batteryVoltage(FULL_VOLTS);
    const at = await failMains(scenario, lab);
    await scenario.reach('the driver expects less than the limit', 60_000, async () => {
      return (await runtime(lab)) < RUNTIME_BELOW_SECONDS;
    });
    const below = scenario.timeline.now();
    const beginsWithinSeconds = (below - at) / 1000 + NOTICE_SECONDS;
    await descent(scenario, lab, { at, name: 'the mains failed' }, { beginsWithinSeconds });
    const took = lab.firstCommitOf(MACHINES) - below;
    scenario.measure('committed after the limit was reached', seconds(took));
    scenario.check(`the shutdown begins within ${NOTICE_SECONDS} s of it`, Math.abs(took) <= NOTICE_SECONDS * 1000);
    await ascent(scenario, lab);
  });
}

const isCommitted = (lab: PowerLab): boolean => lab.hosts.some(({ killpower }) => killpower.deadline !== undefined);

async function runtime(lab: PowerLab): Promise<number> {
  const { stdout } = await lab.upsd().exec('upsc', UPS, 'battery.runtime');
  return Number(stdout.trim() || Number.NaN);
}
