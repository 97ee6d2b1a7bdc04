import { createHash } from 'node:crypto';
import type { Cluster, Ups } from '../../cluster';
import { jsonOf, readIfThere, writeWhole } from '../../files';
import { explainData } from '../../power';
import { columns } from '../../text';
import { bad, good, type Row } from '../doctor/rows';
import { type Course, type Expected, shutDown } from './course';

/** The times of a host in a rehearsal. Times are ISO 8601, UTC; null: not seen. */
interface HostResult {
  readonly off: string | null;
  readonly back: string | null;
  /** Seconds after the shutdown began. */
  readonly offAfterSeconds: number | null;
  /** By the plan; null for a host that stays on. */
  readonly offWithinSeconds: number | null;
  /** Seconds from its power-off to the cut: the one that was reported, else the earliest one by the plan. */
  readonly marginSeconds: number | null;
  /** The last power-off in its own record; null if it has none since the begin. */
  readonly recorded: string | null;
}

/** The result of a rehearsal, as it is kept in a file beside cluster.yaml. */
export interface Rehearsal {
  readonly startedAt: string;
  readonly armed: boolean;
  /** Hash of the power plan that was rehearsed. */
  readonly plan: string;
  readonly onBattery: string | null;
  readonly lowBattery: string | null;
  readonly shutdown: string | null;
  /** null: no person reported it. */
  readonly cut: string | null;
  readonly onLine: string | null;
  /** Whether this computer was without network at some time. */
  readonly blind: boolean;
  readonly hosts: Readonly<Record<string, HostResult>>;
  /** What was not as planned. */
  readonly problems: readonly string[];
}

/** The last rehearsal of each UPS by its name. */
export type Rehearsals = Readonly<Record<string, Rehearsal>>;

const DAY_MS = 86_400_000;
/** hosts/RUNBOOK.md: batteries are measured, and so the shutdown is rehearsed, once a year. */
const REPEAT_DAYS = 365;

/** Hash of everything that the plan of a site computes. */
export const planHash = (cluster: Cluster): string =>
  createHash('sha256')
    .update(JSON.stringify([explainData(cluster), cluster.power.armed]))
    .digest('hex')
    .slice(0, 12);

/** The file with the rehearsals of a site. */
export const rehearsalFile = (siteFile: string): string => `${siteFile.replace(/\.ya?ml$/, '')}.rehearsal.json`;

/** @throws FileError for a file that is not JSON */
export const readRehearsals = (file: string): Rehearsals =>
  jsonOf(readIfThere(file) ?? '{}', file, 'delete it, and run rehearse again') as Rehearsals;

export const writeRehearsal = (file: string, rehearsals: Rehearsals): void =>
  writeWhole(file, `${JSON.stringify(rehearsals, undefined, 2)}\n`);

/** A line for each host, and what was not as planned. */
export function rehearsalText(ups: string, { hosts, problems, cut }: Rehearsal): string {
  const seconds = (value: number | null) => (value === null ? '-' : `${value} s`);
  const rows = Object.entries(hosts).map(([name, host]) => [
    name,
    seconds(host.offAfterSeconds),
    seconds(host.offWithinSeconds),
    seconds(host.marginSeconds),
    host.back === null ? '-' : host.back.slice(11, 19),
  ]);
  const head = [
    'host',
    'off after',
    'by the plan',
    `margin to ${cut === null ? 'the planned cut' : 'the cut'}`,
    'back at',
  ];
  return [
    ...columns([head, ...rows]),
    ...problems.map((problem) => `problem: ${problem}`),
    `rehearsal of ${ups}: ${problems.length === 0 ? 'as planned' : `problems: ${problems.length}`}`,
  ].join('\n');
}

