import { parseAllDocuments } from 'yaml';
import type { Files } from '../../lib/files/outputs';
import type { JsonObject } from '../../lib/live/verify/canonical';

/** An object of dist/ and the file it stands in. */
export interface PlacedObject {
  readonly file: string;
  readonly object: JsonObject;
}

/** Every Kubernetes object of dist/, read back from its text. */
export const objectsOf = (dist: Files): PlacedObject[] =>
  [...dist].flatMap(([file, text]) =>
    parseAllDocuments(text).map((document) => ({ file, object: document.toJS() as JsonObject })),
  );

/** `Kind namespace/name`, which is what must be unique. */
export function identity({ kind, metadata }: JsonObject): string {
  const { name, namespace } = metadata as { name: string; namespace?: string };
  return namespace ? `${String(kind)} ${namespace}/${name}` : `${String(kind)} ${name}`;
}
