import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { initCommand } from '../../lib/cli/init';
import { asyncMain } from '../../lib/cli/program';
import { loadCluster } from '../../lib/site/load';
import { inProcessAsync } from '../support/in-process';
import { programPath } from '../support/program';

const FLAGS = [
  ...['--name', 'garage', '--subnet', '10.0.0.0/24', '--vip', '10.0.0.5', '--pool', '10.0.0.240-10.0.0.250'],
  ...['--node', 'a=10.0.0.11', '--node', 'b=10.0.0.12', '--node', 'c=10.0.0.13', '--ups', 'usbhid-ups'],
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
});

const init = (...args: readonly string[]) => inProcessAsync(asyncMain(initCommand), args, { cwd: folder });
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const site = () => loadCluster(textOf('cluster.yaml'), 'cluster.yaml').cluster;
const shipped = readFileSync('cluster.yaml', 'utf8');
const comments = (text: string) => text.match(/#.*$/gm)?.slice(1) ?? [];

test('init without a terminal writes the example site and the files beside it', async () => {
  expect(await init()).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(folder).sort()).toEqual(['.gitattributes', '.gitignore', 'cluster.yaml', 'package.json']);
  expect(textOf('cluster.yaml').split('\n').slice(1)).toEqual(shipped.split('\n').slice(1));
  expect(textOf('cluster.yaml')).toMatch(
    /^# yaml-language-server: \$schema=\.\/node_modules\/power-safe-k3s\/cluster\.schema\.json\n/,
  );
});

test('init writes the values of its flags and keeps the comments in their columns', async () => {
  expect(await init(...FLAGS)).toMatchObject({ status: 0 });
  const { name, nodes, controlPlane, loadBalancer, ups } = site();
  expect({
    name,
    nodes: nodes.map((node) => `${node.name} ${node.address[0]?.text} ${node.role} ${node.ups.map((one) => one.name)}`),
    vip: controlPlane.vip.map(({ text }) => text),
    pools: loadBalancer?.pools.map(({ addresses }) => addresses.map(({ text }) => text)),
    ups: ups.map((one) => one.name),
  }).toEqual({
    name: 'garage',
    nodes: ['a 10.0.0.11 server ups1', 'b 10.0.0.12 server ups1', 'c 10.0.0.13 server ups1'],
    vip: ['10.0.0.5'],
    pools: [['10.0.0.240-10.0.0.250']],
    ups: ['ups1'],
  });
  const lost = comments(shipped).filter((comment) => !textOf('cluster.yaml').includes(comment));
  expect(
    lost.every((comment) =>
      /router|DHCP|A record|host name|fixed address|server:|UPS that feeds|instead of power/.test(comment),
    ),
  ).toBe(true);
});

test('init leaves out the UPS with --ups none', async () => {
  expect(await init('--ups', 'none')).toMatchObject({ status: 0 });
  expect(site()).toMatchObject({ ups: [], nodes: [{ ups: [] }, { ups: [] }, { ups: [] }] });
});

test('init starts from another file with --from', async () => {
  copyFileSync('examples/two-ups.yaml', join(folder, 'old.yaml'));
  expect(await init('--from', 'old.yaml', '--name', 'moved')).toMatchObject({ status: 0 });
  const old = loadCluster(readFileSync('examples/two-ups.yaml', 'utf8'), 'old.yaml').cluster;
  expect(site()).toEqual({ ...old, name: 'moved' });
});

test('init writes nothing if the values do not fit together, and says what is wrong', async () => {
  const { status, stderr } = await init('--subnet', '10.0.0.0/24');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^cluster\.yaml:\d+:\d+: [a-z-]+: .*192\.168\.10\.11/m);
  expect(readdirSync(folder)).toEqual([]);
});

test('init keeps what package.json, .gitattributes and .gitignore have', async () => {
  writeFileSync(join(folder, 'package.json'), '{ "name": "mine", "scripts": { "synth": "true" } }');
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
  writeFileSync(join(folder, '.gitattributes'), '*.png binary\n');
  await init();
  expect(JSON.parse(textOf('package.json'))).toMatchObject({
    name: 'mine',
    scripts: { synth: 'true', apply: 'power-safe-k3s apply' },
  });
  expect([textOf('.gitignore'), textOf('.gitattributes')]).toEqual([
    'node_modules\n',
    '*.png binary\n* text=auto eol=lf\n',
  ]);
});

