import { allOff, type Course, type Expected, isOver } from './course';

/** What the person does next, and at which time of the day it was said. */
export function stepOf(course: Course, expected: Expected, limits: readonly string[]): string {
  const { ups } = expected;
  const begin = ['low battery', ...limits].join(' or ');
  if (isOver(course, expected)) return 'The rehearsal is over.';
  if (course.ups.onBattery === undefined) return `Pull the plug of ${ups} now.`;
  if (!expected.armed) {
    return `power.armed is false, so no host powers off. Plug ${ups} in after low battery, or earlier; its battery must not run empty.`;
  }
  if (course.ups.onLine !== undefined) return 'Mains power is back. Wait until every host answers.';
  if (course.ups.declared === undefined) return `Leave it unplugged. The shutdown begins at ${begin}.`;
  if (!allOff(course, expected))
    return 'The shutdown has begun. Leave it unplugged until every host is off and the output is cut.';
  if (course.ups.cut === undefined) {
    return `Every host is off. Press Enter when ${ups} cuts its output, ${expected.cutSeconds} s after the shutdown began or later; then plug it in.`;
  }
  return `Plug ${ups} in. The hosts start.`;
}

/** The events that one course has and the one before has not, as lines. */
export function eventsBetween(before: Course, after: Course, expected: Expected): string[] {
  const { ups } = expected;
  const since = (at: number) =>
    after.ups.declared === undefined
      ? ''
      : `, ${((at - after.ups.declared) / 1000).toFixed(0)} s after the shutdown began`;
  const upsLines = (
    [
      ['onBattery', `${ups} is on battery`],
      ['low', `${ups} reports low battery`],
      ['declared', 'the shutdown begins'],
      ['cut', `${ups} cuts its output`],
      ['onLine', `${ups} is on line`],
    ] as const
  ).flatMap(([name, text]) => {
    const at = after.ups[name];
    if (at === undefined || before.ups[name] !== undefined) return [];
    return [{ at, text: name === 'cut' ? `${text}${since(at)}` : text }];
  });
  const hostLines = expected.hosts.flatMap(({ name, offWithinSeconds }) => {
    const [old, now] = [before.hosts[name] ?? {}, after.hosts[name] ?? {}];
    const plan = offWithinSeconds === undefined ? 'it should stay on' : `by the plan within ${offWithinSeconds} s`;
    return [
      ...(now.off !== undefined && old.off === undefined
        ? [{ at: now.off, text: `${name} is off${since(now.off)}, ${plan}` }]
        : []),
      ...(now.back !== undefined && old.back === undefined ? [{ at: now.back, text: `${name} answers again` }] : []),
    ];
  });
  const blind = after.blind && !before.blind ? ['         this computer has no network; times may be missing'] : [];
  return [
    ...[...upsLines, ...hostLines].toSorted((a, b) => a.at - b.at).map(({ at, text }) => `${clock(at)} ${text}`),
    ...blind,
  ];
}

/** The time of the day in UTC, as in the logs. */
export const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);
