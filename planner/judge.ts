import { type Cluster, ClusterError, type Finding } from '../lib/cluster';
import { loadCluster } from '../lib/site';

/** What the program says about a text. */
export interface Judged {
  /** Undefined if the text has an error. */
  readonly cluster: Cluster | undefined;
  /** Errors and warnings in the order of the text. */
  readonly findings: readonly Finding[];
}

/** The name of the file in messages and commands. */
export const SITE_FILE = 'cluster.yaml';

/** Checks a text as `power-safe-k3s check` does. Pure. */
export function judge(text: string): Judged {
  try {
    const { cluster, warnings } = loadCluster(text, SITE_FILE);
    return { cluster, findings: warnings };
  } catch (error) {
    if (error instanceof ClusterError) return { cluster: undefined, findings: error.findings };
    throw error;
  }
}
