import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { explainCommand } from '../../lib/cli/explain';
import { main } from '../../lib/cli/program';
import { inProcess } from '../support/in-process';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const program = programPath();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'power-command-'));
  writeFileSync(join(folder, 'cluster.yaml'), stringify(homeInput));
  const [ups] = homeInput.ups ?? [];
  writeFileSync(
    join(folder, 'weak.yaml'),
    stringify({ ...homeInput, ups: [{ ...ups, runtimeAtLowBatterySeconds: 100 }] }),
  );
  writeFileSync(
    join(folder, 'unknown.yaml'),
    stringify({ ...homeInput, ups: [{ ...ups, runtimeAtLowBatterySeconds: undefined }] }),
  );
});

const { CLUSTER: _, COLUMNS: __, ...env } = process.env;
const power = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  inProcess(main(explainCommand), args, { cwd: folder, env: { ...env, ...more } });

describe('explain', () => {
  test('prints the time line of cluster.yaml and nothing else', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'explain'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('ups1 at k3s-1, usbhid-ups');
  });

  test('takes the site that is named, or else the one in CLUSTER', () => {
    expect(power(['--cluster', 'unknown.yaml']).stderr).toContain('warning: runtime-unmeasured: ');
    expect(power([], { CLUSTER: 'unknown.yaml' }).stderr).toContain('unknown.yaml:');
  });

  test('warns on standard error and ends with 0', () => {
    const { status, stdout, stderr } = power(['--cluster', 'unknown.yaml']);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^unknown\.yaml:\d+:\d+: warning: runtime-unmeasured: /);
    expect(stdout).toContain('runtime not measured');
  });

  test('ends with 1 for a wrong site and says what is wrong, as synth does', () => {
    const { status, stdout, stderr } = power(['--cluster', 'weak.yaml']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^weak\.yaml:\d+:\d+: runtime-too-short: .*; set power\.haltBudget\./);
  });

  test('ends with 1 for a site that is not there', () => {
    expect(power(['--cluster', 'none.yaml'])).toMatchObject({ status: 1, stdout: '' });
  });

  test.each([[['--tomorrow']], [['now']]])('ends with 2 for a wrong command line: %j', (args) => {
    const { status, stdout, stderr } = power(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  test('is as wide as the terminal says', () => {
    const longest = (columns: number) =>
      Math.max(
        ...power([], { COLUMNS: String(columns) })
          .stdout.split('\n')
          .filter((line) => line.endsWith('....'))
          .map(({ length }) => length),
      );
    expect(longest(60)).toBeLessThan(60);
    expect(longest(140)).toBeGreaterThan(120);
  });

  test('gives data to programs', () => {
    const { status, stdout } = power(['--json', '--cluster', 'unknown.yaml']);
    const data = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(data.clusters[0].upses[0].offDelaySeconds).toBe(107);
    expect(data.warnings.length).toBe(1);
  });

  test('says how it is used', () => {
    expect(power(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Exit status: 0 done'),
    });
  });
});
