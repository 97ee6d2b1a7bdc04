import { Duration } from 'cdk8s';
import { METALLB } from '../releases';

/**
 * How speakers notice that one of them is gone, in the keys of MetalLB's config.json, all of which it wants.
 *
 * Take a profile and change what you mean to: `{ ...MEMBERLIST.lan, SuspicionMult: 3 }`.
 *
 * Sources: https://github.com/metallb/metallb/blob/v0.16.1/internal/speakerlist/speakerlist.go and
 * https://github.com/hashicorp/memberlist/blob/v0.5.1/config.go
 */
export interface MemberlistSettings {
  /** How long a connection may take to be made and to exchange everything. */
  readonly TCPTimeout: Duration;
  /** How many others are asked to try when a speaker does not answer. */
  readonly IndirectChecks: number;
  /** How often news is passed on: this many times the logarithm of the number of speakers. */
  readonly RetransmitMult: number;
  /** How many probe intervals a silent speaker is suspected before it counts as gone. Lower takes over sooner. */
  readonly SuspicionMult: number;
  /** How many times longer suspicion lasts, at most, until two others confirm it. */
  readonly SuspicionMaxTimeoutMult: number;
  /** Pause between two exchanges of everything with one other. */
  readonly PushPullInterval: Duration;
  /** How long an answer may take before others are asked to try; less than `ProbeInterval`, which is all the time they get. */
  readonly ProbeTimeout: Duration;
  /** Pause between two probes of one other speaker. */
  readonly ProbeInterval: Duration;
  /** Whether there is no second try by TCP for a probe that UDP lost. */
  readonly DisableTcpPings: boolean;
  /** How many times longer a speaker waits, at most, when it seems to be slow itself. */
  readonly AwarenessMaxMultiplier: number;
  /** How many others hear news at once. */
  readonly GossipNodes: number;
  /** Pause between two rounds of news. */
  readonly GossipInterval: Duration;
  /** How long a speaker that is gone still hears news, so that it can object. */
  readonly GossipToTheDeadTime: Duration;
  /** Whether messages must come encrypted. */
  readonly GossipVerifyIncoming: boolean;
  /** Whether messages go out encrypted. */
  readonly GossipVerifyOutgoing: boolean;
  /** Whether messages are compressed. */
  readonly EnableCompression: boolean;
  /** How many messages may wait to be read. */
  readonly HandoffQueueDepth: number;
  /** Largest datagram, in bytes; it must fit the network between the nodes. */
  readonly UDPBufferSize: number;
  /** Pause between two looks at the length of the queue of news. */
  readonly QueueCheckInterval: Duration;
}

/**
 * - `lan`: what speakers do by themselves. Of three nodes, one that is cut off is noticed after 5 to 8 s.
 * - `fast`: `lan` with half the suspicion, 3 to 6 s. A node that is busy for that long is taken for dead.
 * - `wan`: for nodes with a slow or lossy network between them; 35 to 50 s.
 */
export type MemberlistProfile = 'lan' | 'fast' | 'wan';

type Key = keyof MemberlistSettings;
type Bounds = readonly [min: number, max: number];

/** Every key, in the order of MetalLB's own, and what its value may be. */
const KINDS: Readonly<Record<Key, 'duration' | 'switch' | Bounds>> = {
  TCPTimeout: 'duration',
  IndirectChecks: [0, 100],
  RetransmitMult: [1, 100],
  SuspicionMult: [1, 100],
  SuspicionMaxTimeoutMult: [1, 100],
  PushPullInterval: 'duration',
  ProbeTimeout: 'duration',
  ProbeInterval: 'duration',
  DisableTcpPings: 'switch',
  AwarenessMaxMultiplier: [1, 100],
  GossipNodes: [1, 100],
  GossipInterval: 'duration',
  GossipToTheDeadTime: 'duration',
  GossipVerifyIncoming: 'switch',
  GossipVerifyOutgoing: 'switch',
  EnableCompression: 'switch',
  HandoffQueueDepth: [1, 1_000_000],
  // What every host must be able to receive, and what a datagram can hold.
  UDPBufferSize: [508, 65_507],
  QueueCheckInterval: 'duration',
};

const KEYS = Object.keys(KINDS) as Key[];

const fromFacts = (facts: Readonly<Record<Key, number | boolean>>): MemberlistSettings =>
  Object.fromEntries(
    KEYS.map((key) => [key, KINDS[key] === 'duration' ? Duration.millis(Number(facts[key])) : facts[key]]),
  ) as unknown as MemberlistSettings;

const { lan, wan } = METALLB.memberlist;

/** The settings of each profile. */
export const MEMBERLIST: Readonly<Record<MemberlistProfile, MemberlistSettings>> = {
  lan: fromFacts(lan),
  fast: fromFacts({ ...lan, SuspicionMult: 2 }),
  wan: fromFacts({ ...lan, ...wan }),
};

/**
 * The text of config.json. MetalLB v0.16.1 dies at start when a time is missing there, and takes 0 or false without a word for any other
 * key that is; so every key is always written.
 *
 * @throws Error with everything that is wrong with the settings.
 */
export function memberlistJson(choice: MemberlistProfile | MemberlistSettings): string {
  const settings: MemberlistSettings | undefined = typeof choice === 'string' ? MEMBERLIST[choice] : choice;
  if (!settings) {
    throw new Error(
      `memberlist: profile "${choice}" does not exist; choose from ${Object.keys(MEMBERLIST).join(', ')}`,
    );
  }
  const problems = [...KEYS.flatMap((key) => problemsOf(key, settings[key])), ...together(settings)];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return `${JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, plain(settings[key])])), null, 2)}\n`;
}

function problemsOf(key: Key, value: unknown): string[] {
  const kind = KINDS[key];
  const wrong = (cure: string) => [
    `memberlist.${key}: ${value instanceof Duration ? goDuration(value) : String(value)} is invalid; ${cure}`,
  ];
  if (kind === 'switch') return typeof value === 'boolean' ? [] : wrong('give true or false');
  if (kind === 'duration') {
    return value instanceof Duration && value.toMilliseconds() > 0 ? [] : wrong('give a Duration above 0');
  }
  const [min, max] = kind;
  const fits = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  return fits ? [] : wrong(`give a whole number from ${min} to ${max}`);
}

/** What no key shows by itself. */
function together(settings: MemberlistSettings): string[] {
  const { ProbeTimeout: timeout, ProbeInterval: interval } = settings;
  const unknown = Object.keys(settings)
    .filter((key) => !KEYS.some((known) => known === key))
    .map((key) => `memberlist.${key} is not a key of MetalLB; choose from ${KEYS.join(', ')}`);
  const isTooLate =
    timeout instanceof Duration &&
    interval instanceof Duration &&
    timeout.toMilliseconds() >= interval.toMilliseconds();
  const late = isTooLate
    ? [
        `memberlist.ProbeTimeout: ${goDuration(timeout)} leaves no time for IndirectChecks within ProbeInterval ${goDuration(interval)}; shorten it`,
      ]
    : [];
  return [...unknown, ...late];
}

const plain = (value: Duration | number | boolean): string | number | boolean =>
  value instanceof Duration ? goDuration(value) : value;

/** A time as Go's time.ParseDuration reads it. */
export function goDuration(duration: Duration): string {
  const milliseconds = duration.toMilliseconds();
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
