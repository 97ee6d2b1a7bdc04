import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInput } from '../../lib/cluster/schema';
import { keepalivedConfig, keepalivedFiles } from '../../lib/machines/keepalived';
import { buildSite } from '../../lib/synth/app';
import { dualStack, homeInput, site } from '../support/sites';

const withKeepalived = (changes: Partial<ClusterInput['controlPlane']> = {}): ClusterInput['controlPlane'] => ({
  vip: '192.168.10.5',
  dnsName: 'api.home.arpa',
  interface: 'eth0',
  provider: 'keepalived',
  ...changes,
});
const config = (changes: Partial<ClusterInput['controlPlane']> = {}): string =>
  keepalivedConfig(site({ controlPlane: withKeepalived(changes) }));
const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());

describe('keepalived.conf', () => {
  test('gives every server the same priority, so that the address moves only on a failure', () => {
    expect(lines(config())).toEqual(expect.arrayContaining(['state BACKUP', 'nopreempt', 'priority 254']));
  });

  test('is identical for any order of the servers, and names none', () => {
    const controlPlane = withKeepalived();
    const text = config();
    expect(keepalivedConfig(site({ controlPlane, nodes: [...homeInput.nodes].reverse() }))).toBe(text);
    for (const { name, address } of homeInput.nodes) {
      expect(text).not.toContain(name);
      expect(text).not.toContain(address);
    }
  });

  test('has the address, the interface, the router ID and the port of the site', () => {
    expect(lines(config({ interface: 'eno1', port: 8443, keepalived: { routerId: 7 } }))).toEqual(
      expect.arrayContaining([
        '192.168.10.5/32 dev eno1',
        'interface eno1',
        'virtual_router_id 7',
        'script "/etc/keepalived/check-api.sh 8443"',
      ]),
    );
  });

  test('repeats gratuitous ARP as often as the site says, in whole seconds', () => {
    expect(config({ arpRateMs: 500 })).toContain('vrrp_garp_master_refresh 1\n');
    expect(config({ arpRateMs: 2001 })).toContain('vrrp_garp_master_refresh 3\n');
  });

  test('moves the address of the other family together with the main one', () => {
    const controlPlane = withKeepalived({ vip: ['192.168.10.5', 'fd00:10::5'] });
    const text = keepalivedConfig(site({ ...dualStack, controlPlane }));
    expect(text).toMatch(/virtual_ipaddress \{\n {4}192\.168\.10\.5\/32 dev eth0\n {2}\}/);
    expect(text).toMatch(/virtual_ipaddress_excluded \{\n {4}fd00:10::5\/128 dev eth0\n {2}\}/);
  });

  test('has as many closing braces as opening ones', () => {
    expect(config().split('{').length).toBe(config().split('}').length);
  });
});

describe('the files of a site', () => {
  const hosts = (provider: 'kube-vip' | 'keepalived' | 'external') => {
    const controlPlane = withKeepalived({ provider });
    return buildSite(site({ controlPlane }));
  };

  test('with keepalived are its configuration and its check, for servers alone, and no kube-vip', () => {
    const { dist, hosts: files } = hosts('keepalived');
    expect([...files.keys()]).toEqual(expect.arrayContaining(['server/keepalived.conf', 'server/check-api.sh']));
    expect([...dist.keys()].filter((file) => file.startsWith('20-'))).toEqual([]);
    expect([...dist.keys()]).toContain('30-metallb.k8s.yaml');
  });

  test('with an external load balancer are neither', () => {
    const { dist, hosts: files } = hosts('external');
    expect([...files.keys(), ...dist.keys()].filter((file) => /keepalived|check-api|kube-vip/.test(file))).toEqual([]);
  });

  test('with kube-vip include none of keepalived', () => {
    const { dist, hosts: files } = hosts('kube-vip');
    expect([...dist.keys()]).toContain('20-kube-vip.k8s.yaml');
    expect([...files.keys()].filter((file) => /keepalived|check-api/.test(file))).toEqual([]);
  });

  test('are marked as written by synth', () => {
    for (const [, text] of keepalivedFiles(site({ controlPlane: withKeepalived() })))
      expect(text.split('\n').slice(0, 2).join()).toContain('Written by npm run synth');
  });
});

describe.each(['sh', 'busybox sh'])('check-api.sh under %s', (shell) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'check-api-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The exit status of the check when curl prints this and ends with that, and how curl was called. */
  function check(code: string, status: number, ...args: string[]) {
    writeFileSync(join(folder, 'curl'), `#!/bin/sh\nprintf '%s' '${code}'\necho "$*" >&2\nexit ${status}\n`);
    chmodSync(join(folder, 'curl'), 0o755);
    const [program = '', ...words] = shell.split(' ');
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const result = spawnSync(program, [...words, 'lib/machines/scripts/check-api.sh', ...args], {
      env,
      encoding: 'utf8',
    });
    return { status: result.status, curl: result.stderr };
  }
  const available = spawnSync('sh', ['-c', `command -v ${shell.split(' ')[0]}`]).status === 0;
  const testWithShell = available ? test : test.skip;

  testWithShell.each([
    ['ready', '200', 0, 0],
    ['k3s that does not know us', '401', 0, 0],
    ['nobody allowed', '403', 0, 0],
    ['not ready', '500', 0, 1],
    ['k3s whose API server starts', '503', 0, 1],
    ['nobody there', '000', 7, 1],
    ['a time-out', '000', 28, 1],
  ])('%s: %s', (_, code, curl, expected) => expect(check(code, curl).status).toBe(expected));

  testWithShell('asks at the port it is given, by default 6443', () => {
    expect(check('200', 0).curl).toContain('https://127.0.0.1:6443/readyz');
    expect(check('200', 0, '8443').curl).toContain('https://127.0.0.1:8443/readyz');
  });
});
