import { failoverRows, runbook } from '../../lib/handbook';
import { defineCluster } from '../../lib/site/load';
import { bgpSite } from '../support/site-input';
import { site } from '../support/sites';

const events = (...args: Parameters<typeof site>) => failoverRows(site(...args)).map(({ event }) => event);
const keepalived = { vip: '192.168.10.5', interface: 'eth0', provider: 'keepalived' } as const;

describe('failoverRows', () => {
  test.each([
    ['kube-vip', site()],
    ['keepalived', site({ controlPlane: keepalived })],
    ['BGP', defineCluster(bgpSite())],
  ])('has the events of the runbook with %s', (_, cluster) => {
    const rows = failoverRows(cluster).filter(({ event }) => !event.includes('etcd accepts'));
    expect(rows.length).toBeGreaterThan(5);
    for (const { event } of rows) expect(runbook(cluster)).toContain(`\n| ${event} | `);
  });

  test('has seconds that the runbook has too', () => {
    const [first, ...others] = failoverRows(site());
    expect(first?.reason).toContain('of 5000 simulated elections');
    expect(runbook(site())).toContain(` | ${first?.range?.to.toFixed(1)} |`);
    expect(others).toContainEqual(
      expect.objectContaining({ event: 'another node announces the address', range: { from: 5, to: 8 } }),
    );
    expect(others).toContainEqual(
      expect.objectContaining({
        event: expect.stringContaining('etcd leader: etcd accepts'),
        range: { from: 5, to: 10 },
      }),
    );
  });

  test('has a bound for a lease that was not simulated', () => {
    const [first] = failoverRows(site({ controlPlane: { vip: '192.168.10.5', lease: { durationSeconds: 25 } } }));
    expect(first).toMatchObject({ range: { from: 0 }, reason: 'bound from the timers of client-go' });
  });

  test('has none of the VIP with one server', () => {
    const [first] = site().nodes;
    const one = [{ name: first?.name ?? '', address: '192.168.10.11', role: 'server' as const }];
    const loadBalancer = { pools: [{ name: 'lan', addresses: ['192.168.10.240-192.168.10.250'] }] };
    expect(events({ nodes: one, loadBalancer, ups: [] })).toEqual([
      'another node announces the address',
      'its pods receive no more traffic',
      'its pods start on other nodes',
    ]);
  });
});
