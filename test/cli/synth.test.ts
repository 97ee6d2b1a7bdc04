import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
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
import { main as runnerOf } from '../../lib/cli/program';
import { synthCommand } from '../../lib/cli/synth';
import { PROJECT_VERSION } from '../../lib/files/version';
import { reasonsBetween } from '../../lib/releases/changes';
import { synth } from '../../lib/synth';
import { inProcess } from '../support/in-process';

const root = resolve('.');
let folder = '';

beforeAll(() => {
  const build = spawnSync(process.execPath, ['scripts/build.js'], { encoding: 'utf8' });
  if (build.status !== 0) throw new Error(build.stdout + build.stderr);
}, 60_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'site-'));
  copyFileSync('cluster.yaml', join(folder, 'cluster.yaml'));
});

const main = (env: Record<string, string> = {}, args: readonly string[] = []) =>
  inProcess(runnerOf(synthCommand), args, { cwd: folder, env: { ...process.env, ...env } });
const broken = () => readFileSync('cluster.yaml', 'utf8').replace('vip: 192.168.10.5 ', 'vip: 192.168.10.245 ');

/** Every file below a folder with its text. */
const tree = (name: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(join(folder, name).length + 1), readFileSync(path, 'utf8')]),
  );
/** The same for what is committed. */
const committed = (name: string): Record<string, string> => {
  cpSync(name, join(folder, 'committed'), { recursive: true });
  return tree('committed');
};

test('the bundle writes what is committed', () => {
  const bundle = join(root, 'build/main.js');
  expect(spawnSync(process.execPath, [bundle], { cwd: folder, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(tree('dist')).toEqual(committed('dist'));
});

test('a wrong site ends with 1, says where, and leaves dist/ and hosts/ as they were', () => {
  main();
  const before = [tree('dist'), tree('hosts')];
  writeFileSync(join(folder, 'cluster.yaml'), broken());
  const { status, stderr, stdout } = main();
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^cluster\.yaml:\d+:\d+: vip-in-pool: VIP 192\.168\.10\.245 is inside pool "lan" \(192\.168\.10\.240-192\.168\.10\.250\); choose an address outside every pool\n$/,
  );
  expect([tree('dist'), tree('hosts')]).toEqual(before);
});

test('an address that dist/ still has in a pool is a warning at its new place', () => {
  main();
  const text = readFileSync('cluster.yaml', 'utf8').replace('192.168.10.240-', '192.168.10.243-');
  writeFileSync(join(folder, 'cluster.yaml'), text.replace('10.100-192.168.10.199', '10.100-192.168.10.242'));
  const warned = main();
  expect([warned.status, warned.stderr]).toEqual([
    0,
    expect.stringMatching(
      /^cluster\.yaml:\d+:\d+: warning: was-in-pool: 192\.168\.10\.100-192\.168\.10\.242 of the DHCP server was in pool "lan" .*; run apply --prune before/,
    ),
  ]);
  expect(main().stderr).toBe('');
});

describe('outputs of another version', () => {
  const by = (version: string) => {
    const file = join(folder, 'hosts/server/files');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/# Version [\d.]+,/, `# Version ${version},`));
  };

  test('are compared with those of this one, and the reasons named', () => {
    main();
    by('0.0.9');
    const file = join(folder, 'dist/20-kube-vip.k8s.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('type: RuntimeDefault', 'type: Unconfined'));
    const { stdout } = main();
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `written by version 0.0.9 before, by ${PROJECT_VERSION} now; objects that differ: 1, files of hosts/: 1`,
      '~ DaemonSet kube-system/kube-vip',
    ]);
    expect(stdout).toContain('Update in hosts/README.md');
  });

  test.each([
    ['the marks of a merge', '<<<<<<< HEAD\n---\n=======\n>>>>>>> other\n'],
    ['an address that is none', 'kind: IPAddressPool\nmetadata: { name: lan }\nspec: { addresses: [192.168.10] }\n'],
  ])('may have %s, and are replaced', (_, text) => {
    main();
    by('0.0.9');
    writeFileSync(join(folder, 'dist/40-metallb-config.k8s.yaml'), text);
    expect(main()).toMatchObject({ status: 0, stderr: '' });
    expect(tree('dist')).toEqual(committed('dist'));
  });

  test('are not compared if this version wrote them', () => {
    main();
    expect(main().stdout).not.toContain('written by version');
  });

  test.each([
    ['0.1.0', '0.2.0', 'DaemonSet kube-system/kube-vip', 3],
    ['0.1.0', '0.2.0', 'Namespace nut', 1],
    ['0.2.0', '0.10.0', 'DaemonSet kube-system/kube-vip', 0],
    ['0.10.0', '0.2.0', 'DaemonSet kube-system/kube-vip', 0],
  ])('from %s to %s have reasons for %s: %i', (from, to, object, count) => {
    expect(reasonsBetween(from, to, [object])).toHaveLength(count);
  });
});

test('a site that is not there ends with 1 and says what to do', () => {
  expect(main({ CLUSTER: 'nowhere.yaml' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('nowhere.yaml: no-file:'),
  });
});

test.each(['site.yaml', '--bogus', ''])(
  'an argument such as %j ends with 2 and the way to the usage, and nothing is written',
  (argument) => {
    expect(main({}, [argument])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('synth --help shows the usage'),
    });
    expect(readdirSync(folder)).toEqual(['cluster.yaml']);
  },
);

test('--help lists the options and variables, and nothing is written', () => {
  const { status, stdout, stderr } = main({}, ['--help']);
  expect([status, stderr]).toEqual([0, '']);
  for (const name of ['--cluster', '--out', 'CDK8S_OUTDIR', 'HOSTS_OUTDIR']) expect(stdout).toContain(name);
  expect(readdirSync(folder)).toEqual(['cluster.yaml']);
});

test('an empty variable is the same as none', () => {
  expect(main({ CLUSTER: '', CDK8S_OUTDIR: '', HOSTS_OUTDIR: '' })).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(folder)).toEqual(['cluster.yaml', 'dist', 'hosts']);
});

