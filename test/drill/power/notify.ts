import type { Cluster } from '../../../lib/cluster/schema';
import { type Scenario, seconds } from '../scenario';
import { ascent, descent, lowBattery } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { Receivers } from './receivers';
import { queueInMemory, type Sabotage } from './sabotage';
import { addresses, inOwnSubnet, MACHINES, powerSite, UPS } from './site';

const TOKEN = 'tk_drill';
const TITLES = ['on battery', 'low battery', 'shutdown declared', 'on line'].map((event) => `drill: ${UPS}: ${event}`);

const site = (third: number, host: string): Cluster =>
  powerSite({
    ...inOwnSubnet(third),
    power: {
      notify: [
        { name: 'phone', type: 'ntfy', url: `http://${host}:8080/ups`, token: { secret: true } },
        { name: 'desk', type: 'gotify', url: `http://${host}:8080`, token: { secret: true } },
        { name: 'hook', type: 'webhook', url: { secret: true }, token: { secret: true } },
        { name: 'post', type: 'mail', url: `smtp://${host}:2525`, from: 'ups@drill.test', to: 'me@drill.test' },
      ],
    },
  });

async function withReceivers(
  scenario: Scenario,
  third: number,
  sabotage: Sabotage | undefined,
  run: (lab: PowerLab, receivers: Receivers) => Promise<void>,
): Promise<void> {
  const host = addresses(third)(40);
  const receivers = new Receivers(host, TOKEN, scenario.timeline);
  try {
    const secrets = {
      'notify-phone-token': TOKEN,
      'notify-desk-token': TOKEN,
      'notify-hook-token': TOKEN,
      'notify-hook-url': `http://${host}:8080/hook`,
    };
    await withPowerLab(scenario, { cluster: site(third, host), secrets, sabotage }, async (lab) => {
      await lab.network.join(receivers.address);
      await receivers.start();
      await run(lab, receivers);
    });
  } finally {
    receivers.stop();
  }
}

/** Low battery while no receiver can be reached, as without a switch. They can be again after the nodes have booted. */
async function outage(scenario: Scenario, lab: PowerLab, receivers: Receivers): Promise<void> {
  await lab.network.leave(receivers.address);
  const low = await lowBattery(scenario, lab);
  await descent(scenario, lab, low);
  await ascent(scenario, lab);
  scenario.check('nothing arrived so far', receivers.count === 0);
  await lab.network.join(receivers.address);
}

/** Every message of an outage that took the network with it arrives afterwards, once. */
export const notify = (scenario: Scenario): Promise<void> =>
  withReceivers(scenario, 4, undefined, async (lab, receivers) => {
    await outage(scenario, lab, receivers);
    const back = scenario.timeline.now();
    await scenario.reach('all messages arrive by ntfy, Gotify, webhook and mail', 330_000, () =>
      [...receivers.messages.values()].every((messages) => messages.length >= TITLES.length),
    );
    scenario.measure('all messages after the network returned', seconds(scenario.timeline.now() - back));
    await scenario.pass('nothing arrives twice', 10_000);
    for (const [name, messages] of receivers.messages) {
      scenario.check(`${name}: each event once, in its order`, messages.join() === TITLES.join(), messages.join('; '));
    }
  });

/** With the queue in memory, nothing of the outage arrives. */
export const controlNotifyInMemory = (scenario: Scenario): Promise<void> =>
  withReceivers(scenario, 5, queueInMemory, async (lab, receivers) => {
    await outage(scenario, lab, receivers);
    await scenario.pass('messages could arrive', 60_000);
    scenario.check('control: no message of the outage arrives', receivers.count === 0);
  });

/** The receivers hang, and so do all senders from low battery on: the shutdown is as without them. */
export const notifyFrozen = (scenario: Scenario): Promise<void> =>
  withReceivers(scenario, 6, undefined, async (lab, receivers) => {
    receivers.hangs = true;
    const low = await lowBattery(scenario, lab);
    for (const name of MACHINES) lab.kubelet(name).pod('nut-notify').freeze();
    await descent(scenario, lab, low);
    scenario.check('nothing arrived', receivers.count === 0);
    receivers.hangs = false;
    await ascent(scenario, lab);
    await scenario.reach('the messages before the freeze arrive, and "on line"', 330_000, () =>
      [TITLES[0], TITLES[3]].every((title) => title !== undefined && receivers.messages.get('ups')?.includes(title)),
    );
  });
