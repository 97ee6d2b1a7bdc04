import { type Scenario, seconds } from '../scenario';
import { MACHINES, type PowerLab, PRIMARY, perMachine, SECONDARIES, UPS, withPowerLab } from './power-lab';

/** The UPS stops answering while on battery, so nobody knows how long it lasts. */
export async function muteUps(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const ups = lab.ups(UPS);
    ups.mains(false);
    await scenario.wait('upsd sees the UPS on battery', 15_000, async () => (await lab.upsStatus()).includes('OB'));
    // each upsmon has to have seen it as well: one that last saw the mains waits for ever
    await scenario.pass('each upsmon sees it too', 6000);
    const mute = ups.mute();

    for (const name of MACHINES) {
      const flag = () => lab.host(name).flagRaisedAt !== undefined;
      await scenario.reach(`${name} has its power-off flag raised`, 60_000, flag);
    }
    const since = (name: string) => seconds((lab.host(name).flagRaisedAt ?? Number.NaN) - mute);
    scenario.measure('flag after the UPS went mute', perMachine(since));
    await scenario.pass('the UPS command would have its time', 10_000);
    const log = lab.logOf(PRIMARY, 'nut-primary', 'upsmon');
    scenario.check(
      'the log of the primary says that the UPS keeps its load',
      log.includes('did not take shutdown.return'),
    );
    scenario.check('the UPS gets no command', ups.commands.length === 0, `${ups.commands.length}`);
    const halting = lab.hosts.every(({ state }) => state === 'halting' || state === 'off');
    scenario.check('every machine halts', halting);
  });
}

/** The fault of the negative control, in this project's configuration: the UPS stops answering when the first secondary goes. */
export async function muteAtShutdown(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const ups = lab.ups(UPS);
    ups.mains(false);
    await scenario.wait('upsd sees the UPS on battery', 15_000, async () => (await lab.upsStatus()).includes('OB'));
    const low = ups.lowBattery();
    await scenario.reach('a secondary has its flag raised', 40_000, () => SECONDARIES.some(hasFlag(lab)));
    ups.mute();
    await scenario.reach('every machine has its power-off flag raised', 40_000, () => MACHINES.every(hasFlag(lab)));
    const since = (name: string) => seconds((lab.host(name).flagRaisedAt ?? Number.NaN) - low);
    scenario.measure('flag after low battery', perMachine(since));
    await scenario.reach('every machine halts', 10_000, () => lab.hosts.every(({ state }) => state === 'halting'));
  });
}

const hasFlag = (lab: PowerLab) => (name: string) => lab.host(name).flagRaisedAt !== undefined;