/** @param records the last power-off in the record of a host, in milliseconds since 1970 */
export function resultOf(
  cluster: Cluster,
  expected: Expected,
  course: Course,
  startedAt: number,
  records: ReadonlyMap<string, number>,
): Rehearsal {
  const { declared } = course.ups;
  const cut = course.ups.cut ?? (declared === undefined ? undefined : declared + expected.cutSeconds * 1000);
  const hosts = expected.hosts.map(({ name, offWithinSeconds = null }) => {
    const { off, back } = course.hosts[name] ?? {};
    const record = records.get(name);
    return [
      name,
      {
        off: iso(off),
        back: iso(back),
        offAfterSeconds: secondsBetween(declared, off),
        offWithinSeconds,
        marginSeconds: secondsBetween(off, cut),
        recorded: record !== undefined && record >= startedAt - 1000 ? iso(record) : null,
      },
    ] as const;
  });
  return {
    startedAt: new Date(startedAt).toISOString(),
    armed: expected.armed,
    plan: planHash(cluster),
    onBattery: iso(course.ups.onBattery),
    lowBattery: iso(course.ups.low),
    shutdown: iso(declared),
    cut: iso(course.ups.cut),
    onLine: iso(course.ups.onLine),
    blind: course.blind,
    hosts: Object.fromEntries(hosts),
    problems: problemsOf(expected, course, new Map(hosts)),
  };
}

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

const secondsBetween = (from: number | undefined, to: number | undefined): number | null =>
  from === undefined || to === undefined ? null : Math.round((to - from) / 100) / 10;

function problemsOf(expected: Expected, course: Course, hosts: ReadonlyMap<string, HostResult>): string[] {
  const general = [
    ...(course.ups.onBattery === undefined ? [`${expected.ups} was not seen on battery`] : []),
    ...(course.ups.onLine === undefined ? [`${expected.ups} was not seen on line again`] : []),
    ...(expected.armed && !shutDown(course) ? ['no shutdown was seen'] : []),
  ];
  return [
    ...general,
    ...[...hosts].flatMap(([name, { off, back, recorded, offAfterSeconds, offWithinSeconds, marginSeconds }]) => {
      if (offWithinSeconds === null) return off === null ? [] : [`${name} powered off, and should have stayed on`];
      if (off === null) return recorded === null || !course.blind ? [`${name} was not seen off`] : [];
      return [
        ...((offAfterSeconds ?? 0) > offWithinSeconds
          ? [`${name} was off after ${offAfterSeconds} s, by the plan within ${offWithinSeconds} s`]
          : []),
        ...((marginSeconds ?? 1) <= 0 ? [`${name} was still on when the output was cut`] : []),
        ...(back === null ? [`${name} did not answer again`] : []),
      ];
    }),
  ];
}

/** The row of doctor about the last rehearsal of a UPS. */
export function rehearsalRow(cluster: Cluster, { name }: Ups, rehearsal: Rehearsal | undefined, now: Date): Row {
  const subject = `rehearsal of ${name}`;
  const again = `power-safe-k3s rehearse${cluster.ups.length > 1 ? ` --ups ${name}` : ''}, at a time when the hosts may power off`;
  if (!rehearsal) return bad(subject, 'never', again);
  const days = Math.floor((now.getTime() - Date.parse(rehearsal.startedAt)) / DAY_MS);
  const margins = Object.values(rehearsal.hosts).flatMap(({ marginSeconds }) => marginSeconds ?? []);
  const margin = margins.length > 0 ? `, smallest margin ${Math.min(...margins)} s` : '';
  const found = `${rehearsal.startedAt.slice(0, 10)}, ${days} days ago${margin}`;
  if (rehearsal.problems.length > 0) return bad(subject, `${found}: ${rehearsal.problems.join('; ')}`, again);
  if (!rehearsal.armed) return bad(subject, `${found}, while power.armed was false`, again);
  if (rehearsal.plan !== planHash(cluster)) return bad(subject, `${found}, with another power plan`, again);
  return days > REPEAT_DAYS ? bad(subject, found, `${again}; once a year`) : good(subject, found);
}
