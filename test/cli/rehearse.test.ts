import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

// doctor asks servers that do not exist, for 5 s each time
jest.setTimeout(60_000);

const CONFIG = JSON.stringify({
  'current-context': 'home',
  contexts: [{ name: 'home', context: { cluster: 'home' } }],
  clusters: [{ name: 'home', cluster: { server: 'https://192.168.10.5:6443' } }],
});
const PODS = JSON.stringify({ items: [{ metadata: { name: 'nut-primary-a' }, spec: { nodeName: 'k3s-1' } }] });
/** Stands for kubectl: the mains fail at the second call for the UPS, and return at the fourth. */
const KUBECTL = `#!/bin/sh
case "$*" in
  'config view --output=json') echo '${CONFIG}' ;;
  *'get pods'*) echo '${PODS}' ;;
  *'ups.status') echo x >>"$0.calls"; case $(wc -l <"$0.calls") in 2 | 3) echo OB ;; *) echo OL ;; esac ;;
  *'raw=/version'* | *'config view'*) echo '{}' ;;
  *) echo '{"items":[]}' ;;
esac
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-'));
  writeFileSync(join(folder, 'kubectl'), KUBECTL, { mode: 0o755 });
  writeFileSync(join(folder, 'cluster.yaml'), stringify(homeInput));
});
const { CLUSTER: _, ...env } = process.env;
const run = (command: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [programPath(), command, '--kubectl', './kubectl', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });

test('rehearse guides an outage and writes the result, and doctor reports it', () => {
  const { status, stdout, stderr } = run('rehearse', '--yes');
  expect([status, stderr]).toEqual([2, 'These hosts power off: k3s-2, k3s-3, k3s-1.\n']);
  const [, course = ''] = stdout.split(/^doctor: .*\n/m);
  expect(course.replaceAll(/\d\d:\d\d:\d\d/g, 'TIME').split('\n')).toEqual(
    expect.arrayContaining([
      'TIME > Pull the plug of ups1 now.',
      'TIME ups1 is on battery',
      'TIME ups1 is on line',
      'problem: no shutdown was seen',
      'written: cluster.rehearsal.json',
    ]),
  );
  const written = JSON.parse(readFileSync(join(folder, 'cluster.rehearsal.json'), 'utf8'));
  expect(written.ups1).toMatchObject({ armed: true, shutdown: null, onLine: expect.stringMatching(/^20.*Z$/) });
  expect(run('doctor').stdout).toMatch(/^BAD rehearsal of ups1 +.*, 0 days ago: no shutdown was seen/m);
});

test('rehearse does not begin without a terminal or --yes', () => {
  rmSync(join(folder, 'cluster.rehearsal.json'), { force: true });
  expect(run('rehearse')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no terminal to ask on; give --yes'),
  });
  expect(existsSync(join(folder, 'cluster.rehearsal.json'))).toBe(false);
});

test('rehearse refuses a UPS that the site does not have', () => {
  expect(run('rehearse', '--ups', 'ups9')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('name a UPS of the site; give one with --ups: ups1'),
  });
});
