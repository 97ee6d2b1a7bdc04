import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Finding, GitOps } from '../cluster';
import { FileError, fileProblem, projectFilesRead } from '../files';
import type { PackedClaims } from '../rules';
import { defaultPath, type Place } from '../site';

/** What a synth read and wrote for a site, and what the file system says of these files. */
export interface Stamp {
  readonly file: string;
  /** State of the file. */
  readonly input: string;
  /** Names of the files below the folder of the site in each of the output folders. */
  readonly outputs: readonly (readonly string[])[];
  /** State of the outputs and their folders. */
  readonly output: string;
  /** Folder of the site in the output folders, with a trailing slash; empty for a site without others. */
  readonly folder: string;
  readonly name: string;
  readonly gitops?: GitOps | undefined;
  readonly warnings: readonly Finding[];
  readonly claims: PackedClaims;
}

/** A site whose files are not written yet, or which the next synth has to build again. */
export type Unfinished = Omit<Stamp, 'input' | 'output'> & {
  readonly input: string | undefined;
  readonly output?: string;
};

/** A file that was changed so short a time ago may change again within the same tick of the file system's clock, unseen. */
const TICK_MS = 20;

/**
 * State of files: a hash of what changes with them. No program can set the time of the last change (ctime) of a file. Undefined if one
 * cannot be read, or has changed since a time in milliseconds since 1970.
 */
const stateOf = (paths: readonly string[], since = Number.POSITIVE_INFINITY): string | undefined =>
  unlessItFails(() => {
    const numbers = new Float64Array(paths.length * 4);
    for (const [i, path] of paths.entries()) {
      const { ino, size, mtimeMs, ctimeMs } = statSync(path);
      if (ctimeMs >= since - TICK_MS) return undefined;
      numbers.set([ino, size, mtimeMs, ctimeMs], i * 4);
    }
    return createHash('sha256').update(numbers).digest('base64');
  });

/** Undefined after an error of the file system: without a stamp a site is built, and what is wrong with its files is reported then. */
function unlessItFails<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof FileError) && fileProblem(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * The stamps of a folder of sites, whose files are too many to be read and compared as scripts/repeat.js does for one site. They are in a
 * file below node_modules/.cache; without node_modules, and for one site, there are none. They hold for one version of the program and one
 * setting, and are used only if the file is as it was written.
 */
export class Stamps {
  private readonly start = Date.now();
  private readonly file: string;
  private readonly isUsed: boolean;
  /** Everything that decides on the outputs but the program and the files. */
  private readonly setting: string;
  /** What the stamps that were read depend on; a synth that builds no site reads no file of the program. */
  private program: readonly string[] = [];

  /** @param folders the output folders */
  constructor(
    private readonly folders: readonly string[],
    private readonly place: Place,
  ) {
    const { path, shared } = place;
    this.isUsed = place.several && existsSync('node_modules');
    // of cdk8s: the order of the objects
    const order = process.env['CDK8S_DISABLE_SORT'];
    this.setting = JSON.stringify([process.version, order, process.cwd(), defaultPath(), path, shared, folders]);
    this.file = resolve('node_modules/.cache/power-safe-k3s', `${sha256(this.setting).slice(0, 16)}.jsonl`);
  }

  /** For each file of the place, the stamp of its site if all files of it are as the last synth left them. */
  unchanged(): (Stamp | undefined)[] {
    const stamps = this.read();
    return this.place.files.map((file) => {
      const stamp = stamps.get(file);
      return stamp && stamp.input === stateOf([file]) && stamp.output === this.outputOf(stamp) ? stamp : undefined;
    });
  }

  /** State of the file of a site; undefined if it may be that of another content. */
  inputOf(file: string): string | undefined {
    return stateOf([file], this.start);
  }

  /** Writes nothing if the program changed meanwhile or the file system takes no file: the next synth builds every site. */
  write(sites: readonly Unfinished[]): void {
    const files = [...new Set([...this.program, __filename, ...projectFilesRead(), ...this.place.shared])];
    const state = this.isUsed ? stateOf(files, this.start) : undefined;
    if (state === undefined) return;
    const lines = sites.flatMap(({ input, ...site }) => {
      const output = site.output ?? this.outputOf(site);
      return input === undefined || output === undefined ? [] : [JSON.stringify({ ...site, input, output })];
    });
    const text = [this.setting, JSON.stringify([state, ...files]), ...lines].join('\n');
    unlessItFails(() => {
      mkdirSync(dirname(this.file), { recursive: true });
      // a part of it does not have this hash
      writeFileSync(this.file, `${sha256(text)}\n${text}`);
    });
  }

  private read(): ReadonlyMap<string, Stamp> {
    const whole = this.isUsed ? (unlessItFails(() => readFileSync(this.file, 'utf8')) ?? '') : '';
    const text = whole.slice(whole.indexOf('\n') + 1);
    if (!whole.startsWith(`${sha256(text)}\n`)) return new Map();
    const [setting, program = '[]', ...lines] = text.split('\n');
    const [state, ...files] = JSON.parse(program) as readonly string[];
    if (setting !== this.setting || state !== stateOf(files)) return new Map();
    this.program = files;
    return new Map(lines.map((line) => JSON.parse(line) as Stamp).map((stamp) => [stamp.file, stamp]));
  }

  private outputOf({ folder, outputs }: Pick<Stamp, 'folder' | 'outputs'>): string | undefined {
    return stateOf(
      outputs.flatMap((names, i) => [...withFolders(names)].map((name) => `${this.folders[i]}/${folder}${name}`)),
    );
  }
}

/** Names of files and of all folders that they are in, in which somebody may have put another file. */
function withFolders(names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names.length > 0 ? ['', ...names] : []);
  for (const name of names) {
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1))
      all.add(name.slice(0, end + 1));
  }
  return all;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
