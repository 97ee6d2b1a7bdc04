import { join } from 'node:path';
import { type Gossip, gossipDetection } from '../../../lib/handbook/outage';
import { Network } from '../network';
import { type Scenario, seconds } from '../scenario';
import { Client } from './client';
import { electedNode } from './election';
import { Machine } from './machine';
import { Speaker } from './speaker';

export interface TakeoverProps {
  readonly nodes: number;
  readonly gossip: Gossip;
  /** How many nodes lose their cable, one after the other. */
  readonly rounds: number;
  /** Whether the speakers form a cluster. @default true */
  readonly together?: boolean;
  /** Whether the next node sends gratuitous ARP. @default true */
  readonly arp?: boolean;
}

const SUBNET = '192.168.10';
const PREFIX_LENGTH = 24;
/** From NotifyLeave to the first connection: the drill polls every 50 ms and starts two programs. */
const REACTION_MS = 2000;
/** An unconfirmed suspicion ends after it: 4 probe intervals, and one to spread. */
const SETTLE_MS = 5000;
/** For the time stamps of two programs on a busy host. */
const TOLERANCE_MS = 300;

/** The nodes of a site, each with its speaker, and a client, on one switch. */
export class TakeoverLab {
  readonly speakers: readonly Speaker[];
  private readonly network = new Network();
  private readonly visitor = new Machine('client', `${SUBNET}.99`, PREFIX_LENGTH);

  constructor(
    private readonly scenario: Scenario,
    readonly props: TakeoverProps,
  ) {
    const machines = Array.from(
      { length: props.nodes },
      (_, i) => new Machine(`k3s-${i + 1}`, `${SUBNET}.${11 + i}`, PREFIX_LENGTH),
    );
    this.speakers = machines.map((machine) => {
      const others = machines.filter((other) => other !== machine).map(({ address }) => address);
      return new Speaker({
        machine,
        gossip: props.gossip,
        peers: (props.together ?? true) ? others : [],
        folder: scenario.folder(machine.name),
        logFile: join(scenario.logFolder, `${machine.name}.log`),
      });
    });
  }

  async start(): Promise<void> {
    await this.network.start();
    for (const machine of [...this.machines, this.visitor]) await machine.start(this.network);
    for (const speaker of this.speakers) speaker.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.speakers.map((speaker) => speaker.stop()));
    await Promise.all([...this.machines, this.visitor].map((machine) => machine.stop()));
    await this.network.stop();
  }

  private get machines(): Machine[] {
    return this.speakers.map(({ machine }) => machine);
  }

  /** The address of a round; no node has it. */
  addressOf(round: number): string {
    return `${SUBNET}.${240 + round}`;
  }

  owner(address: string, among: readonly Speaker[] = this.speakers): Speaker {
    const name = electedNode(
      among.map(({ machine }) => machine.name),
      address,
    );
    const found = among.find(({ machine }) => machine.name === name);
    if (!found) throw new Error(`there is no speaker on ${name}`);
    return found;
  }

  isComplete(): boolean {
    return this.speakers.every((speaker) => speaker.alive && speaker.memberCount() >= this.props.nodes);
  }

  /** Starts a client of an address, and waits until it is served. */
  async useAddress(address: string): Promise<Client> {
    const client = new Client(this.visitor, address, join(this.scenario.logFolder, `client-${address}.log`));
    await this.scenario.wait(`${address} answers`, 20_000, () => client.isServed);
    return client;
  }
}

