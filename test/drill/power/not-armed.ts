import { type Scenario, seconds } from '../scenario';
import { checkDisarmed, lowBattery, shutdownsOf } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { withoutClearing } from './sabotage';
import { MACHINES, powerSite, UPS, UPS_NODE } from './site';

/** Low battery where power.armed is false: nothing acts, and the logs say what would have been done. low-battery is its control. */
export async function notArmed(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { cluster: powerSite({ power: { armed: false } }) }, async (lab) => {
    const logOf = (name: string) => lab.logOf(name, name === UPS_NODE ? 'nut-primary' : 'nut-secondary', 'second');
    await scenario.reach('every node is ready and says that it is not armed', 40_000, () =>
      MACHINES.every(
        (name) =>
          lab.kubelet(name).container('second').ready && logOf(name).includes('preflight: power.armed is false'),
      ),
    );
    const low = await lowBattery(scenario, lab);
    await scenario.reach('every node logs that it would power off', 40_000, () =>
      MACHINES.every((name) => logOf(name).includes('not armed: this node would power off in')),
    );
    for (const what of [`forced shutdown (FSD) of ${UPS} would be set`, `${UPS} would cut its output in`]) {
      await scenario.reach(`${UPS_NODE} logs "${what}"`, 10_000, () => logOf(UPS_NODE).includes(`not armed: ${what}`));
    }
    // by then every node of an armed site is off and its output is cut
    const { latestCutSeconds } = lab.plan.upses.reduce((a, b) => (a.latestCutSeconds > b.latestCutSeconds ? a : b));
    await scenario.pass('an armed site would be off', latestCutSeconds * 1000 - (scenario.timeline.now() - low.at));
    checkNothing(scenario, lab, 'on low battery');
    scenario.check('FSD is not set', !(await lab.upsStatus()).includes('FSD'));
    lab.ups(UPS).mains(true);
    await scenario.pass('mains power is back', 10_000);
    checkNothing(scenario, lab, 'after mains power returned');
    scenario.check('every upsmon is still logged in', await lab.loggedIn());
    scenario.check(
      'every node is still ready',
      MACHINES.every((name) => lab.kubelet(name).container('second').ready),
    );
    checkDisarmed(scenario, lab);
  });
}

/**
 * A person sets FSD by the command of NUT, which power.armed does not stop: no node acts on it, and upsd is restarted without it. The
 * control is the same without that restart: FSD stays, and every host outside the cluster that polls upsd would power off.
 */
export async function notArmedFsd(scenario: Scenario): Promise<void> {
  for (const [sabotage, stays] of [
    [undefined, false],
    [withoutClearing, true],
  ] as const) {
    await withPowerLab(scenario, { cluster: powerSite({ power: { armed: false } }), sabotage }, async (lab) => {
      const primary = lab.kubelet(UPS_NODE).container('primary');
      const { code, stderr } = await primary.exec('upsmon', '-c', 'fsd');
      scenario.check('upsmon -c fsd succeeds', code === 0, stderr.trim());
      await scenario.reach('upsd has FSD', 10_000, async () => (await lab.upsStatus()).includes('FSD'));
      const set = scenario.timeline.now();
      if (stays) {
        // well before the end of a shutdown, at which upsd is restarted in any site
        await scenario.pass('FSD could be cleared', 20_000);
        scenario.check('control: FSD stays', (await lab.upsStatus()).includes('FSD'));
      } else {
        await scenario.reach('FSD is cleared', 20_000, async () => {
          const status = await lab.upsStatus();
          return status.includes('OL') && !status.includes('FSD');
        });
        scenario.measure('FSD is set for', seconds(scenario.timeline.now() - set));
        await scenario.reach('every upsmon is logged in again', 40_000, () => lab.loggedIn());
      }
      checkNothing(scenario, lab, stays ? 'control: after upsmon -c fsd' : 'after upsmon -c fsd');
      checkDisarmed(scenario, lab);
    });
  }
}

function checkNothing(scenario: Scenario, lab: PowerLab, when: string): void {
  scenario.check(
    `${when} every node runs, without a deadline or a lease so far`,
    lab.hosts.every(
      ({ state, boots, killpower }) =>
        state === 'running' && boots === 1 && killpower.deadlines.length === 0 && killpower.leaseTakenAt === undefined,
    ),
  );
  scenario.check(
    `${when} the output is on, and the UPS has no command`,
    lab.ups(UPS).loadOn && shutdownsOf(lab).length === 0,
  );
}
