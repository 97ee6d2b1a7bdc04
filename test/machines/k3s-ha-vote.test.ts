import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../../lib/cluster/schema';
import { defineCluster } from '../../lib/site/load';
import { SHELLS } from '../support/shells';
import { ipv6Site } from '../support/site-input';
import { site } from '../support/sites';
import { stubServers } from './k3s-ha-machine';

const VIP = '192.168.10.5';
const FORGED = "printf 'HTTP/1.0 200 OK\\r\\n\\r\\nk3s-3 none - - k3s-3 aa 1 bb'\n";
const BGP = { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] };
const ALONE = site({
  ups: [],
  loadBalancer: undefined,
  nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'server' }],
});
const SITES: readonly { readonly says: string; readonly cluster: Cluster }[] = [
  { says: 'an IPv4 VIP', cluster: site() },
  { says: 'a load balancer', cluster: site({ controlPlane: { vip: VIP, provider: 'external' } }) },
  { says: 'BGP', cluster: site({ controlPlane: { vip: VIP, bgp: BGP } }) },
  { says: 'IPv6 alone', cluster: defineCluster(ipv6Site()) },
];

const OPEN = '2378/tcp, 2379/tcp, 2380/tcp, 6443/tcp, 8472/udp, 10250/tcp, 7946/tcp, 7946/udp';

const UNREACHED = '2 REFUSE k3s-2 cannot connect to this host; open';
const DROPPED = '2 REFUSE k3s-3 (192.168.10.13) drops packets, or has just lost power; open';
const TAKEN = '1 WAIT k3s-3 has the vote of k3s-1 and bootstraps the cluster;';

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  const { install, at, off, decides } = stubServers(command);

  describe('without data on any server', () => {
    test.each(SITES)('a server bootstraps by the votes of a majority, and no second one: with $says', ({ cluster }) => {
      install(cluster);
      expect(at(0).start()).toMatch(/^0 INIT .* votes of \S+, \S+$/);
      expect(at(1).start()).toMatch(/^1/);
    });

    decides(0, [
      ['a second start has the same votes', () => at(0).start(), '0 INIT'],
      ['a server alone waits', () => [off(1), off(2)], /^1 WAIT 2 of 3 .* power on k3s-2 .* k3s-3 .*RUNBOOK\.md$/],
      ['two of three are enough', () => off(2), /^0 INIT .* votes of k3s-1, k3s-2$/],
      ['a candidate that restarts gets its votes again', () => [at(0).start(), at(0).reboots()], '0 INIT'],
      ['any server may be the first', () => at(2).start(), TAKEN],
      [
        'a candidate that restarts without data loses its votes to another that asks first',
        () => [at(0).start(), at(0).reboots(), expect(at(2).start()).toMatch(/votes of k3s-1, k3s-2$/)],
        TAKEN,
      ],
      ['one server is its own majority', () => install(ALONE), /^0 INIT .* votes of k3s-1$/],
      ['one that cannot be reached gets no vote', () => at(1).dropsTo(at(0)), `${UNREACHED} ${OPEN}, 3493/tcp`],
      [
        'a candidate with one vote goes on after a denial, so that two do not block each other',
        () => [at(1).run('status'), at(1).write('run/vote', `k3s-2@${at(1).read('run/boot')}`)],
        /^0 INIT .* votes of k3s-1, k3s-3$/,
      ],
    ]);

    test('it starts k3s with config.yaml, its address, cluster-init and no server to join; then it applies kube-vip, and leaves nothing to bootstrap with', () => {
      at(0).write('config/config.yaml.d/50-join.yaml', 'server: https://192.168.10.12:6443\n');
      at(0).run('start');
      expect(at(0).read('run/found.env')).toBe(`K3S_CONFIG_FILE=${at(0).folder}/run/init.yaml\n`);
      expect(at(0).read('run/init.yaml')).toMatch(/^cluster-init: true\n(?![\s\S]*^server:)/m);
      expect(at(0).read('config/config.yaml.d/50-join.yaml')).toBeUndefined();
      expect(at(0).read('config/config.yaml.d/40-node-ip.yaml')).toContain("\nnode-ip: '192.168.10.11'\n");
      at(0).write('kube-vip.yaml', '{}');
      expect(at(0).run('finish').line).toMatch(/^DONE/);
      expect(at(0).read('k3s-calls')).toContain(`kubectl apply -f ${at(0).folder}/kube-vip.yaml\n`);
      expect(['found.env', 'init.yaml', 'bootstrap'].flatMap((file) => at(0).read(`run/${file}`) ?? [])).toEqual([]);
    });

    test('a candidate that took the votes and is lost keeps the others waiting until the restart that the line names', () => {
      at(0).run('start');
      expect(at(2).start()).toMatch(/^1 WAIT k3s-1 has the vote of k3s-1 and bootstraps the cluster;/);
      off(0);
      expect(at(2).start()).toBe(
        '1 WAIT k3s-1 has the vote of k3s-2, does not answer, and may have bootstrapped the cluster; power it on or, if it is lost, restart k3s-2',
      );
      at(1).reboots();
      expect(at(2).start()).toMatch(/^0 INIT .* votes of k3s-2, k3s-3$/);
    });
  });

  describe('a server bootstraps nothing while', () => {
    const append = (index: number, line: string) =>
      at(index).write('k3s-ha.conf', `${at(index).read('k3s-ha.conf')}${line}\n`);

    decides(0, [
      ['a server drops packets or lost power', () => at(0).dropsTo(at(2)), `${DROPPED} ${OPEN} in`],
      ['a server has no listener', () => at(0).write('peers/192.168.10.13', 'refuses'), /^2 .* k3s-ha\.socket there/],
      ['one has another token', () => at(2).write('config/token', 'of-another'), /^2 .* install the same token/],
      ['a server has another list of servers', () => append(2, 'SERVERS="k3s-9=192.168.10.19 $SERVERS"'), /^2/],
      ['another device answers for a server', () => at(2).stub('k3s-ha', FORGED), /^2 .* without the token of/],
      [
        'another device has the VIP',
        () => at(0).write(`macs/${VIP}`, '02:00:00:00:00:77'),
        /^2 .* MAC address \S+:77 has/,
      ],
      ['a foreign cluster has the VIP', () => at(0).serves(VIP, 'foreign'), /^2 .* no server says that it/],
      ['the CA of its cluster is pinned', () => append(0, `CA_SHA256=${'1'.repeat(64)}`), '1 WAIT the cluster exists'],
      ['config.yaml is missing', () => rmSync(join(at(0).folder, 'config/config.yaml')), /^4/],
    ]);
  });

  describe('init --never-existed', () => {
    test('bootstraps without the others', () => {
      off(1);
      off(2);
      expect(at(0).run('init', '--never-existed').lines[0]).toMatch(/INIT .* votes of k3s-1$/);
      expect(at(0).read('restarts')).toBe('restart\n');
      expect(at(0).start()).toMatch(/^1 WAIT 2 of 3/);
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

    test('says that the API was not ready in time', () => {
      at(0).run('start');
      at(0).stub('k3s', 'exit 1\n');
      expect(at(0).run('finish').line).toBe('WAIT the API was not ready in 1 s; see journalctl -u k3s');
    });
  });
});
