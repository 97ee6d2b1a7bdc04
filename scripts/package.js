// For `npm pack`: bundles lib/index.ts into build/package/ with its types, and the program into files that need no other package.
// Scripts and schemas are embedded as texts, so a bundler of an app may move the file.
const { spawnSync } = require('node:child_process');
const { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join, relative, sep } = require('node:path');
const { bundle } = require('./bundle');
const { embedFiles } = require('./embedded');

const OUTPUT = 'build/package';
const TYPES = join(OUTPUT, 'types');

/**
 * Puts the types of zod beside ours, without its translations: those do not compile without esModuleInterop, and apps made by
 * `cdk8s init` have it off and check all declarations.
 */
function ownTypesOfZod() {
  const zod = join(TYPES, 'zod');
  for (const folder of ['core', 'classic']) {
    cpSync(`node_modules/zod/v4/${folder}`, join(zod, folder), {
      recursive: true,
      filter: (name) => !/\.\w+$/.test(name) || name.endsWith('.d.cts'),
    });
  }
  cpSync('node_modules/zod/LICENSE', join(zod, 'LICENSE'));
  mkdirSync(join(zod, 'locales'));
  writeFileSync(join(zod, 'locales/index.d.cts'), 'export {};\n');
  for (const name of readdirSync(TYPES, { recursive: true }).filter((file) => file.endsWith('.d.ts'))) {
    const file = join(TYPES, name);
    const path = relative(dirname(file), join(zod, 'classic/external.cjs')).split(sep).join('/');
    writeFileSync(file, readFileSync(file, 'utf8').replace(" from 'zod';", ` from '${path}';`));
  }
}

const CHECK = `import { checkCommand } from './lib/cli/check';
import { command, main } from './lib/cli/program';
process.exitCode = main(command('power-safe-k3s').addCommand(checkCommand))(process.argv.slice(2));`;
const PROGRAM = `import { run } from './lib/cli/main';
run(process.argv.slice(2)).then((status) => { process.exitCode = status; });`;

async function main() {
  rmSync(OUTPUT, { recursive: true, force: true });
  const types = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.package.json'], {
    stdio: 'inherit',
  });
  if (types.status !== 0) throw new Error('type check failed; see above');
  ownTypesOfZod();
  const plugins = [embedFiles];
  const program = (name, entry) => bundle({ plugins, ...entry, outfile: join(OUTPUT, name), minifyWhitespace: true });
  const from = (contents) => ({ stdin: { contents, resolveDir: '.' } });
  await Promise.all([
    // instanceof needs a single copy of the construct libraries in an app
    bundle({ plugins, entryPoints: ['lib/index.ts'], outfile: join(OUTPUT, 'index.js'), packages: 'external' }),
    bundle({ entryPoints: ['scripts/cli.js'], outfile: join(OUTPUT, 'cli.js'), banner: { js: '#!/usr/bin/env node' } }),
    program('check.js', from(CHECK)),
    program('synth.js', { entryPoints: ['main.ts'] }),
    program('program.js', from(PROGRAM)),
  ]);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
