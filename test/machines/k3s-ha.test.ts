import { PROJECT_VERSION } from '../../lib/files';
import { installedFiles } from '../../lib/machines';
import { dualStackWithAgents, withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { dualStack, ipv6First, site } from '../support/sites';
import { caOf, stubServers, sumOf } from './k3s-ha-machine';

const VIP = '192.168.10.5';
const TWO = '192.168.10.12';
const JOIN_VIP = `0 JOIN https://${VIP}:6443`;
const JOIN_TWO = `0 JOIN https://${TWO}:6443`;
const FULL_TOKEN = `K10${sumOf('ours')}::server:0123456789abcdef-of-the-test\n`;
const EXTERNAL = site({ controlPlane: { vip: VIP, provider: 'external' } });

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  const { install, all, at, decides } = stubServers(command);
  const joinFile = () => at(0).read('config/config.yaml.d/50-join.yaml');
  const nodeIp = (index = 0) => at(index).read('config/config.yaml.d/40-node-ip.yaml');
  const serve = (...hosts: readonly string[]) => hosts.map((host) => at(0).serves(host));
  const foreignVip = () => at(0).serves(VIP, 'foreign');

  describe('a server without data, while another has data,', () => {
    beforeEach(() => at(1).hasData());

    decides([
      ['joins through the VIP', () => serve(VIP, TWO), JOIN_VIP],
      ['joins through a server if the VIP does not answer', () => serve(TWO), JOIN_TWO],
      ['passes by a stranger at the VIP', () => [foreignVip(), serve(TWO)], JOIN_TWO],
      [
        'refuses a stranger at the VIP if no server answers',
        foreignVip,
        `2 REFUSE ${VIP} serves a CA with the hash ${sumOf('foreign')}, but the cluster has ${sumOf('ours')}; check which device has that address`,
      ],
      [
        'waits while k3s is stopped there, and says where to start it',
        () => {},
        '1 WAIT the cluster exists, and none of its servers answers; run systemctl start k3s on k3s-2',
      ],
      [
        'refuses if another has data of another cluster',
        () => at(2).hasData('old'),
        '2 REFUSE k3s-2, k3s-3 have data of different clusters;',
      ],
      [
        'joins the pinned one of them',
        () => [at(2).hasData('old'), serve(TWO), at(0).write('config/token', FULL_TOKEN)],
        JOIN_TWO,
      ],
      [
        'waits while that server has no CA yet',
        () => at(1).write('data/server/tls/server-ca.crt', ''),
        '1 WAIT k3s-2 bootstraps or joins the cluster',
      ],
    ]);

    test('gives k3s a token with the hash of the CA, so that k3s sends the password to no other', () => {
      serve(TWO);
      at(0).run('start');
      expect(joinFile()).toContain(`\nserver: https://${TWO}:6443\ntoken-file: ${at(0).folder}/run/token\n`);
      expect(at(0).read('run/token')).toBe(FULL_TOKEN);
    });

    test('gives it no address of a stranger', () => {
      foreignVip();
      at(0).run('start');
      expect(joinFile()).toBeUndefined();
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

    decides(
      [
        ['joins a server that has data', () => [at(1).hasData(), at(3).serves(VIP)], JOIN_VIP],
        [
          'waits for the cluster, and never bootstraps it',
          () => {},
          '1 WAIT no server says that it has data; start k3s on k3s-1, k3s-2, k3s-3',
        ],
        [
          'is refused under another name than cluster.yaml has',
          () => at(3).sets({ K3S_HA_HOSTNAME: 'debian' }),
          /^2 REFUSE .* cluster\.yaml has worker/,
        ],
      ],
      3,
    );

    test.each([
      ['gives k3s the hash of the CA in the token', 'ours', FULL_TOKEN],
      ['sends the token to no stranger at the VIP', 'foreign', undefined],
    ])('%s', (_, ca, token) => {
      at(1).hasData();
      at(3).serves(VIP, ca);
      at(3).run('start');
      expect(at(3).read('run/token')).toBe(token);
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

    decides([
      ...['ip', 'curl'].map(
        (program) => [`starts without ${program}`, () => at(0).stub(program, 'exit 2\n'), '0 START'] as const,
      ),
      [
        'refuses to start beside a majority with data of another cluster',
        () => all().map((one, i) => i > 0 && one.hasData('new')),
        RegExp(
          `^2 .* the CA ${sumOf('ours')}, .* the CA ${sumOf('new')}; .* run mv \\S+/data/server \\S+/data/server.old$`,
        ),
      ],
      ['starts beside one server with data of another cluster, no majority', () => at(1).hasData('new'), '0 START'],
    ]);

    test('starts, without an address to join at', () => {
      at(0).write('config/config.yaml.d/50-join.yaml', 'server: x\n');
      expect(at(0).start()).toBe('0 START this host has etcd data');
      expect(joinFile()).toBeUndefined();
    });
  });

  describe('a host', () => {
    decides([
      [
        'with another address than cluster.yaml has is refused',
        () => at(0).has('192.168.10.77'),
        '2 REFUSE this host has 192.168.10.77, and cluster.yaml has k3s-1=192.168.10.11 ',
      ],
      [
        'with another name than cluster.yaml has is refused',
        () => at(0).sets({ K3S_HA_HOSTNAME: 'debian' }),
        '2 REFUSE this host is named debian, and cluster.yaml has k3s-1 for its address; run hostnamectl set-hostname k3s-1',
      ],
      [
        'with a clock more than a minute from those of the others is refused',
        () => at(0).sets({ K3S_HA_NOW: String(Math.floor(Date.now() / 1000) - 3600) }),
        /^2 REFUSE the clock of this host is 36\d\d s from that of k3s-[23]; run timedatectl/,
      ],
      ['is not refused for the wrong clock of one other of two', () => at(2).sets({ K3S_HA_NOW: '1000' }), /^0/],
      ['without an address waits', () => at(0).write('addresses', ''), '1 WAIT this host has no address;'],
      ['without a token waits', () => at(0).write('config/token', ''), '1 WAIT there is no token in '],
      ['without a route waits', () => at(0).write('route', ''), '1 WAIT there is no route'],
      [
        'with the VIP behind a router is refused',
        () => at(0).write('route', `${VIP} via 10.0.0.1 dev eth0 src 10.0.0.7\n`),
        /^2 .* behind a router/,
      ],
      [
        'may have a VIP behind a router if the servers do not announce it',
        () => [install(EXTERNAL), at(0).write('route', `${VIP} via 192.168.10.1 dev eth0\n`)],
        '0 INIT',
      ],
      [
        'without k3s-ha.conf is told which file to install',
        () => at(0).sets({ K3S_HA_CONF: '/no/such/file' }),
        /^4 .* put hosts\/server\/k3s-ha\.conf there/,
      ],
      [
        'waits for its addresses of both families',
        () => [install(site(dualStack)), at(0).has('192.168.10.11')],
        '1 WAIT this host has not yet fd00:10::11,',
      ],
      [
        'joins by IPv6 if only that answers',
        () => [install(site(dualStack)), at(1).hasData(), at(0).write('serving/[fd00:10::12]:6443', caOf('ours'))],
        '0 JOIN https://[fd00:10::12]:6443',
      ],
    ]);

    test.each([
      ...['192.168.10.5', 'fd00:10::5', ['fd00:10::5', '192.168.10.5']].map(
        (vip) => [`${vip}`, { ...dualStack, controlPlane: { vip } }, '192.168.10.11,fd00:10::11'] as const,
      ),
      [
        'an IPv6 network',
        { ...ipv6First, controlPlane: { vip: VIP, provider: 'external' } },
        'fd00:10::11,192.168.10.11',
      ],
    ] as const)('writes its addresses in the order of the network, with %s', (_, changes, addresses) => {
      install(site(changes));
      at(0).run('start');
      expect(nodeIp()).toContain(`\nnode-ip: '${addresses}'\n`);
    });

    test('writes its address of cluster.yaml, and not the VIP, for a start by hand, and does nothing else', () => {
      at(0).has(VIP, '10.1.1.1', '192.168.10.11');
      expect(at(0).run('address')).toMatchObject({ code: 0, line: '' });
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11'\n");
      expect(at(0).read('run/found.env')).toBeUndefined();
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

  test.each([[[]], [['found']], [['start', 'now']], [['init']], [['init', '--force']]])(
    'the arguments %j are refused',
    (args) => {
      expect(at(0).run(...args).code).toBe(64);
    },
  );
});
