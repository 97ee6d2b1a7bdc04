import { newPasswords, nutSecret } from '../../../lib/nut/secret';
import { Manifests } from '../manifests';
import type { Scenario } from '../scenario';
import { ascent, descent, failMains, lowBattery } from './course';
import { type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import { AGENT, MACHINES, SERVER, UPS, UPS_NODE } from './site';

const newSecret = (lab: PowerLab): Manifests => Manifests.parse(nutSecret(lab.cluster.nut.secret, newPasswords()));

/**
 * The Secret is applied anew, and the pods run on. One node receives the new passwords before upsd, one after it: upsd refuses that one
 * until it has them. Low battery then is as before.
 */
export async function secretReplaced(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, options, async (lab) => {
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

/**
 * On battery, every pod receives the new Secret at the moment of low battery, when upsd still has the old one. The times of the plan
 * hold.
 */
export async function secretAtLowBattery(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, options, async (lab) => {
    await failMains(scenario, lab);
    const changed = newSecret(lab);
    for (const name of MACHINES) lab.kubelet(name).update(changed);
    await descent(scenario, lab, { at: lab.ups(UPS).lowBattery(), name: 'low battery and a new Secret' });
    await ascent(scenario, lab);
  });
}
