import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { upsLabelScript } from '../../lib/machines/ups-label';
import { SHELLS } from '../support/shells';

describe.each(SHELLS)('ups-label under $shell', ({ command: [program, ...rest] }) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ups-label-'));
    writeFileSync(join(folder, 'ups-label'), upsLabelScript());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = () => join(folder, 'etc/config.yaml.d/20-ups.yaml');
  const run = (hostname: string, ...args: readonly string[]) =>
    spawnSync(program, [...rest, join(folder, 'ups-label'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], UPS_LABEL_CONFIG: join(folder, 'etc'), UPS_LABEL_HOSTNAME: hostname },
    });

  test('writes the label of this host as nodes/NAME/20-ups.yaml does', () => {
    expect(run('k3s-2', 'k3s-1=ups1', 'k3s-2=ups2').status).toBe(0);
    expect(parse(readFileSync(file(), 'utf8'))).toEqual({ 'node-label+': ['ups-device=ups2'] });
  });

  test('matches a host name in capitals, which k3s lowercases', () => {
    run('K3S-1', 'k3s-1=ups1');
    expect(existsSync(file())).toBe(true);
  });

  test('does not match a longer name', () => {
    run('k3s-1', 'k3s-11=ups1');
    expect(existsSync(file())).toBe(false);
  });

  test('keeps an existing file on a host without a cable', () => {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileSync(file(), 'mine');
    expect([run('k3s-9', 'k3s-1=ups1').status, readFileSync(file(), 'utf8')]).toEqual([0, 'mine']);
  });

  test('says how to label the node if it cannot write', () => {
    writeFileSync(join(folder, 'etc'), '');
    const { status, stderr } = run('k3s-1', 'k3s-1=ups1');
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('run kubectl label --overwrite node k3s-1 ups-device=ups1'),
    ]);
  });
});
