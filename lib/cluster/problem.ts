import type { RuleName } from './rule-names';

/** Where a value stands in the site description, from the outside in: `['nodes', 0, 'address']`. */
export type Path = readonly (string | number)[];

/** Something wrong with a site. `rule` is a stable name to search for; message and cure start in lower case. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  readonly rule: RuleName;
  readonly message: string;
  readonly cure: string;
}

/** An error that stops synth. */
export const error = (rule: RuleName, path: Path, message: string, cure: string): Problem => ({
  severity: 'error',
  rule,
  path,
  message,
  cure,
});

/** Something that works, with a price its owner should know. */
export const warning = (rule: RuleName, path: Path, message: string, cure: string): Problem => ({
  severity: 'warning',
  rule,
  path,
  message,
  cure,
});

/** `['nodes', 0, 'address']` as `nodes[0].address`. */
export const pathText = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('') || 'the site';

/** Thrown with every problem of a site at once; the message has a line for each. */
export class ClusterError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ClusterError';
  }
}
