import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckOptions } from '../cluster/check';
import { type Loaded, loadCluster } from '../cluster/load';
import { ClusterError } from '../cluster/problem';
import type { Cluster } from '../cluster/schema';
import { FileError, withFile } from '../file-problem';

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
 * @throws ClusterError with the problems of all files at once; FileError when the folder cannot be read
 */
export function readSites(path = existsSync('clusters') ? 'clusters' : 'cluster.yaml'): Sites {
  if (!existsSync(path)) {
    throw new ClusterError([
      `${path}: no-file: there is no such file or folder; write a cluster.yaml, or point CLUSTER at yours`,
    ]);
  }
  const several = withFile(path, () => statSync(path)).isDirectory();
  const files = several ? yamlFilesIn(path) : [path];
  const clusters: Cluster[] = [];
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const file of files) {
    try {
      const loaded = readSite(file);
      warnings.push(...loaded.warnings);
      const first = clusters.findIndex(({ name }) => name === loaded.cluster.name);
      if (first >= 0) {
        errors.push(
          `${file}: duplicate-cluster: "${loaded.cluster.name}" is already the name of ${files[first]}; give each cluster its own name`,
        );
      }
      clusters.push(loaded.cluster);
    } catch (error) {
      if (error instanceof ClusterError) errors.push(...error.lines);
      else if (error instanceof FileError) errors.push(error.message);
      else throw error;
    }
  }
  if (errors.length > 0) throw new ClusterError([...errors, ...warnings]);
  return { clusters, several, warnings };
}

/**
 * Reads the site of one file.
 *
 * @throws ClusterError with everything that is wrong with it; FileError when it cannot be read
 */
export function readSite(file: string, options?: CheckOptions): Loaded {
  const bytes = withFile(file, () => readFileSync(file));
  // UTF-16 without a mark at its beginning is valid UTF-8 as well, with a NUL in every other place.
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new ClusterError([`${file}: no-text: the file is no text in UTF-8; save it as UTF-8`]);
  }
  return loadCluster(bytes.toString('utf8'), file, options);
}

function yamlFilesIn(folder: string): string[] {
  const files = withFile(folder, () => readdirSync(folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0)
    throw new ClusterError([`${folder}: no-file: the folder has no .yaml file; add one for each cluster`]);
  return files;
}
