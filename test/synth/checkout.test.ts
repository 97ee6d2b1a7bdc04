import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const clone = mkdtempSync(join(tmpdir(), 'checkout-'));
const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8' });

test('a clone made on Windows, with core.autocrlf, synthesizes the committed bytes', () => {
  git('clone', '--quiet', '-c', 'core.autocrlf=true', resolve('.'), clone);
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  const program = join(clone, 'build/main.js');
  buildSync({ entryPoints: [join(clone, 'main.ts')], outfile: program, bundle: true, platform: 'node' });
  execFileSync(process.execPath, [program, 'synth'], { cwd: clone, stdio: 'pipe' });

  const committed = git('-C', clone, 'ls-tree', '-r', '--name-only', 'HEAD', 'dist', 'hosts').trim().split('\n');
  expect(committed.length).toBeGreaterThan(20);
  const differing = committed.filter(
    (path) => readFileSync(join(clone, path), 'utf8') !== git('-C', clone, 'cat-file', 'blob', `HEAD:${path}`),
  );
  expect(differing).toEqual([]);
});
