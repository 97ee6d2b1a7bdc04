import type { Check, Measurement, Scenario } from './scenario';

/** Colours a text, or returns it unchanged. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
}

const sgr = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;

export const paintFor = (colour: boolean): Paint =>
  colour
    ? { good: sgr(32), bad: sgr(31), strong: sgr(1) }
    : { good: (text) => text, bad: (text) => text, strong: (text) => text };

/** The measurements and checks of a scenario, as text. */
export function scenarioReport(scenario: Scenario, summary: string, tookMs: number, paint: Paint): string {
  return [
    `${paint.strong(scenario.name)}: ${summary} (${(tookMs / 1000).toFixed(0)} s)`,
    ...table(scenario.measurements).map((line) => `  ${line}`),
    ...scenario.checks.map((check) => `  ${checkLine(check, paint)}`),
    '',
  ].join('\n');
}

/** The failed checks, repeated at the end of a run. */
export const failureLines = (scenarios: readonly Scenario[], paint: Paint): string[] =>
  scenarios.flatMap(({ name, checks }) =>
    checks.filter(({ passed }) => !passed).map((check) => `${name}: ${checkLine(check, paint)}`),
  );

const checkLine = ({ passed, what, detail }: Check, paint: Paint): string =>
  `${passed ? paint.good('PASS') : paint.bad('FAIL')} ${what}${detail && ` (${detail})`}`;

/** A table with a sorted column for each name, and single values last. */
export function table(measurements: readonly Measurement[]): string[] {
  const [head, ...body] = tableOf(measurements);
  if (head === undefined) return [];
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(head),
    widths
      .map((width) => '-'.repeat(width))
      .join('  ')
      .trimEnd(),
    ...body.map(line),
  ];
}

/** The cells of that table, its head first; nothing when nothing was measured. */
export function tableOf(measurements: readonly Measurement[]): string[][] {
  const rows = merged(measurements);
  if (rows.length === 0) return [];
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const columns = [...names.filter(Boolean).sort(), ...names.filter((name) => name === '')];
  const body = rows.map(({ what, values }) => [what, ...columns.map((column) => values[column] ?? '')]);
  return [['measured', ...columns], ...body];
}

/** Values that were measured one after the other for different columns of a row come together. */
function merged(measurements: readonly Measurement[]): Measurement[] {
  const rows: Measurement[] = [];
  for (const { what, values } of measurements) {
    const columns = Object.keys(values);
    const at = rows.findIndex((row) => row.what === what && columns.every((column) => !(column in row.values)));
    if (at < 0) rows.push({ what, values });
    else rows[at] = { what, values: { ...rows[at]?.values, ...values } };
  }
  return rows;
}
