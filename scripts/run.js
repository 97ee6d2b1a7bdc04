// Runs a TypeScript file without a build step: node scripts/run.js scripts/name.ts [arguments]
// The commands of lib/cli export a function that takes the arguments and returns the exit status.
const { buildSync } = require('esbuild');
const { basename, resolve } = require('node:path');

const [source, ...rest] = process.argv.slice(2);
const outfile = resolve('build/scripts', `${basename(source, '.ts')}.js`);
buildSync({
  entryPoints: [source],
  bundle: true,
  platform: 'node',
  packages: 'external',
  outfile,
  logLevel: 'warning',
  sourcemap: 'inline',
});
process.argv = [process.argv[0], outfile, ...rest];
const { run } = require(outfile);
if (run) Promise.resolve(run(rest)).then((status) => (process.exitCode = status));
