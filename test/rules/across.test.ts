import type { ClusterInput } from '../../lib/cluster/schema';
import { parseAddressRange } from '../../lib/network/address';
import { AcrossSites, siteClaims } from '../../lib/rules/across';
import { formerPools } from '../../lib/rules/former';
import { homeInput, site } from '../support/sites';

const nodesFrom = (first: number) =>
  homeInput.nodes.map((node, i) => ({ ...node, address: `192.168.10.${first + i}` }));
const north = site({ name: 'north' });
/** A site in the same network that has nothing in common with the first. */
const south: ClusterInput = {
  ...homeInput,
  name: 'south',
  nodes: nodesFrom(21),
  controlPlane: { vip: '192.168.10.6' },
  loadBalancer: { pools: [{ name: 'lan', addresses: ['192.168.10.60-192.168.10.69'] }] },
};
const keepalived = (vip: string, routerId: number) => ({
  provider: 'keepalived' as const,
  vip,
  interface: 'eth0',
  keepalived: { routerId },
});
const bgp = (peerAddress: string): ClusterInput['loadBalancer'] => ({
  pools: [{ name: 'far', addresses: ['10.9.0.0/28'] }],
  bgp: {
    peers: [{ name: 'router', peerAddress, myASN: 64512, peerASN: 64513 }],
    advertisements: [{ name: 'far', pools: ['far'] }],
  },
});
const far = (changes: Partial<ClusterInput>) =>
  site({
    ...south,
    network: { subnet: '10.1.0.0/24' },
    ...changes,
    nodes: farNodes,
    controlPlane: { vip: '10.1.0.5' },
  });
const farNodes = homeInput.nodes.map((node, i) => ({ ...node, address: `10.1.0.${11 + i}` }));

describe('two sites of a folder', () => {
  test.each([
    ['nothing in common', north, site(south), []],
    [
      'the same VIP',
      north,
      site({ ...south, controlPlane: { vip: '192.168.10.5' } }),
      ['controlPlane.vip.0: 192.168.10.5 of the VIP overlaps 192.168.10.5 of the VIP of site north'],
    ],
    [
      'overlapping pools',
      north,
      site({ ...south, loadBalancer: { pools: [{ name: 'web', addresses: ['192.168.10.250-192.168.10.251'] }] } }),
      [
        'loadBalancer.pools.0.addresses.0: 192.168.10.250-192.168.10.251 of pool "web" overlaps 192.168.10.240-192.168.10.250 of pool "lan" of site north',
      ],
    ],
    [
      'the address of one node',
      north,
      site({ ...south, nodes: nodesFrom(13) }),
      ['nodes.0.address.0: 192.168.10.13 of node k3s-1 overlaps 192.168.10.13 of node k3s-3 of site north'],
    ],
    ['the same addresses of all nodes, as shops with equal files have', north, site({ name: 'south' }), []],
    [
      'one router ID of keepalived',
      site({ name: 'north', controlPlane: keepalived('192.168.10.5', 51) }),
      site({ ...south, controlPlane: keepalived('192.168.10.6', 51) }),
      ['controlPlane.keepalived.routerId: VRRP router ID 51 is also that of site north'],
    ],
    [
      'two router IDs of keepalived',
      site({ name: 'north', controlPlane: keepalived('192.168.10.5', 51) }),
      site({ ...south, controlPlane: keepalived('192.168.10.6', 52) }),
      [],
    ],
    [
      'one pool that both announce to one router',
      site({ name: 'north', loadBalancer: bgp('10.1.0.1') }),
      far({ loadBalancer: bgp('10.1.0.1') }),
      ['loadBalancer.pools.0.addresses.0: 10.9.0.0/28 of pool "far" overlaps 10.9.0.0/28 of pool "far" of site north'],
    ],
    [
      'one pool that they announce to two routers',
      site({ name: 'north', loadBalancer: bgp('192.168.10.1') }),
      far({ loadBalancer: bgp('10.1.0.1') }),
      [],
    ],
  ])('with %s', (_, first, second, lines) => {
    const across = new AcrossSites();
    across.add(siteClaims(first));
    const problems = across.problems(siteClaims(second));
    expect(problems.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(lines);
  });
});

describe('an address that was in a pool', () => {
  const former = [{ pool: 'old', range: parseAddressRange('192.168.10.50-192.168.10.110') }];
  test.each([
    ['the DHCP server', { network: { subnet: '192.168.10.0/24', dhcp: '192.168.10.110-192.168.10.199' } }],
    ['the VIP', { controlPlane: { vip: '192.168.10.50' } }],
    ['node k3s-1', { nodes: nodesFrom(51) }],
  ])('is a warning where it now belongs to %s', (what, changes) => {
    expect(formerPools(site(changes), former)[0]).toMatchObject({
      severity: 'warning',
      rule: 'was-in-pool',
      message: expect.stringContaining(`of ${what} was in pool "old" (192.168.10.50-192.168.10.110)`),
    });
  });

  test('is none where a pool or nothing has it', () => {
    const pools = [{ name: 'new', addresses: ['192.168.10.50-192.168.10.110'] }];
    expect(formerPools(site({ network: { subnet: '192.168.10.0/24' }, loadBalancer: { pools } }), former)).toEqual([]);
  });
});
