import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf } from '../../lib/site';
import { synth } from '../../lib/synth';
import { Stamps } from '../../lib/synth/stamp';
import { treeOf } from '../support/tree';

const SITE = readFileSync('cluster.yaml', 'utf8');
const before = process.cwd();
let folder = '';

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
const siteText = (name: string, third: number) =>
  SITE.replace('name: home', `name: ${name}`).replaceAll('192.168.10.', `10.0.${third}.`);
const cache = () => join(folder, 'node_modules/.cache/power-safe-k3s');
const run = (options = {}) => synth({ clusterPath: 'clusters', ...options });
const outputs = () => ({ ...treeOf('dist'), ...treeOf('hosts') });
/** Names of the sites that a synth leaves alone, in the order of their files. */
const unchanged = () =>
  new Stamps(['dist', 'hosts', 'gitops'], placeOf('clusters')).unchanged().map((stamp) => stamp?.name);
let first: ReturnType<typeof run>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stamp-'));
  process.chdir(folder);
  for (const name of ['clusters', 'node_modules']) mkdirSync(name);
  writeFileSync('clusters/north.yaml', siteText('north', 1));
  writeFileSync('clusters/south.yaml', siteText('south', 2));
  // a file as young as the run gets no stamp
  pause();
  first = run();
  pause();
});
afterEach(() => {
  process.chdir(before);
  delete process.env['CDK8S_DISABLE_SORT'];
});

test('a synth of the same files leaves all sites alone, and says the same', () => {
  expect(unchanged()).toEqual(['north', 'south']);
  expect([run(), unchanged()]).toEqual([first, ['north', 'south']]);
});

test('a site that has changed is written, and the others are left alone', () => {
  writeFileSync('clusters/south.yaml', siteText('south', 3));
  expect(unchanged()).toEqual(['north', undefined]);
  run();
  expect(readFileSync('dist/south/20-kube-vip.k8s.yaml', 'utf8')).toContain('10.0.3.5');
});

test('a site that has changed is checked against the others', () => {
  writeFileSync('clusters/north.yaml', siteText('north', 2).replace('10.0.2.13', '10.0.2.14'));
  expect(run).toThrow(/^clusters\/south\.yaml:\d+:\d+: address-of-other-site: 10\.0\.2\.11 of node k3s-1 overlaps/);
});

describe('a site is not left alone after', () => {
  const nut = 'dist/north/50-nut.k8s.yaml';
  test.each<[string, () => void]>([
    ['an edit of an output', () => appendFileSync(nut, '# mine\n')],
    [
      'an edit that keeps its size and its time',
      () => {
        const { atime, mtime } = statSync(nut);
        writeFileSync(nut, readFileSync(nut, 'utf8').replace('nut', 'nut'.toUpperCase()));
        utimesSync(nut, atime, mtime);
      },
    ],
    ['the removal of an output', () => rmSync('hosts/north/README.md')],
    ['a file of an earlier run', () => copyFileSync('hosts/north/README.md', 'hosts/north/nodes/README.md')],
    [
      'a folder of an earlier run',
      () => {
        mkdirSync('hosts/north/agent');
        copyFileSync('hosts/north/README.md', 'hosts/north/agent/config.yaml');
      },
    ],
    ['the removal of a folder of outputs', () => rmSync('hosts/north/server', { recursive: true })],
  ])('%s', (_, change) => {
    const tree = outputs();
    change();
    expect(unchanged()).toEqual([undefined, 'south']);
    run();
    expect(outputs()).toEqual(tree);
  });

  test.each<[string, () => void]>([
    ['a change of defaults.yaml', () => writeFileSync('clusters/defaults.yaml', 'os: [cloud-init]\n')],
    [
      'a change of what a link leads to',
      () => {
        writeFileSync('elsewhere.yaml', readFileSync('clusters/north.yaml'));
        rmSync('clusters/north.yaml');
        symlinkSync('../elsewhere.yaml', 'clusters/north.yaml');
        pause();
        run();
        writeFileSync('elsewhere.yaml', siteText('north', 4));
      },
    ],
    ['a variable of cdk8s', () => Object.assign(process.env, { CDK8S_DISABLE_SORT: '1' })],
    [
      'a cut of its stamp',
      () => {
        const [name = ''] = readdirSync(cache());
        const file = join(cache(), name);
        truncateSync(file, statSync(file).size - 10);
      },
    ],
    [
      'an edit of its stamp',
      () => {
        const [name = ''] = readdirSync(cache());
        const file = join(cache(), name);
        writeFileSync(file, readFileSync(file, 'utf8').replace(process.version, 'v0.0.0'));
      },
    ],
  ])('%s', (_, change) => {
    change();
    expect(unchanged()[0]).toBeUndefined();
  });
});

test('the outputs of a site that is gone are removed', () => {
  rmSync('clusters/south.yaml');
  run();
  expect(readdirSync('hosts')).toEqual(['north']);
});

test('a synth without node_modules leaves no stamp', () => {
  rmSync('node_modules', { recursive: true });
  run();
  expect(readdirSync('.')).toEqual(['clusters', 'dist', 'hosts']);
});

test('a synth that can write no stamp is done all the same', () => {
  rmSync(cache(), { recursive: true });
  writeFileSync(cache(), '');
  expect([run(), unchanged()]).toEqual([first, [undefined, undefined]]);
});
