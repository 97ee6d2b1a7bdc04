import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly mebibytes: number;
}

/**
 * Wall clock and CPU time of a command with all of its processes, and peak memory of its largest one.
 *
 * @param report a file for GNU time
 * @throws Error if it fails, or GNU time is not installed
 */
export function measure(command: string, report: string): Measured {
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync('/usr/bin/time', ['-f', '%M %U %S', '-o', report, 'sh', '-c', command], {
    encoding: 'utf8',
  });
  const wallMs = Number(process.hrtime.bigint() - start) / 1e6;
  if (error) throw new Error('GNU time is missing; run apt-get install time', { cause: error });
  if (status !== 0) throw new Error(`"${command}" ended with ${status}: ${stderr}`);
  const [kibibytes = Number.NaN, user = Number.NaN, system = Number.NaN] = readFileSync(report, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  return { wallMs, cpuMs: (user + system) * 1000, mebibytes: kibibytes / 1024 };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
