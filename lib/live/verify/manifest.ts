import { type Document, parseAllDocuments } from 'yaml';
import type { JsonObject } from './canonical';

/**
 * The Kubernetes objects of a YAML text with one or more documents; a `List` is replaced by its items.
 *
 * @throws Error with the file name if it is not YAML, or contains something else
 */
export function readManifest(text: string, file: string): JsonObject[] {
  return parseAllDocuments(text)
    .map((document) => plainValue(document, file))
    .filter((value) => value !== null)
    .flatMap((value) => (isFields(value) && value['kind'] === 'List' ? itemsOf(value, file) : [value]))
    .map((value) => asObject(value, file));
}

/** The value of a document. Unresolved aliases are detected only here. */
function plainValue(document: Document.Parsed, file: string): unknown {
  const [error] = document.errors;
  if (error) throw new Error(`${file} is not valid YAML: ${error.message}`);
  try {
    return document.toJS();
  } catch (cause) {
    throw new Error(`${file} is not valid YAML: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function itemsOf({ items }: Fields, file: string): unknown[] {
  if (Array.isArray(items)) return items;
  throw new Error(`${file} contains a List without items; give a manifest`);
}

function asObject(value: unknown, file: string): JsonObject {
  const metadata = isFields(value) ? value['metadata'] : undefined;
  if (
    isFields(value) &&
    typeof value['kind'] === 'string' &&
    isFields(metadata) &&
    typeof metadata['name'] === 'string'
  ) {
    return value as JsonObject;
  }
  throw new Error(`${file} contains ${shown(value)}, which has no kind and name; give a manifest`);
}

const WIDTH = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH)}...`;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
