import type { Scenario } from '../scenario';
import { checkDisarmed, lowBattery, shutdownsOf } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
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
