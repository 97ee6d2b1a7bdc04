import { lstatSync, readFileSync } from 'node:fs';

/** An error of the file system with the file name and a cure. */
export class FileError extends Error {}

/** The text of a file; `-` is standard input. Throws a FileError if it cannot be read. */
export const readText = (file: string): string => withFile(file, () => readFileSync(file === '-' ? 0 : file, 'utf8'));

/** The value of a JSON text of a file. Throws a FileError with the cure if it is not JSON. */
export function jsonOf(text: string, file: string, cure: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError(`${file}: is not JSON; ${cure}`, { cause: error });
  }
}

/** What `access` returns. Converts an error of the file system into a FileError with the file name. */
export function withFile<T>(file: string, access: () => T): T {
  try {
    return access();
  } catch (error) {
    const problem = fileProblem(error);
    if (problem === undefined) throw error;
    throw new FileError(`${file}: ${problem}`);
  }
}

/** The message and cure for an error of the file system; undefined for other errors. */
export function fileProblem(error: unknown): string | undefined {
  const { code, errno, path } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined) return undefined;
  switch (code) {
    case 'ENOENT':
      return path !== undefined && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
        ? 'dangling symbolic link; correct it, or remove it'
        : 'does not exist; correct the name';
    case 'EISDIR':
      return 'is a directory; name a file';
    case 'ENOTDIR':
    case 'EEXIST':
      return `a file is in the place of a folder (${code}); move it, or name another path`;
    case 'EACCES':
    case 'EPERM':
      return `permission denied (${code}); change the mode of the file or its folder`;
    case 'EROFS':
      return 'read-only file system; name another path';
    case 'ENOSPC':
      return 'no space left; free some';
    default:
      return `file system error ${code}; check the disk, or name another file`;
  }
}
