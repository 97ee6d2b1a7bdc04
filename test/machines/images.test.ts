import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import type { MachineFile } from '../../lib/machines/machine-files';
import { buildSite } from '../../lib/synth/app';
import { installed } from '../support/shells';
import { homeInput, site } from '../support/sites';

const withAgent: Partial<ClusterInput> = {
  nodes: [...homeInput.nodes, { name: 'worker', address: '192.168.10.21', role: 'agent', ups: 'ups1' }],
};
const files = buildSite(site(withAgent)).hosts;
const textOf = (file: string, from: ReadonlyMap<string, string> = files): string => {
  const text = from.get(file);
  if (text === undefined) throw new Error(`there is no ${file}`);
  return text;
};
const writtenFiles = (file: string): readonly MachineFile[] =>
  (parse(textOf(file), { version: '1.1' }) as { write_files: MachineFile[] }).write_files;
const contentAt = (file: string, path: string) => writtenFiles(file).find((written) => written.path === path)?.content;

const SYSTEMS = ['cloud-init', 'kairos'] as const;

describe.each(SYSTEMS)('%s/server.yaml', (system) => {
  const file = `${system}/server.yaml`;

  test('starts with the line that cloud-init and Kairos require', () => {
    expect(textOf(file).split('\n')[0]).toBe('#cloud-config');
  });

  test('carries the files of server/ byte for byte', () => {
    const carried = [
      ['/etc/rancher/k3s/config.yaml', 'server/config.yaml'],
      ['/etc/rancher/k3s/k3s-ha.conf', 'server/k3s-ha.conf'],
      ['/usr/local/sbin/k3s-ha', 'server/k3s-ha'],
      ['/etc/systemd/system/k3s-ha.socket', 'server/k3s-ha.socket'],
      ['/etc/systemd/system/k3s-ha@.service', 'server/k3s-ha@.service'],
      ['/etc/systemd/system/k3s.service.d/10-ha.conf', 'server/10-ha.conf'],
      ['/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/99-shutdown.conf', 'server/99-shutdown.conf'],
      ['/etc/systemd/logind.conf.d/99-kubelet.conf', 'server/99-kubelet.conf'],
    ] as const;
    for (const [path, source] of carried) expect([path, contentAt(file, path)]).toEqual([path, textOf(source)]);
  });

  test('carries the manifest of kube-vip', () => {
    const dist = buildSite(site(withAgent)).dist;
    expect(contentAt(file, '/usr/local/share/k3s-ha/kube-vip.yaml')).toBe(dist.get('20-kube-vip.k8s.yaml'));
  });

  test('sets no host name, and names a node only for its own settings, as an open port, and among all servers', () => {
    const own = contentAt(file, '/usr/local/share/k3s-ha/nodes/k3s-1.yaml') ?? '';
    const others = textOf(file)
      .replace(/^.* SERVERS=.*$/m, '')
      .replaceAll(/^ *# .*$|kubectl label .*$/gm, '');
    expect([own, others.replaceAll('nodes/k3s-1.yaml', '')]).toEqual([
      expect.stringContaining('ups-device'),
      expect.not.stringMatching(/hostname:|k3s-[123]\b(?!:hosts)/),
    ]);
  });

  test('carries what one node has alone, for k3s-ha to choose', () => {
    expect(contentAt(file, '/usr/local/share/k3s-ha/nodes/k3s-1.yaml')).toBe(textOf('nodes/k3s-1/k3s.yaml'));
  });

  test('has modes that are texts, and secrets for root only', () => {
    for (const { path, permissions } of writtenFiles(file)) {
      expect(permissions).toMatch(/^0[0-7]{3}$/);
      if (path.endsWith('config.yaml')) expect(permissions).toBe('0600');
    }
  });

  test('is identical for any order of the servers', () => {
    const reversed = buildSite(site({ nodes: [...homeInput.nodes].reverse() })).hosts;
    expect(textOf(file, reversed)).toBe(textOf(file, buildSite(site()).hosts));
  });
});

describe.each(SYSTEMS)('%s/agent.yaml', (system) => {
  test('carries no listener, and no settings of servers', () => {
    expect(writtenFiles(`${system}/agent.yaml`).map(({ path }) => path)).not.toContain(
      '/etc/systemd/system/k3s-ha.socket',
    );
    expect(textOf(`${system}/agent.yaml`)).not.toContain('tls-san:');
  });

  test('runs k3s-ha before each start of k3s, so that the CA is compared before the token is sent', () => {
    const path = '/etc/systemd/system/k3s-agent.service.d/10-ha.conf';
    expect(contentAt(`${system}/agent.yaml`, path)).toBe(textOf('agent/10-ha.conf'));
    expect(textOf('agent/10-ha.conf')).toMatch(/^ExecStartPre=\/usr\/local\/sbin\/k3s-ha start$/m);
  });

  test('carries the settings of single agents, and of no server', () => {
    const ups = [{ name: 'ups1', driver: 'usbhid-ups', node: 'worker' }];
    const text = textOf(`${system}/agent.yaml`, buildSite(site({ ...withAgent, ups })).hosts);
    const written = (parse(text, { version: '1.1' }) as { write_files: MachineFile[] }).write_files;
    expect(written.map(({ path }) => path).filter((path) => path.includes('/nodes/'))).toEqual([
      '/usr/local/share/k3s-ha/nodes/worker.yaml',
    ]);
    expect(textOf(`${system}/agent.yaml`)).not.toContain('k3s-ha/nodes/k3s-');
  });

  test('carries agent/config.yaml', () => {
    expect(contentAt(`${system}/agent.yaml`, '/etc/rancher/k3s/config.yaml')).toBe(textOf('agent/config.yaml'));
  });
});

describe('cloud-init', () => {
  test('keeps a host name with dots whole', () => {
    const nodes = homeInput.nodes.map((node) => ({ ...node, name: `${node.name}.home.arpa` }));
    const ups = [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1.home.arpa' }];
    const text = textOf('cloud-init/server.yaml', buildSite(site({ nodes, ups, loadBalancer: undefined })).hosts);
    expect(parse(text)).toMatchObject({ prefer_fqdn_over_hostname: true });
    expect(parse(textOf('cloud-init/server.yaml'))).not.toHaveProperty('prefer_fqdn_over_hostname');
  });

  const commandsOf = (file: string): string[] => (parse(textOf(file)) as { runcmd: string[] }).runcmd;

  test('starts the service of the role last, and does not wait for it', () => {
    expect(commandsOf('cloud-init/server.yaml').at(-1)).toBe('systemctl start --no-block k3s');
    expect(commandsOf('cloud-init/agent.yaml').at(-1)).toBe('systemctl start --no-block k3s-agent');
  });

  test('installs the k3s of the site', () => {
    expect(commandsOf('cloud-init/server.yaml').join('\n')).toContain('INSTALL_K3S_VERSION=v1.36.4+k3s1');
  });

  test('has commands that a shell understands', () => {
    const { status, stderr } = spawnSync(installed('dash'), ['-n'], {
      input: commandsOf('cloud-init/server.yaml').join('\n'),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('installs keepalived where it moves the VIP', () => {
    const controlPlane = { vip: '192.168.10.5', interface: 'eth0', provider: 'keepalived' as const };
    const text = textOf('cloud-init/server.yaml', buildSite(site({ controlPlane })).hosts);
    expect(text).toContain('path: /etc/keepalived/keepalived.conf');
    expect(text).toContain('systemctl enable keepalived');
  });
});

describe.each(['dash', 'busybox'])('the installation of k3s at the first boot, under %s,', (shell) => {
  const [install = ''] = (parse(textOf('cloud-init/server.yaml')) as { runcmd: string[] }).runcmd.filter((command) =>
    command.includes('get.k3s.io'),
  );

  test('is tried again with a growing pause, and says so in one line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'first-boot-'));
    const program = (name: string, does: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\nF='${folder}'\n${does}\n`, { mode: 0o755 });
    const failsOnce = (name: string) => `[ -e "$F/${name}" ] || { : >"$F/${name}"; exit 1; }`;
    // without network apt-get fails once and then curl twice
    program('apt-get', `${failsOnce('apt')}\n[ "$1" != install ] || /bin/ln -s curl-of-apt "$F/curl"`);
    program('curl-of-apt', `${failsOnce('name')}\n${failsOnce('connection')}`);
    program('sh', '/bin/ln -s curl "$F/k3s"');
    program('sleep', 'echo "sleep $1"');
    const [run = '', ...args] = shell === 'dash' ? ['/bin/dash'] : ['/bin/busybox', 'sh'];
    const { stdout, status } = spawnSync(run, args, { input: `${install}\n`, encoding: 'utf8', env: { PATH: folder } });
    rmSync(folder, { recursive: true });
    const lines = stdout.split('\n').filter((line) => /^sleep|^k3s is not/.test(line));
    expect(status).toBe(0);
    expect(lines.filter((line) => line.startsWith('sleep'))).toEqual(['sleep 5', 'sleep 10', 'sleep 20']);
    expect(lines).toHaveLength(6);
  });
});

describe('server/k3s-ha.conf', () => {
  const assigned = (text: string, ...names: readonly string[]): string => {
    const folder = mkdtempSync(join(tmpdir(), 'k3s-ha-conf-'));
    try {
      writeFileSync(join(folder, 'conf'), text);
      const script = `. "$0"; for name in ${names.join(' ')}; do eval "echo \\$name=\\$$name"; done`;
      return execFileSync(installed('dash'), ['-c', script, join(folder, 'conf')], { encoding: 'utf8' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('sets the variables of the site in a shell', () => {
    expect(assigned(textOf('server/k3s-ha.conf'), 'CLUSTER', 'VIP', 'PORT', 'SERVERS', 'ON_LINK')).toBe(
      'CLUSTER=home\nVIP=192.168.10.5\nPORT=6443\nSERVERS=k3s-1=192.168.10.11 k3s-2=192.168.10.12 k3s-3=192.168.10.13\nON_LINK=yes\n',
    );
  });

  test('has no hash of a CA where the site states none', () => {
    expect(assigned(textOf('server/k3s-ha.conf'), 'CA_SHA256')).toBe('CA_SHA256=\n');
  });

  test('has the hash of the CA that the site states', () => {
    const caSha256 = '0123456789abcdef'.repeat(4);
    const { hosts } = buildSite(site({ controlPlane: { vip: '192.168.10.5', caSha256 } }));
    expect(assigned(textOf('server/k3s-ha.conf', hosts), 'CA_SHA256')).toBe(`CA_SHA256=${caSha256}\n`);
  });

  test.each([
    ['external', { vip: '192.168.10.5', provider: 'external' as const }],
    ['BGP', { vip: '192.168.10.5', bgp: { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] } }],
  ])('accepts a router before the VIP where it is %s', (_, controlPlane) => {
    const text = textOf('server/k3s-ha.conf', buildSite(site({ controlPlane })).hosts);
    expect(assigned(text, 'ON_LINK')).toBe('ON_LINK=no\n');
  });
});

describe('graceful shutdown', () => {
  const stopping = buildSite(
    site({ ...withAgent, power: { haltBudget: { agentSeconds: 120, serverSeconds: 90, upsNodeSeconds: 40 } } }),
  ).hosts;
  const periods = (file: string, files?: ReadonlyMap<string, string>) => {
    const config = parse(textOf(file, files)) as Record<string, string>;
    return [config['shutdownGracePeriod'], config['shutdownGracePeriodCriticalPods']];
  };

  test('leaves 15 of 60 s to the host, and the last 15 of the others to kube-vip', () => {
    expect(periods('server/99-shutdown.conf')).toEqual(['45s', '15s']);
  });

  test('takes the shortest halt budget of the servers, which share the file', () => {
    expect(periods('server/99-shutdown.conf', stopping)).toEqual(['30s', '10s']);
  });

  test('gives agents a file with their own halt budget', () => {
    expect(periods('agent/99-shutdown.conf', stopping)).toEqual(['105s', '15s']);
  });

  test.each(['server', 'agent'])('logind waits as long as the kubelet of a %s asks for', (role) => {
    const [total = ''] = periods(`${role}/99-shutdown.conf`, stopping);
    expect(textOf(`${role}/99-kubelet.conf`, stopping)).toContain(`\nInhibitDelayMaxSec=${total.replace('s', '')}\n`);
  });
});
