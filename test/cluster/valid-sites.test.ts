import { checkCluster } from '../../lib/cluster/check';
import type { ClusterInput } from '../../lib/cluster/schema';
import { bgpSite, type Changes, changed, dualStackSite, ipv4Site, powerSite, problemsOf } from './sites';

const servers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `k3s-${i + 1}`, address: `192.168.10.${i + 11}`, role: 'server' }));

const ipv6Site = (): ClusterInput => ({
  name: 'six',
  network: { subnet: 'fd00:10::/64', gateway: 'fe80::1', dhcp: 'fd00:10::1000-fd00:10::1fff' },
  nodes: [11, 12, 13].map((n) => ({ name: `k3s-${n}`, address: `fd00:10::${n}`, role: 'server' })),
  controlPlane: { vip: 'fd00:10::5', dnsName: 'api.home.arpa' },
  loadBalancer: { pools: [{ name: 'lan', addresses: ['fd00:10::f000/116'] }] },
});

interface ValidSite {
  readonly says: string;
  readonly site?: () => ClusterInput;
  readonly changes?: Changes;
}

const valid: readonly ValidSite[] = [
  { says: 'the base site' },
  { says: 'the dual-stack base site', site: dualStackSite },
  { says: 'the base site of power', site: powerSite },
  { says: 'a site with IPv6 alone', site: ipv6Site },
  {
    says: 'an IPv4 VIP alone on a dual-stack site',
    site: dualStackSite,
    changes: { 'controlPlane.vip': '192.168.10.5' },
  },
  {
    says: 'an IPv6 VIP alone on a dual-stack site',
    site: dualStackSite,
    changes: { 'controlPlane.vip': 'fd00:10::5' },
  },
  { says: 'five servers', changes: { nodes: servers(5), ups: undefined } },
  { says: 'seven servers', changes: { nodes: servers(7), ups: undefined } },
  { says: 'the base site with BGP', site: bgpSite },
  {
    says: 'a routed pool that L2 announces as well',
    site: bgpSite,
    changes: {
      'loadBalancer.pools[1].addresses': ['192.168.10.224/29'],
      'loadBalancer.bgp.advertisements[1].aggregationLength': 29,
      'loadBalancer.advertisements': [{ name: 'both', pools: ['lan', 'routed'] }],
    },
  },
  {
    says: 'BGP for every pool, and no L2',
    site: bgpSite,
    changes: {
      'loadBalancer.pools[0].addresses': ['10.21.0.0/24'],
      'loadBalancer.bgp.advertisements[0].pools': ['routed', 'lan'],
    },
  },
  {
    says: 'one router for two nodes with sessions of their own',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.3', 'loadBalancer.bgp.peers[0].nodes': ['k3s-2'] },
  },
  {
    says: 'two local preferences for two routers',
    site: bgpSite,
    changes: {
      'loadBalancer.bgp.advertisements[0].peers': ['tor-1'],
      'loadBalancer.bgp.advertisements[1].aggregationLength': 32,
    },
  },
  {
    says: 'a virtual IP by BGP to a router that MetalLB speaks to from agents alone',
    site: bgpSite,
    changes: {
      'controlPlane.vip': '10.99.0.5',
      'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.2', peerAS: 64500 }] },
      'loadBalancer.bgp.peers[0].nodes': ['k3s-4'],
      'loadBalancer.bgp.advertisements[0].nodes': undefined,
    },
  },
  {
    says: 'a virtual IP by BGP to another router than those of MetalLB',
    site: bgpSite,
    changes: {
      'controlPlane.vip': '10.99.0.5',
      'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64500 }] },
    },
  },
  { says: 'machines that run neither of the systems that files are written for', changes: { os: [] } },
  { says: 'no load balancer', changes: { loadBalancer: undefined } },
  { says: 'no advertisements', changes: { 'loadBalancer.advertisements': undefined } },
  { says: 'no gateway', changes: { 'network.gateway': undefined } },
  { says: 'two gateways', changes: { 'network.gateway': ['192.168.10.1', '192.168.10.2'] } },
  { says: 'a link-local gateway', site: dualStackSite, changes: { 'network.gateway': ['192.168.10.1', 'fe80::abcd'] } },
  { says: 'the anycast address as gateway', site: dualStackSite, changes: { 'network.gateway': 'fd00:10::' } },
  { says: 'one DHCP range as a text', changes: { 'network.dhcp': '192.168.10.100/30' } },
  { says: 'two DHCP ranges', changes: { 'network.dhcp': ['192.168.10.100/30', '192.168.10.200-192.168.10.210'] } },
  { says: 'a VIP just below a pool', changes: { 'controlPlane.vip': '192.168.10.239' } },
  { says: 'a VIP just above a pool', changes: { 'controlPlane.vip': '192.168.10.251' } },
  { says: 'a VIP just below the DHCP range', changes: { 'controlPlane.vip': '192.168.10.99' } },
  { says: 'a VIP next to the broadcast address', changes: { 'controlPlane.vip': '192.168.10.254' } },
  {
    says: 'the last IPv6 address of the subnet as VIP',
    site: dualStackSite,
    changes: { 'controlPlane.vip': 'fd00:10::ffff:ffff:ffff:ffff' },
  },
  {
    says: 'two pools that touch',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.232-192.168.10.239', '192.168.10.251'] },
  },
  {
    says: 'a pool with the broadcast address and avoidBuggyIPs',
    changes: { 'loadBalancer.pools[0].addresses': ['192.168.10.240/28'], 'loadBalancer.pools[0].avoidBuggyIPs': true },
  },
  {
    says: 'a /22 whose inner .255 and .0 are host addresses',
    changes: {
      'network.subnet': '192.168.8.0/22',
      'controlPlane.vip': '192.168.9.255',
      'nodes[3].address': '192.168.9.0',
    },
  },
  {
    says: 'other pod and service networks',
    changes: { 'network.pods': '10.1.0.0/16', 'network.services': '10.2.0.0/16' },
  },
  {
    says: 'a lease just inside the limits',
    changes: { 'controlPlane.lease': { durationSeconds: 14, renewSeconds: 13, retrySeconds: 10 } },
  },
  { says: 'fast failover, whose lease follows', changes: { 'controlPlane.failover': 'fast' } },
  {
    says: 'a fast lease that outlasts the longest fast election',
    changes: { 'controlPlane.failover': 'fast', 'controlPlane.lease': { renewSeconds: 2 } },
  },
  { says: 'keepalived with an interface', changes: { 'controlPlane.provider': 'keepalived' } },
  {
    says: 'keepalived with a router ID of its own',
    changes: { 'controlPlane.provider': 'keepalived', 'controlPlane.keepalived': { routerId: 7 } },
  },
  { says: 'a load balancer of its own', changes: { 'controlPlane.provider': 'external' } },
  {
    says: 'a load balancer on another network',
    changes: { 'controlPlane.provider': 'external', 'controlPlane.vip': '172.16.0.5' },
  },
  {
    says: 'a load balancer on the router',
    changes: { 'controlPlane.provider': 'external', 'controlPlane.vip': '192.168.10.1' },
  },
  {
    says: 'a load balancer that takes IPv6 to IPv4',
    changes: { 'controlPlane.provider': 'external', 'controlPlane.vip': 'fd00::5' },
  },
  {
    says: 'a VIP of no network, announced by BGP',
    changes: {
      'controlPlane.vip': '10.99.0.5',
      'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] },
    },
  },
  { says: 'the known release of kube-vip', changes: { 'images.kubeVip': 'ghcr.io/kube-vip/kube-vip:v1.2.3' } },
  {
    says: 'images by digest where they are wanted, and only of what is in use',
    changes: {
      images: { byDigest: true, kubeVip: `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:${'0'.repeat(64)}` },
      loadBalancer: undefined,
      ups: undefined,
      'nodes[0].ups': undefined,
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
    },
  },
  { says: 'the shortest node and UPS names', changes: { 'nodes[3].name': 'a', 'nodes[3].ups': 'ups1' } },
  { says: 'a node name of 63 characters', changes: { 'nodes[3].name': `${'a'.repeat(31)}.${'b'.repeat(31)}` } },
  { says: 'an image by digest', changes: { 'images.nut': `nut-upsd@sha256:${'0'.repeat(64)}` } },
  { says: 'an image by tag and digest', changes: { 'images.nut': `a.b/c/d:1.2@sha256:${'0'.repeat(64)}` } },
  { says: 'an image from a registry with a port', changes: { 'images.kubeVip': 'localhost:5000/kube-vip:v1.2.3' } },
  { says: 'an image tag that starts with latest', changes: { 'images.nut': 'nut-upsd:latest-2026' } },
  { says: 'a VLAN interface', changes: { 'controlPlane.interface': 'enp0s31f6.1000' } },
  {
    says: 'a permission to found the cluster that lasts a week',
    changes: { bootstrap: { node: 'k3s-3', notAfter: '2027-01-08T00:00:00Z' } },
  },
  { says: 'a DNS name whose last part starts with a digit', changes: { 'controlPlane.dnsName': 'api.4home' } },
];

