import type { Cluster, Ups } from '../../cluster';
import { advanced, type Course, type Expected, expectedOf, isOver, NOTHING_YET } from './course';
import { clock, eventsBetween, stepOf } from './narration';
import { type Rehearsal, resultOf } from './result';

/** How a rehearsal sees the site. No call may take longer than a few seconds. */
export interface Senses {
  /** ups.status; undefined if it cannot be read. */
  readonly upsStatus: () => Promise<string | undefined>;
  /** Whether a host answers at an address. */
  readonly answers: (address: string) => Promise<boolean>;
  /** When the record of a host has its last power-off, in milliseconds since 1970. */
  readonly lastPowerOff: (host: string) => Promise<number | undefined>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Whether the person has pressed Enter since the last call. */
  readonly pressed: () => boolean;
  readonly print: (line: string) => void;
}

const POLL_MS = 1000;

/**
 * Watches an outage of one UPS, says what to do next, and returns the result when mains power and the hosts are back, or at the timeout.
 */
export async function rehearse(cluster: Cluster, ups: Ups, senses: Senses, timeoutMs: number): Promise<Rehearsal> {
  const expected = expectedOf(cluster, ups);
  const startedAt = senses.now();
  const witnesses = await answeringOf(witnessesOf(cluster), senses);
  if (witnesses.length === 0) {
    senses.print(
      'No gateway and no host without this UPS answers, so a network that fails looks like hosts that are off.',
    );
  }
  const limits = Object.entries(cluster.power.earlyShutdown ?? {}).map(([name, value]) => `${name} ${value}`);
  let course = NOTHING_YET;
  let step = '';
  // asked beside the hosts, because kubectl waits for an API server that is off
  let status: string | undefined;
  let asking: Promise<void> | undefined;
  while (!isOver(course, expected) && senses.now() - startedAt < timeoutMs) {
    asking ??= senses.upsStatus().then((answer) => {
      status = answer;
      asking = undefined;
    });
    const next = stepOf(course, expected, limits);
    if (next !== step) senses.print(`${clock(senses.now())} > ${next}`);
    step = next;
    const at = senses.now();
    const before = course;
    const answering = await answeringHosts(expected, witnesses, senses);
    const cut = senses.pressed() && course.ups.declared !== undefined;
    course = advanced(course, expected, { at, status, answering, cut });
    for (const line of eventsBetween(before, course, expected)) senses.print(line);
    await senses.sleep(Math.max(0, at + POLL_MS - senses.now()));
  }
  await asking;
  return resultOf(cluster, expected, course, startedAt, await recordsOf(expected, course, senses));
}

/** Addresses that answer also while the hosts of the UPS are off: routers, and nodes without a UPS. */
const witnessesOf = ({ network, nodes }: Cluster): string[] =>
  [...(network.gateway ?? []), ...nodes.filter(({ ups }) => ups.length === 0).flatMap(({ address }) => address)].map(
    ({ text }) => text,
  );

async function answeringOf(addresses: readonly string[], senses: Senses): Promise<string[]> {
  const answers = await Promise.all(addresses.map((address) => senses.answers(address)));
  return addresses.filter((_, i) => answers[i]);
}

/** Undefined if no witness answers any more: then nothing is known about the hosts. */
async function answeringHosts({ hosts }: Expected, witnesses: readonly string[], senses: Senses) {
  const [found, seen] = await Promise.all([
    answeringOf(
      hosts.map(({ address }) => address),
      senses,
    ),
    answeringOf(witnesses, senses),
  ]);
  if (found.length === 0 && witnesses.length > 0 && seen.length === 0) return undefined;
  return new Set(hosts.filter(({ address }) => found.includes(address)).map(({ name }) => name));
}

/** The records of the hosts that are back. They have the power-off also if this computer did not see it. */
async function recordsOf(expected: Expected, course: Course, senses: Senses): Promise<Map<string, number>> {
  if (course.ups.onLine === undefined) return new Map();
  const records = await Promise.all(
    expected.hosts.map(async ({ name }) => [name, await senses.lastPowerOff(name)] as const),
  );
  return new Map(records.flatMap(([name, at]) => (at === undefined ? [] : [[name, at] as const])));
}
