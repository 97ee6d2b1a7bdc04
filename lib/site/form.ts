import type { z } from 'zod';
import { error, type Path, type Problem, type RuleName } from '../cluster';
import { quoted } from '../text';

type Issue = z.core.$ZodIssue;
type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * What is wrong with the form of a site, in this project's words instead of zod's.
 *
 * @param schema makes the JSON Schema the site was judged by, which knows the keys of every group
 */
export const problemsOf = (failure: z.ZodError, schema: () => JsonSchema): Problem[] =>
  failure.issues.flatMap((issue) => fromIssue(issue, [], schema));

function fromIssue(issue: Issue, parent: Path, schema: () => JsonSchema): Problem[] {
  const path = [...parent, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case 'invalid_union':
      return fromUnion(issue, path, schema);
    case 'invalid_key':
      return issue.issues.flatMap((inner) => fromIssue(inner, path, schema));
    case 'unrecognized_keys': {
      const cure = `the keys here are ${keysAt(schema, path).join(', ')}`;
      return issue.keys.map((key) => error('unknown-key', [...path, key], `there is no key ${quoted(key)} here`, cure));
    }
    case 'invalid_type':
      return [ofType(path, issue.input, withArticle(issue.expected))];
    case 'invalid_value': {
      const choice = anyOf(issue.values.map(String));
      if (issue.input === undefined) return [missing(path, choice)];
      return [error('bad-value', path, `${nameOf(path)} is ${shown(issue.input)}`, `choose ${choice}`)];
    }
    case 'too_small':
      return [outOfBounds(path, issue.input, issue.origin, `at least ${issue.minimum}`)];
    case 'too_big':
      return [outOfBounds(path, issue.input, issue.origin, `at most ${issue.maximum}`)];
    case 'custom': {
      // The value comes first and may hold anything, so the cure is what stands behind the last semicolon.
      const cut = issue.message.lastIndexOf('; ');
      return [error(ruleOf(issue), path, issue.message.slice(0, cut), issue.message.slice(cut + 2))];
    }
    default:
      return [error('bad-value', path, `${nameOf(path)} is ${shown(issue.input)}`, 'see cluster.schema.json')];
  }
}

/** A rule name that formats.ts put there, where only rule names fit. */
const ruleOf = (issue: z.core.$ZodIssueCustom): RuleName => issue.params?.['rule'] as RuleName;

/** The problems of the alternative that the value was meant to be, or the kinds of value that are allowed when it is none. */
function fromUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, schema: () => JsonSchema): Problem[] {
  const meant = issue.errors.find((branch) => !branch.some(isWrongKind));
  if (meant) return meant.flatMap((inner) => fromIssue(inner, path, schema));
  return [ofType(path, issue.input, anyOf(issue.errors.flat().flatMap(kindsOf)))];
}

/** True when the value is of none of the kinds that would fit here, rather than of the right kind with a fault inside. */
function isWrongKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isWrongKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** The kinds of value that would fit, in words. */
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
  const quotes = scalar && (wanted === KINDS['string'] || wanted === 'a text or a list') ? ' (put it in quotes)' : '';
  return error('bad-type', path, `${nameOf(path)} is ${shown(input)}`, `give ${wanted}${quotes}`);
}

const missing = (path: Path, wanted: string): Problem =>
  error('missing-key', path, `${nameOf(path)} is missing`, `add it: ${wanted}`);

function outOfBounds(path: Path, input: unknown, origin: string, bound: string): Problem {
  const list = origin === 'array';
  const unit = list ? ' entry' : '';
  return error(list ? 'empty-list' : 'bad-number', path, `${nameOf(path)} is ${shown(input)}`, `give ${bound}${unit}`);
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

/** The keys that the schema knows at this path. */
function keysAt(schema: () => JsonSchema, path: Path): string[] {
  let at: readonly JsonSchema[] = [schema()];
  for (const key of path) {
    at = at.flatMap(alternatives).flatMap((one) => {
      const next: unknown = typeof key === 'number' ? one.items : one.properties?.[key];
      return typeof next === 'object' && !Array.isArray(next) ? [next as JsonSchema] : [];
    });
  }
  const groups = at.flatMap(alternatives).find(({ properties }) => properties);
  return Object.keys(groups?.properties ?? {});
}

/** The schema itself, or every schema that a value may fit instead. */
const alternatives = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema.anyOf as readonly JsonSchema[] | undefined)?.flatMap(alternatives) ?? [schema];
