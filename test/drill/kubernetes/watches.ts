import { readFileSync, writeFileSync } from 'node:fs';

/** How many times a user may watch files, of the whole kernel. */
const LIMIT = '/proc/sys/fs/inotify/max_user_instances';
/** A cluster of three nodes takes about 50; the default is 128, of which the machine itself has some. */
const ENOUGH = 1024;

/** Lets clusters run beside each other, and returns what sets the limit back. */
export function allowWatches(): () => void {
  const before = Number(readFileSync(LIMIT, 'utf8'));
  if (before >= ENOUGH) return () => {};
  writeFileSync(LIMIT, String(ENOUGH));
  return () => writeFileSync(LIMIT, String(before));
}
