import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadCluster } from '../cluster/load';
import { ClusterError } from '../cluster/problem';
import type { Cluster } from '../cluster/schema';

/** One or several checked sites. */
export interface Sites {
  readonly clusters: readonly Cluster[];
  /** Several sites come from a folder and are written to folders of their own. */
  readonly several: boolean;
  readonly warnings: readonly string[];
}

/**
 * Reads the site, or every site of a folder.
 *
 * @param path a file, or a folder of .yaml files. Default: clusters/ where it exists, else cluster.yaml
 * @throws ClusterError with the problems of all files at once
 */
export function readSites(path = existsSync('clusters') ? 'clusters' : 'cluster.yaml'): Sites {
  if (!existsSync(path)) {
    throw new ClusterError([
      `${path}: no-file: there is no such file or folder; write a cluster.yaml, or point CLUSTER at yours`,
    ]);
  }
  const several = statSync(path).isDirectory();
  const files = several ? yamlFilesIn(path) : [path];
  const clusters: Cluster[] = [];
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const file of files) {
    try {
      const loaded = loadCluster(readFileSync(file, 'utf8'), file);
      warnings.push(...loaded.warnings);
      const first = clusters.findIndex(({ name }) => name === loaded.cluster.name);
      if (first >= 0) {
        errors.push(
          `${file}: duplicate-cluster: "${loaded.cluster.name}" is already the name of ${files[first]}; give each cluster its own name`,
        );
      }
      clusters.push(loaded.cluster);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      errors.push(...error.lines);
    }
  }
  if (errors.length > 0) throw new ClusterError([...errors, ...warnings]);
  return { clusters, several, warnings };
}

function yamlFilesIn(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0)
    throw new ClusterError([`${folder}: no-file: the folder has no .yaml file; add one for each cluster`]);
  return files;
}
