import type { Gossip } from '../../../lib/handbook/outage';
import { type Scenario, seconds } from '../scenario';
import { withLab } from './takeover';

const WATCHED_MS = 20_000;
const STALE_MS = 10_000;

/** Negative control: speakers that do not know each other. Nobody may notice, so that it is memberlist that the drill measures. */
export const alone =
  (gossip: Gossip) =>
  (scenario: Scenario): Promise<void> =>
    withLab(scenario, { nodes: 3, gossip, rounds: 1, together: false }, async (lab) => {
      const address = lab.addressOf(0);
      const lost = lab.owner(address);
      const others = lab.speakers.filter((speaker) => speaker !== lost);
      await lost.machine.announce(address, { arp: true });
      const client = await lab.useAddress(address);
      await lost.machine.cable.pull();
      const pulled = Date.now();
      await scenario.pass('nobody notices', WATCHED_MS);
      scenario.check(
        `control: without gossip no speaker notices within ${WATCHED_MS / 1000} s`,
        others.every((one) => one.alive && one.noticed(lost, pulled) === undefined),
      );
      scenario.check('control: and the client gets no answer', client.servedAfter(pulled + 500) === undefined);
      await client.stop();
    });

/** Negative control: the address is taken over without telling. The client goes on asking the dead node. */
export const silent =
  (gossip: Gossip) =>
  (scenario: Scenario): Promise<void> =>
    withLab(scenario, { nodes: 3, gossip, rounds: 1 }, async (lab) => {
      const address = lab.addressOf(0);
      const lost = lab.owner(address);
      const heir = lab.owner(
        address,
        lab.speakers.filter((speaker) => speaker !== lost),
      );
      await scenario.reach('the speakers know each other', 30_000, () => lab.isComplete());
      await lost.machine.announce(address, { arp: true });
      const client = await lab.useAddress(address);
      await lost.machine.cable.pull();
      const pulled = Date.now();
      await scenario.wait('the heir notices', 60_000, () => heir.noticed(lost, pulled) !== undefined);
      await heir.machine.announce(address, { arp: false });
      const taken = Date.now();
      await scenario.pass('the client keeps the old hardware address', STALE_MS);
      scenario.check(
        `control: without gratuitous ARP the client gets no answer for ${STALE_MS / 1000} s after the takeover`,
        client.servedAfter(taken) === undefined,
      );
      heir.machine.tell(address);
      const told = Date.now();
      await scenario.reach('one gratuitous ARP later it is served', 5000, () => client.servedAfter(told) !== undefined);
      scenario.measure('client served after gratuitous ARP', seconds((client.servedAfter(told) ?? Number.NaN) - told));
      await client.stop();
    });
