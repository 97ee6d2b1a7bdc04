import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { withFile } from './problem';

/** Result of a write. */
export interface Written {
  /** False if the file already had the text. */
  readonly changed: boolean;
  /** File with the previous content, if it differed. */
  readonly backup?: string;
}

/**
 * Writes a file with mode 0600 atomically. A different previous text is kept as `<file>.<UTC time>.bak`, mode 0600. Writes through a
 * symbolic link. Creates missing folders with mode 0700. On an error of the file system the file is unchanged.
 *
 * @param now the time in the name of the backup
 */
export function writePrivateFile(file: string, text: string, now: Date): Written {
  const target = linkTarget(file);
  const before = readIfThere(target);
  if (before === text) {
    chmodSync(target, 0o600);
    return { changed: false };
  }
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const backup = before === undefined ? undefined : `${file}.${now.toISOString().replace(/[-:]/g, '')}.bak`;
  if (before !== undefined && backup !== undefined) writeNew(backup, before);
  try {
    writeFileAtomicSync(target, text, { mode: 0o600 });
  } catch (error) {
    if (backup !== undefined) rmSync(backup, { force: true });
    throw error;
  }
  return { changed: true, ...(backup !== undefined && { backup }) };
}

/** Writes a file as a whole, in place of one that is there. @throws FileError if it cannot be written */
export const writeWhole = (file: string, text: string): void => withFile(file, () => writeFileAtomicSync(file, text));

/** The text of a file; undefined if it does not exist. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates a file and syncs it; fails if it exists. */
function writeNew(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The final target of a link, which may not exist; at most 40 links, as in Linux. */
function linkTarget(file: string): string {
  let target = resolve(file);
  for (let step = 0; step < 40; step++) {
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw new Error(`"${file}" is a symbolic link loop; correct it`);
}
