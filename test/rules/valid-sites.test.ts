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
  type ValidSite,
} from '../support/site-input';

const cableAtAgent: Changes = { 'ups[0].node': 'k3s-4', 'nodes[3].ups': 'ups1' };

const valid: readonly ValidSite[] = [
  ['the base site'],
  ['the dual-stack base site', {}, dualStackSite],
  ['the base site of power', {}, powerSite],
  ['a site with IPv6 alone', {}, ipv6Site],
  ['an IPv4 VIP alone on a dual-stack site', { 'controlPlane.vip': '192.168.10.5' }, dualStackSite],
  ['an IPv6 VIP alone on a dual-stack site', { 'controlPlane.vip': 'fd00:10::5' }, dualStackSite],
  ['five servers', { nodes: servers(5), ups: undefined }],
  ['seven servers', { nodes: servers(7), ups: undefined }],
  ['the base site with BGP', {}, bgpSite],
  [
    'a routed pool that L2 announces as well',
    {
      'loadBalancer.pools[1].addresses': ['192.168.10.224/29'],
      'loadBalancer.bgp.advertisements[1].aggregationLength': 29,
      'loadBalancer.advertisements': [{ name: 'both', pools: ['lan', 'routed'] }],
    },
    bgpSite,
  ],
  [
    'BGP for every pool, and no L2',
    {
      'loadBalancer.pools[0].addresses': ['10.21.0.0/24'],
      'loadBalancer.bgp.advertisements[0].pools': ['routed', 'lan'],
    },
    bgpSite,
  ],
  [
    'one router for two nodes with sessions of their own',
    { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.3', 'loadBalancer.bgp.peers[0].nodes': ['k3s-2'] },
    bgpSite,
  ],
  [
    'two local preferences for two routers',
    {
      'loadBalancer.bgp.advertisements[0].peers': ['tor-1'],
      'loadBalancer.bgp.advertisements[1].aggregationLength': 32,
    },
    bgpSite,
  ],
  [
    'a virtual IP by BGP to a router that MetalLB speaks to from agents alone',
    {
      'controlPlane.vip': '10.99.0.5',
      'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.2', peerAS: 64500 }] },
      'loadBalancer.bgp.peers[0].nodes': ['k3s-4'],
      'loadBalancer.bgp.advertisements[0].nodes': undefined,
    },
    bgpSite,
  ],
  [
    'a virtual IP by BGP to another router than those of MetalLB',
    {
      'controlPlane.vip': '10.99.0.5',
      'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64500 }] },
    },
    bgpSite,
  ],
  ['machines that run neither of the systems that files are written for', { os: [] }],
  ['a CyberPower that waits for mains power', { 'ups[0].options': { vendorid: '0764', ondelay: 0 } }],
  [
    'the community that every SNMP device has',
    {
      'ups[0].driver': 'snmp-ups',
      'ups[0].port': '192.168.10.20',
      'ups[0].options': { community: 'public', mibs: 'apcc' },
    },
  ],
  [
    'two cables at a machine that lives on either UPS',
    {
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
  ],
  ['no load balancer', { loadBalancer: undefined }],
  ['no advertisements', { 'loadBalancer.advertisements': undefined }],
  ['no gateway', { 'network.gateway': undefined }],
  ['two gateways', { 'network.gateway': ['192.168.10.1', '192.168.10.2'] }],
  ['a link-local gateway', { 'network.gateway': ['192.168.10.1', 'fe80::abcd'] }, dualStackSite],
  ['the anycast address as gateway', { 'network.gateway': 'fd00:10::' }, dualStackSite],
  ['one DHCP range as a text', { 'network.dhcp': '192.168.10.100/30' }],
  ['two DHCP ranges', { 'network.dhcp': ['192.168.10.100/30', '192.168.10.200-192.168.10.210'] }],
  ['a VIP just below a pool', { 'controlPlane.vip': '192.168.10.239' }],
  ['a VIP just above a pool', { 'controlPlane.vip': '192.168.10.251' }],
  ['a VIP just below the DHCP range', { 'controlPlane.vip': '192.168.10.99' }],
  ['a VIP next to the broadcast address', { 'controlPlane.vip': '192.168.10.254' }],
  ['the last IPv6 address of the subnet as VIP', { 'controlPlane.vip': 'fd00:10::ffff:ffff:ffff:ffff' }, dualStackSite],
  ['two pools that touch', { 'loadBalancer.pools[1].addresses': ['192.168.10.232-192.168.10.239', '192.168.10.251'] }],
  [
    'a pool with the broadcast address and avoidBuggyIPs',
    { 'loadBalancer.pools[0].addresses': ['192.168.10.240/28'], 'loadBalancer.pools[0].avoidBuggyIPs': true },
  ],
  [
    'a /22 whose inner .255 and .0 are host addresses',
    {
      'network.subnet': '192.168.8.0/22',
      'controlPlane.vip': '192.168.9.255',
      'nodes[3].address': '192.168.9.0',
    },
  ],
  ['other pod and service networks', { 'network.pods': '10.1.0.0/16', 'network.services': '10.2.0.0/16' }],
  [
    'a lease just inside the limits',
    { 'controlPlane.lease': { durationSeconds: 16, renewSeconds: 15, retrySeconds: 12 } },
  ],
  ['fast failover, whose lease follows', { 'controlPlane.failover': 'fast' }],
  [
    'a fast lease that outlasts the longest fast election',
    { 'controlPlane.failover': 'fast', 'controlPlane.lease': { renewSeconds: 2 } },
  ],
  ['keepalived with an interface', { 'controlPlane.provider': 'keepalived' }],
  [
    'keepalived with a router ID of its own',
    { 'controlPlane.provider': 'keepalived', 'controlPlane.keepalived': { routerId: 7 } },
  ],
  ['a load balancer of its own', { 'controlPlane.provider': 'external' }],
  ['a load balancer on another network', { 'controlPlane.provider': 'external', 'controlPlane.vip': '172.16.0.5' }],
  ['a load balancer on the router', { 'controlPlane.provider': 'external', 'controlPlane.vip': '192.168.10.1' }],
  ['a load balancer that takes IPv6 to IPv4', { 'controlPlane.provider': 'external', 'controlPlane.vip': 'fd00::5' }],
  [
    'a VIP of no network, announced by BGP',
    {
      'controlPlane.vip': '10.99.0.5',
      'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] },
    },
  ],
  ['the known release of kube-vip', { 'images.kubeVip': 'ghcr.io/kube-vip/kube-vip:v1.2.3' }],
  [
    'images by digest where they are wanted, and only of what is in use',
    {
      images: { byDigest: true, kubeVip: `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:${'0'.repeat(64)}` },
      loadBalancer: undefined,
      ups: undefined,
      'nodes[0].ups': undefined,
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
    },
  ],
  ['the shortest node and UPS names', { 'nodes[3].name': 'a', 'nodes[3].ups': 'ups1' }],
  ['a node name of 63 characters', { 'nodes[3].name': `${'a'.repeat(31)}.${'b'.repeat(31)}` }],
  ['an image by digest', { 'images.nut': `nut-upsd@sha256:${'0'.repeat(64)}` }],
  ['an image by tag and digest', { 'images.nut': `a.b/c/d:1.2@sha256:${'0'.repeat(64)}` }],
  ['an image from a registry with a port', { 'images.kubeVip': 'localhost:5000/kube-vip:v1.2.3' }],
  ['an image tag that starts with latest', { 'images.nut': 'nut-upsd:latest-2026' }],
  [
    'host names with dots',
    Object.fromEntries([
      ...[0, 1, 2].map((i) => [`nodes[${i}].name`, `k3s-${i + 1}.home.arpa`]),
      ['ups[0].node', 'k3s-1.home.arpa'],
      ['loadBalancer.advertisements', undefined],
    ]),
  ],
  [
    'options of k3s that nothing here depends on, for each group of nodes',
    {
      'k3s.all': { 'kubelet-arg': ['max-pods=200', 'feature-gates=A=false'], selinux: true },
      'k3s.servers': {
        disable: ['local-storage', 'traefik'],
        'flannel-backend': 'wireguard-native',
        'kube-apiserver-arg': 'audit-log-path=/var/log/audit',
      },
      'k3s.agents': { snapshotter: 'native' },
      'k3s.etcdS3': { bucket: 'snapshots', endpoint: 'minio.home.arpa:9000' },
      'k3s.registries': { mirrors: { 'docker.io': { endpoint: ['https://mirror.home.arpa'] } } },
      'nodes[3].k3s': { 'node-external-ip': '203.0.113.7' },
    },
  ],
  [
    'servers without other pods, as k3s documents it',
    Object.fromEntries([0, 1, 2].map((i) => [`nodes[${i}].taints`, ['CriticalAddonsOnly=true:NoExecute']])),
  ],
  [
    'a pool in a further network, announced there by its nodes',
    {
      'network.others': [{ name: 'guests', subnet: '192.168.20.0/24', interface: 'eth0.20', nodes: ['k3s-1'] }],
      'network.dhcp': ['192.168.20.10-192.168.20.99'],
      'loadBalancer.pools[1].addresses': ['192.168.20.100-192.168.20.110'],
      'loadBalancer.advertisements': [
        { name: 'lan', pools: ['lan'] },
        { name: 'guests', pools: ['spare'], interfaces: ['eth0.20'], nodes: ['k3s-1'] },
      ],
    },
  ],
  ['an interface of one node', { 'nodes[1].interface': 'eth1' }],
  ['a VLAN interface', { 'controlPlane.interface': 'enp0s31f6.1000' }],
  ['a pod network for as many nodes as there are', { 'network.pods': '10.42.0.0/22' }],
  [
    'the largest pod network of IPv6 and the smallest networks of services',
    {
      'network.pods': ['10.42.0.0/16', 'fd42::/48'],
      'network.services': ['10.43.0.0/28', 'fd00:43::/124'],
    },
    dualStackSite,
  ],
  ["upsd on etcd's port of another machine", { 'nut.port': 2379, ...cableAtAgent }],
  ['upsd on a port of MetalLB without MetalLB', { 'nut.port': 7946, loadBalancer: undefined }],
  [
    'upsd on a port of kube-vip without kube-vip',
    {
      'nut.port': 2112,
      'controlPlane.provider': 'keepalived',
      'controlPlane.interface': 'eth0',
      'controlPlane.lease': undefined,
    },
  ],
  ['the API on the port of upsd on another machine', { 'controlPlane.port': 3493, ...cableAtAgent }],
  ['a DNS name whose last part starts with a digit', { 'controlPlane.dnsName': 'api.4home' }],
];

for (const [says, changes = {}, site = ipv4Site] of valid) {
  test(`${says}: no problem`, () => expect(problemsOf(changed(site(), changes))).toEqual([]));
}

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
