import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
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

/** A folder and its files. */
export interface Output {
  readonly kind: Kind;
  readonly folder: string;
  /** Whether there is one folder per site. @default false */
  readonly several?: boolean;
  /** Whether obsolete files of earlier runs stay. @default false */
  readonly keepsObsolete?: boolean;
  readonly files: Files;
}

/**
 * Writes all files or none: first temporary files, then renames. Deletes files of earlier runs that are obsolete, and folders that
 * become empty. Only a disk failure between two renames leaves a mixture.
 *
 * @throws FileError for files of others, which are neither replaced nor deleted; before anything is written
 */
export function writeOutputs(outputs: readonly Output[]): void {
  const planned = outputs.flatMap(({ kind, folder, files }) =>
    [...files].map(([name, text]) => ({ kind, path: join(folder, name), text })),
  );
  const obstacles = planned.flatMap(({ kind, path }) => obstacle(kind, path) ?? []);
  if (obstacles.length > 0) throw new FileError(obstacles.join('\n'));
  const stale = outputs
    .filter(({ keepsObsolete }) => !keepsObsolete)
    .flatMap((output) => staleFiles(output).map((path) => ({ path, top: output.folder })));

  replaceAll(planned);
  for (const { path, top } of stale) {
    withFile(path, () => rmSync(path));
    removeEmptied(dirname(path), top);
  }
}

/** Why a file cannot be written; undefined if it can. */
function obstacle(kind: Kind, path: string): string | undefined {
  const found = withFile(path, () => entryAt(path));
  if (!found) return undefined;
  if (!found.isFile()) return `${path}: not a regular file; move it, or write to another folder`;
  if (kind.isOurs(path)) return undefined;
  return `${path}: not written by npm run synth; move it, or write to another folder`;
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

interface Planned {
  readonly path: string;
  readonly text: string;
}

function replaceAll(planned: readonly Planned[]): void {
  const temporary = ({ path }: Planned): string => `${path}.${process.pid}.tmp`;
  const written: string[] = [];
  const made: { readonly folder: string; readonly top: string }[] = [];
  try {
    for (const file of planned) {
      const folder = dirname(file.path);
      const first = withFile(folder, () => mkdirSync(folder, { recursive: true }));
      if (first !== undefined) made.push({ folder, top: dirname(first) });
      written.push(temporary(file));
      withFile(file.path, () => writeFileSync(temporary(file), file.text));
    }
    for (const file of planned) withFile(file.path, () => renameSync(temporary(file), file.path));
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    for (const { folder, top } of made.toReversed()) removeEmptied(folder, top);
    throw error;
  }
}

/** Obsolete files of an earlier run. Names have slashes on every system, as those of `Files`. */
function staleFiles({ kind, folder, several = false, files }: Output): string[] {
  const tops = several ? ['', ...foldersIn(folder)] : [''];
  return tops
    .flatMap((top) => [
      ...filesIn(folder, top),
      ...kind.folders.flatMap((name) => filesBelow(folder, posix.join(top, name))),
    ])
    .filter((name) => !files.has(name))
    .map((name) => join(folder, name))
    .filter(kind.isOurs);
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
