import { MAX_AGE_SECONDS } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import { ascent, checkBegin, checkDisarmed, descent, failMains, lowBattery, shutdownsOf } from './course';
import { perMachine, withPowerLab } from './power-lab';
import { MACHINES, SERVER, UPS, UPS_NODE } from './site';

/** The UPS stops answering while on battery, so nobody knows how long it lasts. It cannot be told to cut its load any more. */
export async function muteUps(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    const mute = lab.ups(UPS).mute();
    for (const name of MACHINES) {
      await scenario.reach(`${name} is off`, 100_000, () => lab.host(name).state === 'off');
    }
    scenario.measure(
      'powers off after the UPS went mute',
      perMachine((name) => seconds((lab.host(name).haltingAt ?? Number.NaN) - mute)),
    );
    scenario.measure(
      'powers off for',
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
      `the clock of every machine is set to wake it after ${wanted} s, as no UPS will`,
      wakes.every((seconds) => seconds === wanted),
      wakes.join(' '),
    );
    const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
    scenario.check('every machine is off before the battery is empty', dirty === 0);
  });
}

/** The fault of a control with the notes' configuration: the UPS stops answering when the first machine goes. */
export async function muteAtCommit(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await scenario.reach(
      'the first machine is committed',
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
      'is off after low battery',
      perMachine((name) => seconds((lab.host(name).haltedAt ?? Number.NaN) - low.at)),
    );
    // whether it was told before is a matter of milliseconds
    const commands = shutdownsOf(lab).length;
    scenario.measure('UPS commands', { [UPS]: String(commands) });
    const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
    scenario.check('no machine is cut off while it is on', dirty === 0 && commands <= 1);
  });
}

/** upsd and its driver die on battery and are started again: nobody goes down for that, and the low battery later is clean. */
export async function upsdRestarted(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    const upsd = lab.upsd();
    upsd.crash();
    const crashed = scenario.timeline.now();
    await scenario.reach('the container with upsd starts again', 10_000, () => upsd.restarts === 1);
    await scenario.reach('upsd has data again', 20_000, async () => (await lab.upsStatus()).includes('OB'));
    await scenario.reach('every upsmon logs in again', 30_000, () => lab.loggedIn());
    scenario.measure('all logged in after upsd was killed', seconds(scenario.timeline.now() - crashed));
    scenario.check(
      'nobody is committed by it',
      lab.hosts.every(({ killpower }) => killpower.deadlines.length === 0),
    );
    const low = { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
    await descent(scenario, lab, low);
    await ascent(scenario, lab);
  });
}

/**
 * One machine still has the password from before the last change of the Secret. Nobody waits for it, and nobody has to: whoever
 * may not log in may still look, so its agent and its second opinion see the shutdown like all others.
 */
export async function wrongPassword(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { wrongPassword: [SERVER] }, async (lab) => {
    const log = () => lab.logOf(SERVER, 'nut-secondary', 'agent');
    await scenario.reach(`the log on ${SERVER} says that upsd refused it`, 30_000, () => /access.denied/i.test(log()));
    const second = lab.kubelet(UPS_NODE).container('second');
    await scenario.reach(`preflight on ${UPS_NODE} says who is not logged in`, 40_000, () =>
      lab
        .logOf(UPS_NODE, 'nut-primary', 'second')
        .includes(`preflight: ${SERVER} (10.77.0.12) is not logged in at ${UPS}`),
    );
    scenario.check('and it is not ready', !second.ready);
    scenario.check('nobody is committed by it', shutdownsOf(lab).length === 0);
    checkDisarmed(scenario, lab);

    const low = await lowBattery(scenario, lab);
    await descent(scenario, lab, low);
    await ascent(scenario, lab, { wrongPassword: 1 });
  });
}
