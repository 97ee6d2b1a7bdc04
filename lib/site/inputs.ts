import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Cluster, ClusterError, type Finding, problemFrom, type Rules } from '../cluster';
import { FileError, withFile } from '../files';
import { AcrossSites, type SiteClaims, siteClaims } from '../rules';
import { type Loaded, loadCluster } from './load';
import { readSource, type Source } from './source';

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

/** A checked site and its file. */
export interface SiteOfFile extends Loaded {
  readonly claims: SiteClaims;
}

/** A file or a folder of files. */
export interface Place {
  readonly path: string;
  readonly files: readonly string[];
  /** Whether the sites are written to folders of their own, because `path` is a folder. */
  readonly several: boolean;
  /** The files that decide on all sites. */
  readonly shared: readonly string[];
}

/** One or several checked sites. */
export interface Sites {
  readonly clusters: readonly Cluster[];
  readonly warnings: readonly Finding[];
  /** Errors of sites that were left out. */
  readonly broken: readonly Finding[];
}

/** The path that is read by default. */
export const defaultPath = (): string => (existsSync('clusters') ? 'clusters' : 'cluster.yaml');

/**
 * Finds the files of the sites.
 *
 * @param path a file, or a folder of .yaml files. Default: CLUSTER, else clusters/ where it exists, else cluster.yaml
 * @throws ClusterError if there is none; FileError when the folder cannot be read
 */
export function placeOf(path = process.env['CLUSTER'] || defaultPath()): Place {
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
  const files = several ? yamlFilesIn(path) : [path];
  const shared = [...new Set(files.map((file) => join(dirname(file), DEFAULTS)))].filter((file) => existsSync(file));
  return { path, files, several, shared };
}

/**
 * Reads the site, or every site of a folder, of `placeOf`.
 *
 * @param keepGoing leaves out invalid sites of a folder if another one is valid; what two sites claim stays with the first
 * @throws ClusterError with the problems of all files at once; FileError when the folder cannot be read
 */
export function readSites(path?: string, keepGoing = false): Sites {
  const reader = new SiteReader();
  const clusters = placeOf(path).files.flatMap((file) => reader.read(file)?.cluster ?? []);
  return { clusters, ...reader.findings(keepGoing && clusters.length > 0) };
}

/** Reads sites one after the other, and keeps of each only what it claims from the next ones. */
export class SiteReader {
  /** By folder, so that they are read once. */
  private readonly defaults = new Map<string, Source | undefined>();
  private readonly fileOf = new Map<string, string>();
  private readonly across = new AcrossSites();
  private readonly warnings: Finding[] = [];
  private readonly ofFiles: Finding[] = [];
  private readonly ofOthers: Finding[] = [];

  /** Whether a site had an error. */
  get hasErrors(): boolean {
    return this.ofFiles.length + this.ofOthers.length > 0;
  }

  /** Reads the site of a file. Returns undefined if it has errors. */
  read(file: string): SiteOfFile | undefined {
    try {
      const folder = dirname(file);
      if (!this.defaults.has(folder)) this.defaults.set(folder, defaultsBeside(file));
      const loaded = readSite(file, this.defaults.get(folder));
      const claims = siteClaims(loaded.cluster);
      return this.add(file, loaded.warnings, claims) ? { claims, ...loaded, place: placeIn(file) } : undefined;
    } catch (error) {
      if (error instanceof ClusterError) this.ofFiles.push(...error.findings);
      else if (error instanceof FileError) this.ofFiles.push(unreadable(file, error));
      else throw error;
      return undefined;
    }
  }

  /**
   * Adds a site that was read before. Returns whether it has no problem with the others.
   *
   * @param claims undefined if all sites were checked against each other before
   */
  add(file: string, warnings: readonly Finding[], claims?: SiteClaims): boolean {
    this.warnings.push(...warnings);
    if (!claims) return true;
    const first = this.fileOf.get(claims.name);
    if (first !== undefined) {
      const message = `"${claims.name}" is already the name of ${first}`;
      this.ofFiles.push(finding(file, 'duplicate-cluster', message, 'give each cluster its own name'));
      return false;
    }
    this.fileOf.set(claims.name, file);
    const problems = this.across.problems(claims);
    this.ofOthers.push(...placeIn(file)(problems));
    this.across.add(claims);
    return problems.length === 0;
  }

  /** The findings of all sites. @throws ClusterError if there are errors and `keepGoing` is false */
  findings(keepGoing: boolean): Pick<Sites, 'warnings' | 'broken'> {
    const broken = [...this.ofFiles, ...this.ofOthers];
    if (broken.length > 0 && !keepGoing) throw new ClusterError([...broken, ...this.warnings]);
    return { warnings: this.warnings, broken };
  }
}

/** Reads the site again if there is a problem to place, so that the texts of thousands of sites are not kept. */
const placeIn =
  (file: string): Loaded['place'] =>
  (problems) =>
    problems.length === 0 ? [] : readSite(file).place(problems);

/** Reads the site of a command: `readSite` of `siteFile`. */
export const readOneSite = (path?: string): Loaded => readSite(siteFile(path));

/**
 * The file of the site of a command.
 *
 * @param path a file, or a folder with one. Default: CLUSTER, else clusters/ where it exists, else cluster.yaml
 * @throws ClusterError when the folder has several sites
 */
export function siteFile(path = process.env['CLUSTER'] || defaultPath()): string {
  if (!existsSync(path) || !withFile(path, () => statSync(path)).isDirectory()) return path;
  const [file = path, ...others] = yamlFilesIn(path);
  if (others.length === 0) return file;
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
export const readSite = (file: string, defaults: Source | undefined = defaultsBeside(file)): Loaded =>
  loadCluster(readSiteText(file), file, defaults);

function defaultsBeside(file: string): Source | undefined {
  const defaults = join(dirname(file), DEFAULTS);
  return existsSync(defaults) ? readSource(readSiteText(defaults), defaults) : undefined;
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
