import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FileError, withFile } from './problem';

/** Relative path to content, in the order to write. */
export type Files = ReadonlyMap<string, string>;

/** What synth writes below a folder, and how it knows its own files again. */
export interface Kind {
  /** Folders that it writes to beside the top one. Whatever else is there is somebody else's. */
  readonly folders: readonly string[];
  /** Whether an earlier run wrote this file. */
  readonly isOurs: (path: string) => boolean;
}

/** A folder and what it shall hold. */
export interface Output {
  readonly kind: Kind;
  readonly folder: string;
  /** Whether the files are those of several sites, each in a folder of its own. @default false */
  readonly several?: boolean;
  readonly files: Files;
}

/**
 * Writes all of it or nothing: everything goes to temporary files beside the old ones first, and only when all are written do they
 * take the old ones' places. Files of earlier runs that are not written any more are deleted, and folders that this empties.
 *
 * What somebody else wrote is neither replaced nor deleted. Throws a FileError with everything that stands in the way, before
 * anything is written; only a disk that fails between two renames leaves some files new and some old.
 */
export function writeOutputs(outputs: readonly Output[]): void {
  const planned = outputs.flatMap(({ kind, folder, files }) =>
    [...files].map(([name, text]) => ({ kind, path: join(folder, name), text })),
  );
  const obstacles = planned.flatMap(({ kind, path }) => obstacle(kind, path) ?? []);
  if (obstacles.length > 0) throw new FileError(obstacles.join('\n'));
  const stale = outputs.flatMap((output) => staleFiles(output).map((path) => ({ path, top: output.folder })));

  replaceAll(planned);
  for (const { path, top } of stale) {
    withFile(path, () => rmSync(path));
    removeEmptied(dirname(path), top);
  }
}

/** What is in the way of a file, if anything is. */
function obstacle(kind: Kind, path: string): string | undefined {
  const found = withFile(path, () => entryAt(path));
  if (!found) return undefined;
  if (!found.isFile()) return `${path}: a file goes here, and this is none; move it, or write to another folder`;
  if (kind.isOurs(path)) return undefined;
  return `${path}: npm run synth did not write this file and does not replace it; move it, or write to another folder`;
}

/** What is at a path; nothing either where a part of the path is no folder, which is told when the folder is made. */
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

/** Files of an earlier run that this one does not write. */
function staleFiles({ kind, folder, several = false, files }: Output): string[] {
  const tops = several ? ['', ...foldersIn(folder)] : [''];
  return tops
    .flatMap((top) => [...filesIn(folder, top), ...kind.folders.flatMap((name) => filesBelow(folder, join(top, name)))])
    .filter((name) => !files.has(name))
    .map((name) => join(folder, name))
    .filter(kind.isOurs);
}

const entriesOf = (folder: string) =>
  withFile(folder, () => (entryAt(folder)?.isDirectory() ? readdirSync(folder, { withFileTypes: true }) : []));
/** Folders whose names begin with a dot are other programs', .git above all. */
const foldersIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
const filesIn = (folder: string, at: string): string[] =>
  entriesOf(join(folder, at))
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(at, name));
const filesBelow = (folder: string, at: string): string[] => [
  ...filesIn(folder, at),
  ...foldersIn(join(folder, at)).flatMap((name) => filesBelow(folder, join(at, name))),
];

/** Removes a folder that has become empty, and the ones around it that this empties, up to the top one, which stays. */
function removeEmptied(folder: string, top: string): void {
  const end = resolve(top);
  for (let empty = resolve(folder); empty !== end && readdirSync(empty).length === 0; empty = dirname(empty)) {
    rmdirSync(empty);
  }
}
