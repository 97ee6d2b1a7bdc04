import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '../..');

/** Path of the program as one file that node runs. The first test that asks bundles it, for all test files of the run. */
export function programPath(): string {
  const folder = process.env['TEST_PROGRAMS'];
  if (!folder) throw new Error('TEST_PROGRAMS is not set; run this with jest, whose globalSetup sets it');
  const path = join(folder, 'program.js');
  if (existsSync(path)) return path;
  // several test processes may come here at once, and none may run half a file
  const temporary = `${path}.${randomUUID()}`;
  buildSync({
    absWorkingDir: root,
    stdin: {
      contents: `import { run } from './lib/cli/main';
        Promise.resolve(run(process.argv.slice(2))).then((status) => (process.exitCode = status));`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    // as in scripts/build.js
    alias: { yaml: './node_modules/yaml' },
    outfile: temporary,
    logLevel: 'warning',
  });
  renameSync(temporary, path);
  return path;
}
