import type { Gossip } from '../../../lib/handbook/outage';
import { type Scenario, seconds } from '../scenario';
import { withLab } from './takeover';

const WATCHED_MS = 20_000;
const STALE_MS = 10_000;

/** Negative control: isolated speakers. None may detect the failure, so that the drill measures memberlist. */
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
      await scenario.pass('no speaker detects it', WATCHED_MS);
      scenario.check(
        `control: without gossip no speaker detects the failure within ${WATCHED_MS / 1000} s`,
        others.every((one) => one.alive && one.noticed(lost, pulled) === undefined),
      );
      scenario.check('control: the client gets no answer', client.servedAfter(pulled + 500) === undefined);
      await client.stop();
    });

/** Negative control: failover without gratuitous ARP. The client still sends to the failed node. */
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
      await scenario.reach('every speaker has all members', 30_000, () => lab.isComplete());
      await lost.machine.announce(address, { arp: true });
      const client = await lab.useAddress(address);
      await lost.machine.cable.pull();
      const pulled = Date.now();
      await scenario.wait('the next node detects the failure', 60_000, () => heir.noticed(lost, pulled) !== undefined);
      await heir.machine.announce(address, { arp: false });
      const taken = Date.now();
      await scenario.pass('the client keeps the old MAC address', STALE_MS);
      scenario.check(
        `control: without gratuitous ARP the client gets no answer for ${STALE_MS / 1000} s after the failover`,
        client.servedAfter(taken) === undefined,
      );
      heir.machine.tell(address);
      const told = Date.now();
      await scenario.reach(
        'the client is served after one gratuitous ARP',
        5000,
        () => client.servedAfter(told) !== undefined,
      );
      scenario.measure('client served after gratuitous ARP', seconds((client.servedAfter(told) ?? Number.NaN) - told));
      await client.stop();
    });
