import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this project: the nearest one at or above `startFolder` with a package.json.
 *
 * @throws Error if there is none
 */
export function projectFolder(startFolder: string = __dirname): string {
  for (let folder = startFolder; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) {
      throw new Error(`no package.json in "${startFolder}" or above it; run this from inside the project's folder`);
    }
  }
}
