import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The text of a file of this project, with Linux line ends. The same code runs from lib/ (tests) and out of a bundle in build/ (synth) or build/scripts/
 * (commands), so the path starts at the nearest folder above with a package.json and not at a fixed distance. In the package for other
 * apps this module is replaced by one that holds the texts; scripts/package.js does it.
 *
 * @param relativePath path below the project's folder, such as `lib/machines/scripts/killpowerd.sh`
 * @param startFolder where to start looking upwards
 * @throws Error when no folder above holds a package.json, or when there is no such file
 */
export function readProjectFile(relativePath: string, startFolder: string = __dirname): string {
  const file = join(projectFolder(startFolder), relativePath);
  if (!existsSync(file)) throw new Error(`"${file}" does not exist; restore it from Git`);
  // a checkout may have changed line ends, and no shell runs a script with carriage returns
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}

/**
 * The folder of this project: the nearest one at or above `startFolder` with a package.json.
 *
 * @throws Error when there is none
 */
export function projectFolder(startFolder: string = __dirname): string {
  for (let folder = startFolder; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) {
      throw new Error(`no package.json in "${startFolder}" or above it; run this from inside the project's folder`);
    }
  }
}
