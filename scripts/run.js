// Runs a TypeScript file without a build step: node scripts/run.js scripts/name.ts [arguments]
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
require(outfile);
