import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './project-folder';

/**
 * The text of a file of this project with Linux line ends. The code runs from lib/, build/ and build/scripts/, so the path is relative to the nearest
 * parent with a package.json. In the package for other apps scripts/package.js replaces this module by the texts.
 *
 * @param relativePath path below the project's folder, such as `lib/machines/scripts/killpowerd.sh`
 * @param startFolder where the search for the package.json starts
 * @throws Error if no parent has a package.json, or the file does not exist
 */
export function readProjectFile(relativePath: string, startFolder: string = __dirname): string {
  const folder = folders.get(startFolder) ?? projectFolder(startFolder);
  folders.set(startFolder, folder);
  const file = join(folder, relativePath);
  const text = texts.get(file) ?? readWithLinuxLineEnds(file);
  texts.set(file, text);
  return text;
}

/** The files that this process has read; none in the package, whose program has the texts. */
export const projectFilesRead = (): string[] => [...texts.keys()];

const folders = new Map<string, string>();
/** Each is read once, for all sites. */
const texts = new Map<string, string>();

function readWithLinuxLineEnds(file: string): string {
  if (!existsSync(file)) throw new Error(`"${file}" does not exist; restore it from Git`);
  // a checkout may have changed line ends, and no shell runs a script with carriage returns
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}
