import { type Cluster, ClusterError, type ClusterInput, type Finding, pathText } from '../cluster';
import { checkCluster } from './check';
import { readSource } from './source';

/** Rules about a key, which point at the key and not at its value. */
const KEY_RULES: ReadonlySet<string> = new Set(['unknown-key', 'bad-driver-option']);

/** A checked site and its warnings. */
export interface Loaded {
  readonly cluster: Cluster;
  readonly warnings: readonly Finding[];
}

/**
 * Reads a site from the text of a cluster.yaml.
 * Throws a ClusterError with every problem in the order of the file, each as `file:line:column: rule: message; cure`.
 *
 * @param file the name that the messages carry
 */
export function loadCluster(text: string, file: string): Loaded {
  const source = readSource(text, file);
  const checked = checkCluster(source.value);
  const others = checked.problems.map((problem) => ({
    problem,
    offset: source.offsetOf(problem.path, KEY_RULES.has(problem.rule)),
  }));
  const placed = [...source.misread, ...others]
    .sort((a, b) => a.offset - b.offset)
    .map(({ problem: { path: _, ...problem }, offset }): Finding => ({ ...source.place(offset), ...problem }));
  if (source.misread.length > 0 || !('cluster' in checked)) throw new ClusterError(placed);
  return { cluster: checked.cluster, warnings: placed };
}

/**
 * A site in TypeScript, checked by the schema and the rules of cluster.yaml. Throws a ClusterError with every problem, each as
 * `path: rule: message; cure`. Warnings do not throw; `checkCluster` returns them.
 */
export function defineCluster(input: ClusterInput): Cluster {
  const checked = checkCluster(input);
  if ('cluster' in checked) return checked.cluster;
  throw new ClusterError(checked.problems.map(({ path, ...problem }) => ({ file: pathText(path), ...problem })));
}
