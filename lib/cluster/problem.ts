/** What this project promises about a power failure, in words for people. */
export const POWER_PROMISES = {
  running: 'no host loses power while it runs',
  restart: 'every host starts when mains power returns',
  needless: 'no host powers off without need',
} as const;
export type PowerPromise = keyof typeof POWER_PROMISES;

/** What docs/rules.md says about a rule, in Markdown. */
interface Rule {
  readonly cause: string;
  /** What is not kept at a site that breaks the rule. @default - something else than a promise about power failures */
  readonly breaks?: PowerPromise;
  /** What the page adds to the cure that every message of the rule has. */
  readonly cure?: string;
  /** @default - an error, which stops synth */
  readonly severity?: 'warning';
}

/** Rules by their names. The names are stable, so that people can search for them. */
export type Rules<Name extends string = string> = Readonly<Record<Name, Rule>>;

/** Where a value stands in the site description, from the outside in: `['nodes', 0, 'address']`. */
export type Path = readonly (string | number)[];

/** A new value for a field of the site. */
export interface Change<Value = number | string> {
  readonly path: Path;
  readonly value: Value;
}

/** A fault in a site. `rule` is the name of a rule; message and cure start in lower case. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  readonly rule: string;
  readonly message: string;
  readonly cure: string;
  /** The parts of the cure that need no decision of a person: each is a set of changes, any one of which is enough. @default - none */
  readonly fixes?: readonly Fix[];
}

/** Changes that belong together. */
export type Fix = readonly Change[];

/** Makes problems of these rules, with the severity that the table states. A name outside the table does not compile. */
export const problemFrom =
  <Name extends string>(rules: Rules<Name>) =>
  (rule: Name, path: Path, message: string, cure: string, fixes: readonly Fix[] = []): Problem => ({
    severity: rules[rule].severity ?? 'error',
    rule,
    path,
    message,
    cure,
    ...(fixes.length > 0 && { fixes }),
  });

/** `['nodes', 0, 'address']` as `nodes[0].address`. */
export const pathText = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('') || 'the site';

/** A problem at its place. */
export interface Finding extends Omit<Problem, 'path'> {
  /** The file, or the path of the value for a site in TypeScript. */
  readonly file: string;
  /** Line and column, both counted from 1. @default - the whole file */
  readonly position?: { readonly line: number; readonly column: number };
}

/** `file:line:column: rule: message; cure`. */
export const findingText = ({ file, position, severity, rule, message, cure }: Finding): string =>
  [
    [file, ...(position ? [position.line, position.column] : [])].join(':'),
    ...(severity === 'warning' ? ['warning'] : []),
    rule,
    `${message}; ${cure}`,
  ].join(': ');

/** Thrown with every problem of a site; the message has a line for each. */
export class ClusterError extends Error {
  readonly lines: readonly string[];

  constructor(readonly findings: readonly Finding[]) {
    const lines = findings.map(findingText);
    super(lines.join('\n'));
    this.name = 'ClusterError';
    this.lines = lines;
  }
}
