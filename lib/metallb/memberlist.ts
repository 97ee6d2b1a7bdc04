import { Duration } from 'cdk8s';
import { METALLB } from '../releases';

/**
 * Failure detection among speakers, by the keys of MetalLB's config.json. All are required.
 *
 * To change some of a profile: `{ ...MEMBERLIST.lan, SuspicionMult: 3 }`.
 *
 * Sources: https://github.com/metallb/metallb/blob/v0.16.1/internal/speakerlist/speakerlist.go and
 * https://github.com/hashicorp/memberlist/blob/v0.5.1/config.go
 */
export interface MemberlistSettings {
  /** Timeout of a TCP connection, including a full state exchange. */
  readonly TCPTimeout: Duration;
  /** Number of other speakers that probe an unresponsive one. */
  readonly IndirectChecks: number;
  /** Retransmissions of a message, times the logarithm of the number of speakers. */
  readonly RetransmitMult: number;
  /** Probe intervals from suspicion to failure. A lower number gives a faster failover. */
  readonly SuspicionMult: number;
  /** Maximum factor of the suspicion time without confirmation by two others. */
  readonly SuspicionMaxTimeoutMult: number;
  /** Interval of full state exchanges. */
  readonly PushPullInterval: Duration;
  /** Timeout of a direct probe; must be less than `ProbeInterval`, which also covers the indirect probes. */
  readonly ProbeTimeout: Duration;
  /** Interval of probes. */
  readonly ProbeInterval: Duration;
  /** Whether to disable the TCP fallback of a UDP probe. */
  readonly DisableTcpPings: boolean;
  /** Maximum factor of the timeouts of a speaker that is itself slow. */
  readonly AwarenessMaxMultiplier: number;
  /** Number of recipients of a gossip message. */
  readonly GossipNodes: number;
  /** Interval of gossip messages. */
  readonly GossipInterval: Duration;
  /** How long a failed speaker still receives gossip, so it can refute its failure. */
  readonly GossipToTheDeadTime: Duration;
  /** Whether received messages must be encrypted. */
  readonly GossipVerifyIncoming: boolean;
  /** Whether sent messages are encrypted. */
  readonly GossipVerifyOutgoing: boolean;
  /** Whether messages are compressed. */
  readonly EnableCompression: boolean;
  /** Length of the receive queue. */
  readonly HandoffQueueDepth: number;
  /** Maximum datagram in bytes; must fit the network's MTU. */
  readonly UDPBufferSize: number;
  /** Interval of queue length checks. */
  readonly QueueCheckInterval: Duration;
}

/**
 * - `lan`: the default of speakers. Of three nodes, a failed one is detected after 5 to 8 s.
 * - `fast`: `lan` with half the suspicion time, 3 to 6 s. A node that is stalled for that long counts as failed.
 * - `wan`: for a slow or lossy network; 35 to 50 s.
 */
export type MemberlistProfile = 'lan' | 'fast' | 'wan';

type Key = keyof MemberlistSettings;
type Bounds = readonly [min: number, max: number];

/** Every key in MetalLB's order, with the kind of its value. */
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
  // the minimum that every host can receive, and the maximum of a datagram
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
 * The text of config.json with every key: MetalLB v0.16.1 exits at start if a time is missing, and uses 0 or false for another missing
 * key.
 *
 * @throws Error with everything that is wrong
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

/** Problems between keys. */
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

/** A duration in the format of Go's time.ParseDuration. */
export function goDuration(duration: Duration): string {
  const milliseconds = duration.toMilliseconds();
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
