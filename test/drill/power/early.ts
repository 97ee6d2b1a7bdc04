import { EARLY_POLLS } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import { ascent, descent, failMains } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { MACHINES, powerSite, serialUps, UPS, UPS_NODE } from './site';

const ON_BATTERY_SECONDS = 10;
const BLIP_MS = 7000;
/** The driver and early.sh poll every 2 s each. */
const NOTICE_SECONDS = 8;
/** A value must be below its limit at five polls in a row. */
const CONFIRM_SECONDS = EARLY_POLLS * 2;

/** FSD is set after a time on battery, long before low battery. A shorter failure does nothing. */
export async function earlyOnBattery(scenario: Scenario): Promise<void> {
  const cluster = powerSite({ power: { earlyShutdown: { onBatterySeconds: ON_BATTERY_SECONDS } } });
  await withPowerLab(scenario, { cluster }, async (lab) => {
    lab.ups(UPS).mains(false);
    await scenario.pass('on battery', BLIP_MS);
    lab.ups(UPS).mains(true);
    await scenario.reach('upsd reports on line (OL)', 10_000, async () => (await lab.upsStatus()).includes('OL'));
    await scenario.pass('the time on battery is reset', 5000);
    scenario.check(`a failure of ${BLIP_MS / 1000} s does nothing`, !isCommitted(lab));
    const at = await failMains(scenario, lab);
    const beginsWithinSeconds = ON_BATTERY_SECONDS + NOTICE_SECONDS;
    await descent(scenario, lab, { at, name: 'mains power failed' }, { beginsWithinSeconds });
    const took = (lab.firstCommitOf(MACHINES) - at) / 1000;
    // early.sh subtracts whole seconds of uptime, so 10 s may be little more than 9 s
    scenario.check(
      `it does not begin before ${ON_BATTERY_SECONDS} s`,
      took >= ON_BATTERY_SECONDS - 1,
      seconds(took * 1000),
    );
    await ascent(scenario, lab);
  });
}

// with this runtimecal, runtime is 500 s with a full battery at the emulator's load of 20 %
const FULL_VOLTS = 27.4;
const RUNTIME = { runtimecal: '100,100,200,50', 'default.battery.voltage.high': FULL_VOLTS, pollfreq: 2 };
const RUNTIME_BELOW_SECONDS = 485;

/** The same when battery.runtime falls below a limit. */
export async function earlyRuntime(scenario: Scenario): Promise<void> {
  const ups = [serialUps(UPS, UPS_NODE, { ...RUNTIME, 'default.battery.voltage.low': 20.8 })];
  const cluster = powerSite({ ups, power: { earlyShutdown: { runtimeBelowSeconds: RUNTIME_BELOW_SECONDS } } });
  await withPowerLab(scenario, { cluster }, async (lab) => {
    await scenario.reach('battery.runtime is above the limit with a full battery', 20_000, async () => {
      return (await runtime(lab)) > RUNTIME_BELOW_SECONDS;
    });
    scenario.measure('battery.runtime when full', `${await runtime(lab)} s`);
    // the driver starts from the voltage, then computes the runtime itself
    lab.ups(UPS).batteryVoltage(FULL_VOLTS);
    const at = await failMains(scenario, lab);
    await scenario.reach('battery.runtime is below the limit', 60_000, async () => {
      return (await runtime(lab)) < RUNTIME_BELOW_SECONDS;
    });
    const below = scenario.timeline.now();
    const beginsWithinSeconds = (below - at) / 1000 + CONFIRM_SECONDS + NOTICE_SECONDS;
    await descent(scenario, lab, { at, name: 'mains power failed' }, { beginsWithinSeconds });
    const took = lab.firstCommitOf(MACHINES) - below;
    scenario.measure('committed after the limit was reached', seconds(took));
    const [earliest, latest] = [CONFIRM_SECONDS - NOTICE_SECONDS, CONFIRM_SECONDS + NOTICE_SECONDS];
    scenario.check(
      `the shutdown begins ${earliest} to ${latest} s after it`,
      took >= earliest * 1000 && took <= latest * 1000,
    );
    await ascent(scenario, lab);
  });
}

const isCommitted = (lab: PowerLab): boolean => lab.hosts.some(({ killpower }) => killpower.deadline !== undefined);

async function runtime(lab: PowerLab): Promise<number> {
  const { stdout } = await lab.upsd().exec('upsc', UPS, 'battery.runtime');
  return Number(stdout.trim() || Number.NaN);
}
