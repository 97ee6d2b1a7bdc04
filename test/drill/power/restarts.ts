import { type Scenario, seconds } from '../scenario';
import { PRIMARY, perMachine, UPS, withPowerLab } from './power-lab';

const BLIP_MS = 12_000;
const SECONDARY = 'k3s-2';

/** Things die at the wrong moment: a short power failure, the driver, an upsmon before and an upsmon after the flag. */
export async function restarts(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const ups = lab.ups(UPS);
    const status = async (word: string) => (await lab.upsStatus()).split(' ').includes(word);
    const noFlag = () => lab.hosts.every(({ flagRaisedAt }) => flagRaisedAt === undefined);

    const blip = ups.mains(false);
    await scenario.reach('upsd sees the UPS on battery', 10_000, () => status('OB'));
    await scenario.pass('the mains are away', BLIP_MS - (scenario.timeline.now() - blip));
    ups.mains(true);
    await scenario.reach('upsd sees the mains again', 10_000, () => status('OL'));
    scenario.check(`a failure of ${BLIP_MS / 1000} s raises no flag`, noFlag());

    const upsd = lab.kubelet(PRIMARY).container('upsd');
    const killed = scenario.timeline.log('drill', 'the driver is killed');
    const { code } = await upsd.exec('sh', '-c', 'kill -9 "$(cat /var/run/nut/nutdrv_qx-ups1.pid)"');
    scenario.check('the driver was there to be killed', code === 0);
    await scenario.wait('the driver is gone', 10_000, async () => (await upsd.exec('pgrep', 'nutdrv_qx')).code !== 0);
    await scenario.reach('upsd.sh starts the driver again, and upsc has data', 40_000, () => status('OL'));
    scenario.measure('upsc has data after the driver was killed', seconds(scenario.timeline.now() - killed));
    scenario.check('upsd itself went on', upsd.restarts === 0);

    upsd.crash();
    const upsdCrashed = scenario.timeline.now();
    await scenario.reach('the container with upsd starts again', 10_000, () => upsd.restarts === 1);
    await scenario.reach('upsc has data from the new upsd', 40_000, () => status('OL'));
    await scenario.reach('every upsmon logs in at the new upsd', 30_000, () => lab.loggedIn());
    scenario.measure('logged in after upsd was killed', seconds(scenario.timeline.now() - upsdCrashed));

    const upsmon = lab.kubelet(SECONDARY).container('upsmon');
    const crashed = scenario.timeline.log('drill', `the upsmon of ${SECONDARY} is killed`);
    // the container ends with it, and may take pkill along before that can tell
    await upsmon.exec('pkill', '-9', '-x', 'upsmon');
    await scenario.reach('the container ends with its upsmon and starts again', 10_000, () => upsmon.restarts === 1);
    await scenario.reach('the new upsmon logs in', 30_000, () => lab.loggedIn());
    scenario.measure('logged in after upsmon was killed', { [SECONDARY]: seconds(scenario.timeline.now() - crashed) });
    scenario.check('no flag was raised by any of this', noFlag());

    ups.mains(false);
    await scenario.wait('upsd sees the UPS on battery', 15_000, () => status('OB'));
    const low = ups.lowBattery();
    await scenario.reach('every machine has its power-off flag raised', 40_000, () =>
      lab.hosts.every(({ flagRaisedAt }) => flagRaisedAt !== undefined),
    );
    const flag = (name: string) => seconds((lab.host(name).flagRaisedAt ?? Number.NaN) - low);
    scenario.measure('flag after low battery', perMachine(flag));

    const before = upsmon.restarts;
    await scenario.wait('every upsmon logs out', 15_000, () => lab.loggedIn(0));
    upsmon.crash();
    await scenario.wait('the container starts again', 10_000, () => upsmon.restarts > before);
    await scenario.pass('an upsmon would log in now', 8000);
    scenario.check('an upsmon restarted after the flag does not log in again', await lab.loggedIn(0));
    const log = lab.logOf(SECONDARY, 'nut-secondary', 'upsmon');
    scenario.check('its log says why', log.includes('the power-off of this machine is under way'));
  });
}
