import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { run } from '../../lib/cli/main';
import { killpowerdScript } from '../../lib/machines/killpower';
import { ApplyLab } from '../live/support';
import { onLinux } from '../support/kubectl';
import { identity, objectsOf } from '../support/objects';

const { name, version, bin, dependencies } = createRequire(__filename)('../../package.json') as {
  name: string;
  version: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
};
const COMMANDS = [
  'init',
  'planner',
  'check',
  'synth',
  'explain',
  'hosts',
  'machines',
  'snapshots',
  'kubeconfig',
  'plan',
  'apply',
  'uninstall',
  'secret',
  'doctor',
  'rehearse',
  'verify',
  'completion',
  'help',
];
const guide = readFileSync('docs/typescript.md', 'utf8');
const example = guide.match(/```ts\n([\s\S]*?)```/)?.[1] ?? '';

const TYPESCRIPT = resolve('node_modules/typescript/bin/tsc');
/** The release that `cdk8s init typescript-app` installs; jsii, which cdk8s-cli needs, has it. */
const TYPESCRIPT_OF_INIT = resolve('node_modules/jsii/node_modules/typescript/bin/tsc');

let app = '';

const call = (program: string, args: readonly string[], cwd = app) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
};
const write = (file: string, text: string) => writeFileSync(join(app, file), text);

/** An app outside of this project, with the packed project and nothing else of it; what both depend on stands in for an installation. */
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'other-app-'));
  const installed = join(app, 'node_modules', name);
  mkdirSync(installed, { recursive: true });
  call('npm', ['pack', '--silent', '--pack-destination', app], process.cwd());
  const [archive = ''] = readdirSync(app).filter((file) => file.endsWith('.tgz'));
  call('tar', ['-xzf', join(app, archive), '-C', installed, '--strip-components=1']);
  mkdirSync(join(app, 'node_modules/@types'));
  for (const dependency of [...Object.keys(dependencies), '@types/node']) {
    symlinkSync(resolve('node_modules', dependency), join(app, 'node_modules', dependency));
  }
  write('package.json', '{ "name": "other-app", "private": true }');
  write('main.ts', example);
  write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: { target: 'es2023', module: 'node20', strict: true, types: ['node'], skipLibCheck: false },
      files: ['main.ts'],
    }),
  );
}, 120_000);

const outputs = (program = 'main.js') => {
  const printed = call(process.execPath, [program]);
  const dist = Object.fromEntries(
    readdirSync(join(app, 'dist'))
      .sort()
      .map((file) => [file, readFileSync(join(app, 'dist', file), 'utf8')]),
  );
  rmSync(join(app, 'dist'), { recursive: true });
  return { printed, dist };
};

