import { MAX_AGE_SECONDS } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import {
  ascent,
  checkBegin,
  checkDisarmed,
  checkNotCommitted,
  descent,
  failMains,
  lowBattery,
  shutdownsOf,
  thenLowBattery,
} from './course';
import { perMachine, withPowerLab } from './power-lab';
import { MACHINES, SERVER, UPS, UPS_NODE } from './site';

/** The UPS stops answering on battery, so its charge is unknown and it cannot be commanded to cut its output. */
export async function muteUps(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    const mute = lab.ups(UPS).mute();
    for (const name of MACHINES) {
      await scenario.reach(`${name} is off`, 100_000, () => lab.host(name).state === 'off');
    }
    scenario.measure(
      'powers off after the UPS stopped answering',
      perMachine((name) => seconds((lab.host(name).haltingAt ?? Number.NaN) - mute)),
    );
    scenario.measure(
      'cause of the power-off',
      perMachine((name) => lab.host(name).killpower.called ?? '-'),
    );
    for (const { node, deadlineSeconds } of lab.plan.nodes) {
      const bound = MAX_AGE_SECONDS + deadlineSeconds;
      const took = ((lab.host(node.name).haltingAt ?? Number.NaN) - mute) / 1000;
      scenario.check(`${node.name} powers off within ${bound} s`, took <= bound, `${took.toFixed(1)} s`);
    }
    scenario.check('the UPS gets no command', lab.ups(UPS).commands.length === 0);
    const wakes = MACHINES.map((name) => lab.host(name).wakesAfterSeconds);
    const wanted = lab.cluster.power.rtcWakeSeconds;
    scenario.check(
      `the RTC alarm of every node is set to ${wanted} s`,
      wakes.every((seconds) => seconds === wanted),
      wakes.join(' '),
    );
    const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
    scenario.check('every node is off before the battery is empty', dirty === 0);
  });
}

/** The fault of a control with the notes' configuration: the UPS stops answering at the first commit. */
export async function muteAtCommit(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await scenario.reach(
      'the first node is committed',
      40_000,
      () => lab.firstCommitOf(MACHINES) < Number.POSITIVE_INFINITY,
    );
    lab.ups(UPS).mute();
    checkBegin(scenario, lab, low);
    for (const { node, downSeconds } of lab.plan.nodes) {
      const host = lab.host(node.name);
      await scenario.reach(`${node.name} is off`, 100_000, () => host.state === 'off' || host.state === 'dark');
      const took = ((host.haltedAt ?? Number.NaN) - lab.firstCommitOf(MACHINES)) / 1000;
      scenario.check(`${node.name} is off within ${downSeconds} s`, took <= downSeconds, `${took.toFixed(1)} s`);
    }
    scenario.measure(
      'off after low battery',
      perMachine((name) => seconds((lab.host(name).haltedAt ?? Number.NaN) - low.at)),
    );
    // whether it was commanded before depends on milliseconds
    const commands = shutdownsOf(lab).length;
    scenario.measure('UPS commands', { [UPS]: String(commands) });
    const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
    scenario.check('no node is cut while it runs', dirty === 0 && commands <= 1);
  });
}

/** upsd and its driver are killed on battery and restarted: no node powers off for that, and a later low battery is clean. */
export async function upsdRestarted(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    const upsd = lab.upsd();
    upsd.crash();
    const crashed = scenario.timeline.now();
    await scenario.reach('the container upsd restarts', 10_000, () => upsd.restarts === 1);
    await scenario.reach('upsd has data again', 20_000, async () => (await lab.upsStatus()).includes('OB'));
    await scenario.reach('every upsmon logs in again', 30_000, () => lab.loggedIn());
    scenario.measure('all logged in after upsd was killed', seconds(scenario.timeline.now() - crashed));
    await thenLowBattery(scenario, lab);
  });
}

/**
 * One node has the password from before the last change of the Secret. upsd does not wait for it. Reading needs no login, so its agent
 * and its second opinion receive FSD like all others.
 */
export async function wrongPassword(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { wrongPassword: [SERVER] }, async (lab) => {
    const log = () => lab.logOf(SERVER, 'nut-secondary', 'agent');
    await scenario.reach(`${SERVER} logs that upsd denied access`, 30_000, () => /access.denied/i.test(log()));
    const second = lab.kubelet(UPS_NODE).container('second');
    await scenario.reach(`preflight on ${UPS_NODE} reports that ${SERVER} is not logged in`, 40_000, () =>
      lab.logOfSecond(UPS_NODE).includes(`preflight: ${SERVER} (10.77.0.12) is not logged in to ${UPS}`),
    );
    scenario.check(`${UPS_NODE} is not ready`, !second.ready);
    checkNotCommitted(scenario, lab);
    checkDisarmed(scenario, lab);

    const low = await lowBattery(scenario, lab);
    await descent(scenario, lab, low);
    await ascent(scenario, lab, { wrongPassword: 1 });
  });
}
