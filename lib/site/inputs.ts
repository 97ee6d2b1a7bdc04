import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, ClusterError } from '../cluster';
import { FileError, withFile } from '../files';
import type { CheckOptions } from './check';
import { type Loaded, loadCluster } from './load';

/** One or several checked sites. */
export interface Sites {
  /** The file or the folder. */
  readonly path: string;
  /** Each site with its file. */
  readonly sites: readonly { readonly file: string; readonly cluster: Cluster }[];
  /** The same without their files. */
  readonly clusters: readonly Cluster[];
  /** Several sites come from a folder and are written to folders of their own. */
  readonly several: boolean;
  readonly warnings: readonly string[];
}

/** What is read where nobody names a site. */
export const defaultPath = (): string => (existsSync('clusters') ? 'clusters' : 'cluster.yaml');

/**
 * Reads the site, or every site of a folder.
 *
 * @param path a file, or a folder of .yaml files. Default: clusters/ where it exists, else cluster.yaml
 * @throws ClusterError with the problems of all files at once; FileError when the folder cannot be read
 */
export function readSites(path = defaultPath()): Sites {
  if (!existsSync(path)) {
    throw new ClusterError([
      line(path, 'no-file', 'there is no such file or folder; write a cluster.yaml, or point CLUSTER at yours'),
    ]);
  }
  const several = withFile(path, () => statSync(path)).isDirectory();
  const files = several ? yamlFilesIn(path) : [path];
  const sites: { readonly file: string; readonly cluster: Cluster }[] = [];
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const file of files) {
    try {
      const loaded = readSite(file);
      warnings.push(...loaded.warnings);
      const first = sites.find(({ cluster }) => cluster.name === loaded.cluster.name);
      if (first) {
        errors.push(
          line(
            file,
            'duplicate-cluster',
            `"${loaded.cluster.name}" is already the name of ${first.file}; give each cluster its own name`,
          ),
        );
      }
      sites.push({ file, cluster: loaded.cluster });
    } catch (error) {
      if (error instanceof ClusterError) errors.push(...error.lines);
      else if (error instanceof FileError) errors.push(error.message);
      else throw error;
    }
  }
  if (errors.length > 0) throw new ClusterError([...errors, ...warnings]);
  return { path, sites, clusters: sites.map(({ cluster }) => cluster), several, warnings };
}

/**
 * Reads the one site that a command is for.
 *
 * @param path a file, or a folder with one. Default: CLUSTER, else clusters/ where it exists, else cluster.yaml
 * @throws ClusterError when the folder has several sites, and as `readSite` does
 */
export function readOneSite(path = process.env['CLUSTER'] || defaultPath(), options?: CheckOptions): Loaded {
  if (!existsSync(path) || !withFile(path, () => statSync(path)).isDirectory()) return readSite(path, options);
  const [file = path, ...others] = yamlFilesIn(path);
  if (others.length === 0) return readSite(file, options);
  throw new ClusterError([
    line(path, 'several-sites', `this is for one site; choose it with --cluster: ${[file, ...others].join(', ')}`),
  ]);
}

/**
 * Reads the site of one file.
 *
 * @throws ClusterError with everything that is wrong with it; FileError when it cannot be read
 */
function readSite(file: string, options?: CheckOptions): Loaded {
  const bytes = withFile(file, () => readFileSync(file));
  // UTF-16 without a mark at its beginning is valid UTF-8 as well, with a NUL in every other place.
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new ClusterError([line(file, 'no-text', 'the file is no text in UTF-8; save it as UTF-8')]);
  }
  return loadCluster(bytes.toString('utf8'), file, options);
}

function yamlFilesIn(folder: string): string[] {
  const files = withFile(folder, () => readdirSync(folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0)
    throw new ClusterError([line(folder, 'no-file', 'the folder has no .yaml file; add one for each cluster')]);
  return files;
}

/** The rules about files, for which no site has to be read; beside those of RULE_NAMES, which are about what a file says. */
export const FILE_RULES = ['no-file', 'no-text', 'duplicate-cluster', 'several-sites'] as const;

/** A line about a file, as those about what it says. */
const line = (path: string, rule: (typeof FILE_RULES)[number], sentence: string): string =>
  `${path}: ${rule}: ${sentence}`;
