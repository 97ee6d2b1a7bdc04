import { PROJECT_VERSION } from '../../lib/files';
import { installedFiles } from '../../lib/machines';
import { dualStackWithAgents, withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { dualStack, homeInput, ipv6First, site } from '../support/sites';
import { stubServers, sumOf } from './k3s-ha-machine';

const OWN = 'config/config.yaml.d/20-node.yaml';
const VIP = '192.168.10.5';
const TWO = '192.168.10.12';
const JOIN_VIP = `0 JOIN https://${VIP}:6443`;
const JOIN_TWO = `0 JOIN https://${TWO}:6443`;
const FULL_TOKEN = `K10${sumOf('ours')}::server:0123456789abcdef-of-the-test\n`;
const STRANGER = `2 REFUSE ${VIP} serves a CA with the hash ${sumOf('foreign')}, but the cluster has ${sumOf('ours')}; check which device`;
const OLD_DATA = RegExp(
  `^2 .* the CA ${sumOf('ours')}, .* the CA ${sumOf('old')}; .* run mv \\S+/server \\S+/server.old$`,
);
const EXTERNAL = site({ controlPlane: { vip: VIP, provider: 'external' } });

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  const { install, all, at, decides } = stubServers(command);
  const joinFile = () => at(0).read('config/config.yaml.d/50-join.yaml');
  const nodeIp = (index = 0) => at(index).read('config/config.yaml.d/40-node-ip.yaml');
  const serve = (...hosts: readonly string[]) => hosts.map((host) => at(0).serves(host));
  const token = (text: string) => at(0).write('config/token', text);
  const old = (...indexes: readonly number[]) => indexes.map((index) => at(index).hasData('old'));
  const foreignVip = () => at(0).serves(VIP, 'foreign');

  describe('a server without data, while another has data,', () => {
    beforeEach(() => at(1).hasData());

    decides(0, [
      ['joins through the VIP', () => serve(VIP, TWO), JOIN_VIP],
      ['joins through a server if the VIP does not answer', () => serve(TWO), JOIN_TWO],
      ['passes by a stranger at the VIP', () => [foreignVip(), serve(TWO)], JOIN_TWO],
      ['refuses a stranger at the VIP if no server answers', foreignVip, STRANGER],
      ['waits while k3s is stopped there', () => {}, /^1 WAIT the cluster exists.*; run systemctl start k3s on k3s-2$/],
      ['refuses two clusters', () => old(2), '2 REFUSE k3s-2, k3s-3 have data of different clusters;'],
      ['joins the pinned one of two', () => [old(2), serve(TWO), token(FULL_TOKEN)], JOIN_TWO],
      ['waits while it has no CA', () => at(1).hasData(''), '1 WAIT k3s-2 bootstraps or joins the cluster'],
    ]);

    test('gives k3s a token with the hash of the CA, so that k3s sends the password to no other', () => {
      serve(TWO);
      at(0).run('start');
      expect(joinFile()).toContain(`\nserver: https://${TWO}:6443\ntoken-file: ${at(0).folder}/run/token\n`);
      expect(at(0).read('run/token')).toBe(FULL_TOKEN);
    });

    test('joins by the CA of k3s-ha.conf if no other server answers questions', () => {
      for (const one of all().slice(1)) one.write('config/token', 'of-another-site-0123456789\n');
      serve(VIP);
      expect(at(0).start()).toMatch(/^2 /);
      at(0).write('k3s-ha.conf', `${at(0).read('k3s-ha.conf')}CA_SHA256=${sumOf('ours')}\n`);
      expect(at(0).start()).toBe(JOIN_VIP);
    });
  });

  describe('an agent', () => {
    beforeEach(() => install(site(withAgent)));

    decides(3, [
      ['never bootstraps', () => {}, '1 WAIT no server says that it has data; start k3s on k3s-1, k3s-2, k3s-3'],
      ['is refused under another name', () => at(3).isNamed('debian'), /^2 REFUSE .* cluster\.yaml has worker/],
    ]);

    test('gives k3s the hash of the CA in the token, and no stranger the token', () => {
      at(1).hasData();
      at(3).serves(VIP, 'foreign');
      expect([at(3).start(), at(3).read('run/token')]).toEqual([expect.stringContaining(STRANGER), undefined]);
      at(3).serves(VIP);
      expect([at(3).start(), at(3).read('run/token')]).toEqual([JOIN_VIP, FULL_TOKEN]);
    });

    test('writes its addresses in the order of network.subnet', () => {
      install(site(dualStackWithAgents));
      at(3).run('address');
      expect(nodeIp(3)).toContain("\nnode-ip: '192.168.10.21,fd00:10::21'\n");
    });

    test('status prints what the servers say', () => {
      expect(at(3).run('status').lines.slice(0, 2)).toEqual([
        'cluster home, host worker, worker of cluster.yaml',
        'k3s-1 (192.168.10.11): no data, vote: -, host name k3s-1, files -',
      ]);
    });
  });

  describe('a server with data', () => {
    beforeEach(() => at(0).hasData());

    decides(0, [
      ['starts without ip', () => at(0).stub('ip', 'exit 2\n'), '0 START'],
      ['starts without curl', () => at(0).stub('curl', 'exit 2\n'), '0 START'],
      ['refuses to start beside a majority with data of another cluster', () => old(1, 2), OLD_DATA],
      ['starts beside one server with data of another cluster, no majority', () => old(1), '0 START'],
    ]);

    test('starts, without an address to join at', () => {
      at(0).write('config/config.yaml.d/50-join.yaml', 'server: x\n');
      expect(at(0).start()).toBe('0 START this host has etcd data');
      expect(joinFile()).toBeUndefined();
    });
  });

  describe('a host', () => {
    const hourAgo = () => String(Math.floor(Date.now() / 1000) - 3600);
    const routed = (by: string) => at(0).write('route', by && `${VIP} via ${by} dev eth0\n`);
    const dual = () => install(site(dualStack));

    decides(0, [
      ['with another address is refused', () => at(0).has('192.168.10.77'), /^2 .* \S+77, and .* k3s-1=\S+11 /],
      ['with another name is refused', () => at(0).isNamed('debian'), /^2 .* run hostnamectl .* k3s-1$/],
      ['with a wrong clock is refused', () => at(0).sets({ K3S_HA_NOW: hourAgo() }), /^2 .* is 36\d\d s from .*; run/],
      ['is not refused for the wrong clock of one other of two', () => at(2).sets({ K3S_HA_NOW: '1000' }), /^0/],
      ['without an address waits', () => at(0).write('addresses', ''), '1 WAIT this host has no address;'],
      ['without a token waits', () => token(''), '1 WAIT there is no token in '],
      ['without a route waits', () => routed(''), '1 WAIT there is no route'],
      ['with the VIP behind a router is refused', () => routed('10.0.0.1'), /^2 .* behind a router/],
      ['may have a VIP of others behind one', () => [install(EXTERNAL), routed('192.168.10.1')], '0 INIT'],
      ['without k3s-ha.conf is told so', () => at(0).sets({ K3S_HA_CONF: '/no' }), /^4 .* put hosts\/server\//],
      ['waits for both', () => [dual(), at(0).has('192.168.10.11')], '1 WAIT this host has not yet fd00:10::11,'],
      ['joins by IPv6', () => [dual(), at(1).hasData(), at(0).serves('[fd00:10::12]')], /^0 JOIN \S+\[fd00:10::12\]/],
    ]);

    test.each([
      ...['192.168.10.5', 'fd00:10::5', ['fd00:10::5', '192.168.10.5']].map(
        (vip) => [`${vip}`, { ...dualStack, controlPlane: { vip } }, '192.168.10.11,fd00:10::11'] as const,
      ),
      ['IPv6', { ...ipv6First, controlPlane: { vip: VIP, provider: 'external' } }, 'fd00:10::11,192.168.10.11'],
    ] as const)('writes its addresses in the order of the network, with %s', (_, changes, addresses) => {
      install(site(changes));
      at(0).run('address');
      expect(nodeIp()).toContain(`\nnode-ip: '${addresses}'\n`);
    });

    test.each([
      ['copies the settings of this node', { 'nodes/k3s-1.yaml': 'selinux: true' }, /\nselinux: true\n$/],
      ['copies no settings of another node', { 'nodes/k3s-11.yaml': 'selinux: true' }, undefined],
      ['removes the settings of a node that has none any more', { [OWN]: '# Written by k3s-ha when\n' }, undefined],
      ['keeps a file of the same name that a person wrote', { [OWN]: 'mine: true' }, /^mine: true/],
    ])('%s', (_, files, expected) => {
      for (const [path, text] of Object.entries(files)) at(0).write(path, text);
      at(0).run('address');
      const text = at(0).read(OWN);
      expect(expected ? [text] : text).toEqual(expected && [expect.stringMatching(expected)]);
    });

    test('writes its address of cluster.yaml, and not the VIP, for a start by hand, and does nothing else', () => {
      at(0).has(VIP, '10.1.1.1', '192.168.10.11');
      expect(at(0).run('address')).toMatchObject({ code: 0, line: '' });
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11'\n");
      expect(at(0).read('run/found.env')).toBeUndefined();
    });
  });

  describe('run, for a supervisor that starts one command,', () => {
    const K3S = ['run', 'printenv', 'K3S_CONFIG_FILE'];

    test('starts k3s with the settings of a bootstrap, which it completes', () => {
      const { code, lines } = at(0).run(...K3S);
      expect(code).toBe(0);
      expect(lines).toContain(`${at(0).folder}/run/init.yaml`);
      expect(lines.some((line) => line.startsWith('k3s-ha: DONE the cluster is bootstrapped'))).toBe(true);
    });

    test('starts no k3s that k3s-ha refuses', () => {
      at(0).isNamed('debian');
      expect(at(0).run(...K3S)).toMatchObject({ code: 2, line: expect.stringMatching(/^REFUSE this host is named/) });
    });
  });

  test('status prints what each server says, and the hash of its files', () => {
    at(0).installs();
    const { hash } = installedFiles(site(), 'server', {});
    at(1).hasData();
    at(2).write('config/token', 'of-another-site-0123456789\n');
    expect(at(0).run('status').lines).toEqual([
      'cluster home, host k3s-1, k3s-1 of cluster.yaml',
      `k3s-1 (192.168.10.11): no data, vote: -, host name k3s-1, files ${hash}`,
      `k3s-2 (192.168.10.12): data, CA ${sumOf('ours').slice(0, 12)}, host name k3s-2, files -`,
      'k3s-3 (192.168.10.13): rejects this node; install the same token and k3s-ha.conf on both',
      'VIP 192.168.10.5: no answer',
      `ok: files of version ${PROJECT_VERSION}, hash ${hash}; hosts/README.md has this hash if they are up to date`,
      'problem: k3s-2 has files with the hash -; install the same on all servers',
    ]);
  });

  test('the hash of the files is another one with other settings of a single node', () => {
    const nodes = homeInput.nodes.map((node) => ({ ...node, ...(node.name === 'k3s-2' && { labels: { zone: 'b' } }) }));
    const [before, after] = [site(), site({ nodes })].map((one) => installedFiles(one, 'server', {}).hash);
    expect(after).not.toBe(before);
  });

  test.each([[[]], [['found']], [['start', 'now']], [['init']], [['init', '--force']], [['run']]])(
    'the arguments %j are refused',
    (args) => {
      expect(at(0).run(...args).code).toBe(64);
    },
  );
});
