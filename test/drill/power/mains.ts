import { type Scenario, seconds } from '../scenario';
import { checkDisarmed, checkNotCommitted, committed, lowBattery, outage, shutdownsOf } from './course';
import { perMachine, withPowerLab } from './power-lab';
import { UPS, UPS_NODE } from './site';

const BLIP_MS = 25_000;

/** Mains power returns while the nodes power off: the output is still cut, and every node boots again. */
export async function mainsBack(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await committed(scenario, lab);
    await scenario.pass('the nodes start to halt', 3000);
    lab.ups(UPS).mains(true);
    await outage(scenario, lab, low);
  });
}

/** A short failure of mains power without low battery. */
export async function blip(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const failed = lab.ups(UPS).mains(false);
    await scenario.reach('every node takes a lease', 15_000, () =>
      lab.hosts.every(({ killpower }) => killpower.leaseTakenAt !== undefined),
    );
    await scenario.pass('on battery', BLIP_MS - (scenario.timeline.now() - failed));
    const back = lab.ups(UPS).mains(true);
    await scenario.reach('every node releases its lease', 15_000, () =>
      lab.hosts.every(({ killpower }) => killpower.leaseReleasedAt !== undefined),
    );
    const row = (what: string, at: (name: string) => number | undefined, zero: number) =>
      scenario.measure(
        what,
        perMachine((name) => seconds((at(name) ?? Number.NaN) - zero)),
      );
    row('lease taken after mains power failed', (name) => lab.host(name).killpower.leaseTakenAt, failed);
    row('lease released after mains power returned', (name) => lab.host(name).killpower.leaseReleasedAt, back);
    // longer than a lease that might be left
    await scenario.pass('any lease left would expire', lab.cluster.power.leaseSeconds * 1000 + 2000);
    scenario.check(
      'no node halts',
      lab.hosts.every(({ state, boots }) => state === 'running' && boots === 1),
    );
    checkNotCommitted(scenario, lab);
    scenario.check('the UPS gets no command', shutdownsOf(lab).length === 0);
    scenario.check('every upsmon is still logged in', await lab.loggedIn());
    checkDisarmed(scenario, lab);
  });
}

/** A person sets FSD on mains power. */
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
      // on line every upsmon polls at its slow interval, and the driver plays no part
      const beginsWithinSeconds = lab.cluster.power.pollSeconds;
      await outage(scenario, lab, { at, name }, { beginsWithinSeconds });
    });
  };

/** By the command of NUT. */
export const exercise = declaredBy('primary', 'upsmon', '-c', 'fsd');

/** By the command of the runbook. */
export const exerciseByRunbook = declaredBy('second', '/scripts/declare.sh', UPS);
