import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCommand } from '../../lib/cli/check';
import { main } from '../../lib/cli/program';
import { inProcess } from '../support/in-process';

const LINE =
  'vip-in-pool: VIP 192.168.10.245 is inside pool "lan" (192.168.10.240-192.168.10.250); choose an address outside every pool';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});

const { CLUSTER: _, ...env } = process.env;
const check = (...args: readonly string[]) => inProcess(main(checkCommand), args, { cwd: folder, env });
const write = (name: string, text = readFileSync('cluster.yaml', 'utf8')) => writeFileSync(join(folder, name), text);
const broken = () => readFileSync('cluster.yaml', 'utf8').replace('vip: 192.168.10.5 ', 'vip: 192.168.10.245 ');

describe('check', () => {
  test('prints nothing for a valid site, writes nothing and ends with 0', () => {
    write('cluster.yaml');
    expect(check()).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(folder)).toEqual(['cluster.yaml']);
  });

  test('prints warnings and ends with 0', () => {
    copyFileSync('examples/one-server.yaml', join(folder, 'cluster.yaml'));
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining(': warning: one-server: ') });
  });

  test('prints each error with its place and ends with 1', () => {
    write('cluster.yaml', broken());
    expect(check()).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^cluster\.yaml:\d+:\d+: /),
      stderr: '',
    });
    expect(check().stdout).toContain(LINE);
  });

  test('prints the errors of all files of a folder', () => {
    mkdirSync(join(folder, 'clusters'));
    write('clusters/north.yaml', broken());
    write('clusters/south.yaml', broken());
    expect(check().stdout.match(/^clusters\/(north|south)\.yaml:/gm)).toHaveLength(2);
  });

  test('prints JSON with the parts of each line', () => {
    write('cluster.yaml', broken());
    const { status, stdout } = check('--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual([
      {
        file: 'cluster.yaml',
        position: { line: expect.any(Number), column: expect.any(Number) },
        severity: 'error',
        rule: 'vip-in-pool',
        message: expect.stringContaining('192.168.10.245 is inside pool'),
        cure: 'choose an address outside every pool',
      },
    ]);
    write('cluster.yaml');
    expect(JSON.parse(check('--json').stdout)).toEqual([]);
  });

  test('prints SARIF with the same place', () => {
    write('my site.yaml', broken());
    const [found] = JSON.parse(check('--json', '--cluster', 'my site.yaml').stdout);
    const { version, runs } = JSON.parse(check('--sarif', '--cluster', join(folder, 'my site.yaml')).stdout);
    expect(version).toBe('2.1.0');
    expect(runs[0].tool.driver.rules).toEqual([{ id: 'vip-in-pool' }]);
    expect(runs[0].results).toEqual([
      {
        ruleId: 'vip-in-pool',
        level: 'error',
        message: { text: LINE.replace('vip-in-pool: ', '') },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'my%20site.yaml' },
              region: { startLine: found.position.line, startColumn: found.position.column },
            },
          },
        ],
      },
    ]);
  });

  test.each([[['site.yaml']], [['--json', '--sarif']]])('%j ends with 2', (args) => {
    expect(check(...args)).toMatchObject({ status: 2, stdout: '' });
  });
});
