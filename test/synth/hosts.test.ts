import { parse, parseDocument } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { hostFiles } from '../../lib/synth/hosts';
import { dualStackWithAgents, textOf, withAgent } from '../handbook/site-with-agent';
import { dualStack, homeInput, ipv6First, site } from '../support/sites';

/** Read as k3s and k3OS read it, by the rules of YAML 1.1. */
const read = (file: string, changes: Partial<ClusterInput> = {}): Record<string, unknown> =>
  parse(textOf(changes, file), { version: '1.1' });
const argumentsOf = (file: string, changes: Partial<ClusterInput> = {}): string[] =>
  (read(file, changes)['k3os'] as { k3s_args: string[] }).k3s_args;

/** The keys of https://docs.k3s.io/cli/agent that we use. */
const AGENT_KEYS = ['server', 'token-file', 'flannel-iface'];

describe('server/config.yaml', () => {
  test('joins through the VIP', () => {
    expect(read('server/config.yaml')['server']).toBe('https://192.168.10.5:6443');
  });

  test('is the same bytes whatever the order of the servers', () => {
    expect(textOf({ nodes: [...homeInput.nodes].reverse() }, 'server/config.yaml')).toBe(
      textOf({}, 'server/config.yaml'),
    );
  });

  test('names no server', () => {
    for (const { name, address } of homeInput.nodes) {
      expect(textOf({}, 'server/config.yaml')).not.toContain(name);
      expect(textOf({}, 'server/config.yaml')).not.toContain(address);
    }
  });

  test('has everything that servers must agree on', () => {
    expect(read('server/config.yaml')).toEqual({
      server: 'https://192.168.10.5:6443',
      'token-file': '/etc/rancher/k3s/token',
      'tls-san': ['192.168.10.5', 'api.home.arpa'],
      disable: ['servicelb'],
      'cluster-cidr': '10.42.0.0/16',
      'service-cidr': '10.43.0.0/16',
      'cluster-domain': 'cluster.local',
      'flannel-backend': 'vxlan',
      'write-kubeconfig-mode': '0600',
      'etcd-snapshot-schedule-cron': '0 */12 * * *',
      'etcd-snapshot-retention': 5,
    });
  });

  test('with two IP families lists both networks, both virtual IPs and masquerades unique local pods', () => {
    expect(read('server/config.yaml', dualStack)).toMatchObject({
      'tls-san': ['192.168.10.5', 'fd00:10::5', 'api.home.arpa'],
      'cluster-cidr': '10.42.0.0/16,fd00:42::/56',
      'service-cidr': '10.43.0.0/16,fd00:43::/112',
      'flannel-ipv6-masq': true,
    });
  });

  test('puts an IPv6 VIP in brackets', () => {
    expect(read('server/config.yaml', ipv6First)['server']).toBe('https://[fd00:10::5]:6443');
  });

  test('names the interface only when the site does', () => {
    const controlPlane = { vip: '192.168.10.5', interface: 'eno1' };
    expect(read('server/config.yaml', { controlPlane })['flannel-iface']).toBe('eno1');
    expect(read('server/config.yaml')).not.toHaveProperty('flannel-iface');
  });

  test('listens on the port that the others join at', () => {
    const config = read('server/config.yaml', { controlPlane: { vip: '192.168.10.5', port: 8443 } });
    expect(config).toMatchObject({ server: 'https://192.168.10.5:8443', 'https-listen-port': 8443 });
  });
});

test('only k3s-ha, what carries it and the boot line in README.md have the word cluster-init', () => {
  const files = [...hostFiles(site(withAgent))].filter(([, text]) => text.includes('cluster-init'));
  expect(files.map(([file]) => file)).toEqual([
    'README.md',
    'server/k3s-ha',
    'cloud-init/server.yaml',
    'kairos/server.yaml',
    'cloud-init/agent.yaml',
    'kairos/agent.yaml',
  ]);
});

describe('agents', () => {
  test('have no files in a site of servers', () => {
    expect([...hostFiles(site()).keys()].filter((file) => file.includes('agent'))).toEqual([]);
  });

  test('get only keys that k3s agent takes', () => {
    const controlPlane = { vip: '192.168.10.5', interface: 'eth0', dnsName: 'api.home.arpa', port: 8443 };
    expect(Object.keys(read('agent/config.yaml', { ...withAgent, controlPlane }))).toEqual(AGENT_KEYS);
  });

  test('get on k3OS the same keys as arguments', () => {
    expect(argumentsOf('k3os/agent.yaml', withAgent)).toEqual([
      'agent',
      '--server=https://192.168.10.5:6443',
      '--token-file=/var/lib/rancher/k3os/token',
    ]);
  });
});

