import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { treeOf } from '../support/tree';

const root = resolve('.');
let folder = '';
const tree = (name: string) => treeOf(join(folder, name));

beforeAll(() => {
  const build = spawnSync(process.execPath, ['scripts/build.js'], { encoding: 'utf8' });
  if (build.status !== 0) throw new Error(build.stdout + build.stderr);
}, 60_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'site-'));
  copyFileSync('cluster.yaml', join(folder, 'cluster.yaml'));
});

const bundle = () =>
  spawnSync(process.execPath, [join(root, 'build/main.js'), 'synth'], { cwd: folder, encoding: 'utf8' });

test('the bundle writes what is committed', () => {
  expect(bundle()).toMatchObject({ status: 0, stderr: '' });
  expect(tree('dist')).toEqual(treeOf('dist'));
});

test('a synth that builds no site of a folder keeps the names of the files that an earlier one built them from', () => {
  for (const name of ['clusters', 'node_modules']) mkdirSync(join(folder, name));
  copyFileSync('cluster.yaml', join(folder, 'clusters/home.yaml'));
  const filesOfProgram = () => {
    expect(bundle()).toMatchObject({ status: 0, stderr: '' });
    const cache = join(folder, 'node_modules/.cache/power-safe-k3s');
    return readdirSync(cache).map((name) => readFileSync(join(cache, name), 'utf8').split('\n')[2]);
  };
  const first = filesOfProgram();
  expect(first).toEqual([expect.stringContaining('killpowerd.sh')]);
  expect(filesOfProgram()).toEqual(first);
}, 30_000);

describe('npx cdk8s synth', () => {
  beforeEach(() => {
    const files = 'main.ts cdk8s.yaml package.json package-lock.json tsconfig.json';
    for (const name of ['node_modules', 'scripts', 'lib', 'imports', ...files.split(' ')])
      symlinkSync(join(root, name), join(folder, name));
    mkdirSync(join(folder, 'build'));
    for (const file of ['build/main.js', 'build/main.json']) copyFileSync(file, join(folder, file));
  });
  const cdk8s = () => {
    const env = { ...process.env, CDK8S_CHECK_UPGRADE: 'false' };
    const words = ['node_modules/cdk8s-cli/bin/cdk8s', 'synth'];
    return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env });
  };

  test('writes the same bytes, and leaves compiled code for the next synth, which does too and does not compile again', () => {
    expect(cdk8s().status).toBe(0);
    expect(tree('dist')).toEqual(treeOf('dist'));
    expect(tree('hosts')).toEqual(treeOf('hosts'));
    const caches = () => readdirSync(join(folder, 'build')).filter((name) => name.endsWith('.cache'));
    const [cache = ''] = caches();
    const { mtimeNs } = statSync(join(folder, 'build', cache), { bigint: true });
    rmSync(join(folder, 'dist'), { recursive: true });
    const again = spawnSync(process.execPath, ['scripts/synth.js'], { cwd: folder, encoding: 'utf8' });
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(tree('dist')).toEqual(treeOf('dist'));
    expect([caches(), statSync(join(folder, 'build', cache), { bigint: true }).mtimeNs]).toEqual([[cache], mtimeNs]);
  }, 30_000);

  test('is recorded if it changes nothing, so that the next synth only repeats it', () => {
    const synth = () => spawnSync(process.execPath, ['scripts/synth.js'], { cwd: folder, encoding: 'utf8' });
    const hasRecord = () => readdirSync(join(folder, 'build')).some((name) => name.includes('.run-'));
    const first = synth();
    expect(hasRecord()).toBe(false);
    synth();
    expect(hasRecord()).toBe(true);
    // nothing can run any more
    writeFileSync(join(folder, 'build/main.js'), '');
    expect(synth()).toMatchObject({ status: 0, stdout: first.stdout, stderr: first.stderr });
  }, 30_000);

  test('leaves hosts/ as it was when the site is wrong; dist/ it has deleted itself by then', () => {
    bundle();
    const before = tree('hosts');
    const text = readFileSync('cluster.yaml', 'utf8').replace('vip: 192.168.10.5 ', 'vip: 192.168.10.245 ');
    writeFileSync(join(folder, 'cluster.yaml'), text);
    expect(cdk8s().status).not.toBe(0);
    expect(tree('hosts')).toEqual(before);
  }, 30_000);
});
