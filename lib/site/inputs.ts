import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Cluster, ClusterError, type Finding, problemFrom, type Rules } from '../cluster';
import { FileError, withFile } from '../files';
import { type Loaded, loadCluster } from './load';
import { readSource } from './source';

/** Rules about files. */
export const FILE_RULES = {
  'no-file': { cause: 'No such file or folder, no `.yaml` file in it, or it cannot be read' },
  'no-text': { cause: 'The file is not UTF-8 text' },
  'duplicate-cluster': { cause: 'Two files of a folder have the same `name`' },
  'several-sites': {
    cause: 'The folder has several sites, and the command needs one',
    cure: 'Select it with `--cluster FILE`',
  },
} as const satisfies Rules;

const problem = problemFrom(FILE_RULES);

/** Values for every site of its folder that leaves them out. */
const DEFAULTS = 'defaults.yaml';

/** One or several files of sites. */
export interface Inputs {
  /** The file or the folder. */
  readonly path: string;
  readonly files: readonly string[];
  /** Whether the sites are written to folders of their own, because `path` is a folder. */
  readonly several: boolean;
}

/** A checked site with its file. */
export interface Site {
  readonly file: string;
  readonly cluster: Cluster;
}

/** What the sites of a folder have, in the order of the files. */
export interface Findings {
  readonly warnings: Finding[];
  /** Errors of sites that are left out. */
  readonly broken: Finding[];
}

/** One or several checked sites. */
export interface Sites extends Inputs, Readonly<Findings> {
  readonly sites: readonly Site[];
  /** The sites without their files. */
  readonly clusters: readonly Cluster[];
}

/** The path that is read by default. */
export const defaultPath = (): string => (existsSync('clusters') ? 'clusters' : 'cluster.yaml');

/**
 * The files to read.
 *
 * @param path a file, or a folder of .yaml files. Default: CLUSTER, else clusters/ where it exists, else cluster.yaml
 * @throws ClusterError if there is none; FileError when the folder cannot be read
 */
export function inputsOf(path = process.env['CLUSTER'] || defaultPath()): Inputs {
  if (!existsSync(path)) {
    throw new ClusterError([
      finding(
        path,
        'no-file',
        'the file or folder does not exist',
        'write a cluster.yaml, or name yours with --cluster',
      ),
    ]);
  }
  const several = withFile(path, () => statSync(path)).isDirectory();
  return { path, several, files: several ? yamlFilesIn(path) : [path] };
}

/**
 * Reads the sites one after another; none after an error, unless it is told to go on.
 *
 * @param found gets the warnings and errors
 * @param keepGoing leaves out invalid sites of a folder if another one is valid
 * @throws ClusterError with the problems of all files at once, when the last one is read
 */
export function* sitesOf({ files }: Inputs, found: Findings, keepGoing = false): Generator<Site> {
  const { warnings, broken } = found;
  const fileOf = new Map<string, string>();
  for (const file of files) {
    try {
      const loaded = readSite(file);
      const { name } = loaded.cluster;
      warnings.push(...loaded.warnings);
      const first = fileOf.get(name);
      if (first !== undefined) {
        const what = `"${name}" is already the name of ${first}`;
        broken.push(finding(file, 'duplicate-cluster', what, 'give each cluster its own name'));
        continue;
      }
      fileOf.set(name, file);
      if (broken.length === 0 || keepGoing) yield { file, cluster: loaded.cluster };
    } catch (error) {
      if (error instanceof ClusterError) broken.push(...error.findings);
      else if (error instanceof FileError) broken.push(unreadable(file, error));
      else throw error;
    }
  }
  if (broken.length > 0 && !(keepGoing && fileOf.size > 0)) throw new ClusterError([...broken, ...warnings]);
}

/**
 * Reads the site, or every site of a folder.
 *
 * @param path as for `inputsOf`
 * @throws as `inputsOf` and `sitesOf`
 */
export function readSites(path?: string): Sites {
  const inputs = inputsOf(path);
  const found: Findings = { warnings: [], broken: [] };
  const sites = [...sitesOf(inputs, found)];
  return { ...inputs, ...found, sites, clusters: sites.map(({ cluster }) => cluster) };
}

/**
 * Reads the site of a command.
 *
 * @param path a file, or a folder with one. Default: CLUSTER, else clusters/ where it exists, else cluster.yaml
 * @throws ClusterError when the folder has several sites, and as `readSite` does
 */
export function readOneSite(path = process.env['CLUSTER'] || defaultPath()): Loaded {
  if (!existsSync(path) || !withFile(path, () => statSync(path)).isDirectory()) return readSite(path);
  const [file = path, ...others] = yamlFilesIn(path);
  if (others.length === 0) return readSite(file);
  throw new ClusterError([
    finding(
      path,
      'several-sites',
      'the folder has several sites',
      `select one with --cluster: ${[file, ...others].join(', ')}`,
    ),
  ]);
}

/**
 * Reads the site of one file, with the defaults beside it.
 *
 * @throws ClusterError with every problem; FileError when it cannot be read
 */
function readSite(file: string): Loaded {
  const defaults = join(dirname(file), DEFAULTS);
  const text = readSiteText(file);
  return loadCluster(text, file, existsSync(defaults) ? readSource(readSiteText(defaults), defaults) : undefined);
}

function readSiteText(file: string): string {
  const bytes = withFile(file, () => readFileSync(file));
  // UTF-16 without a byte order mark is valid UTF-8 too, with NUL as every other byte.
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new ClusterError([finding(file, 'no-text', 'the file is not UTF-8 text', 'save it as UTF-8')]);
  }
  return bytes.toString('utf8');
}

function yamlFilesIn(folder: string): string[] {
  const files = withFile(folder, () => readdirSync(folder))
    .filter((name) => /\.ya?ml$/.test(name) && name !== DEFAULTS)
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0)
    throw new ClusterError([finding(folder, 'no-file', 'the folder has no .yaml file', 'add one per cluster')]);
  return files;
}

/** A file that cannot be read. */
function unreadable(file: string, { message }: FileError): Finding {
  const [what = '', cure = ''] = message.replace(`${file}: `, '').split('; ', 2);
  return finding(file, 'no-file', what, cure);
}

/** A problem of a file as a whole. */
function finding(file: string, rule: keyof typeof FILE_RULES, message: string, cure: string): Finding {
  const { path: _, ...found } = problem(rule, [], message, cure);
  return { file, ...found };
}
