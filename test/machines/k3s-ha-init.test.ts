import { SHELLS } from '../support/shells';
import { site } from '../support/sites';
import { StubMachine } from './k3s-ha-machine';

const NOT_AFTER = 1_800_000_000;
const designatedSite = () =>
  site(
    { bootstrap: { node: 'k3s-1', notAfter: new Date(NOT_AFTER * 1000).toISOString().replace('.000', '') } },
    new Date((NOT_AFTER - 3600) * 1000),
  );

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  let machine: StubMachine;
  beforeEach(() => {
    machine = new StubMachine(command, site());
  });
  afterEach(() => machine.remove());

  const joinFile = () => machine.read('config/config.yaml.d/50-join.yaml');

  describe('init', () => {
    const refusal = (...args: readonly string[]) => {
      const answer = machine.run('init', ...args);
      expect(machine.read('restarts')).toBeUndefined();
      expect(machine.has('claimed')).toBe(false);
      expect(machine.has('run/lock')).toBe(false);
      return [answer.code, answer.line.split(':')[0]];
    };

    test('starts k3s with init.yaml if it detects no cluster', () => {
      machine.stub('restart', 'cp -r "$F/run" "$F/at-restart"\n');
      expect(machine.run('init').code).toBe(0);
      expect(machine.read('at-restart/found.env')).toBe(`K3S_CONFIG_FILE=${machine.folder}/run/init.yaml\n`);
      expect(machine.read('at-restart/init.yaml')).toContain('cluster-init: true');
    });

    test('holds the VIP while k3s starts', () => {
      machine.stub('restart', 'cp "$F/claimed" "$F/at-restart"\n');
      machine.run('init');
      expect(machine.read('at-restart')).toBe('192.168.10.5/32\n');
    });

    test('releases everything when the API is ready', () => {
      machine.run('init');
      expect(
        ['claimed', 'run/claim', 'run/found.env', 'run/init.yaml', 'run/lock'].filter((file) => machine.has(file)),
      ).toEqual([]);
    });

    test('applies kube-vip once, after the VIP is released', () => {
      machine.write('kube-vip.yaml', '{}');
      machine.stub('k3s', '[ "$2" != apply ] || [ -e "$F/claimed" ] || echo "$*" >>"$F/k3s-calls"\n');
      machine.run('init');
      expect(machine.read('k3s-calls')).toBe(`kubectl apply -f ${machine.folder}/kube-vip.yaml\n`);
    });

    test('removes an address to join at', () => {
      machine.write('config/config.yaml.d/50-join.yaml', 'server: https://192.168.10.12:6443\n');
      machine.run('init');
      expect(joinFile()).toBeUndefined();
    });

    test('refuses with etcd data', () => {
      machine.hasData();
      expect(refusal()).toEqual([2, `REFUSE this host has etcd data in ${machine.folder}/data`]);
    });

    test.each(['192.168.10.5', '192.168.10.13'])('refuses if the API port of %s is open', (host) => {
      machine.serves(host, 6443, 'whatever');
      expect(refusal()).toEqual([2, `REFUSE ${host} answers on port 6443`]);
    });

    test('refuses if the etcd port of a server is open', () => {
      machine.serves('192.168.10.12', 2380);
      expect(refusal()).toEqual([2, 'REFUSE 192.168.10.12 has etcd on port 2380']);
    });

    test('refuses if curl exits with an unknown status', () => {
      machine.stub('curl', 'exit 35\n');
      expect(refusal()[0]).toBe(2);
    });

    test('refuses if a connection is accepted without an answer', () => {
      machine.stub('curl', 'echo 1; exit 28\n');
      expect(refusal()[0]).toBe(2);
    });

    test('does not detect itself when it has more than one address', () => {
      machine.write(
        'addresses',
        '2: eth0    inet 192.168.10.11/24 scope global eth0\n2: eth0    inet 192.168.10.77/24 scope global secondary eth0\n',
      );
      expect(machine.run('init').code).toBe(0);
    });

    test('refuses if another host answers ARP for the VIP', () => {
      machine.hears('192.168.10.5', '02:00:00:00:00:77');
      expect(refusal()[1]).toContain('REFUSE 02');
    });

    test('says what to do if the other host abandoned its bootstrap', () => {
      machine.hears('192.168.10.5', '02:00:00:00:00:77');
      expect(machine.run('init').line).toMatch(/; if its bootstrap was abandoned, restart that host$/);
    });

    test('refuses if a server is powered off', () => {
      machine.hears('192.168.10.13');
      expect(refusal()).toEqual([2, 'REFUSE these servers are powered off and may hold the cluster']);
    });

    test('bootstraps with servers powered off given --never-existed', () => {
      machine.hears('192.168.10.13');
      expect(machine.run('init', '--never-existed').code).toBe(0);
    });

    test('loses to a lower MAC address that claims at the same time', () => {
      machine.hears('192.168.10.5.rivals', '02:00:00:00:00:11', '02:00:00:00:00:33');
      expect(refusal()[0]).toBe(3);
    });

    test('wins against higher MAC addresses that claim at the same time', () => {
      machine.hears('192.168.10.5.rivals', '02:00:00:00:00:33');
      expect(machine.run('init').code).toBe(0);
    });

    test('fails if arping cannot send requests', () => {
      machine.stub('arping', 'echo no permission >&2; exit 1\n');
      expect(refusal('--never-existed')[0]).toBe(4);
    });

    test('supports the arping of iputils and busybox', () => {
      machine.stub(
        'arping',
        '[ "$1" != --help ] || exit 2\necho "$*" >>"$F/arping-calls"\necho "Unicast reply from x [02:AA:00:00:00:01]  0.7ms"\necho "Sent 2 probes (2 broadcast(s))"\n',
      );
      expect(refusal()[1]).toBe('REFUSE 02');
      expect(machine.read('arping-calls')).toContain('-b -c 2 -w 2 -s 192.168.10.11 -I eth0 192.168.10.5');
    });

    test('releases the VIP if k3s does not start', () => {
      machine.stub('restart', 'exit 1\n');
      expect(machine.run('init')).toMatchObject({ code: 4, line: expect.stringMatching(/^BROKEN k3s did not start/) });
      expect(['claimed', 'run/claim', 'run/found.env'].filter((file) => machine.has(file))).toEqual([]);
    });

    test('keeps the VIP if k3s has data and is not ready', () => {
      machine.stub('restart', 'mkdir -p "$F/data/server/db/etcd/member/wal"; exit 1\n');
      expect(machine.run('init')).toMatchObject({ code: 1, line: expect.stringMatching(/^WAIT k3s has data/) });
      expect(machine.has('claimed')).toBe(true);
    });

    test('removes the claim of a killed init', () => {
      machine.write('run/claim', '');
      machine.write('claimed', '192.168.10.5/32\n');
      machine.write('run/found.env', 'K3S_CONFIG_FILE=x\n');
      expect(machine.run('init').code).toBe(0);
    });

    test('refuses while another one runs', () => {
      machine.write('run/lock/pid', '1');
      expect(machine.run('init')).toMatchObject({ code: 2, line: expect.stringContaining('rmdir') });
    });

    test('reports that init.yaml is missing', () => {
      machine.stub('restart', 'exit 0\n');
      machine.write('config/init.yaml', '');
      machine.environment = { K3S_HA_CONFIG: `${machine.folder}/nothing` };
      expect(machine.run('init')).toMatchObject({
        code: 4,
        line: expect.stringContaining('put hosts/server/init.yaml there'),
      });
    });
  });

  describe('a permission for this host', () => {
    beforeEach(() => {
      machine.remove();
      machine = new StubMachine(command, designatedSite());
    });
    const at = (seconds: number) => {
      machine.environment = { ...machine.environment, K3S_HA_NOW: String(seconds) };
    };

    test('lets start bootstrap in its last second', () => {
      at(NOT_AFTER);
      expect(machine.run('start')).toMatchObject({ code: 0, line: expect.stringMatching(/^INIT/) });
      expect(machine.has('run/found.env')).toBe(true);
    });

    test('ends a second later', () => {
      at(NOT_AFTER + 1);
      expect(machine.run('start').code).toBe(1);
      expect(machine.has('run/found.env')).toBe(false);
    });

    test('also applies to a person', () => {
      at(NOT_AFTER + 1);
      expect(machine.run('init')).toMatchObject({
        code: 2,
        line: expect.stringContaining('ended at 2027-01-15 08:00 UTC'),
      });
    });

    test('does not apply with a clock more than a week behind', () => {
      at(NOT_AFTER - 8 * 86_400);
      expect(machine.run('start').code).toBe(1);
    });

    test('does not apply on another host', () => {
      at(NOT_AFTER - 10);
      machine.environment['K3S_HA_HOSTNAME'] = 'k3s-2';
      expect(machine.run('init')).toMatchObject({
        code: 2,
        line: 'REFUSE only k3s-1 may bootstrap this cluster, and this is k3s-2; run it there',
      });
    });

    test('does not apply once a cluster answers', () => {
      at(NOT_AFTER - 10);
      machine.serves('192.168.10.12');
      expect(machine.run('start').line).toBe('JOIN https://192.168.10.12:6443');
    });

    test('is not needed again while k3s starts', () => {
      at(NOT_AFTER - 10);
      machine.run('start');
      expect(machine.run('start').line).toBe('INIT bootstrapping the cluster as permitted');
    });
  });

  describe('handover', () => {
    test('does nothing on a host without a claim', () => {
      expect(machine.run('handover')).toMatchObject({ code: 0, line: '' });
      expect(machine.read('k3s-calls')).toBeUndefined();
    });

    test('keeps the claim while the API is not ready', () => {
      machine.write('run/claim', '');
      machine.stub('k3s', 'exit 1\n');
      expect(machine.run('handover')).toMatchObject({ code: 1, line: expect.stringMatching(/stays claimed/) });
      expect(machine.has('run/claim')).toBe(true);
    });
  });

  describe('a VIP that does not move by ARP', () => {
    beforeEach(() => {
      machine.remove();
      machine = new StubMachine(command, site({ controlPlane: { vip: '192.168.10.5', provider: 'external' } }));
      machine.write('route', '192.168.10.5 via 192.168.10.1 dev eth0 src 192.168.10.11\n');
    });

    test('may be behind a router', () => {
      machine.serves('192.168.10.5');
      expect(machine.run('start').line).toBe('JOIN https://192.168.10.5:6443');
    });

    test('cannot exclude a second bootstrap, so --never-existed is required', () => {
      expect(machine.run('init')).toMatchObject({
        code: 2,
        line: expect.stringContaining('k3s-ha init --never-existed'),
      });
      expect(machine.run('init', '--never-existed').code).toBe(0);
    });

    test('is no cluster when the load balancer has no server', () => {
      machine.serves('192.168.10.5', 6443, 'no server');
      expect(machine.run('init', '--never-existed').code).toBe(0);
    });
  });
});
