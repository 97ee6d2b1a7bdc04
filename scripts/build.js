// Checks types with tsc while it bundles main.ts into build/main.js, which starts twice as fast as its modules. Skips both if no
// source has changed since the last success.
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { writeWhole } = require('./repeat');

const PROGRAM = 'build/main.js';
const STAMP = 'build/main.json';
const FOLDERS = ['lib', 'imports'];
const FILES = [
  'main.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  ...['build', 'bundle', 'repeat', 'start', 'used-objects'].map((name) => `scripts/${name}.js`),
];

/** Times of a file system are not finer than this. */
const RACY_MS = 2000;

/** Much faster than the option `recursive`. */
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : `${folder}/${entry.name}`,
  );

/**
 * A hash of the names and contents of all sources, and what the file system says of them. As in Git's index, contents are read only if
 * that differs from the last build: size, inode, and the times of the last change, of which nobody can set the second one.
 */
function sources(last) {
  const files = [...FILES, ...FOLDERS.flatMap(filesBelow).filter((file) => file.endsWith('.ts'))].sort();
  const now = Date.now();
  let newest = 0;
  const state = files.map((file) => {
    const { size, ino, mtimeMs, ctimeMs } = statSync(file);
    newest = Math.max(newest, mtimeMs, ctimeMs);
    return `${file} ${size} ${ino} ${mtimeMs} ${ctimeMs}`;
  });
  if (last.state === state.join('\n')) return last;
  const hash = require('node:crypto').createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  // a file that changes again within the same tick of the clock looks the same
  return { hash: hash.digest('hex'), ...(newest < now - RACY_MS && { state: state.join('\n') }) };
}

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
  const last = existsSync(STAMP) && existsSync(PROGRAM) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {};
  const current = sources(last);
  if (last.hash !== current.hash) {
    rmSync(STAMP, { force: true });
    mkdirSync('build', { recursive: true });
    for (const name of readdirSync('build').filter((file) => file.endsWith('.cache'))) rmSync(join('build', name));
    const bundle = () => require('./bundle').bundle({ entryPoints: ['main.ts'], outfile: PROGRAM });
    await Promise.all([checkTypes(), bundle()]);
  }
  if (last !== current) writeWhole(STAMP, JSON.stringify(current));
  return current.hash;
}

/** Prints the message of an error alone, and sets the exit status. */
function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}

module.exports = { build, fail };
if (require.main === module) build().catch(fail);