describe('an app with this package', () => {
  /** What the app writes once it is compiled. */
  let compiled: ReturnType<typeof outputs> = { printed: '', dist: {} };

  test('compiles the example of the guide, and makes every chart of it', () => {
    call(process.execPath, [TYPESCRIPT, '-p', app]);
    compiled = outputs();
    const { printed, dist } = compiled;
    expect(printed).toContain('killpower/killpowerd\n');
    expect(Object.keys(dist)).toEqual(
      ['00-crds', '10-namespaces', '20-kube-vip', '30-metallb', '40-pools', '50-nut', '90-metallb-webhooks'].map(
        (chart) => `${chart}.k8s.yaml`,
      ),
    );
    expect(dist['00-crds.k8s.yaml']?.match(/^kind: CustomResourceDefinition$/gm)).toHaveLength(9);
    expect(dist['50-nut.k8s.yaml']).toContain('upsmon.sh: |');
  }, 60_000);

  test('has every namespace that its objects live in, and the webhooks of MetalLB', () => {
    const names = objectsOf(new Map(Object.entries(compiled.dist))).map(({ object }) => identity(object));
    const namespaces = names.flatMap((name) => name.match(/^Namespace (.*)$/)?.[1] ?? []);
    const used = new Set(names.flatMap((name) => name.match(/^\w+ (.*)\//)?.[1] ?? []));
    expect([...namespaces, 'kube-system'].toSorted()).toEqual([...used].toSorted());
    expect(names).toContain('ValidatingWebhookConfiguration metallb-webhook-configuration');
  });

  (onLinux ? test : test.skip)(
    'makes files that a cluster takes at once, on linux with real kubectl',
    async () => {
      const lab = await new ApplyLab().start();
      try {
        const dist = lab.writeDist(new Map(Object.entries(compiled.dist)));
        const definitions = join(dist, '00-crds.k8s.yaml');
        const ended = [
          await lab.kubectl('apply', '-f', definitions),
          await lab.kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', definitions),
          await lab.kubectl('apply', '-f', dist),
        ];
        expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']));
      } finally {
        await lab.stop();
      }
    },
    60_000,
  );

  test('makes the same when a bundler has put all of it into one file somewhere else', () => {
    const elsewhere = join(app, 'bundle/main.js');
    buildSync({ entryPoints: [join(app, 'main.ts')], bundle: true, platform: 'node', outfile: elsewhere });
    expect(outputs(elsewhere)).toEqual(compiled);
  }, 60_000);

  test('compiles with the tsconfig.json of cdk8s init typescript-app, which knows no exports', () => {
    const own = join(app, 'classic');
    mkdirSync(own);
    cpSync('node_modules/cdk8s-cli/templates/typescript-app/tsconfig.json', join(own, 'tsconfig.json'));
    writeFileSync(join(own, 'main.ts'), SMALL_APP);
    call(process.execPath, [TYPESCRIPT_OF_INIT, '--build'], own);
    call(process.execPath, ['main.js'], own);
    expect(readdirSync(join(own, 'dist'))).toEqual(expect.arrayContaining(['20-kube-vip.k8s.yaml', '50-nut.k8s.yaml']));
  }, 60_000);

  test('has the same bytes of the host scripts', () => {
    write(
      'script.js',
      `console.log(JSON.stringify(require('${name}').hostFiles(require('${name}').defineCluster(${SITE})).get('killpower/killpowerd')))`,
    );
    expect(JSON.parse(call(process.execPath, ['script.js']))).toBe(killpowerdScript());
  });

  test('refuses a wrong type when it compiles', () => {
    write('wrong.ts', example.replace("role: 'server'", "role: 'master'"));
    write('tsconfig.wrong.json', JSON.stringify({ extends: './tsconfig.json', files: ['wrong.ts'] }));
    const { status, stdout } = spawnSync(process.execPath, [TYPESCRIPT, '-p', 'tsconfig.wrong.json', '--noEmit'], {
      cwd: app,
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stdout).toContain('"master"');
  }, 60_000);
});

const SMALL_APP = `
import { App, Chart } from 'cdk8s';
import { defineCluster, KubeVip, Nut, nutProps } from '${name}';

const site = defineCluster({
  name: 'home',
  network: { subnet: '192.168.10.0/24' },
  nodes: [
    { name: 'k3s-1', address: '192.168.10.11', role: 'server', ups: 'ups1' },
    { name: 'k3s-2', address: '192.168.10.12', role: 'server', ups: 'ups1' },
    { name: 'k3s-3', address: '192.168.10.13', role: 'server', ups: 'ups1' },
  ],
  controlPlane: { vip: '192.168.10.5' },
  ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 }],
});
const app = new App();
new KubeVip(new Chart(app, '20-kube-vip', { namespace: 'kube-system' }), 'KubeVip', { addresses: ['192.168.10.5'] });
new Nut(new Chart(app, '50-nut', { namespace: 'nut' }), 'Nut', nutProps(site));
app.synth();
`;

describe('the program of the package, in a folder with nothing but cluster.yaml', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'empty-'));
    cpSync('cluster.yaml', join(folder, 'cluster.yaml'));
    // no other package of this project is in reach
    cpSync(join(app, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  });
  const program = (...args: readonly string[]) =>
    call(process.execPath, [join(folder, 'node_modules', name, bin[name] ?? ''), ...args], folder);

  test('prints its version and its commands', () => {
    expect(program('--version')).toBe(`${version}\n`);
    expect(
      program('--help')
        .match(/^ {2}[a-z]+/gm)
        ?.map((line) => line.trim()),
    ).toEqual(COMMANDS);
  });

  test('writes the bytes that are committed', () => {
    program('synth', '--cluster', 'cluster.yaml', '--out', 'out');
    for (const part of ['dist', 'hosts']) {
      expect(spawnSync('diff', ['-r', part, join(folder, 'out', part)], { encoding: 'utf8' }).stdout).toBe('');
    }
  });

  test('records a check, so that the next one only repeats it', () => {
    program('check');
    const names = readdirSync(join(folder, 'node_modules', name, 'build/package'));
    expect(names.filter((one) => one.startsWith('check.js.run-'))).toHaveLength(1);
  });

  test('writes the planner, over an earlier one and over no other file', () => {
    const args = [join(folder, 'node_modules', name, bin[name] ?? ''), 'planner'];
    const planner = () => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    for (let i = 0; i < 2; i++)
      expect(planner()).toMatchObject({ status: 0, stdout: 'planner.html: open it in a browser\n' });
    expect(readFileSync(join(folder, 'planner.html'), 'utf8')).toMatch(/<script>[\s\S]{1000000}/);
    writeFileSync(join(folder, 'planner.html'), 'mine');
    expect(planner()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^planner.html: is another file; move it/),
    });
  });

  test('verifies MetalLB, whose definitions are in it', () => {
    writeFileSync(join(folder, 'empty.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n');
    const args = [join(folder, 'node_modules', name, bin[name] ?? ''), 'verify', 'empty.yaml'];
    expect(spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('only in this project: CustomResourceDefinition'),
    });
  });
});

const SITE = example.match(/defineCluster\((\{[\s\S]*?\n\})\);/)?.[1] ?? '';

test('the guide names the versions that this project has, and the archive that npm packs', () => {
  for (const dependency of ['cdk8s', 'constructs']) {
    expect(guide).toContain(`${dependency}@${dependencies[dependency]}`);
  }
  const [archive = ''] = readdirSync(app).filter((file) => file.endsWith('.tgz'));
  expect(guide).toContain(basename(archive));
});

test.each(COMMANDS.filter((command) => command !== 'help'))('the help of %s shows an example', async (command) => {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await run([...(command === 'secret' ? ['secret', 'nut'] : [command]), '--help']);
  const help = written.mock.calls.join('');
  written.mockRestore();
  expect(help).toMatch(new RegExp(`^ {2}.*power-safe-k3s ${command}`, 'm'));
});