describe('the node with the cable of the UPS', () => {
  test('is the only one with files of its own', () => {
    const own = [...hostFiles(site(withAgent)).keys()].filter((file) => file.startsWith('nodes/'));
    expect(own).toEqual(['nodes/k3s-1/k3s.yaml', 'nodes/k3s-1/k3os.yaml']);
  });

  test('adds its label to those of other files', () => {
    expect(read('nodes/k3s-1/k3s.yaml')).toEqual({ 'node-label+': ['ups-device=ups1'] });
  });

  test('names every cable at it, and has the label of the first', () => {
    const [first, ...others] = homeInput.nodes;
    const file = textOf(
      {
        nodes: [{ ...first, ups: ['ups1', 'ups2'] }, ...others] as ClusterInput['nodes'],
        ups: [
          { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', options: { serial: 'A' } },
          { name: 'ups2', driver: 'usbhid-ups', node: 'k3s-1', options: { serial: 'B' } },
        ],
      },
      'nodes/k3s-1/k3s.yaml',
    );
    expect(file).toContain('The cables of ups1 and ups2 go to it');
    expect(parse(file)).toEqual({ 'node-label+': ['ups-device=ups1'] });
  });

  test('has a label whose value is a text also when the UPS is called 1', () => {
    const nodes = homeInput.nodes.map((node) => ({ ...node, ups: '1' }));
    const ups = [{ name: '1', driver: 'usbhid-ups', node: 'k3s-1' }];
    expect(read('nodes/k3s-1/k3os.yaml', { nodes, ups })).toEqual({ k3os: { labels: { 'ups-device': '1' } } });
  });

  test('loses nothing on k3OS, where a later map replaces an earlier one', () => {
    expect(Object.keys(read('k3os/server.yaml')['k3os'] as object)).toEqual(['k3s_args']);
    expect(Object.keys(read('nodes/k3s-1/k3os.yaml')['k3os'] as object)).toEqual(['labels']);
  });
});

describe('options of k3s', () => {
  const [first, second, third] = homeInput.nodes;
  const changes = {
    nodes: [
      first,
      {
        ...second,
        labels: { rack: 'left' },
        taints: ['dedicated=build:NoSchedule'],
        interface: 'eth1',
        k3s: { 'kubelet-arg': 'max-pods=20', selinux: false },
      },
      third,
      { name: 'worker', address: '192.168.10.21', role: 'agent' },
    ] as ClusterInput['nodes'],
    k3s: {
      all: { 'kubelet-arg': ['max-pods=200'], selinux: true },
      servers: { disable: ['traefik', 'servicelb'], 'tls-san': 'api.lan', 'flannel-backend': 'host-gw' },
      agents: { 'kubelet-arg': ['v=4'] },
      registries: { mirrors: { 'docker.io': { endpoint: ['https://mirror.lan'] } } },
    },
  } satisfies Partial<ClusterInput>;

  test('are added to the lists of this project, and replace nothing but single values', () => {
    expect(read('server/config.yaml', changes)).toMatchObject({
      disable: ['servicelb', 'traefik'],
      'tls-san': ['192.168.10.5', 'api.home.arpa', 'api.lan'],
      'flannel-backend': 'host-gw',
      'kubelet-arg': ['max-pods=200'],
      selinux: true,
    });
  });

  test('of agents follow those of every node', () => {
    expect(read('agent/config.yaml', changes)).toMatchObject({ 'kubelet-arg': ['max-pods=200', 'v=4'], selinux: true });
  });

  test('keep the timing of failover fast', () => {
    const controlPlane = { vip: '192.168.10.5', failover: 'fast' } as const;
    expect(read('agent/config.yaml', { ...changes, controlPlane })['kubelet-arg']).toEqual([
      'node-status-update-frequency=4s',
      'max-pods=200',
      'v=4',
    ]);
  });

  test('of one node append to the lists of its role, and replace single values', () => {
    expect(read('nodes/k3s-2/k3s.yaml', changes)).toEqual({
      'node-label+': ['rack=left'],
      'node-taint+': ['dedicated=build:NoSchedule'],
      'flannel-iface': 'eth1',
      'kubelet-arg+': ['max-pods=20'],
      selinux: false,
    });
  });

  test('of one k3OS node are among all arguments of its role', () => {
    const own = read('nodes/k3s-2/k3os.yaml', changes)['k3os'] as { k3s_args: string[] };
    expect(own).toMatchObject({ labels: { rack: 'left' }, taints: ['dedicated=build:NoSchedule'] });
    expect(own.k3s_args).toEqual([
      ...argumentsOf('k3os/server.yaml', changes)
        .map((one) => one.replace('--selinux=true', '--selinux=false'))
        .flatMap((one) => (one === '--kubelet-arg=max-pods=200' ? [one, '--kubelet-arg=max-pods=20'] : [one])),
      '--flannel-iface=eth1',
    ]);
  });

  test('open the ports of the backend of flannel', () => {
    const opened = (backend: 'vxlan' | 'wireguard-native' | 'host-gw') =>
      textOf({ k3s: { servers: { 'flannel-backend': backend } } }, 'server/k3s-ha.conf').match(/(?:8472|5182\d)\/udp/g);
    expect([opened('vxlan'), opened('wireguard-native'), opened('host-gw')]).toEqual([
      ['8472/udp'],
      ['51820/udp'],
      null,
    ]);
  });

  test.each(['cloud-init', 'kairos', 'k3os'])('bring the registries to hosts with %s', (os) => {
    const { write_files } = read(`${os}/agent.yaml`, changes) as { write_files: { path: string; content: string }[] };
    const file = write_files.find(({ path }) => path === '/etc/rancher/k3s/registries.yaml');
    expect(file?.content).toBe(textOf(changes, 'server/registries.yaml'));
  });
});

describe('k3os/server.yaml', () => {
  test('starts k3s with the settings of config.yaml', () => {
    expect(argumentsOf('k3os/server.yaml')).toEqual([
      'server',
      '--server=https://192.168.10.5:6443',
      '--token-file=/var/lib/rancher/k3os/token',
      '--tls-san=192.168.10.5',
      '--tls-san=api.home.arpa',
      '--disable=servicelb',
      '--cluster-cidr=10.42.0.0/16',
      '--service-cidr=10.43.0.0/16',
      '--cluster-domain=cluster.local',
      '--flannel-backend=vxlan',
      '--write-kubeconfig-mode=0600',
    ]);
  });

  test('gives k3s no argument that a shell would split', () => {
    for (const argument of argumentsOf('k3os/server.yaml', dualStack)) expect(argument).not.toMatch(/[\s*'"$]/);
  });

  test('is replaced for the first start by a line that bootstraps the cluster', () => {
    const line = textOf({}, 'README.md').match(/^k3os\.k3s_args=.*$/m)?.[0] ?? '';
    const expected = argumentsOf('k3os/server.yaml').map((argument) =>
      argument.startsWith('--server=') ? '--cluster-init' : argument,
    );
    expect(line.split(' ').map((item) => item.replace('k3os.k3s_args=', ''))).toEqual(expected);
  });

  test('installs killpowerd that is also in killpower/', () => {
    const files = read('k3os/server.yaml')['write_files'] as { path: string; permissions: string; content: string }[];
    expect(files.map(({ path, permissions }) => [path, permissions])).toEqual([
      ['/usr/local/sbin/killpowerd', '0755'],
      ['/etc/init.d/killpowerd', '0755'],
    ]);
    expect(files.map(({ content }) => content)).toEqual([
      textOf({}, 'killpower/killpowerd'),
      textOf({}, 'killpower/killpowerd.openrc'),
    ]);
  });

  test('has no killpowerd in a site without a UPS', () => {
    expect(Object.keys(read('k3os/server.yaml', withoutUps()))).toEqual(['k3os']);
  });
});

const withoutUps = (): Partial<ClusterInput> => ({
  nodes: homeInput.nodes.map((node) => ({ ...node, ups: undefined })),
  ups: [],
});

describe('every file', () => {
  const all = [...hostFiles(site(withAgent)), ...hostFiles(site(dualStackWithAgents))];

  test.each(all)('%s says near its top that npm run synth wrote it', (_, text) => {
    expect(text.split('\n').slice(0, 2).join('\n')).toContain('Written by npm run synth');
  });

  test.each(all)('%s ends with one line break and has no blanks at line ends', (_, text) => {
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toMatch(/[ \t]$/m);
  });

  test.each(all.filter(([file]) => file.endsWith('.yaml')))(
    '%s is YAML, in version 1.1 and 1.2 the same',
    (_, text) => {
      const documents = (['1.1', '1.2'] as const).map((version) => parseDocument(text, { version }));
      expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
      expect(documents[0]?.toJS()).toEqual(documents[1]?.toJS());
    },
  );

  test.each(all)('%s holds no secret', (_, text) => {
    expect(text).not.toMatch(/PRIVATE KEY|K10[0-9a-f]{10}|LS0tLS1|^\s*(agent-)?token:|password:/im);
  });

  test('is the same when made twice', () => {
    expect([...hostFiles(site(withAgent))]).toEqual([...hostFiles(site(withAgent))]);
  });
});

test('a site without a UPS has no killpower files', () => {
  expect([...hostFiles(site(withoutUps())).keys()]).toEqual([
    'README.md',
    'RUNBOOK.md',
    'topology.svg',
    'server/config.yaml',
    'server/k3s-ha',
    'server/k3s-ha.conf',
    'server/10-ha.conf',
    'server/k3s-ha.socket',
    'server/k3s-ha@.service',
    'server/k3s-ha.openrc',
    'server/k3s.openrc',
    'server/99-shutdown.conf',
    'server/99-kubelet.conf',
    'server/files',
    'cloud-init/server.yaml',
    'kairos/server.yaml',
    'k3os/server.yaml',
  ]);
});