test('--out names the folder of both outputs, whatever the variables say', () => {
  expect(main({ CDK8S_OUTDIR: 'elsewhere' }, ['--cluster', 'cluster.yaml', '--out', 'site'])).toMatchObject({
    status: 0,
  });
  expect(readdirSync(folder)).toEqual(['cluster.yaml', 'site']);
  expect(tree('site/dist')).toEqual(committed('dist'));
});

test('one folder for both outputs is refused, and nothing is written', () => {
  expect(main({ CDK8S_OUTDIR: 'out', HOSTS_OUTDIR: './out' })).toMatchObject({
    status: 1,
    stderr: 'out: the folder is both that of the objects and that of the hosts; name two folders\n',
  });
  expect(readdirSync(folder)).toEqual(['cluster.yaml']);
});

test('a folder with the files of other people is refused by name, and nothing is written', () => {
  writeFileSync(join(folder, 'README.md'), 'mine');
  expect(main({ HOSTS_OUTDIR: '.' })).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'README.md: not written by npm run synth; move it, or write to another folder\n',
  });
  expect(readdirSync(folder)).toEqual(['README.md', 'cluster.yaml']);
});

test('warnings go to stderr and stop nothing', () => {
  copyFileSync('examples/one-server.yaml', join(folder, 'cluster.yaml'));
  expect(main()).toMatchObject({ status: 0, stderr: expect.stringContaining('warning: one-server:') });
});

/** What follows `npm run NAME --` wherever a command for one site is printed. */
const commandsIn = (name: string): string[] => {
  const text = Object.values(tree(name)).join('');
  const commands = [...text.matchAll(/npm run (?:hosts|kubeconfig|--silent secret:nut)( -- [^\n]*| \|)/g)];
  expect(commands.length).toBeGreaterThan(5);
  return commands.map(([, words = '']) => words.replace(/^ -- /, ''));
};