test('init pins the version, and has a script for every command that hosts/ names', async () => {
  await init();
  const { scripts, dependencies } = JSON.parse(textOf('package.json'));
  expect(dependencies).toEqual({ 'power-safe-k3s': JSON.parse(readFileSync('package.json', 'utf8')).version });
  const texts = ['hosts/README.md', 'hosts/RUNBOOK.md'].map((file) => readFileSync(file, 'utf8')).join('');
  const named = [...texts.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect([...new Set(named)].filter((name) => !(String(name) in scripts))).toEqual([]);
});

test('init does not overwrite cluster.yaml', async () => {
  writeFileSync(join(folder, 'cluster.yaml'), 'mine');
  expect(await init()).toMatchObject({
    status: 1,
    stderr: 'cluster.yaml: exists; move it, or name another folder with --out\n',
  });
  expect(readdirSync(folder)).toEqual(['cluster.yaml']);
});

test('init names a package.json that is not JSON, and writes nothing', async () => {
  writeFileSync(join(folder, 'package.json'), '{');
  expect(await init()).toMatchObject({ status: 1, stderr: 'package.json: is not JSON; correct it\n' });
  expect(readdirSync(folder)).toEqual(['package.json']);
});

test('init refuses a node without an address', async () => {
  expect(await init('--node', 'k3s-1')).toMatchObject({
    status: 1,
    stderr: '"k3s-1" is no node; write NAME=ADDRESS, such as k3s-1=192.168.10.11\n',
  });
});

describe('on request, init writes files that check for drift', () => {
  const CHECKING = ['--github-action', '--pre-commit', '--renovate'];

  test('and nothing of them without it', async () => {
    await init();
    const before = readdirSync(folder);
    rmSync(join(folder, 'cluster.yaml'));
    expect(await init(...CHECKING)).toMatchObject({ status: 0 });
    expect(readdirSync(folder).filter((name) => !before.includes(name))).toEqual([
      '.github',
      '.pre-commit-config.yaml',
      'renovate.json',
    ]);
  });

  test('with every option, and asks for no value because of one', async () => {
    expect(await init('--renovate')).toMatchObject({ status: 0 });
    expect(JSON.parse(textOf('renovate.json'))).toMatchObject({
      packageRules: [{ matchPackageNames: ['power-safe-k3s'], rangeStrategy: 'pin' }],
    });
  });

  test('and replaces none that is there', async () => {
    writeFileSync(join(folder, 'renovate.json'), '{}');
    expect(await init(...CHECKING)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^renovate\.json: exists;/),
    });
    expect(readdirSync(folder)).toEqual(['renovate.json']);
  });

  test('whose commands fail if a file of dist/ was edited, is new or is gone, and pass otherwise', async () => {
    await init(...CHECKING);
    const sh = (line: string) =>
      spawnSync('sh', ['-c', line.replace('npx power-safe-k3s', `${process.execPath} ${programPath()}`)], {
        cwd: folder,
      });
    const workflow = parse(textOf('.github/workflows/power-safe-k3s.yaml')) as Workflow;
    const [, ...lines] = workflow.jobs.drift.steps.flatMap(({ run }) => run ?? []);
    const hook = (parse(textOf('.pre-commit-config.yaml')) as Hooks).repos[0]?.hooks[0];
    expect(lines[0]).toBe(hook?.entry);
    expect('dist/20-kube-vip.k8s.yaml').toMatch(new RegExp(hook?.files ?? '$^'));
    const commit = 'git add -A && git -c user.name=a -c user.email=a@b commit --quiet --message a';
    sh(`${hook?.entry} && git init --quiet && ${commit}`);
    const status = () => sh(lines.join(' && ')).status;
    expect(status()).toBe(0);
    for (const spoil of ['echo >> dist/20-kube-vip.k8s.yaml', 'git rm --quiet hosts/RUNBOOK.md']) {
      expect(sh(`${spoil} && ${commit}`).status).toBe(0);
      expect(status()).toBe(1);
      expect(sh(commit).status).toBe(0);
      expect(status()).toBe(0);
    }
  }, 60_000);
});

interface Workflow {
  readonly jobs: { readonly drift: { readonly steps: readonly { readonly run?: string }[] } };
}
interface Hooks {
  readonly repos: readonly { readonly hooks: readonly { readonly entry: string; readonly files: string }[] }[];
}
