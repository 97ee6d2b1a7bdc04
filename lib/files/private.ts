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

/** What became of a private file. */
export interface Written {
  /** False when the file already held the text. */
  readonly changed: boolean;
  /** Where the former content is now, if there was another. */
  readonly backup?: string;
}

/**
 * Writes a file that only its owner may read (mode 0600, also when it had another), in one step: whoever reads it sees the old text or the new.
 * Another former text is kept beside it as `<file>.<UTC time>.bak`, mode 0600. A symbolic link stays one, and what it points to is written.
 * Folders that are missing are made with mode 0700. Throws what the file system throws, and then the file is what it was.
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

/** The text of a file, or undefined when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates a file and has it on the disk; refuses to touch one that exists. */
function writeNew(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Where a link leads in the end, also when nothing is there yet. As many steps as Linux takes. */
function linkTarget(file: string): string {
  let target = resolve(file);
  for (let step = 0; step < 40; step++) {
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw new Error(`"${file}" is a link that leads to itself; correct it`);
}