describe('the commands that a site prints', () => {
  const printed = (env: Record<string, string>) => {
    expect(main(env).status).toBe(0);
    return commandsIn('hosts');
  };

  test('name its file where that is not ./cluster.yaml', () => {
    copyFileSync('examples/two-ups.yaml', join(folder, 'my site.yaml'));
    for (const command of printed({ CLUSTER: 'my site.yaml' })) expect(command).toMatch(/^--cluster 'my site.yaml' /);
    expect(tree('hosts')['RUNBOOK.md']).toContain("`CLUSTER='my site.yaml' npm run synth`");
    expect(tree('hosts')['README.md']).toContain(' apply -f dist/\n');
  });

  test('name no file for ./cluster.yaml, however it is spelt', () => {
    for (const command of printed({ CLUSTER: join(folder, './cluster.yaml') }))
      expect(command).not.toContain('--cluster');
    expect(tree('hosts')).toEqual(committed('hosts'));
  });

  test('name ./cluster.yaml where clusters/ would be taken', () => {
    mkdirSync(join(folder, 'clusters'));
    for (const command of printed({ CLUSTER: 'cluster.yaml' })) expect(command).toMatch(/^--cluster cluster.yaml /);
  });

  test('name a file outside of this folder in full', () => {
    const outside = resolve('examples/two-ups.yaml');
    for (const command of printed({ CLUSTER: outside })) expect(command).toContain(`--cluster ${outside} `);
  });
});

describe('a folder of sites', () => {
  const ours = readFileSync('cluster.yaml', 'utf8');
  const addSite = (name: string, text = ours) => {
    mkdirSync(join(folder, 'clusters'), { recursive: true });
    writeFileSync(join(folder, `clusters/${name}.yaml`), text.replace('name: home', `name: ${name}`));
  };

  const southIsWrong = { status: 1, stderr: expect.stringMatching(/^clusters\/south\.yaml:\d+:\d+: vip-in-pool/) };

  test('is taken where it exists, and each site gets folders of its own, until it is gone', () => {
    addSite('north');
    addSite('south');
    expect(main().status).toBe(0);
    for (const output of ['dist', 'hosts']) expect(readdirSync(join(folder, output))).toEqual(['north', 'south']);
    rmSync(join(folder, 'clusters/south.yaml'));
    main();
    for (const output of ['dist', 'hosts']) expect(readdirSync(join(folder, output))).toEqual(['north']);
  });

  test.each([[], ['--keep-going']])('writes nothing without a valid site for each: %j', (...args) => {
    if (args.length === 0) addSite('north');
    addSite('south', broken());
    expect(main({}, args)).toMatchObject({ ...southIsWrong, stdout: '' });
    expect(readdirSync(folder)).toEqual(['cluster.yaml', 'clusters']);
  });

  test('with --keep-going writes the others, keeps the old files of the wrong one and ends with 1', () => {
    addSite('north');
    addSite('south');
    main();
    const before = tree('dist/south');
    addSite('south', broken());
    addSite('north', ours.replace('10.240-', '10.241-'));
    expect(main({}, ['--keep-going'])).toMatchObject(southIsWrong);
    expect(tree('dist/south')).toEqual(before);
    expect(tree('dist/north')['40-metallb-config.k8s.yaml']).toContain('192.168.10.241-192.168.10.250');
  });

  test('refuses one name for two sites', () => {
    addSite('north');
    copyFileSync(join(folder, 'clusters/north.yaml'), join(folder, 'clusters/south.yaml'));
    expect(main()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('duplicate-cluster: "north" is already the name of clusters/north.yaml'),
    });
  });

  test('prints commands that are for the site they stand at', () => {
    addSite('north');
    addSite('south');
    main();
    for (const name of ['north', 'south']) {
      const site = `--cluster clusters/${name}.yaml`;
      for (const command of commandsIn(`hosts/${name}`)) expect(command.slice(0, site.length)).toBe(site);
      const text = Object.values(tree(`hosts/${name}`)).join('');
      expect(text).toContain(`apply -f dist/${name}/\n`);
      expect(text).toContain(`as in hosts/${name}/README.md`);
      expect(text).toContain(`set the value in clusters/${name}.yaml, and run \`npm run synth\``);
    }
  });

  test('reports each site that is done', () => {
    addSite('north');
    addSite('south');
    const onSite = jest.fn();
    const [clusterPath, distFolder, hostsFolder] = ['clusters', 'dist', 'hosts'].map((name) => join(folder, name));
    synth({ clusterPath, distFolder, hostsFolder, onSite });
    expect(onSite.mock.calls.flat()).toEqual([1, 2, 2, 2]);
  });

  test('gets gitops/ beside dist/, and loses it with the setting', () => {
    addSite('north', `${ours}\ngitops: flux\n`);
    addSite('south', `${ours}\ngitops: { engine: argocd, url: https://git.example.com/you/site }\n`);
    expect(main()).toMatchObject({ status: 0, stdout: expect.stringContaining(', gitops/: 5 files') });
    expect(readdirSync(join(folder, 'gitops'))).toEqual(['argocd', 'north']);
    const set = tree('gitops')['argocd/site.yaml'];
    addSite('west', `${broken()}\ngitops: flux\n`);
    expect(main({}, ['--keep-going']).stdout).toContain(', gitops/: 4 files');
    expect(tree('gitops')['argocd/site.yaml']).toBe(set);
    rmSync(join(folder, 'clusters/west.yaml'));
    expect(main({ CDK8S_OUTDIR: 'objects' })).toMatchObject({
      status: 1,
      stderr: 'objects: gitops/ has the paths of a folder dist/ beside it; write the objects to one\n',
    });
    addSite('north');
    expect(main({}, ['--out', '.']).stdout).toContain(', gitops/: 1 files');
    expect(readdirSync(join(folder, 'gitops'))).toEqual(['argocd']);
  });
});

