// npm run test:changed [-- OPTION OF JEST ...]
// Runs the tests that the changes since the last commit concern: those that reach a changed file by what they import, and by the files and
// folders of this project that they name, as a test does that reads a script or runs a command. `npm test` runs all.
const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join, normalize } = require('node:path');

/** What jest itself reads. A change here concerns every test. */
const OF_JEST = /^(package-lock\.json|jest\.config\.js|test\/support\/[^/]+\.js)$/;

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', [...args, '-z'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout.split('\0').filter(Boolean);
}

const untracked = git('ls-files', '--others', '--exclude-standard');
const changed = [...git('diff', '--name-only', '--no-renames', 'HEAD'), ...untracked];
const files = new Set([...git('ls-files'), ...untracked]);
const tests = [...files].filter((file) => /^test\/.*\.test\.ts$/.test(file) && existsSync(file)).sort();

/** The paths that stand in a file, quoted, of files where there are such. A single word, such as `hosts`, is one only in a test. */
const namedIn = (file) =>
  [...readFileSync(file, 'utf8').matchAll(/['"`]((?:\.\.?\/)*\w[\w./-]*)/g)].flatMap(([, name]) => {
    const path = normalize(name.startsWith('.') ? join(dirname(file), name) : name).replace(/\/$/, '');
    if (!path.includes('/') && !tests.includes(file)) return [];
    return [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => files.has(candidate)) ?? path;
  });

const names = new Map();

/** Everything that a file names, and so on through the sources among it. */
function reachedFrom(file, reached = new Set()) {
  if (reached.has(file)) return reached;
  reached.add(file);
  if (!/\.[jt]s$/.test(file) || !files.has(file) || !existsSync(file)) return reached;
  if (!names.has(file)) names.set(file, namedIn(file));
  for (const name of names.get(file)) reachedFrom(name, reached);
  return reached;
}

/** A path and the folders around it. */
const around = (path) => (path === '.' ? [] : [path, ...around(dirname(path))]);

const concerned = tests.filter((test) => {
  const reached = reachedFrom(test);
  return changed.some((file) => OF_JEST.test(file) || around(file).some((path) => reached.has(path)));
});

console.log(`${changed.length} changed files concern ${concerned.length} of ${tests.length} test files`);
for (const test of concerned) console.log(`  ${test}`);
if (concerned.length > 0) {
  const args = ['node_modules/jest/bin/jest.js', '--runTestsByPath', ...concerned, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
