import { z } from 'zod';
import { type Cluster, clusterSchema, type Path, type Problem } from '../cluster';
import { rules } from '../rules';
import { problemsOf } from './form';

/** A site that passed with its warnings, or everything that is wrong with it. */
export type Checked =
  | { readonly cluster: Cluster; readonly problems: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/** What a check needs to know beside the site. */
export interface CheckOptions {
  /** The time it is. @default - now */
  readonly now?: Date | undefined;
}

/**
 * Checks a site of unknown shape: first its form, then, when the form is right, every rule. Pure, for a given time.
 * A rule needs parsed addresses and complete entries, so no rule judges a site whose form is wrong.
 */
export function checkCluster(input: unknown, { now = new Date() }: CheckOptions = {}): Checked {
  const result = clusterSchema.safeParse(input, { reportInput: true });
  if (!result.success) return { problems: problemsOf(result.error, clusterJsonSchema) };
  const problems = rules
    .flatMap((rule) => rule(result.data, now))
    .map((problem) => ({ ...problem, path: asWritten(input, problem.path) }));
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { cluster: result.data, problems };
}

/** Where one value stands for a list of one, the site has no index, so neither may the path. */
function asWritten(input: unknown, path: Path): Path {
  let at = input;
  return path.filter((key) => {
    if (typeof key === 'number' && !Array.isArray(at)) return false;
    at = typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined;
    return true;
  });
}

/** The JSON Schema of cluster.yaml, draft 7, which editors understand. */
export function clusterJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(clusterSchema, { io: 'input', target: 'draft-7' });
}
