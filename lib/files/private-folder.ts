import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FileError, withFile } from './problem';

/** A file of a private folder. */
export interface PrivateFile {
  /** Below the folder. */
  readonly path: string;
  /** Mode in octal, such as 0600. */
  readonly permissions: string;
  readonly content: string;
}

/**
 * The path of a folder for secrets, with symbolic links resolved.
 *
 * @throws FileError if the folder is inside a Git repository, or inside the current folder, or has files
 */
export function newFolderOutside(path: string): string {
  return withFile(path, () => {
    const folder = folderOutside(path, [process.cwd()]);
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new FileError(`${path}: the folder already has files; remove it, or name another`);
    }
    return folder;
  });
}

/**
 * The same for a folder that may have files.
 *
 * @param places that it may not be in, beside Git repositories
 * @throws FileError if it is inside a Git repository or one of them
 */
export function folderOutside(path: string, places: readonly string[]): string {
  return withFile(path, () => {
    const folder = realPath(path);
    const isIn = (place: string) => !relative(realPath(place), folder).startsWith('..');
    if (!places.some(isIn) && repositoryOf(folder) === undefined) return folder;
    throw new FileError(`${path}: the folder is inside the project, where secrets get committed; name one outside`);
  });
}

/** The Git repository around a folder, which may not exist. */
function repositoryOf(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** A path with symbolic links resolved; its last parts may not exist yet. */
function realPath(path: string): string {
  const full = resolve(path);
  return existsSync(full) ? realpathSync(full) : join(realPath(dirname(full)), basename(full));
}

/** Writes a folder of mode 0700 with all its files, or nothing: the files go to a temporary folder, which is renamed. */
export function writePrivateFolder(folder: string, files: readonly PrivateFile[]): void {
  const temporary = `${folder}.${process.pid}.tmp`;
  withFile(folder, () => {
    try {
      mkdirSync(temporary, { recursive: true, mode: 0o700 });
      for (const { path, permissions, content } of files) {
        const file = join(temporary, path);
        mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
        writeFileSync(file, content, { mode: 0o600 });
        chmodSync(file, Number.parseInt(permissions, 8));
      }
      renameSync(temporary, folder);
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  });
}
