import { type Scenario, seconds } from '../scenario';
import { ascent, checkDisarmed, committed, descent, lowBattery, shutdownsOf } from './course';
import { perMachine, withPowerLab } from './power-lab';
import { UPS, UPS_NODE } from './site';

const BLIP_MS = 25_000;

/** The mains come back while the machines go down: the load is cut all the same, and everybody starts again. */
export async function mainsBack(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await committed(scenario, lab);
    await scenario.pass('the machines begin to halt', 3000);
    lab.ups(UPS).mains(true);
    await descent(scenario, lab, low);
    await ascent(scenario, lab);
  });
}

/** The mains are away for a while and the battery does not get low. */
export async function blip(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const failed = lab.ups(UPS).mains(false);
    await scenario.reach('every machine takes a lease', 15_000, () =>
      lab.hosts.every(({ killpower }) => killpower.leaseTakenAt !== undefined),
    );
    await scenario.pass('the mains are away', BLIP_MS - (scenario.timeline.now() - failed));
    const back = lab.ups(UPS).mains(true);
    await scenario.reach('every machine releases its lease', 15_000, () =>
      lab.hosts.every(({ killpower }) => killpower.leaseReleasedAt !== undefined),
    );
    const row = (what: string, at: (name: string) => number | undefined, zero: number) =>
      scenario.measure(
        what,
        perMachine((name) => seconds((at(name) ?? Number.NaN) - zero)),
      );
    row('lease taken after the mains failed', (name) => lab.host(name).killpower.leaseTakenAt, failed);
    row('lease released after the mains are back', (name) => lab.host(name).killpower.leaseReleasedAt, back);
    // longer than the lease lives, were one left
    await scenario.pass('nothing comes of it', lab.cluster.power.leaseSeconds * 1000 + 2000);
    scenario.check(
      'no machine halts',
      lab.hosts.every(({ state, boots }) => state === 'running' && boots === 1),
    );
    scenario.check(
      'no machine was committed',
      lab.hosts.every(({ killpower }) => killpower.deadlines.length === 0),
    );
    scenario.check('the UPS gets no command', shutdownsOf(lab).length === 0);
    scenario.check('every upsmon is still logged in', await lab.loggedIn());
    checkDisarmed(scenario, lab);
  });
}

/** A shutdown that a person declares while the mains are there. */
const declaredBy =
  (container: string, ...command: readonly string[]) =>
  async (scenario: Scenario): Promise<void> => {
    await withPowerLab(scenario, {}, async (lab) => {
      const name = command.join(' ');
      const at = scenario.timeline.log('drill', name);
      const { code, stderr } = await lab
        .kubelet(UPS_NODE)
        .container(container)
        .exec(...command);
      scenario.check(`${name} succeeds`, code === 0, stderr.trim());
      // the mains are there, so every upsmon looks as seldom as it does on line, and the driver is not asked
      const beginsWithinSeconds = lab.cluster.power.pollSeconds;
      await descent(scenario, lab, { at, name }, { beginsWithinSeconds });
      await ascent(scenario, lab);
    });
  };

/** NUT's own way. */
export const exercise = declaredBy('primary', 'upsmon', '-c', 'fsd');

/** The way of the runbook. */
export const exerciseByRunbook = declaredBy('second', '/scripts/declare.sh', UPS);
