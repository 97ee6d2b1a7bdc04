/**
 * Patterns of the network interfaces that speakers pass over. MetalLB reads them with Go's regexp. What is taken here is the part of its
 * language that JavaScript reads alike, so that synth can tell which interfaces a pattern means.
 *
 * Source: https://pkg.go.dev/regexp/syntax
 */

/** Of a kind of character, or of punctuation. */
const ESCAPE = String.raw`\\[dDwWsS]|\\[!-/:-@[-\`{-~]`;
const PIECES = [
  // a character, an anchor, or the bar between two choices
  String.raw`[^\\()[\]{}*+?]`,
  ESCAPE,
  String.raw`\\[bB]`,
  String.raw`\[(?:\^|(?!\^))(?:[^\\[\]]|${ESCAPE})+\]`,
  // groups, without look-around and names
  String.raw`\((?:\?:|(?!\?))`,
  String.raw`\)`,
  String.raw`[*+?]|\{\d+(?:,\d*)?\}`,
];
const READ_ALIKE = new RegExp(`^(?:${PIECES.join('|')})*$`);
const IGNORE_CASE = '(?i)';
/** Go counts no further than this, with repetitions inside repetitions multiplied. */
const MAX_REPEATS = 1000;

/**
 * Checks a pattern of interface names.
 *
 * @throws Error when Go may not read it, or when it matches every interface.
 */
export function checkExclusion(pattern: string): void {
  if (!excludes(pattern, '')) return;
  throw new Error(`${labelOf(pattern)} matches every interface, so that no node would answer; ${CURE}`);
}

/**
 * Whether speakers pass over an interface of this name. One match anywhere in the name is enough.
 *
 * @throws Error when Go may not read the pattern.
 */
export const excludes = (pattern: string, name: string): boolean => readPattern(pattern).test(name);

const labelOf = (pattern: string): string => `excludeInterfaces: ${JSON.stringify(pattern)}`;
const CURE = 'write one like ^docker.*';

function readPattern(pattern: string): RegExp {
  const ignoresCase = pattern.startsWith(IGNORE_CASE);
  const body = ignoresCase ? pattern.slice(IGNORE_CASE.length) : pattern;
  const message = `${labelOf(pattern)} is no regular expression that Go and this check read alike; ${CURE}`;
  if (!READ_ALIKE.test(body) || repeatsOf(body) > MAX_REPEATS) throw new Error(message);
  try {
    return new RegExp(body, ignoresCase ? 'i' : '');
  } catch (cause) {
    throw new Error(message, { cause });
  }
}

/** More than it may be where repetitions stand side by side, which no name of 15 characters needs. */
const repeatsOf = (body: string): number =>
  [...body.matchAll(/\{(\d+)(?:,(\d*))?\}/g)]
    .map(([, least, most]) => Math.max(Number(least), Number(most || 0)))
    .reduce((product, count) => product * Math.max(1, count), 1);
