import type { Scenario } from '../scenario';
import { PRIMARY, UPS, withPowerLab } from './power-lab';

const WRONG = 'k3s-3';
const RIGHT = 'k3s-2';

/** One machine still has the password from before the last change of the Secret. */
export async function wrongPassword(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { wrongPassword: [WRONG], logins: 2 }, async (lab) => {
    const log = () => lab.logOf(WRONG, 'nut-secondary', 'upsmon');
    await scenario.reach(`the log on ${WRONG} says that upsd refused it`, 30_000, () =>
      /ACCESS-DENIED|Access denied/i.test(log()),
    );
    const said = log()
      .split('\n')
      .find((line) => /access.denied/i.test(line));
    scenario.measure('what it says', { [WRONG]: said?.trim() ?? '' });
    await scenario.pass('the others go on', 8000);
    const clients = await lab.clients();
    scenario.check('the others stay logged in', clients.length === 2, clients.join(' '));
    const others = [RIGHT, PRIMARY].map((name) => lab.kubelet(name).container('upsmon').restarts);
    scenario.check(
      'no upsmon of theirs was started again',
      others.every((count) => count === 0),
    );
    scenario.check('upsd still has data', (await lab.upsStatus()) === 'OL', UPS);
    scenario.check(
      'no flag is raised',
      lab.hosts.every(({ flagRaisedAt }) => flagRaisedAt === undefined),
    );
  });
}
