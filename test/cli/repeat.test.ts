import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Copies `in` to `out/a`, whose folder has nothing else afterwards, looks at `seen`, and prints what it was given. */
const PROGRAM = `const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
statSync('seen', { throwIfNoEntry: false });
Object.hasOwn(process.env, 'OWN');
const text = readFileSync('in', 'utf8');
mkdirSync('out', { recursive: true });
const others = readdirSync('out').filter((name) => name !== 'a');
writeFileSync('out/a.tmp', text);
renameSync('out/a.tmp', 'out/a');
for (const name of others) rmSync('out/' + name);
console.error('others: ' + others);
console.log(text, process.argv.slice(2).join(), process.env.GREETING);
process.exitCode = 3;
`;

let folder = '';
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repeat-'));
  mkdirSync(at('bin'));
  writeFileSync(at('bin/program.js'), PROGRAM);
  writeFileSync(at('in'), 'text');
  writeFileSync(at('seen'), '');
});

interface Run {
  readonly version?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** @default - that of the test */
  readonly user?: 'nobody';
}

/** What a start prints, and whether it has written the file. */
function start({ version = '1', args = [], env = {}, cwd = folder, user }: Run = {}) {
  const inode = () => statSync(join(cwd, 'out/a'), { throwIfNoEntry: false })?.ino;
  const before = inode();
  const [starter, program] = [resolve('scripts/start.js'), at('bin/program.js')].map((path) => JSON.stringify(path));
  writeFileSync(at('start.js'), `require(${starter}).start(${program}, '${version}')`);
  const words = [...(user ? ['setpriv', '--reuid=nobody'] : []), process.execPath, at('start.js'), ...args];
  const { status, stdout, stderr } = spawnSync('env', words, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr, hasRun: inode() !== before };
}
const record = () => readdirSync(at('bin')).find((name) => name.includes('.run-')) ?? '';
const out = () => [readdirSync(at('out')), readFileSync(at('out/a'), 'utf8'), statSync(at('out/a')).mode & 0o777];

test('a run that changed something is no pattern: the next one runs, and the third is repeated', () => {
  expect([start(), start(), start()].map(({ hasRun }) => hasRun)).toEqual([true, true, false]);
});

test('a repeated run prints the same on both streams, and has the same exit status', () => {
  const { hasRun: _, ...first } = start();
  start();
  expect(start()).toEqual({ ...first, hasRun: false });
  expect(first).toMatchObject({ status: 3, stdout: 'text  undefined\n', stderr: 'others: \n' });
});

describe('it runs again', () => {
  beforeEach(() => {
    start();
    start();
  });
  const other = () => {
    mkdirSync(at('other'));
    writeFileSync(at('other/in'), 'other');
    return at('other');
  };

  test.each<[string, () => Run | undefined]>([
    ['another version', () => ({ version: '2' })],
    ['an option', () => ({ args: ['more'] })],
    ['a variable that the program reads', () => ({ env: { GREETING: 'hello' } })],
    ['a variable that the program looks for', () => ({ env: { OWN: '' } })],
    ['options of Node.js', () => ({ env: { NODE_OPTIONS: '--no-deprecation' } })],
    ['another folder', () => ({ cwd: other() })],
    ['an input of the same length', () => void writeFileSync(at('in'), 'TEXT')],
    ['an edit of a file that it does not read', () => void writeFileSync(at('seen'), 'more')],
    ['an edited output', () => void writeFileSync(at('out/a'), 'TEXT')],
    ['a removed output', () => void rmSync(at('out/a'))],
    ['an added file', () => void writeFileSync(at('out/b'), '')],
    ['another mode of an output', () => void chmodSync(at('out/a'), 0o755)],
    [
      'half a record',
      () => void writeFileSync(at(`bin/${record()}`), readFileSync(at(`bin/${record()}`)).subarray(0, -1)),
    ],
    ['no record', () => void rmSync(at(`bin/${record()}`))],
  ])('after %s', (_, change) => {
    const options = change();
    expect(start(options)).toMatchObject({ status: 3, hasRun: true });
    expect(out()).toEqual([['a'], readFileSync(at('in'), 'utf8'), 0o644]);
  });

  test('but not after a variable that it does not read', () => {
    expect(start({ env: { SOMETHING: 'else' } }).hasRun).toBe(false);
  });
});

test.each([
  ['starts a process', `require('node:child_process').spawnSync('true')`],
  ['starts a thread', `new (require('node:worker_threads').Worker)('', { eval: true })`],
  ['looks at a file in a way that is not recorded', `require('node:fs').realpathSync('in')`],
  ['reads what is no file, such as a pipe', `require('node:fs').readFileSync('/dev/null')`],
  ['lists names as bytes', `require('node:fs').readdirSync('.', { encoding: 'buffer' })`],
  ['writes a file in place', `require('node:fs').writeFileSync('direct', '')`],
  ['reads a file by a promise', `require('node:fs').promises.readFile('in')`],
  ['lists all variables', 'Object.keys(process.env)'],
])('a program that %s is never repeated', (_, statement) => {
  writeFileSync(at('bin/program.js'), `${PROGRAM}${statement};`);
  const again = { status: 3, hasRun: true };
  expect([start(), start(), start()]).toEqual([again, again, again].map((run) => expect.objectContaining(run)));
});

test('a program has the functions of node:fs with their promises', () => {
  const program = `require('node:util').promisify(require('node:fs').exists)('in').then(console.log)`;
  writeFileSync(at('bin/program.js'), program);
  expect(start().stdout).toBe('true\n');
});

test('a record is for its owner alone', () => {
  start();
  start();
  expect(statSync(at(`bin/${record()}`)).mode & 0o777).toBe(0o600);
});

test('a program folder that is read-only has no record, and the program runs', () => {
  writeFileSync(at('bin/program.js'), `console.log(require('node:fs').readFileSync('in', 'utf8'))`);
  for (const name of ['.', 'bin']) chmodSync(at(name), 0o755);
  const runs = [start({ user: 'nobody' }), start({ user: 'nobody' })];
  expect(runs).toEqual([1, 2].map(() => ({ status: 0, stdout: 'text\n', stderr: '', hasRun: false })));
  expect(readdirSync(at('bin'))).toEqual(['program.js']);
});

test('what check and synth write depends on no clock, no random number and no name of the machine', async () => {
  const { outputFiles } = await build({
    entryPoints: ['main.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    write: false,
    minifyWhitespace: true,
  });
  const changing =
    /\bDate\b|Math\.random|randomUUID|randomBytes|hrtime|performance\.now|networkInterfaces|hostname\)?\(/g;
  // the stamps of a folder of sites compare times of files with the start; nothing that is written or printed depends on it
  expect(outputFiles[0]?.text.match(changing)).toEqual(['Date']);
});
