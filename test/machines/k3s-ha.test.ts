import { PROJECT_VERSION } from '../../lib/files';
import { installedFiles } from '../../lib/machines';
import { SHELLS } from '../support/shells';
import { dualStack, ipv6First, site } from '../support/sites';
import { caOf, stubServers, sumOf } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  const { install, all, at } = stubServers(command);
  const joinFile = () => at(0).read('config/config.yaml.d/50-join.yaml');
  const nodeIp = () => at(0).read('config/config.yaml.d/40-node-ip.yaml');

  describe('a server without data, while another has data,', () => {
    beforeEach(() => at(1).hasData());

    test('joins through the VIP', () => {
      at(0).serves('192.168.10.5');
      at(0).serves('192.168.10.12');
      expect(at(0).run('start')).toMatchObject({ code: 0, line: 'JOIN https://192.168.10.5:6443' });
      expect(joinFile()).toContain('\nserver: https://192.168.10.5:6443\n');
    });

    test('joins through a server if the VIP does not answer', () => {
      at(0).serves('192.168.10.12');
      expect(at(0).run('start').line).toBe('JOIN https://192.168.10.12:6443');
    });

    test('gives k3s a token with the hash of the CA, so that k3s sends the password to no other', () => {
      at(0).serves('192.168.10.12');
      at(0).run('start');
      expect(joinFile()).toContain(`\ntoken-file: ${at(0).folder}/run/token\n`);
      expect(at(0).read('run/token')).toBe(`K10${sumOf('ours')}::server:0123456789abcdef-of-the-test\n`);
    });

    test('passes by a stranger at the VIP', () => {
      at(0).serves('192.168.10.5', 'foreign');
      at(0).serves('192.168.10.12');
      expect(at(0).run('start').line).toBe('JOIN https://192.168.10.12:6443');
    });

    test('refuses a stranger at the VIP if no server answers', () => {
      at(0).serves('192.168.10.5', 'foreign');
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: `REFUSE 192.168.10.5 serves a CA with the hash ${sumOf('foreign')}, but the cluster has ${sumOf('ours')}; check which device has that address`,
      });
      expect(joinFile()).toBeUndefined();
    });

    test('waits while k3s is stopped there, and says where to start it', () => {
      expect(at(0).run('start')).toMatchObject({
        code: 1,
        line: 'WAIT the cluster exists, and none of its servers answers; run systemctl start k3s on k3s-2',
      });
    });

    test('refuses if another has data of another cluster', () => {
      at(2).hasData('old');
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: expect.stringMatching(/^REFUSE k3s-2, k3s-3 have data of different clusters;/),
      });
    });

    test('joins the pinned one of them', () => {
      at(2).hasData('old');
      at(0).serves('192.168.10.12');
      at(0).write('config/token', `K10${sumOf('ours')}::server:0123456789abcdef-of-the-test\n`);
      expect(at(0).run('start').line).toBe('JOIN https://192.168.10.12:6443');
    });

    test('joins by the CA of k3s-ha.conf if no other server answers questions', () => {
      for (const one of all().slice(1)) one.write('config/token', 'of-another-site-0123456789\n');
      at(0).serves('192.168.10.5');
      expect(at(0).run('start').code).toBe(2);
      at(0).write('k3s-ha.conf', `${at(0).read('k3s-ha.conf')}CA_SHA256=${sumOf('ours')}\n`);
      expect(at(0).run('start').line).toBe('JOIN https://192.168.10.5:6443');
    });

    test('waits while that server has no CA yet', () => {
      at(1).write('data/server/tls/server-ca.crt', '');
      expect(at(0).run('start')).toMatchObject({ code: 1, line: 'WAIT k3s-2 bootstraps or joins the cluster' });
    });
  });

  describe('a server with data', () => {
    beforeEach(() => at(0).hasData());

    test('starts, without an address to join at', () => {
      at(0).write('config/config.yaml.d/50-join.yaml', 'server: x\n');
      expect(at(0).run('start')).toMatchObject({ code: 0, line: 'START this host has etcd data' });
      expect(joinFile()).toBeUndefined();
    });

    test.each(['ip', 'curl'])('starts without %s', (program) => {
      at(0).stub(program, 'exit 2\n');
      expect(at(0).run('start').code).toBe(0);
    });

    test('refuses to start beside a majority with data of another cluster', () => {
      for (const one of all().slice(1)) one.hasData('new');
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: `REFUSE this host has data of the CA ${sumOf('ours')}, and most servers have data of the CA ${sumOf('new')}; to join them run mv ${at(0).folder}/data/server ${at(0).folder}/data/server.old`,
      });
    });

    test('starts beside one server with data of another cluster, which is no majority', () => {
      at(1).hasData('new');
      expect(at(0).run('start').code).toBe(0);
    });
  });

  describe('a host', () => {
    test('with another address than cluster.yaml has is refused', () => {
      at(0).has('192.168.10.77');
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: expect.stringMatching(
          /^REFUSE this host has 192\.168\.10\.77, and cluster\.yaml has k3s-1=192\.168\.10\.11 /,
        ),
      });
    });

    test('with another name than cluster.yaml has is refused', () => {
      at(0).sets({ K3S_HA_HOSTNAME: 'debian' });
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: 'REFUSE this host is named debian, and cluster.yaml has k3s-1 for its address; run hostnamectl set-hostname k3s-1',
      });
    });

    test('with a clock more than a minute from those of the others is refused', () => {
      at(0).sets({ K3S_HA_NOW: String(Math.floor(Date.now() / 1000) - 3600) });
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: expect.stringMatching(
          /^REFUSE the clock of this host is 36\d\d s from that of k3s-[23]; run timedatectl/,
        ),
      });
    });

    test('is not refused for the wrong clock of one other of two', () => {
      at(2).sets({ K3S_HA_NOW: '1000' });
      expect(at(0).run('start').code).toBe(0);
    });

    test('without an address waits', () => {
      at(0).write('addresses', '');
      expect(at(0).run('start')).toMatchObject({
        code: 1,
        line: expect.stringMatching(/^WAIT this host has no address;/),
      });
    });

    test('without a token waits', () => {
      at(0).write('config/token', '');
      expect(at(0).run('start')).toMatchObject({ code: 1, line: expect.stringMatching(/^WAIT there is no token in /) });
    });

    test('with the VIP behind a router is refused', () => {
      at(0).write('route', '192.168.10.5 via 10.0.0.1 dev eth0 src 10.0.0.7\n');
      expect(at(0).run('start')).toMatchObject({ code: 2, line: expect.stringMatching(/behind a router/) });
    });

    test('may have a VIP behind a router if the servers do not announce it', () => {
      install(site({ controlPlane: { vip: '192.168.10.5', provider: 'external' } }));
      at(0).write('route', '192.168.10.5 via 192.168.10.1 dev eth0\n');
      expect(at(0).run('start').line).toMatch(/^INIT/);
    });

    test('without a route waits', () => {
      at(0).write('route', '');
      expect(at(0).run('start')).toMatchObject({ code: 1, line: expect.stringMatching(/^WAIT there is no route/) });
    });

    test('without k3s-ha.conf is told which file to install', () => {
      at(0).sets({ K3S_HA_CONF: '/no/such/file' });
      expect(at(0).run('start')).toMatchObject({
        code: 4,
        line: expect.stringContaining('put hosts/server/k3s-ha.conf there'),
      });
    });

    test('writes its address of cluster.yaml, and not the VIP', () => {
      at(0).has('192.168.10.5', '10.1.1.1', '192.168.10.11');
      at(0).run('start');
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11'\n");
    });

    test('writes it for a start by hand, and does nothing else', () => {
      expect(at(0).run('address')).toMatchObject({ code: 0, line: '' });
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11'\n");
      expect(at(0).read('run/found.env')).toBeUndefined();
    });
  });

  describe('with two IP families a host', () => {
    test.each([['192.168.10.5'], ['fd00:10::5'], [['fd00:10::5', '192.168.10.5']]])(
      'writes an address of each, in the order of the network, with the VIP %j',
      (vip) => {
        install(site({ ...dualStack, controlPlane: { vip } }));
        at(0).run('start');
        expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11,fd00:10::11'\n");
      },
    );

    test('writes IPv6 first if the network has it first', () => {
      install(site({ ...ipv6First, controlPlane: { vip: '192.168.10.5', provider: 'external' } }));
      at(0).run('start');
      expect(nodeIp()).toContain("\nnode-ip: 'fd00:10::11,192.168.10.11'\n");
    });

    test('waits for both addresses', () => {
      install(site(dualStack));
      at(0).has('192.168.10.11');
      expect(at(0).run('start')).toMatchObject({
        code: 1,
        line: expect.stringMatching(/^WAIT this host has not yet fd00:10::11,/),
      });
    });

    test('joins by IPv6 if only that answers', () => {
      install(site(dualStack));
      at(1).hasData();
      at(0).write('serving/[fd00:10::12]:6443', caOf('ours'));
      expect(at(0).run('start').line).toBe('JOIN https://[fd00:10::12]:6443');
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