describe('npx cdk8s synth', () => {
  const cdk8s = () => {
    const files = 'main.ts cdk8s.yaml package.json package-lock.json tsconfig.json';
    for (const name of ['node_modules', 'scripts', 'lib', 'imports', ...files.split(' ')])
      symlinkSync(join(root, name), join(folder, name));
    mkdirSync(join(folder, 'build'));
    for (const file of ['build/main.js', 'build/main.sources']) copyFileSync(file, join(folder, file));
    const env = { ...process.env, CDK8S_CHECK_UPGRADE: 'false' };
    return spawnSync(process.execPath, ['node_modules/cdk8s-cli/bin/cdk8s', 'synth'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
  };

  test('writes the same bytes', () => {
    expect(cdk8s().status).toBe(0);
    expect(tree('dist')).toEqual(committed('dist'));
    rmSync(join(folder, 'committed'), { recursive: true });
    expect(tree('hosts')).toEqual(committed('hosts'));
  }, 30_000);

  test('leaves compiled code for the next synth, which writes the same bytes and does not compile again', () => {
    cdk8s();
    const caches = () => readdirSync(join(folder, 'build')).filter((name) => name.endsWith('.cache'));
    const [cache = ''] = caches();
    const { mtimeNs } = statSync(join(folder, 'build', cache), { bigint: true });
    rmSync(join(folder, 'dist'), { recursive: true });
    const again = spawnSync(process.execPath, ['scripts/synth.js'], { cwd: folder, encoding: 'utf8' });
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(tree('dist')).toEqual(committed('dist'));
    expect([caches(), statSync(join(folder, 'build', cache), { bigint: true }).mtimeNs]).toEqual([[cache], mtimeNs]);
  }, 30_000);

  test('leaves hosts/ as it was when the site is wrong; dist/ it has deleted itself by then', () => {
    main();
    const before = tree('hosts');
    writeFileSync(join(folder, 'cluster.yaml'), broken());
    expect(cdk8s().status).not.toBe(0);
    expect(tree('hosts')).toEqual(before);
  }, 30_000);
});
