import type * as z from 'zod';
import { type Path, type Problem, problemFrom, type Rules } from '../cluster';
import { quoted } from '../text';

/** Rules about keys and kinds of values. */
export const FORM_RULES = {
  'unknown-key': { cause: 'A key that does not exist in its group, or a missing required key' },
  'missing-key': { cause: 'A key that does not exist in its group, or a missing required key' },
  'bad-type': { cause: 'A value of the wrong kind, or an empty one', cure: 'Quote numbers that are text' },
  'bad-value': { cause: 'Not one of the allowed values, or outside the bounds' },
  'bad-number': { cause: 'Not one of the allowed values, or outside the bounds' },
  'empty-list': { cause: 'A list needs an entry' },
} as const satisfies Rules;

const problem = problemFrom(FORM_RULES);

type Issue = z.core.$ZodIssue;
/** A JSON Schema, as zod writes it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The problems of the form of a site, from those that zod found.
 *
 * @param schema makes the JSON Schema of the site, from which the keys of a group are read
 */
export const problemsOfForm = (failure: z.ZodError, schema: () => JsonSchema): Problem[] =>
  failure.issues.flatMap((issue) => fromIssue(issue, [], schema));

function fromIssue(issue: Issue, parent: Path, schema: () => JsonSchema): Problem[] {
  const path = [...parent, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case 'invalid_union':
      return fromUnion(issue, path, schema);
    case 'invalid_key':
      return issue.issues.flatMap((inner) => fromIssue(inner, path, schema));
    case 'unrecognized_keys': {
      const cure = `use one of ${keysAt(schema, path).join(', ')}`;
      return issue.keys.map((key) =>
        problem('unknown-key', [...path, key], `key ${quoted(key)} does not exist here`, cure),
      );
    }
    case 'invalid_type':
      return [ofType(path, issue.input, withArticle(issue.expected))];
    case 'invalid_value': {
      const choice = anyOf(issue.values.map(String));
      if (issue.input === undefined) return [missing(path, choice)];
      return [problem('bad-value', path, `${nameOf(path)} is ${shown(issue.input)}`, `use ${choice}`)];
    }
    case 'too_small':
      return [outOfBounds(path, issue.input, issue.origin, `at least ${issue.minimum}`)];
    case 'too_big':
      return [outOfBounds(path, issue.input, issue.origin, `at most ${issue.maximum}`)];
    case 'custom': {
      // The message quotes the value, which may have semicolons, so the cure follows the last one.
      const cut = issue.message.lastIndexOf('; ');
      const rule = String(issue.params?.['rule']);
      return [
        { severity: 'error', rule, path, message: issue.message.slice(0, cut), cure: issue.message.slice(cut + 2) },
      ];
    }
    default:
      return [problem('bad-value', path, `${nameOf(path)} is ${shown(issue.input)}`, 'see cluster.schema.json')];
  }
}

/** The problems of the alternative whose kind the value has, or the allowed kinds when it has none of them. */
function fromUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, schema: () => JsonSchema): Problem[] {
  const meant = issue.errors.find((branch) => !branch.some(isWrongKind));
  if (meant) return meant.flatMap((inner) => fromIssue(inner, path, schema));
  return [ofType(path, issue.input, anyOf(issue.errors.flat().flatMap(kindsOf)))];
}

/** Whether the value has none of the allowed kinds, rather than an allowed kind with a fault inside. */
function isWrongKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isWrongKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** The allowed kinds, in words. */
function kindsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(kindsOf);
  return [issue.code === 'invalid_value' ? anyOf(issue.values.map(String)) : withArticle(expectedOf(issue))];
}

/** `a, b or c`. */
const anyOf = (list: readonly string[]): string => list.join(', ').replace(/, ([^,]*)$/, ' or $1');

const expectedOf = (issue: Issue): string => (issue.code === 'invalid_type' ? issue.expected : '');

function ofType(path: Path, input: unknown, wanted: string): Problem {
  if (input === undefined) return missing(path, wanted);
  const scalar = typeof input === 'number' || typeof input === 'boolean';
  const quotes = scalar && (wanted === KINDS['string'] || wanted === 'a text or a list') ? ' (quote it)' : '';
  // in place of a group, such as { secret: true }, it may be a secret
  const hidden = wanted === KINDS['object'] && (typeof input === 'string' || typeof input === 'number');
  const what = hidden ? withArticle(typeof input) : shown(input);
  return problem('bad-type', path, `${nameOf(path)} is ${what}`, `use ${wanted}${quotes}`, [
    ...(quotes ? [[{ path, value: String(input) }]] : []),
  ]);
}

const missing = (path: Path, wanted: string): Problem =>
  problem('missing-key', path, `${nameOf(path)} is missing`, `add it: ${wanted}`);

function outOfBounds(path: Path, input: unknown, origin: string, bound: string): Problem {
  const list = origin === 'array';
  const unit = list ? ' entry' : '';
  return problem(list ? 'empty-list' : 'bad-number', path, `${nameOf(path)} is ${shown(input)}`, `use ${bound}${unit}`);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};
const withArticle = (expected: string): string => KINDS[expected] ?? expected;

function nameOf(path: Path): string {
  const key = path.at(-1);
  if (key === undefined) return 'the site';
  return typeof key === 'number' ? `entry ${key + 1}` : quoted(key);
}

function shown(input: unknown): string {
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (input === null) return 'empty';
  if (typeof input === 'string') return quoted(input);
  return typeof input === 'object' || typeof input === 'function' ? 'a group of keys' : String(input);
}

/** The keys of the schema at this path. */
const keysAt = (schema: () => JsonSchema, path: Path): string[] =>
  Object.keys(schemasAt(schema(), path).find(({ properties }) => properties)?.properties ?? {});

/** The schemas of the values at this path: one, or the alternatives. */
export function schemasAt(schema: JsonSchema, path: Path): readonly JsonSchema[] {
  let at: readonly JsonSchema[] = alternatives(schema);
  for (const key of path) {
    at = at.flatMap((one) => {
      const next: unknown = typeof key === 'number' ? one.items : (one.properties?.[key] ?? one.additionalProperties);
      return typeof next === 'object' && !Array.isArray(next) ? alternatives(next as JsonSchema) : [];
    });
  }
  return at;
}

/** The schema itself, or the alternatives that it lists. */
const alternatives = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema.anyOf as readonly JsonSchema[] | undefined)?.flatMap(alternatives) ?? [schema];
