// Checks types with tsc while it bundles main.ts into build/main.js, which starts twice as fast as its modules. Skips both if no
// source has changed since the last success.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const STAMP = 'build/main.sources';
const FOLDERS = ['lib', 'imports'];
const FILES = ['main.ts', 'package-lock.json', 'tsconfig.json', 'scripts/build.js'];

/** A hash of the names and contents of all sources, independent of timestamps. */
function sources() {
  const inFolder = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  const files = [...FILES, ...FOLDERS.flatMap(inFolder).filter((file) => file.endsWith('.ts'))].sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

const bundle = () =>
  require('esbuild').build({
    entryPoints: ['main.ts'],
    outfile: 'build/main.js',
    bundle: true,
    platform: 'node',
    target: 'node20',
    // cdk8s brings a second copy of the same library
    alias: { yaml: './node_modules/yaml' },
    logLevel: 'warning',
  });

const checkTypes = () =>
  new Promise((resolve, reject) => {
    // the bundler uses the other core
    const args = ['node_modules/typescript/bin/tsc', '--singleThreaded'];
    const tsc = require('node:child_process').spawn(process.execPath, args, { stdio: 'inherit' });
    tsc.on('error', reject);
    tsc.on('exit', (code) => (code === 0 ? resolve() : reject(new Error('type check failed; see above'))));
  });

/** Builds if a source has changed. Returns the hash of the sources. */
async function build() {
  const current = sources();
  if (existsSync(STAMP) && existsSync('build/main.js') && readFileSync(STAMP, 'utf8') === current) return current;
  rmSync(STAMP, { force: true });
  mkdirSync('build', { recursive: true });
  for (const name of readdirSync('build').filter((file) => file.endsWith('.cache'))) rmSync(join('build', name));
  await Promise.all([checkTypes(), bundle()]);
  writeFileSync(STAMP, current);
  return current;
}

/** Prints the message of an error alone, and sets the exit status. */
function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}

module.exports = { build, fail };
if (require.main === module) build().catch(fail);
