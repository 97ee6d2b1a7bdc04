import type { ClusterInput } from '../../lib/cluster/schema';
import { SHELLS } from '../support/shells';
import { dualStack, ipv6First, site } from '../support/sites';
import { CA_SUM, StubMachine } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  let machine: StubMachine;
  beforeEach(() => {
    machine = new StubMachine(command, site());
  });
  afterEach(() => machine.remove());

  const joinFile = () => machine.read('config/config.yaml.d/50-join.yaml');
  const nodeIp = () => machine.read('config/config.yaml.d/40-node-ip.yaml');

  describe('start', () => {
    test('waits if no server answers, and says what to do', () => {
      const { code, line } = machine.run('start');
      expect(code).toBe(1);
      expect(line).toBe(
        `WAIT no API at 192.168.10.5 192.168.10.12 192.168.10.13 - if cluster "home" never existed, run k3s-ha init on ONE server; otherwise bring its servers back`,
      );
    });

    test('prints one line', () => {
      expect(machine.run('start').lines.length).toBe(1);
    });

    test('joins through the VIP', () => {
      machine.serves('192.168.10.5');
      expect(machine.run('start')).toMatchObject({ code: 0, line: 'JOIN https://192.168.10.5:6443' });
      expect(joinFile()).toContain('\nserver: https://192.168.10.5:6443\n');
    });

    test('prefers the VIP to a server', () => {
      machine.serves('192.168.10.12');
      machine.serves('192.168.10.5');
      expect(machine.run('start').line).toBe('JOIN https://192.168.10.5:6443');
    });

    test('joins through a server if the VIP is unreachable', () => {
      machine.serves('192.168.10.13');
      expect(machine.run('start').line).toBe('JOIN https://192.168.10.13:6443');
    });

    test('never joins itself', () => {
      machine.serves('192.168.10.11');
      expect(machine.run('start').code).toBe(1);
    });

    test('never joins itself when it has more than one address', () => {
      machine.write(
        'addresses',
        '2: eth0    inet 192.168.10.11/24 scope global eth0\n2: eth0    inet 192.168.10.77/24 scope global secondary eth0\n',
      );
      machine.serves('192.168.10.11');
      expect(machine.run('start').line).toMatch(/^WAIT no API at 192\.168\.10\.5 192\.168\.10\.12 192\.168\.10\.13 -/);
    });

    test('does not join a server that serves no certificate', () => {
      machine.serves('192.168.10.5', 6443, '503 starting\n');
      expect(machine.run('start').code).toBe(1);
    });

    test('joins the CA of the token', () => {
      machine.serves('192.168.10.5');
      machine.write('config/token', `K10${CA_SUM}::server:secret\n`);
      expect(machine.run('start').code).toBe(0);
    });

    test('refuses a CA other than that of the token', () => {
      machine.serves('192.168.10.5');
      machine.write('config/token', `K10${'0'.repeat(64)}::server:secret\n`);
      const { code, line } = machine.run('start');
      expect([code, line]).toEqual([
        2,
        expect.stringContaining(`REFUSE 192.168.10.5 serves a CA with the hash ${CA_SUM}`),
      ]);
      expect(joinFile()).toBeUndefined();
    });

    test('refuses a CA other than that of k3s-ha.conf', () => {
      machine.serves('192.168.10.5');
      machine.write('k3s-ha.conf', `${machine.read('k3s-ha.conf')}CA_SHA256=${'1'.repeat(64)}\n`);
      expect(machine.run('start').code).toBe(2);
    });

    test('continues with etcd data, even if a server answers', () => {
      machine.hasData();
      machine.serves('192.168.10.5');
      expect(machine.run('start')).toMatchObject({ code: 0, line: 'START this host has etcd data' });
    });

    test('removes the address to join at when it has etcd data', () => {
      machine.serves('192.168.10.13');
      machine.run('start');
      machine.hasData();
      machine.run('start');
      expect(joinFile()).toBeUndefined();
    });

    test('continues with etcd data without a network', () => {
      machine.hasData();
      machine.stub('ip', 'exit 2\n');
      expect(machine.run('start').code).toBe(0);
    });

    test('without data waits for the network', () => {
      machine.stub('ip', 'exit 2\n');
      expect(machine.run('start')).toMatchObject({ code: 1, line: expect.stringMatching(/^WAIT no network:/) });
    });

    test('refuses a VIP behind a router', () => {
      machine.write('route', '192.168.10.5 via 10.0.0.1 dev eth0 src 10.0.0.7\n');
      expect(machine.run('start')).toMatchObject({ code: 2, line: expect.stringMatching(/behind a router/) });
    });

    test('waits for an address', () => {
      machine.write('addresses', '');
      expect(machine.run('start')).toMatchObject({
        code: 1,
        line: expect.stringMatching(/^WAIT eth0 has no IPv4 address/),
      });
    });

    test('writes the address of the host', () => {
      machine.run('start');
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11'\n");
    });

    test('never writes the VIP as the address of the host', () => {
      machine.write(
        'addresses',
        '2: eth0    inet 192.168.10.5/32 scope global eth0\n2: eth0    inet 192.168.10.77/24 scope global eth0\n',
      );
      machine.run('start');
      expect(nodeIp()).toContain("'192.168.10.77'");
    });

    test('prefers the address of cluster.yaml', () => {
      machine.write(
        'addresses',
        '2: eth0    inet 10.1.1.1/24 scope global eth0\n2: eth0    inet 192.168.10.11/24 scope global eth0\n',
      );
      machine.run('start');
      expect(nodeIp()).toContain("'192.168.10.11'");
    });

    test('reports that curl is missing', () => {
      machine.environment = { K3S_HA_CURL: 'no-such-curl' };
      expect(machine.run('start')).toMatchObject({
        code: 4,
        line: expect.stringMatching(/^BROKEN no-such-curl is not installed; run apt-get install curl$/),
      });
    });

    test('reports that k3s-ha.conf is missing', () => {
      machine.environment = { K3S_HA_CONF: '/no/such/file' };
      expect(machine.run('start')).toMatchObject({
        code: 4,
        line: expect.stringContaining('put hosts/server/k3s-ha.conf there'),
      });
    });
  });

  describe('two IP families', () => {
    const installed = (changes: Partial<ClusterInput>) => {
      machine.remove();
      machine = new StubMachine(command, site({ ...dualStack, ...changes }));
      machine.write(
        'addresses',
        '2: eth0    inet 192.168.10.11/24 scope global eth0\n2: eth0    inet6 fd00:10::aa/64 scope global temporary dynamic\n2: eth0    inet6 fd00:10::11/64 scope global\n',
      );
    };
    beforeEach(() => installed({}));

    test('the host writes an address of each, and no temporary one', () => {
      machine.run('start');
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11,fd00:10::11'\n");
    });

    test.each([['192.168.10.5'], ['fd00:10::5'], [['fd00:10::5', '192.168.10.5']]])(
      'the VIP %j changes neither that nor the order',
      (vip) => {
        installed({ controlPlane: { vip } });
        machine.run('start');
        expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11,fd00:10::11'\n");
      },
    );

    test('with IPv6 first the host writes that first, also behind an IPv4 load balancer', () => {
      installed({ ...ipv6First, controlPlane: { vip: '192.168.10.5', provider: 'external' } });
      machine.run('start');
      expect(nodeIp()).toContain("\nnode-ip: 'fd00:10::11,192.168.10.11'\n");
    });

    test('the host also waits for an address of the family that the VIP does not have', () => {
      installed({ controlPlane: { vip: '192.168.10.5' } });
      machine.write('addresses', '2: eth0    inet 192.168.10.11/24 scope global eth0\n');
      expect(machine.run('start')).toMatchObject({
        code: 1,
        line: expect.stringMatching(/^WAIT eth0 has no IPv6 address/),
      });
    });

    test('the host joins by IPv6 if only that answers', () => {
      machine.serves('[fd00:10::12]');
      expect(machine.run('start').line).toBe('JOIN https://[fd00:10::12]:6443');
      expect(joinFile()).toContain('server: https://[fd00:10::12]:6443');
    });
  });

  describe('address', () => {
    test('writes the address of the host for a start by hand, and does nothing else', () => {
      machine.serves('192.168.10.5');
      expect(machine.run('address')).toMatchObject({ code: 0, line: '' });
      expect(nodeIp()).toContain("\nnode-ip: '192.168.10.11'\n");
      expect(joinFile()).toBeUndefined();
    });

    test('says why if there is none', () => {
      machine.write('addresses', '');
      expect(machine.run('address')).toMatchObject({ code: 1, line: expect.stringMatching(/^WAIT eth0 has no IPv4/) });
    });
  });

  describe('status', () => {
    test('prints what the host detects', () => {
      machine.serves('192.168.10.12');
      machine.serves('192.168.10.13', 2380);
      expect(machine.run('status').lines).toEqual([
        'cluster home, host k3s-1 at 192.168.10.11 on eth0',
        'etcd data: none, k3s has to join',
        'VIP 192.168.10.5: no answer',
        `server 192.168.10.12: API answers, CA ${CA_SUM.slice(0, 12)}`,
        'server 192.168.10.13: etcd answers, the API does not: quorum lost?',
        'bootstrap: by a person: run k3s-ha init on ONE server',
      ]);
    });
  });

  test.each([[[]], [['found']], [['start', 'now']], [['init', '--force']]])(
    'wrong arguments %j exit with 64',
    (args) => {
      expect(machine.run(...args).code).toBe(64);
    },
  );
});
