import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { killpowerdScript } from '../../lib/machines/killpower';
import { ApplyLab } from '../live/support';
import { onLinux } from '../support/kubectl';
import { identity, objectsOf } from '../support/objects';

const { name, dependencies } = createRequire(__filename)('../../package.json') as {
  name: string;
  dependencies: Record<string, string>;
};
const guide = readFileSync('docs/typescript.md', 'utf8');
const example = guide.match(/```ts\n([\s\S]*?)```/)?.[1] ?? '';

let app = '';

const run = (program: string, args: readonly string[], cwd = app) => {
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
  run('npm', ['pack', '--silent', '--pack-destination', app], process.cwd());
  const [archive = ''] = readdirSync(app).filter((file) => file.endsWith('.tgz'));
  run('tar', ['-xzf', join(app, archive), '-C', installed, '--strip-components=1']);
  for (const dependency of [...Object.keys(dependencies), '@types']) {
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
afterAll(() => rmSync(app, { recursive: true }));

const outputs = () => {
  const texts = Object.fromEntries(
    readdirSync(join(app, 'dist'))
      .sort()
      .map((file) => [file, readFileSync(join(app, 'dist', file), 'utf8')]),
  );
  rmSync(join(app, 'dist'), { recursive: true });
  return texts;
};

describe('an app with this package', () => {
  test('compiles the example of the guide, and makes every chart of it', () => {
    run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', app]);
    expect(run(process.execPath, ['main.js'])).toContain('killpower/killpowerd\n');
    const dist = outputs();
    expect(Object.keys(dist)).toEqual(
      ['00-crds', '10-namespaces', '20-kube-vip', '30-metallb', '40-pools', '50-nut', '90-metallb-webhooks'].map(
        (chart) => `${chart}.k8s.yaml`,
      ),
    );
    expect(dist['00-crds.k8s.yaml']?.match(/^kind: CustomResourceDefinition$/gm)).toHaveLength(9);
    expect(dist['50-nut.k8s.yaml']).toContain('upsmon.sh: |');
  }, 60_000);

  test('has every namespace that its objects live in, and the webhooks of MetalLB', () => {
    run(process.execPath, ['main.js']);
    const names = objectsOf(new Map(Object.entries(outputs()))).map(({ object }) => identity(object));
    const namespaces = names.flatMap((name) => name.match(/^Namespace (.*)$/)?.[1] ?? []);
    const used = new Set(names.flatMap((name) => name.match(/^\w+ (.*)\//)?.[1] ?? []));
    expect([...namespaces, 'kube-system'].toSorted()).toEqual([...used].toSorted());
    expect(names).toContain('ValidatingWebhookConfiguration metallb-webhook-configuration');
  });

  (onLinux ? test : test.skip)(
    'makes files that a cluster takes at once, on linux with real kubectl',
    async () => {
      run(process.execPath, ['main.js']);
      const lab = await new ApplyLab().start();
      try {
        const dist = lab.writeDist(new Map(Object.entries(outputs())));
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
    run(process.execPath, ['main.js']);
    const compiled = outputs();
    run(process.execPath, [elsewhere]);
    expect(outputs()).toEqual(compiled);
  }, 60_000);

  test('has the same bytes of the host scripts', () => {
    write(
      'script.js',
      `console.log(JSON.stringify(require('${name}').hostFiles(require('${name}').defineCluster(${SITE})).get('killpower/killpowerd')))`,
    );
    expect(JSON.parse(run(process.execPath, ['script.js']))).toBe(killpowerdScript());
  });

  test('refuses a wrong type when it compiles', () => {
    write('wrong.ts', example.replace("role: 'server'", "role: 'master'"));
    write('tsconfig.wrong.json', JSON.stringify({ extends: './tsconfig.json', files: ['wrong.ts'] }));
    const { status, stdout } = spawnSync(
      process.execPath,
      [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.wrong.json', '--noEmit'],
      { cwd: app, encoding: 'utf8' },
    );
    expect(status).not.toBe(0);
    expect(stdout).toContain('"master"');
  }, 60_000);
});

const SITE = example.match(/defineCluster\((\{[\s\S]*?\n\})\);/)?.[1] ?? '';

test('the guide names the versions that this project has, and the archive that npm packs', () => {
  for (const dependency of ['cdk8s', 'constructs']) {
    expect(guide).toContain(`${dependency}@${dependencies[dependency]}`);
  }
  const [archive = ''] = readdirSync(app).filter((file) => file.endsWith('.tgz'));
  expect(guide).toContain(basename(archive));
});
