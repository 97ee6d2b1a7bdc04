import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Path of a program.
 *
 * @throws Error when PATH does not have it, so that no test waits for a program that never starts
 */
export function installed(program: string): string {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new Error(`"${program}" is not installed; install it (Debian: apt-get install ${program})`);
  }
  return path;
}

/** The shells of the hosts and pods that run the scripts of this project: Debian's and Alpine's. */
export const SHELLS = [
  { shell: 'dash', command: [installed('dash')] },
  { shell: 'busybox sh', command: [installed('busybox'), 'sh'] },
] as const;
