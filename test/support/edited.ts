/**
 * A text with one part of it changed.
 *
 * @throws Error when the text does not have that part, so that no test runs with an unchanged script
 */
export function edited(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`the text has no ${from}; correct the test`);
  return changed;
}
