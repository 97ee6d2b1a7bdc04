/**
 * Patterns of the network interfaces that speakers exclude. MetalLB reads them with Go's regexp. Accepted is the subset that
 * JavaScript reads alike, so synth can evaluate a pattern.
 *
 * Source: https://pkg.go.dev/regexp/syntax
 */

/** A character class or escaped punctuation. */
const ESCAPE = String.raw`\\[dDwWsS]|\\[!-/:-@[-\`{-~]`;
const PIECES = [
  // a character, an anchor, or an alternation
  String.raw`[^\\()[\]{}*+?]`,
  ESCAPE,
  String.raw`\\[bB]`,
  String.raw`\[(?:\^|(?!\^))(?:[^\\[\]]|${ESCAPE})+\]`,
  // groups, but no lookaround or names
  String.raw`\((?:\?:|(?!\?))`,
  String.raw`\)`,
  String.raw`[*+?]|\{\d+(?:,\d*)?\}`,
];
const READ_ALIKE = new RegExp(`^(?:${PIECES.join('|')})*$`);
const IGNORE_CASE = '(?i)';
/** Go's limit for nested repetitions, multiplied. */
const MAX_REPEATS = 1000;

/**
 * Checks a pattern of interface names.
 *
 * @throws Error if Go may read it differently, or if it matches every interface.
 */
export function checkExclusion(pattern: string): void {
  if (!excludes(pattern, '')) return;
  throw new Error(`${labelOf(pattern)} matches every interface, so no node would answer; ${CURE}`);
}

/**
 * Whether the pattern excludes an interface: it matches anywhere in the name.
 *
 * @throws Error if Go may read the pattern differently.
 */
export const excludes = (pattern: string, name: string): boolean => readPattern(pattern).test(name);

const labelOf = (pattern: string): string => `excludeInterfaces: ${JSON.stringify(pattern)}`;
const CURE = 'write one like ^docker.*';

function readPattern(pattern: string): RegExp {
  const ignoresCase = pattern.startsWith(IGNORE_CASE);
  const body = ignoresCase ? pattern.slice(IGNORE_CASE.length) : pattern;
  const message = `${labelOf(pattern)} is not a regular expression that Go and JavaScript read alike; ${CURE}`;
  if (!READ_ALIKE.test(body) || repeatsOf(body) > MAX_REPEATS) throw new Error(message);
  try {
    return new RegExp(body, ignoresCase ? 'i' : '');
  } catch (cause) {
    throw new Error(message, { cause });
  }
}

/** An upper bound: adjacent repetitions are multiplied too, which interface names never need. */
const repeatsOf = (body: string): number =>
  [...body.matchAll(/\{(\d+)(?:,(\d*))?\}/g)]
    .map(([, least, most]) => Math.max(Number(least), Number(most || 0)))
    .reduce((product, count) => product * Math.max(1, count), 1);
