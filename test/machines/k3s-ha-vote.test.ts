import { join } from 'node:path';
import type { Cluster } from '../../lib/cluster/schema';
import { defineCluster } from '../../lib/site/load';
import { SHELLS } from '../support/shells';
import { ipv6Site } from '../support/site-input';
import { site } from '../support/sites';
import { stubServers } from './k3s-ha-machine';

const BGP = { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] };
const SITES: readonly { readonly says: string; readonly cluster: Cluster }[] = [
  { says: 'an IPv4 VIP', cluster: site() },
  { says: 'a load balancer', cluster: site({ controlPlane: { vip: '192.168.10.5', provider: 'external' } }) },
  { says: 'BGP', cluster: site({ controlPlane: { vip: '192.168.10.5', bgp: BGP } }) },
  { says: 'IPv6 alone', cluster: defineCluster(ipv6Site()) },
];

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  const { install, all, at, off } = stubServers(command);

  describe('without data on any server', () => {
    test.each(SITES)('a server bootstraps by the votes of a majority, and no second one: with $says', ({ cluster }) => {
      install(cluster);
      expect(at(0).run('start')).toMatchObject({ code: 0, line: expect.stringMatching(/^INIT .* votes of \S+, \S+$/) });
      for (const one of all().slice(1)) expect(one.run('start')).toMatchObject({ code: 1 });
    });

    test('any server may be the first', () => {
      expect(at(2).run('start').line).toMatch(/^INIT/);
      expect(at(0).run('start').line).toMatch(/^WAIT/);
    });

    test('it starts k3s with config.yaml, cluster-init and no server to join', () => {
      at(0).write('config/config.yaml.d/50-join.yaml', 'server: https://192.168.10.12:6443\n');
      at(0).run('start');
      expect(at(0).read('run/found.env')).toBe(`K3S_CONFIG_FILE=${at(0).folder}/run/init.yaml\n`);
      expect(at(0).read('run/init.yaml')).toMatch(/^cluster-init: true\n/);
      expect(at(0).read('run/init.yaml')).not.toMatch(/^server:/m);
      expect(at(0).read('config/config.yaml.d/50-join.yaml')).toBeUndefined();
    });

    test('a start that is repeated has the same votes', () => {
      at(0).run('start');
      expect(at(0).run('start').line).toMatch(/^INIT/);
    });

    test('a server alone waits', () => {
      off(1);
      off(2);
      expect(at(0).run('start')).toMatchObject({
        code: 1,
        line: 'WAIT 2 of 3 servers have to say that they have no data; power on k3s-2 (192.168.10.12) k3s-3 (192.168.10.13) - if they are lost and the cluster never existed, see hosts/RUNBOOK.md',
      });
    });

    test('two of three are enough', () => {
      off(2);
      expect(at(0).run('start').line).toMatch(/votes of k3s-1, k3s-2$/);
    });

    test('a candidate that took the votes and is lost keeps the others waiting', () => {
      at(0).run('start');
      off(0);
      expect(at(2).run('start')).toMatchObject({
        code: 1,
        line: 'WAIT k3s-1 has the vote of k3s-2, does not answer, and may have bootstrapped the cluster; power it on or, if it is lost, restart k3s-2',
      });
    });

    test('the restart that the line names lets the others bootstrap', () => {
      at(0).run('start');
      off(0);
      at(1).reboots();
      expect(at(2).run('start').line).toMatch(/votes of k3s-2, k3s-3$/);
    });

    test('a candidate that restarts gets its votes again', () => {
      at(0).run('start');
      at(0).reboots();
      expect(at(0).run('start').line).toMatch(/^INIT/);
    });

    test('a candidate that restarts without data loses its votes to another that asks first', () => {
      at(0).run('start');
      at(0).reboots();
      expect(at(2).run('start').line).toMatch(/votes of k3s-1, k3s-2$/);
      expect(at(0).run('start').line).toMatch(/^WAIT k3s-3 has the vote of k3s-1 and bootstraps the cluster;/);
    });

    test('a candidate that keeps running keeps its votes', () => {
      at(0).run('start');
      expect(at(2).run('start').line).toMatch(/^WAIT k3s-1 has the vote of k3s-1 and bootstraps the cluster;/);
    });

    test('a candidate with one vote goes on after a denial, so that two do not block each other', () => {
      at(1).run('status');
      at(1).write('run/vote', `k3s-2@${at(1).read('run/boot')}`);
      expect(at(0).run('start').line).toMatch(/votes of k3s-1, k3s-3$/);
      expect(at(1).run('start').line).toMatch(/^WAIT/);
    });

    test('a server that cannot be reached gets no vote', () => {
      at(1).dropsTo(at(0));
      expect(at(0).run('start')).toMatchObject({
        code: 2,
        line: 'REFUSE k3s-2 cannot connect to this host; open TCP ports 2378 2379 2380 6443 in the firewall of this host',
      });
    });

    test('one server is its own majority', () => {
      install(
        site({
          ups: [],
          loadBalancer: undefined,
          nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'server' }],
        }),
      );
      expect(at(0).run('start').line).toMatch(/^INIT .* votes of k3s-1$/);
    });
  });

  describe('a server bootstraps nothing while', () => {
    const refusal = () => {
      const { code, line } = at(0).run('start');
      expect(at(0).read('run/found.env')).toBeUndefined();
      return [code, line];
    };

    test('a server drops packets', () => {
      at(0).dropsTo(at(2));
      expect(refusal()).toEqual([
        2,
        'REFUSE k3s-3 (192.168.10.13) is on and drops packets; open TCP ports 2378 2379 2380 6443 in its firewall for the other servers',
      ]);
    });

    test('a server has no listener', () => {
      at(0).write('peers/192.168.10.13', 'refuses');
      expect(refusal()).toEqual([2, expect.stringMatching(/run systemctl enable --now k3s-ha\.socket there/)]);
    });

    test('a server has another token', () => {
      at(2).write('config/token', 'of-another-site-0123456789\n');
      expect(refusal()).toEqual([
        2,
        'REFUSE k3s-3 (192.168.10.13) rejects this node; install the same token and k3s-ha.conf on both',
      ]);
    });

    test('a server has another list of servers', () => {
      const conf = at(2).read('k3s-ha.conf') ?? '';
      at(2).write('k3s-ha.conf', conf.replace("SERVERS='", "SERVERS='k3s-9=192.168.10.19 "));
      expect(refusal()[0]).toBe(2);
    });

    test('another device answers in the place of a server', () => {
      at(2).stub('k3s-ha', "printf 'HTTP/1.0 200 OK\\r\\n\\r\\nk3s-3 none - - k3s-3 aa 1 bb'\n");
      expect(refusal()).toEqual([2, expect.stringMatching(/answers without the token of this cluster/)]);
    });

    test('another device has the VIP', () => {
      at(0).neighbour('192.168.10.5', '02:00:00:00:00:77');
      expect(refusal()).toEqual([
        2,
        'REFUSE the device with the MAC address 02:00:00:00:00:77 has the VIP 192.168.10.5, and it is no server; give one of them another address',
      ]);
    });

    test('a foreign cluster answers at the VIP', () => {
      at(0).serves('192.168.10.5', 'foreign');
      expect(refusal()).toEqual([2, expect.stringMatching(/no server says that it has data; check which device/)]);
    });

    test('the CA of its cluster is pinned', () => {
      at(0).write('k3s-ha.conf', `${at(0).read('k3s-ha.conf')}CA_SHA256=${'1'.repeat(64)}\n`);
      expect(refusal()).toEqual([1, expect.stringMatching(/^WAIT the cluster exists/)]);
    });

    test('config.yaml is missing', () => {
      at(0).sets({ K3S_HA_CONFIG: join(at(0).folder, 'empty') });
      at(0).write('empty/token', at(0).read('config/token') ?? '');
      expect(refusal()[0]).toBe(4);
    });
  });

  describe('init --never-existed', () => {
    test('bootstraps without the others', () => {
      off(1);
      off(2);
      expect(at(0).run('init', '--never-existed').lines[0]).toMatch(/INIT .* votes of k3s-1$/);
      expect(at(0).read('restarts')).toBe('restart\n');
      expect(at(0).run('start').line).toMatch(/^WAIT 2 of 3/);
    });

    test.each([
      ['a server has data', () => at(1).hasData()],
      ['a server has voted for another', () => at(1).run('start')],
      ['a server drops packets', () => at(0).dropsTo(at(2))],
      ['this host has data', () => at(0).hasData()],
    ])('refuses if %s', (_, prepare) => {
      prepare();
      expect(at(0).run('init', '--never-existed').code).not.toBe(0);
      expect(at(0).read('restarts')).toBeUndefined();
    });
  });

  describe('finish', () => {
    test('does nothing on a server that did not bootstrap', () => {
      expect(at(0).run('finish')).toMatchObject({ code: 0, line: '' });
      expect(at(0).read('k3s-calls')).toBeUndefined();
    });

    test('applies kube-vip once the API is ready, and leaves nothing to bootstrap with', () => {
      at(0).write('kube-vip.yaml', '{}');
      at(0).run('start');
      expect(at(0).run('finish').line).toMatch(/^DONE/);
      expect(at(0).read('k3s-calls')).toContain(`kubectl apply -f ${at(0).folder}/kube-vip.yaml\n`);
      expect(['found.env', 'init.yaml', 'bootstrap'].map((file) => at(0).read(`run/${file}`))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });

    test('says that the API was not ready in time', () => {
      at(0).run('start');
      at(0).stub('k3s', 'exit 1\n');
      expect(at(0).run('finish')).toMatchObject({
        code: 1,
        line: 'WAIT the API was not ready in 1 s; see journalctl -u k3s',
      });
    });
  });
});
