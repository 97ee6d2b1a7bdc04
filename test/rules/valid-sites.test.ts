import type { ClusterInput } from '../../lib/cluster/schema';
import { checkCluster } from '../../lib/site/check';
import {
  bgpSite,
  type Changes,
  changed,
  dualStackSite,
  ipv4Site,
  ipv6Site,
  powerSite,
  problemsOf,
  servers,
} from '../support/site-input';

interface ValidSite {
  readonly says: string;
  readonly site?: () => ClusterInput;
  readonly changes?: Changes;
}

const cableAtAgent: Changes = { 'ups[0].node': 'k3s-4', 'nodes[3].ups': 'ups1' };

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
  {
    says: 'a CyberPower that waits for mains power',
    changes: { 'ups[0].options': { vendorid: '0764', ondelay: 0 } },
  },
  {
    says: 'the community that every SNMP device has',
    changes: {
      'ups[0].driver': 'snmp-ups',
      'ups[0].port': '192.168.10.20',
      'ups[0].options': { community: 'public', mibs: 'apcc' },
    },
  },
  {
    says: 'two cables at a machine that lives on either UPS',
    changes: {
      'nodes[0].ups': ['ups1', 'ups2'],
      'nodes[1].ups': 'ups2',
      ups: ['ups1', 'ups2'].map((name, i) => ({
        name,
        driver: 'usbhid-ups',
        node: 'k3s-1',
        options: { serial: `A${i}` },
        runtimeAtLowBatterySeconds: 300,
      })),
    },
  },
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
    changes: { 'controlPlane.lease': { durationSeconds: 16, renewSeconds: 15, retrySeconds: 12 } },
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
  {
    says: 'host names with dots',
    changes: Object.fromEntries([
      ...[0, 1, 2].map((i) => [`nodes[${i}].name`, `k3s-${i + 1}.home.arpa`]),
      ['ups[0].node', 'k3s-1.home.arpa'],
      ['loadBalancer.advertisements', undefined],
    ]),
  },
  {
    says: 'options of k3s that nothing here depends on, for each group of nodes',
    changes: {
      'k3s.all': { 'kubelet-arg': ['max-pods=200', 'feature-gates=A=false'], selinux: true },
      'k3s.servers': {
        disable: ['local-storage', 'traefik'],
        'etcd-s3': true,
        'etcd-s3-config-secret': 's3',
        'flannel-backend': 'wireguard-native',
        'kube-apiserver-arg': 'audit-log-path=/var/log/audit',
      },
      'k3s.agents': { snapshotter: 'native' },
      'k3s.registries': { mirrors: { 'docker.io': { endpoint: ['https://mirror.home.arpa'] } } },
      'nodes[3].k3s': { 'node-external-ip': '203.0.113.7' },
    },
  },
  {
    says: 'servers without other pods, as k3s documents it',
    changes: Object.fromEntries([0, 1, 2].map((i) => [`nodes[${i}].taints`, ['CriticalAddonsOnly=true:NoExecute']])),
  },
  {
    says: 'a pool in a further network, announced there by its nodes',
    changes: {
      'network.others': [{ name: 'guests', subnet: '192.168.20.0/24', interface: 'eth0.20', nodes: ['k3s-1'] }],
      'network.dhcp': ['192.168.20.10-192.168.20.99'],
      'loadBalancer.pools[1].addresses': ['192.168.20.100-192.168.20.110'],
      'loadBalancer.advertisements': [
        { name: 'lan', pools: ['lan'] },
        { name: 'guests', pools: ['spare'], interfaces: ['eth0.20'], nodes: ['k3s-1'] },
      ],
    },
  },
  { says: 'an interface of one node', changes: { 'nodes[1].interface': 'eth1' } },
  { says: 'a VLAN interface', changes: { 'controlPlane.interface': 'enp0s31f6.1000' } },
  { says: 'a pod network for as many nodes as there are', changes: { 'network.pods': '10.42.0.0/22' } },
  {
    says: 'the largest pod network of IPv6 and the smallest networks of services',
    site: dualStackSite,
    changes: {
      'network.pods': ['10.42.0.0/16', 'fd42::/48'],
      'network.services': ['10.43.0.0/28', 'fd00:43::/124'],
    },
  },
  { says: "upsd on etcd's port of another machine", changes: { 'nut.port': 2379, ...cableAtAgent } },
  { says: 'upsd on a port of MetalLB without MetalLB', changes: { 'nut.port': 7946, loadBalancer: undefined } },
  {
    says: 'upsd on a port of kube-vip without kube-vip',
    changes: {
      'nut.port': 2112,
      'controlPlane.provider': 'keepalived',
      'controlPlane.interface': 'eth0',
      'controlPlane.lease': undefined,
    },
  },
  { says: 'the API on the port of upsd on another machine', changes: { 'controlPlane.port': 3493, ...cableAtAgent } },
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
