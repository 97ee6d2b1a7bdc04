import * as z from 'zod';
import { type Cluster, clusterSchema, type Path, type Problem } from '../cluster';
import { problemsOf } from '../rules';
import { problemsOfForm } from './form';

/** A valid site with its warnings, or every problem of an invalid one. */
export type Checked =
  | { readonly cluster: Cluster; readonly problems: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/**
 * Checks a site of unknown shape: its form first, then every rule. Pure. Rules need parsed addresses and complete
 * entries, so they run only when the form is valid.
 */
export function checkCluster(input: unknown): Checked {
  // generated code saves nothing before the hundredth site, nor afterwards
  const result = clusterSchema.safeParse(input, { reportInput: true, jitless: true });
  if (!result.success) return { problems: problemsOfForm(result.error, clusterJsonSchema) };
  const problems = problemsOf(result.data).map((problem) => ({ ...problem, path: asWritten(input, problem.path) }));
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { cluster: result.data, problems };
}

/** The path without the index of a list that the site writes as a single value. */
function asWritten(input: unknown, path: Path): Path {
  let at = input;
  return path.filter((key) => {
    if (typeof key === 'number' && !Array.isArray(at)) return false;
    at = typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined;
    return true;
  });
}

/** The JSON Schema of cluster.yaml, in draft 7 for editors. */
export function clusterJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(clusterSchema, { io: 'input', target: 'draft-7' });
}