test.each(valid)('$says: no problem', ({ site = ipv4Site, changes = {} }) => {
  expect(problemsOf(changed(site(), changes))).toEqual([]);
});

describe('small networks', () => {
  const pair = (subnet: string, node: string, vip: string) => ({
    name: 'tiny',
    network: { subnet },
    nodes: [{ name: 'k3s-1', address: node, role: 'server' }],
    controlPlane: { vip },
  });
  const rulesOf = (input: unknown) => checkCluster(input).problems.map(({ rule }) => rule);

  test('both addresses of a /31 are host addresses', () => {
    expect(rulesOf(pair('192.168.10.0/31', '192.168.10.0', '192.168.10.1'))).toEqual(['one-server']);
  });

  test('both addresses of a /127 are host addresses', () => {
    expect(rulesOf(pair('fd00::/127', 'fd00::', 'fd00::1'))).toEqual(['one-server']);
  });

  test('a /30 has two host addresses', () => {
    expect(rulesOf(pair('192.168.10.0/30', '192.168.10.1', '192.168.10.2'))).toEqual(['one-server']);
  });

  test('a /32 has no room for a virtual IP', () => {
    expect(rulesOf(pair('192.168.10.0/32', '192.168.10.0', '192.168.10.0'))).toEqual(['one-server', 'vip-is-node']);
  });

  test('a pool may be the single address of a /32', () => {
    const site = changed(ipv4Site(), { 'loadBalancer.pools[1].addresses': ['192.168.10.224/32'] });
    expect(rulesOf(site)).toEqual([]);
  });
});

