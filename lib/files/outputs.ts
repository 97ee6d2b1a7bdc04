import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { FileError, withFile } from './problem';

/** Relative path to content, in the order to write. */
export type Files = ReadonlyMap<string, string>;

/** The files that synth writes below a folder, and how it recognizes them. */
export interface Kind {
  /** Subfolders that it writes to. It ignores all others. */
  readonly folders: readonly string[];
  /** Whether an earlier run wrote this file. */
  readonly isOurs: (path: string) => boolean;
}

/** A folder to write to. */
export interface Output {
  readonly kind: Kind;
  readonly folder: string;
  /** Whether there is one folder per site. @default false */
  readonly several?: boolean;
  /** Folders of sites whose files stay as they are, each with a trailing slash; empty for the only site. @default - none */
  readonly kept?: ReadonlySet<string>;
}

/** The end of the name of a temporary file. */
const TEMPORARY = `.${process.pid}.tmp`;

/** Whether a synth that runs, this one or another, has yet to rename a file. What one left that was killed is obsolete. */
function isPending(name: string): boolean {
  const [, pid] = /\.(\d+)\.tmp$/.exec(name) ?? [];
  if (pid === undefined) return false;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Writes all files that differ or none: first temporary files, then renames. Deletes files of earlier runs that are obsolete, and folders that
 * become empty. Only a disk failure between two renames leaves a mixture. Texts are not kept: a part is made when the one before is on disk.
 *
 * @param parts files for each of the folders, part by part; what it throws ends the write
 * @param keepsObsolete whether obsolete files of earlier runs stay, when all parts are made
 * @returns the number of files for each of the folders
 * @throws FileError for files of others, which are neither replaced nor deleted
 */
export function writeOutputs(
  outputs: readonly Output[],
  parts: Iterable<readonly Files[]>,
  keepsObsolete: () => boolean = () => false,
): number[] {
  const counts = outputs.map(() => 0);
  const staged = new Staged();
  try {
    const obstacles: string[] = [];
    for (const part of parts) {
      for (const [i, { kind, folder }] of outputs.entries()) {
        const files = part[i] ?? new Map();
        counts[i] = (counts[i] ?? 0) + files.size;
        for (const [name, text] of files) {
          const path = join(folder, name);
          obstacles.push(...(obstacle(kind, path) ?? []));
          if (obstacles.length === 0) staged.write(path, text);
        }
      }
    }
    if (obstacles.length > 0) throw new FileError(obstacles.join('\n'));
    const stale = keepsObsolete()
      ? []
      : outputs.flatMap((output) => staleFiles(output, staged).map((path) => ({ path, top: output.folder })));
    staged.rename();
    for (const { path, top } of stale) {
      withFile(path, () => rmSync(path));
      removeEmptied(dirname(path), top);
    }
  } catch (error) {
    staged.discard();
    throw error;
  }
  return counts;
}

/** Why a file cannot be written; undefined if it can. */
function obstacle(kind: Kind, path: string): [string] | undefined {
  const found = withFile(path, () => entryAt(path));
  if (!found) return undefined;
  if (!found.isFile()) return [`${path}: not a regular file; move it, or write to another folder`];
  if (kind.isOurs(path)) return undefined;
  return [`${path}: not written by npm run synth; move it, or write to another folder`];
}

/** The entry at a path. A file in place of a folder counts as none; creating the folder reports it. */
function entryAt(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Temporary files, until all are there. */
class Staged {
  private readonly paths: string[] = [];
  private readonly wanted = new Set<string>();
  private readonly made: { readonly folder: string; readonly top: string }[] = [];

  /** Leaves a file alone that has the text. */
  write(path: string, text: string): void {
    this.wanted.add(path);
    if (withFile(path, () => existsSync(path) && readFileSync(path, 'utf8') === text)) return;
    const folder = dirname(path);
    const first = withFile(folder, () => mkdirSync(folder, { recursive: true }));
    if (first !== undefined) this.made.push({ folder, top: dirname(first) });
    this.paths.push(path);
    withFile(path, () => writeFileSync(path + TEMPORARY, text));
  }

  has(path: string): boolean {
    return this.wanted.has(path);
  }

  rename(): void {
    for (const path of this.paths) withFile(path, () => renameSync(path + TEMPORARY, path));
  }

  /** Removes the files that are still temporary, and the folders that were made for them. */
  discard(): void {
    for (const path of this.paths) rmSync(path + TEMPORARY, { force: true });
    for (const { folder, top } of this.made.toReversed()) removeEmptied(folder, top);
  }
}

/** Obsolete files of an earlier run. Names have slashes on every system, as those of `Files`. */
function staleFiles({ kind, folder, several = false, kept = new Set() }: Output, staged: Staged): string[] {
  const isKept = (name: string): boolean => kept.has('') || kept.has(name.slice(0, name.indexOf('/') + 1));
  const tops = ['', ...(several ? foldersIn(folder) : [])].filter((top) => !isKept(`${top}/`));
  const found = tops.flatMap((top) => [
    ...filesIn(folder, top),
    ...kind.folders.flatMap((name) => filesBelow(folder, posix.join(top, name))),
  ]);
  // a site may have the name of a subfolder, and is found twice
  return [...new Set(found)]
    .filter((name) => !isKept(name) && !isPending(name))
    .map((name) => join(folder, name))
    .filter((path) => !staged.has(path) && kind.isOurs(path));
}

const entriesOf = (folder: string) =>
  withFile(folder, () => (entryAt(folder)?.isDirectory() ? readdirSync(folder, { withFileTypes: true }) : []));
/** Without hidden folders, such as .git. */
const foldersIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
const filesIn = (folder: string, at: string): string[] =>
  entriesOf(join(folder, at))
    .filter((entry) => entry.isFile())
    .map(({ name }) => posix.join(at, name));
const filesBelow = (folder: string, at: string): string[] => [
  ...filesIn(folder, at),
  ...foldersIn(join(folder, at)).flatMap((name) => filesBelow(folder, posix.join(at, name))),
];

/** Removes an empty folder and its empty parents below `top`. */
function removeEmptied(folder: string, top: string): void {
  const end = resolve(top);
  for (let empty = resolve(folder); empty !== end && readdirSync(empty).length === 0; empty = dirname(empty)) {
    rmdirSync(empty);
  }
}
