import {
  type Cluster,
  ClusterError,
  type ClusterInput,
  type Finding,
  type Path,
  type Problem,
  pathText,
} from '../cluster';
import { checkCluster } from './check';
import { readSource, type Source } from './source';

/** Rules about a key, which point at the key and not at its value. */
const KEY_RULES: ReadonlySet<string> = new Set(['unknown-key', 'bad-driver-option']);

/** A checked site and its warnings. */
export interface Loaded {
  readonly cluster: Cluster;
  readonly warnings: readonly Finding[];
  /** Puts more problems of this site at their places in its text, in the order of the file. */
  readonly place: (problems: readonly Problem[]) => Finding[];
}

/**
 * Reads a site from the text of a cluster.yaml.
 * Throws a ClusterError with every problem in the order of the file, each as `file:line:column: rule: message; cure`.
 *
 * @param file the name that the messages carry
 * @param defaults values for what the text leaves out; a problem in one of them is placed there
 */
export function loadCluster(text: string, file: string, defaults?: Source): Loaded {
  const source = readSource(text, file);
  const checked = checkCluster(defaults ? merged(defaults.value, source.value) : source.value);
  const sources = [source, ...(defaults ? [defaults] : [])];
  const place = (problems: readonly Problem[], isFirst = false): Finding[] =>
    sources.flatMap((one) => {
      const here = problems.filter(({ path }) => (isFrom(defaults, path, source) ? defaults : source) === one);
      const placed = here.map((problem) => ({
        problem,
        offset: one.offsetOf(problem.path, KEY_RULES.has(problem.rule)),
      }));
      return [...(isFirst ? one.misread : []), ...placed]
        .sort((a, b) => a.offset - b.offset)
        .map(({ problem: { path: _, ...problem }, offset }): Finding => ({ ...one.place(offset), ...problem }));
    });
  const found = place(checked.problems, true);
  if (sources.some(({ misread }) => misread.length > 0) || !('cluster' in checked)) throw new ClusterError(found);
  return { cluster: checked.cluster, warnings: found, place: (problems) => place(problems) };
}

/** The second value, with the keys of the first that it leaves out, at every depth. A list is replaced as a whole. */
function merged(defaults: unknown, value: unknown): unknown {
  if (!isGroup(defaults) || !isGroup(value)) return value === undefined ? defaults : value;
  const keys = [...new Set([...Object.keys(value), ...Object.keys(defaults)])];
  return Object.fromEntries(keys.map((key) => [key, merged(defaults[key], value[key])]));
}

/** Whether the value at a path comes from the defaults: they have more of the path than the site. */
const isFrom = (defaults: Source | undefined, path: Path, source: Source): boolean =>
  defaults !== undefined && depthOf(defaults.value, path) > depthOf(source.value, path);

/** How many keys of a path a value has. */
function depthOf(value: unknown, path: Path): number {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return 0;
  return 1 + depthOf((value as Record<string | number, unknown>)[key], rest);
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A site in TypeScript, checked by the schema and the rules of cluster.yaml. Throws a ClusterError with every problem, each as
 * `path: rule: message; cure`. Warnings do not throw; `checkCluster` returns them.
 */
export function defineCluster(input: ClusterInput): Cluster {
  const checked = checkCluster(input);
  if ('cluster' in checked) return checked.cluster;
  throw new ClusterError(checked.problems.map(({ path, ...problem }) => ({ file: pathText(path), ...problem })));
}
