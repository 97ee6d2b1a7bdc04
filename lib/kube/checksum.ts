import { createHash } from 'node:crypto';

/** Annotation of a pod template with the checksum of its configuration, so a change restarts the pods. */
export const CHECKSUM_ANNOTATION = 'checksum/config';

/** By the object that the DaemonSets of a site share. */
const known = new WeakMap<object, string>();

/** 16 hexadecimal digits of names and texts, independent of their order. */
export function checksum(data: Readonly<Record<string, string>>): string {
  const found = known.get(data);
  if (found !== undefined) return found;
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  const sum = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
  known.set(data, sum);
  return sum;
}
