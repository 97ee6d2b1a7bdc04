import { createHash } from 'node:crypto';

/** Annotation of a pod template that changes with the configuration its pods read, so that a change rolls them. */
export const CHECKSUM_ANNOTATION = 'checksum/config';

/** 16 hex digits that change when any name or text changes, and do not depend on the order of the names. */
export function checksum(data: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
