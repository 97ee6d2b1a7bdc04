import { newPasswords, nutSecret } from '../../../lib/nut/secret';
import { Manifests } from '../manifests';
import type { Scenario } from '../scenario';
import { ascent, descent, failMains, lowBattery, type Zero } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { withoutNewPasswords } from './sabotage';
import { AGENT, MACHINES, SERVER, UPS, UPS_NODE } from './site';

const newSecret = (lab: PowerLab): Manifests => Manifests.parse(nutSecret(lab.cluster.nut.secret, newPasswords()));

/**
 * The Secret is applied anew, and the pods run on. One node receives the new passwords before upsd, one after it: upsd refuses that one
 * until it has them. Low battery then is as before.
 */
export async function secretReplaced(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const changed = newSecret(lab);
    const receives = (name: string) => {
      scenario.timeline.log('drill', `${name} receives the new Secret`);
      lab.kubelet(name).update(changed);
    };
    receives(AGENT);
    await scenario.pass('the next node receives it later', 10_000);
    receives(UPS_NODE);
    await scenario.reach(`upsd refuses ${SERVER}, which has the old password`, 20_000, () =>
      /access.denied/i.test(lab.logOf(SERVER, 'nut-secondary', 'agent')),
    );
    receives(SERVER);
    await scenario.reach('every upsmon is logged in with it', 30_000, () => lab.loggedIn());
    await scenario.reach('every node is ready', 60_000, () =>
      MACHINES.every((name) => lab.kubelet(name).container('second').ready),
    );
    scenario.check(
      'no pod restarts, and no node is committed',
      lab.upsd().restarts === 0 && lab.hosts.every(({ killpower }) => killpower.deadlines.length === 0),
    );
    const low = await lowBattery(scenario, lab);
    await descent(scenario, lab, low);
    await ascent(scenario, lab);
  });
}

/** On battery, every pod receives the new Secret at the moment of low battery, when upsd has the old one yet. */
async function replacedAtLowBattery(scenario: Scenario, lab: PowerLab): Promise<Zero> {
  await failMains(scenario, lab);
  const changed = newSecret(lab);
  for (const name of MACHINES) lab.kubelet(name).update(changed);
  return { at: lab.ups(UPS).lowBattery(), name: 'low battery and a new Secret' };
}

/** The times of the plan hold while the passwords change. */
export async function secretAtLowBattery(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await descent(scenario, lab, await replacedAtLowBattery(scenario, lab));
    await ascent(scenario, lab);
  });
}

/** With an upsd that stays with the old passwords, no pod can command the UPS. */
export async function controlSecretUnread(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: withoutNewPasswords }, async (lab) => {
    await replacedAtLowBattery(scenario, lab);
    await scenario.reach('every node is off', 130_000, () => lab.hosts.every(({ state }) => state === 'off'));
    scenario.check(
      'control: the UPS gets no command',
      lab.ups(UPS).commands.every(({ shutdown }) => !shutdown),
    );
  });
}
