import { lstatSync, readFileSync } from 'node:fs';

/** What the file system refuses, with the name of the file and a cure. */
export class FileError extends Error {}

/** The text of a file; `-` is standard input. Throws a FileError when it cannot be read. */
export const readText = (file: string): string => withFile(file, () => readFileSync(file === '-' ? 0 : file, 'utf8'));

/** What `access` returns. What the file system says against it becomes a FileError that names the file; other errors pass. */
export function withFile<T>(file: string, access: () => T): T {
  try {
    return access();
  } catch (error) {
    const problem = fileProblem(error);
    if (problem === undefined) throw error;
    throw new FileError(`${file}: ${problem}`);
  }
}

/** What the file system says, in words and with its cure; undefined for an error of another kind. */
export function fileProblem(error: unknown): string | undefined {
  const { code, errno, path } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined) return undefined;
  switch (code) {
    case 'ENOENT':
      return path !== undefined && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
        ? 'is a link to nothing; correct it, or remove it'
        : 'there is no such file; correct the name';
    case 'EISDIR':
      return 'is a folder; name one file';
    case 'ENOTDIR':
    case 'EEXIST':
      return `a file stands where a folder has to be (${code}); move it, or name another place`;
    case 'EACCES':
    case 'EPERM':
      return `may not be read or written (${code}); change its rights or those of its folder`;
    case 'EROFS':
      return 'is on a disk that is mounted for reading only; name another place';
    case 'ENOSPC':
      return 'the disk is full; make room';
    default:
      return `the file system says ${code}; see to the disk, or name another file`;
  }
}
