import { bgpSite, type InvalidSite, invalid } from '../../support/site-input';

/** A row for each way to break a rule: names, lists and values of the load balancer. */
export const loadBalancer: readonly InvalidSite[] = [
  invalid(
    'two peers of one name are refused',
    { 'loadBalancer.bgp.peers[1].name': 'tor-1', 'loadBalancer.bgp.advertisements[1].peers': ['tor-1'] },
    'error loadBalancer.bgp.peers[1].name: duplicate-name: "tor-1" is already the name of entry 1; give each its own name',
    bgpSite,
  ),
  invalid(
    'two BGP announcements of one name are refused',
    { 'loadBalancer.bgp.advertisements[1].name': 'all' },
    'error loadBalancer.bgp.advertisements[1].name: duplicate-name: "all" is already the name of entry 1; give each its own name',
    bgpSite,
  ),
  invalid(
    'two communities of one name are refused',
    {
      'loadBalancer.bgp.communities': [
        { name: 'no-advertise', value: '65535:65282' },
        { name: 'no-advertise', value: '65535:65281' },
      ],
    },
    'error loadBalancer.bgp.communities[1].name: duplicate-name: "no-advertise" is already the name of entry 1; give each its own name',
    bgpSite,
  ),
  invalid(
    'a namespace that stands twice is refused',
    { 'loadBalancer.pools[0].serviceAllocation.namespaces': ['web', 'web'] },
    'error loadBalancer.pools[0].serviceAllocation.namespaces[1]: duplicate-entry: "web" is already entry 1; keep one of the two',
    bgpSite,
  ),
  invalid(
    'a node that stands twice is refused',
    { 'loadBalancer.bgp.advertisements[0].nodes': ['k3s-1', 'k3s-1'] },
    'error loadBalancer.bgp.advertisements[0].nodes[1]: duplicate-entry: "k3s-1" is already entry 1; keep one of the two',
    bgpSite,
  ),
  invalid(
    'a router that stands twice is refused',
    { 'loadBalancer.bgp.advertisements[1].peers': ['tor-2', 'tor-2'] },
    'error loadBalancer.bgp.advertisements[1].peers[1]: duplicate-entry: "tor-2" is already entry 1; keep one of the two',
    bgpSite,
  ),
  invalid(
    'an AS number of 0 is refused',
    { 'loadBalancer.bgp.peers[0].myASN': 0 },
    'error loadBalancer.bgp.peers[0].myASN: bad-number: "myASN" is 0; use at least 1',
    bgpSite,
  ),
  invalid(
    'a hold time of 2 seconds is refused',
    { 'loadBalancer.bgp.peers[0].holdTimeSeconds': 2 },
    'error loadBalancer.bgp.peers[0].holdTimeSeconds: bad-number: "holdTimeSeconds" is 2; use at least 3',
    bgpSite,
  ),
  invalid(
    'a community with a number above 65535 is refused',
    { 'loadBalancer.bgp.communities[0].value': '65535:65536' },
    'error loadBalancer.bgp.communities[0].value: bad-community: "65535:65536" is no BGP community; write two numbers up to 65535, such as 65535:65282',
    bgpSite,
  ),
  invalid(
    'the name of a large community is refused',
    { 'loadBalancer.bgp.communities[0].value': 'large:1:2:3' },
    'error loadBalancer.bgp.communities[0].value: bad-community: "large:1:2:3" is a large community, which needs MetalLB\'s FRR modes; write two numbers up to 65535, such as 65535:65282',
    bgpSite,
  ),
  invalid(
    'BGP without peers is refused',
    { 'loadBalancer.bgp.peers': undefined },
    'error loadBalancer.bgp.peers: missing-key: "peers" is missing; add it: a list',
    bgpSite,
  ),
  invalid(
    'BGP without announcements is refused',
    { 'loadBalancer.bgp.advertisements': [] },
    'error loadBalancer.bgp.advertisements: empty-list: "advertisements" is an empty list; use at least 1 entry',
    bgpSite,
  ),
  invalid(
    'a gossip profile that does not exist is refused',
    { 'loadBalancer.memberlist': 'slow' },
    'error loadBalancer.memberlist: bad-value: "memberlist" is "slow"; use lan, fast or wan',
    bgpSite,
  ),
  invalid(
    'a webhook mode that does not exist is refused',
    { 'loadBalancer.webhook': 'warn' },
    'error loadBalancer.webhook: bad-value: "webhook" is "warn"; use fail, ignore or off',
    bgpSite,
  ),
  invalid(
    'a rank of 0 is refused',
    { 'loadBalancer.pools[0].serviceAllocation.priority': 0 },
    'error loadBalancer.pools[0].serviceAllocation.priority: bad-number: "priority" is 0; use at least 1',
    bgpSite,
  ),
  invalid(
    'entries of an advertisement that stand twice are refused',
    {
      'loadBalancer.advertisements[0].nodes': ['k3s-1', 'k3s-1'],
      'loadBalancer.advertisements[0].interfaces': ['eth0', 'eth0'],
      'loadBalancer.advertisements[0].pools': ['lan', 'spare', 'lan'],
    },
    [
      'error loadBalancer.advertisements[0].pools[2]: duplicate-entry: "lan" is already entry 1; keep one of the two',
      'error loadBalancer.advertisements[0].nodes[1]: duplicate-entry: "k3s-1" is already entry 1; keep one of the two',
      'error loadBalancer.advertisements[0].interfaces[1]: duplicate-entry: "eth0" is already entry 1; keep one of the two',
    ],
  ),
];
