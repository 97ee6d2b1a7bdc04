import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import type { MachineFile } from '../../lib/machines/machine-files';
import { nodeIpScript } from '../../lib/machines/node-ip';
import { hostFiles } from '../../lib/synth/hosts';
import { dualStackWithAgents, textOf, withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';

const AGENTS = ['192.168.10.21,fd00:10::21', '192.168.10.22,fd00:10::22'];

describe.each(SHELLS)('k3s-node-ip under $shell', ({ command }) => {
  let folder: string;
  const at = (file: string) => join(folder, file);
  const FILE = 'config.yaml.d/40-node-ip.yaml';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'k3s-node-ip-'));
    writeFileSync(at('k3s-node-ip'), nodeIpScript());
    mkdirSync(at('bin'));
    writeFileSync(at('bin/ip'), `#!/bin/sh\ncat '${at('addresses')}'\n`);
    chmodSync(at('bin/ip'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const has = (...addresses: readonly string[]) =>
    writeFileSync(
      at('addresses'),
      addresses.map((one) => `2: eth0    ${one.includes(':') ? 'inet6' : 'inet'} ${one} scope global\n`).join(''),
    );
  const run = (...args: readonly string[]) => {
    const [program = '', ...rest] = command;
    const { status, stdout } = spawnSync(program, [...rest, at('k3s-node-ip'), ...args], {
      encoding: 'utf8',
      env: { PATH: `${at('bin')}:${process.env['PATH']}`, K3S_NODE_IP_FILE: at(FILE), K3S_NODE_IP_WAIT: '0' },
    });
    return { code: status, line: stdout.trim() };
  };
  const written = () => (existsSync(at(FILE)) ? readFileSync(at(FILE), 'utf8') : undefined);

  test('writes the addresses of this host and of no other', () => {
    has('192.168.10.22/24', 'fd00:10::22/64');
    expect(run(...AGENTS)).toEqual({ code: 0, line: 'k3s-node-ip: node-ip is 192.168.10.22,fd00:10::22' });
    expect(written()).toContain("\nnode-ip: '192.168.10.22,fd00:10::22'\n");
  });

  test('writes them in the order of the site', () => {
    has('192.168.10.21/24', 'fd00:10::21/64');
    run('fd00:10::21,192.168.10.21');
    expect(written()).toContain("'fd00:10::21,192.168.10.21'");
  });

  test('writes no address that cluster.yaml does not have', () => {
    has('10.1.1.1/24', '192.168.10.21/24', 'fd00:10::aa/64', 'fd00:10::21/64');
    run(...AGENTS);
    expect(written()).toContain("'192.168.10.21,fd00:10::21'");
  });

  test('does not confuse an address with a longer one', () => {
    has('fd00:10::210/64');
    expect(run('fd00:10::21').code).toBe(1);
  });

  test('waits if an address is missing, and lists the present ones', () => {
    has('192.168.10.21/24');
    expect(run(...AGENTS)).toEqual({
      code: 1,
      line: `k3s-node-ip: WAIT this host has 192.168.10.21 but needs all addresses of one host in cluster.yaml: ${AGENTS.join(' ')}; check the network, then the addresses of the host and cluster.yaml`,
    });
    expect(written()).toBeUndefined();
  });

  test('waits for the network', () => {
    has();
    expect(run(...AGENTS)).toMatchObject({ code: 1, line: expect.stringContaining('has no address but needs') });
  });

  test('waits for a tentative address', () => {
    has('192.168.10.21/24', 'fd00:10::21/64 tentative');
    expect(run(...AGENTS).code).toBe(1);
  });

  test('keeps the addresses of an earlier start', () => {
    has('192.168.10.21/24', 'fd00:10::21/64');
    run(...AGENTS);
    has('192.168.10.21/24');
    expect(run(...AGENTS)).toMatchObject({ code: 0, line: expect.stringMatching(/node-ip is unchanged/) });
    expect(written()).toContain("'192.168.10.21,fd00:10::21'");
  });

  test('reports that it cannot write', () => {
    has('192.168.10.21/24', 'fd00:10::21/64');
    writeFileSync(at('config.yaml.d'), '');
    expect(run(...AGENTS)).toMatchObject({ code: 4, line: expect.stringMatching(/disk is full or read-only/) });
  });

  test('exits with 64 without arguments', () => {
    expect(run().code).toBe(64);
  });
});

describe('the address of a node', () => {
  test('is left to k3s on k3OS with IPv4 only', () => {
    const files = [...hostFiles(site(withAgent))].filter(([, text]) => text.includes('k3s-node-ip'));
    expect(files.map(([file]) => file)).toEqual([]);
  });

  test.each([
    ['agent', AGENTS],
    ['server', ['192.168.10.11,fd00:10::11', '192.168.10.12,fd00:10::12', '192.168.10.13,fd00:10::13']],
  ])('of a %s is written on k3OS, which has no k3s-ha, before k3s starts', (role, machines) => {
    const { write_files, run_cmd } = readOf(dualStackWithAgents, `k3os/${role}.yaml`);
    expect(run_cmd.at(-1)).toBe(`/usr/local/sbin/k3s-node-ip ${machines.join(' ')}`);
    expect(write_files.find(({ path }) => path === '/usr/local/sbin/k3s-node-ip')?.content).toBe(nodeIpScript());
  });
});

const readOf = (changes: Partial<ClusterInput>, file: string) =>
  parse(textOf(changes, file), { version: '1.1' }) as { write_files: MachineFile[]; run_cmd: string[] };
