import { createHash } from 'node:crypto';

/** Annotation of a pod template with the checksum of its configuration, so a change restarts the pods. */
export const CHECKSUM_ANNOTATION = 'checksum/config';

/** 16 hexadecimal digits of names and texts, independent of their order. */
export function checksum(data: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
