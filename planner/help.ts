import { DRIVER_NAMES } from '../lib/power';
import { clusterJsonSchema, type JsonSchema, schemasAt } from '../lib/site';
import { placeAt } from './place';

/** Something that can stand at a place. */
export interface Choice {
  readonly label: string;
  /** What is inserted. */
  readonly text: string;
  readonly info: string | undefined;
  readonly kind: 'property' | 'value';
}

const schema = clusterJsonSchema();

/** What can stand at a column of a line. Pure. */
export function choicesAt(lines: readonly string[], number: number, column: number): readonly Choice[] {
  const { path, key, isValue, indent } = placeAt(lines, number, column);
  if (!isValue) return schemasAt(schema, path).flatMap((group) => keysOf(group, indent));
  const at = [...path, ...(key === undefined ? [] : [key])];
  const names = key === 'driver' ? DRIVER_NAMES : schemasAt(schema, at).flatMap(valuesOf);
  return [...new Set(names)].map((label) => ({ label, text: label, info: undefined, kind: 'value' }));
}

/** What the key on a line means; undefined if it has none, or an unknown one. Pure. */
export function meaningAt(lines: readonly string[], number: number, column: number): string | undefined {
  const { path, key } = placeAt(lines, number, column);
  if (key === undefined) return undefined;
  const found = schemasAt(schema, path).map(({ properties }) => properties?.[key]);
  return found.map(descriptionOf).find((text) => text !== undefined);
}

const descriptionOf = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { description } = value as JsonSchema;
  const values = valuesOf(value as JsonSchema);
  const parts = [description, ...(values.length > 0 ? [`One of ${values.join(', ')}.`] : [])];
  return parts.filter(Boolean).join(' ') || undefined;
};

function keysOf({ properties = {} }: JsonSchema, indent: number): Choice[] {
  const pad = `\n${' '.repeat(indent + 2)}`;
  return Object.entries(properties).map(([label, value]) => {
    const [first] = typeof value === 'object' ? schemasAt(value as JsonSchema, []) : [];
    const end = first?.type === 'object' ? `:${pad}` : first?.type === 'array' ? `:${pad}- ` : ': ';
    return { label, text: label + end, info: descriptionOf(value), kind: 'property' };
  });
}

const valuesOf = (value: JsonSchema): string[] => {
  if (value.type === 'boolean') return ['true', 'false'];
  return [...(value.enum ?? []), ...(value.const === undefined ? [] : [value.const])].map(String);
};