/** Nodes lose their cable while they announce an address, and other nodes take it over. */
export const takeover =
  (props: TakeoverProps) =>
  async (scenario: Scenario): Promise<void> => {
    const range = gossipDetection(props.nodes, props.gossip);
    if (!range) throw new Error('a failover needs two nodes');
    const rounds: Round[] = [];
    await withLab(scenario, props, async (lab) => {
      await scenario.reach('every speaker has all members', 30_000, () => lab.isComplete());
      for (let round = 0; round < props.rounds; round++) {
        rounds.push(await runRound(scenario, lab, lab.addressOf(round)));
        await scenario.wait('every speaker has all members again', 60_000, () => lab.isComplete());
        // the speaker that was cut off suspected all others; they need time to refute that
        await scenario.pass('old suspicions end', SETTLE_MS);
      }
    });
    const columns = (value: (round: Round) => number) =>
      Object.fromEntries(rounds.map((round, i) => [`round ${i + 1}`, seconds(value(round))]));
    scenario.measure(
      'detected by the first speaker',
      columns(({ noticed }) => Math.min(...noticed)),
    );
    scenario.measure(
      'detected by the last speaker',
      columns(({ noticed }) => Math.max(...noticed)),
    );
    scenario.measure(
      'client not served',
      columns(({ outage }) => outage),
    );
    scenario.measure('detection by the runbook', `${range.from} to ${range.to} s`);
    const all = rounds.flatMap(({ noticed }) => noticed);
    scenario.check(
      'every speaker detects the failure within the time of hosts/RUNBOOK.md',
      all.length === props.rounds * (props.nodes - 1) &&
        all.every((time) => time >= range.from * 1000 - TOLERANCE_MS && time <= range.to * 1000 + TOLERANCE_MS),
      `${seconds(Math.min(...all))} to ${seconds(Math.max(...all))}`,
    );
    scenario.check(
      'the client is served again as soon as the address has moved',
      rounds.every(({ outage, noticed }) => outage <= Math.max(...noticed) + REACTION_MS),
    );
  };

interface Round {
  /** Milliseconds until each of the other speakers detected the failure. */
  readonly noticed: readonly number[];
  /** Milliseconds without a connection of the client. */
  readonly outage: number;
}

async function runRound(scenario: Scenario, lab: TakeoverLab, address: string): Promise<Round> {
  const { timeline } = scenario;
  const lost = lab.owner(address);
  const others = lab.speakers.filter((speaker) => speaker !== lost);
  const heir = lab.owner(address, others);
  // a speaker under suspicion is declared failed sooner, and a busy host may suspect one at any time
  await scenario.wait(`no speaker suspects ${lost.machine.name}`, 60_000, () =>
    others.every((one) => (one.suspected(lost) ?? 0) < Date.now() - SETTLE_MS),
  );
  await lost.machine.announce(address, { arp: true });
  const client = await lab.useAddress(address);
  try {
    await lost.machine.cable.pull();
    const pulled = Date.now();
    timeline.log(lost.machine.name, `cable pulled while it announces ${address}`);
    await scenario.wait(
      `${heir.machine.name} detects the failure`,
      60_000,
      () => heir.noticed(lost, pulled) !== undefined,
    );
    await heir.machine.announce(address, { arp: lab.props.arp ?? true });
    timeline.log(heir.machine.name, `announces ${address}`);
    await scenario.wait('all speakers detect the failure', 60_000, () =>
      others.every((one) => one.noticed(lost, pulled) !== undefined),
    );
    await scenario.wait('the client is served', 60_000, () => client.servedAfter(pulled) !== undefined);
    return {
      noticed: others.map((one) => (one.noticed(lost, pulled) ?? Number.NaN) - pulled),
      outage: (client.servedAfter(pulled) ?? Number.NaN) - (client.lastServedBefore(pulled) ?? pulled),
    };
  } finally {
    await client.stop();
    for (const { machine } of lab.speakers) await machine.withdraw(address);
    await lost.machine.cable.plug();
  }
}

export async function withLab(
  scenario: Scenario,
  props: TakeoverProps,
  run: (lab: TakeoverLab) => Promise<void>,
): Promise<void> {
  const lab = new TakeoverLab(scenario, props);
  try {
    await lab.start();
    await run(lab);
  } finally {
    await lab.stop();
  }
}
