import { dualStackWithAgents, withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';
import { stubServers, sumOf } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha of an agent under $shell', ({ command }) => {
  const { install, at } = stubServers(command);
  beforeEach(() => install(site(withAgent)));
  const agent = () => at(3);

  test('joins a server that has data, with the hash of its CA in the token', () => {
    at(1).hasData();
    agent().serves('192.168.10.5');
    expect(agent().run('start')).toMatchObject({ code: 0, line: 'JOIN https://192.168.10.5:6443' });
    expect(agent().read('run/token')).toBe(`K10${sumOf('ours')}::server:0123456789abcdef-of-the-test\n`);
  });

  test('sends the token to no stranger at the VIP', () => {
    at(1).hasData();
    agent().serves('192.168.10.5', 'foreign');
    expect(agent().run('start')).toMatchObject({
      code: 2,
      line: expect.stringMatching(/^REFUSE 192\.168\.10\.5 serves/),
    });
    expect(agent().read('run/token')).toBeUndefined();
  });

  test('waits for the cluster, and never bootstraps it', () => {
    expect(agent().run('start')).toMatchObject({
      code: 1,
      line: 'WAIT no server says that it has data; start k3s on k3s-1, k3s-2, k3s-3',
    });
  });

  test('is refused under another name than cluster.yaml has', () => {
    agent().sets({ K3S_HA_HOSTNAME: 'debian' });
    expect(agent().run('start')).toMatchObject({ code: 2, line: expect.stringContaining('cluster.yaml has worker') });
  });

  test('writes its addresses in the order of network.subnet', () => {
    install(site(dualStackWithAgents));
    at(3).run('address');
    expect(at(3).read('config/config.yaml.d/40-node-ip.yaml')).toContain("\nnode-ip: '192.168.10.21,fd00:10::21'\n");
  });

  test('gets an answer of a server, and no vote', () => {
    at(0).run('status');
    const boot = at(0).read('run/boot')?.trim();
    expect(at(0).answers(at(0).question('vote', 'worker', boot))).toContain('\r\n\r\nk3s-1 none - - ');
  });

  test('status prints what the servers say', () => {
    expect(agent().run('status').lines.slice(0, 2)).toEqual([
      'cluster home, host worker, worker of cluster.yaml',
      'k3s-1 (192.168.10.11): no data, vote: -, host name k3s-1, files -',
    ]);
  });
});