describe('defaults', () => {
  const minimal = {
    name: 'home',
    network: { subnet: '192.168.10.0/24' },
    nodes: servers(3),
    controlPlane: { vip: '192.168.10.5', dnsName: 'api.home.arpa' },
  };
  const cluster = () => {
    const checked = checkCluster(minimal);
    if (!('cluster' in checked)) throw new Error('the minimal site has an error');
    return checked.cluster;
  };

  test('the pod and service networks are those of k3s', () => {
    const { pods, services } = cluster().network;
    expect([pods, services].flat().map(({ text }) => text)).toEqual(['10.42.0.0/16', '10.43.0.0/16']);
  });

  test('the pod and service networks follow the families of the subnet and their order', () => {
    const checked = checkCluster({ ...ipv6Site(), network: { subnet: ['fd00:10::/64', '192.168.10.0/24'] } });
    // The nodes have IPv6 alone, which is the one thing wrong with it.
    expect(new Set(checked.problems.map(({ rule }) => rule))).toEqual(new Set(['family-mismatch']));
    expect(checked.problems.map(({ path }) => path[0])).toEqual(['nodes', 'nodes', 'nodes']);
  });

  test('everything else is filled in', () => {
    const { network, nodes, ...rest } = cluster();
    expect({ ...rest, controlPlane: { ...rest.controlPlane, vip: rest.controlPlane.vip[0]?.text } }).toEqual({
      name: 'home',
      controlPlane: {
        vip: '192.168.10.5',
        dnsName: 'api.home.arpa',
        port: 6443,
        provider: 'kube-vip',
        keepalived: { routerId: 51 },
        failover: 'standard',
        lease: { durationSeconds: 15, renewSeconds: 10, retrySeconds: 2 },
        arpRateMs: 1000,
      },
      ups: [],
      nut: {
        killpowerPath: '/run/killpower',
        usbBusPath: '/dev/bus/usb',
        privilegedSecondary: false,
        port: 3493,
        secret: 'nut-users',
      },
      power: {
        actuator: 'killpowerd',
        stages: { agentSeconds: 3, serverSeconds: 5, upsNodeSeconds: 10 },
        haltBudget: { agentSeconds: 45, serverSeconds: 60, upsNodeSeconds: 60 },
        pollSeconds: 5,
        pollOnBatterySeconds: 2,
        deadTimeSeconds: 15,
        hostSyncSeconds: 15,
        finalDelaySeconds: 0,
        leaseSeconds: 20,
        marginSeconds: 15,
        rtcWakeSeconds: 1800,
      },
      versions: { k3s: 'v1.36.4+k3s1' },
      images: {},
    });
    expect(network.dhcp).toEqual([]);
    expect(nodes.map(({ address }) => address.length)).toEqual([1, 1, 1]);
    expect(nodes.map(({ ups, minSupplies }) => [ups, minSupplies])).toEqual([
      [[], 1],
      [[], 1],
      [[], 1],
    ]);
  });
});
