import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { programPath } from './support/program';

/** As Windows joins, splits and compares paths; the file system below takes both separators, as that of Windows does. */
const SHIMS: Readonly<Record<string, string>> = {
  'node:path': `module.exports = require('path').win32;`,
  'node:fs': `const fs = require('fs');
    const slashes = (path) => (typeof path === 'string' ? path.replaceAll('\\\\', '/') : path);
    const TWO = ['renameSync', 'cpSync'];
    module.exports = Object.fromEntries(Object.entries(fs).map(([name, value]) => [name, /Sync$/.test(name)
      ? (first, second, ...rest) => value(slashes(first), TWO.includes(name) ? slashes(second) : second, ...rest)
      : value]));`,
};

let folder = '';
let program = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windows-'));
  program = join(dirname(programPath()), 'windows.js');
  await build({
    stdin: {
      contents: `import { run } from './lib/cli/main'; run(process.argv.slice(2)).then((status) => { process.exitCode = status; });`,
      resolveDir: '.',
    },
    bundle: true,
    platform: 'node',
    alias: { yaml: './node_modules/yaml' },
    outfile: program,
    plugins: [
      {
        name: 'windows',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^node:(path|fs)$/ }, ({ path }) => ({ path, namespace: 'windows' }));
          onLoad({ filter: /.*/, namespace: 'windows' }, ({ path }) => ({ contents: SHIMS[path] ?? '' }));
        },
      },
    ],
  });
}, 60_000);

type Texts = Readonly<Record<string, string>>;

/** Every file below a folder with its text, after each of three runs of synth; before the last one a site goes. */
const written = (file: string, name: string): Texts[] => {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [file, ...args], { cwd, encoding: 'utf8' });
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
    return Object.fromEntries(
      readdirSync(cwd, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(cwd.length + 1), readFileSync(path, 'utf8')]),
    );
  };
  run('init', '--out', 'one/site', '--github-action');
  mkdirSync(join(cwd, 'clusters'));
  const text = readFileSync(join(cwd, 'one/site/cluster.yaml'), 'utf8');
  for (const site of ['north', 'south']) {
    writeFileSync(
      join(cwd, `clusters/${site}.yaml`),
      `${text.replace(/^name: \S+/m, `name: ${site}`)}\ngitops: { engine: argocd, url: https://git.home.arpa/site.git }\n`,
    );
  }
  const runs = [run('synth'), run('synth')];
  rmSync(join(cwd, 'clusters/south.yaml'));
  return [...runs, run('synth')];
};

test('with the paths of Windows, init and synth write the same files and bytes, and delete the same', () => {
  const [windows, here] = [written(program, 'windows'), written(programPath(), 'here')];
  const different = here.map((texts, i) =>
    Object.keys({ ...texts, ...windows[i] }).filter((path) => texts[path] !== windows[i]?.[path]),
  );
  expect(different).toEqual([[], [], []]);
  expect(here.map((texts) => 'hosts/south/server/config.yaml' in texts)).toEqual([true, true, false]);
}, 60_000);

test('the program starts other programs without a shell', () => {
  const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const starting = sources
    .map((name) => readFileSync(join('lib', name), 'utf8'))
    .filter((text) => text.includes('child_process'));
  expect(starting.length).toBeGreaterThan(1);
  for (const text of starting) {
    expect(text).toMatch(/import \{ (type ChildProcess, )?spawn(Sync)? \} from 'node:child_process'/);
    expect(text).not.toMatch(/\bshell:|'(ba)?sh'/);
  }
});
