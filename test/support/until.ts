import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 5;
/** A shell takes its time on a machine that is busy. */
const LONGEST_MS = 20_000;

/**
 * Waits until something is so.
 *
 * @param what what it is, for the error
 * @throws Error when it is not so after 20 s
 */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await pause(POLL_MS);
  }
}
