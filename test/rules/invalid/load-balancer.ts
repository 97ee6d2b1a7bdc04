import { bgpSite, type InvalidSite } from '../../support/site-input';

/** A row for each way to break a rule: names, lists and values of the load balancer. */
export const loadBalancer: readonly InvalidSite[] = [
  {
    says: 'two peers of one name are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].name': 'tor-1', 'loadBalancer.bgp.advertisements[1].peers': ['tor-1'] },
    problems: [
      'error loadBalancer.bgp.peers[1].name: duplicate-name: "tor-1" is already the name of entry 1; give each its own name',
    ],
  },
  {
    says: 'two BGP announcements of one name are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].name': 'all' },
    problems: [
      'error loadBalancer.bgp.advertisements[1].name: duplicate-name: "all" is already the name of entry 1; give each its own name',
    ],
  },
  {
    says: 'two communities of one name are refused',
    site: bgpSite,
    changes: {
      'loadBalancer.bgp.communities': [
        { name: 'no-advertise', value: '65535:65282' },
        { name: 'no-advertise', value: '65535:65281' },
      ],
    },
    problems: [
      'error loadBalancer.bgp.communities[1].name: duplicate-name: "no-advertise" is already the name of entry 1; give each its own name',
    ],
  },
  {
    says: 'a namespace that stands twice is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[0].serviceAllocation.namespaces': ['web', 'web'] },
    problems: [
      'error loadBalancer.pools[0].serviceAllocation.namespaces[1]: duplicate-entry: "web" is already entry 1; keep one of the two',
    ],
  },
  {
    says: 'a node that stands twice is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].nodes': ['k3s-1', 'k3s-1'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].nodes[1]: duplicate-entry: "k3s-1" is already entry 1; keep one of the two',
    ],
  },
  {
    says: 'a router that stands twice is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].peers': ['tor-2', 'tor-2'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].peers[1]: duplicate-entry: "tor-2" is already entry 1; keep one of the two',
    ],
  },
  {
    says: 'an AS number of 0 is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].myASN': 0 },
    problems: ['error loadBalancer.bgp.peers[0].myASN: bad-number: "myASN" is 0; use at least 1'],
  },
  {
    says: 'a hold time of 2 seconds is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].holdTimeSeconds': 2 },
    problems: ['error loadBalancer.bgp.peers[0].holdTimeSeconds: bad-number: "holdTimeSeconds" is 2; use at least 3'],
  },
  {
    says: 'a community with a number above 65535 is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.communities[0].value': '65535:65536' },
    problems: [
      'error loadBalancer.bgp.communities[0].value: bad-community: "65535:65536" is no BGP community; write two numbers up to 65535, such as 65535:65282',
    ],
  },
  {
    says: 'the name of a large community is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.communities[0].value': 'large:1:2:3' },
    problems: [
      'error loadBalancer.bgp.communities[0].value: bad-community: "large:1:2:3" is a large community, which needs MetalLB\'s FRR modes; write two numbers up to 65535, such as 65535:65282',
    ],
  },
  {
    says: 'BGP without peers is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers': undefined },
    problems: ['error loadBalancer.bgp.peers: missing-key: "peers" is missing; add it: a list'],
  },
  {
    says: 'BGP without announcements is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements': [] },
    problems: [
      'error loadBalancer.bgp.advertisements: empty-list: "advertisements" is an empty list; use at least 1 entry',
    ],
  },
  {
    says: 'a gossip profile that does not exist is refused',
    site: bgpSite,
    changes: { 'loadBalancer.memberlist': 'slow' },
    problems: ['error loadBalancer.memberlist: bad-value: "memberlist" is "slow"; use lan, fast or wan'],
  },
  {
    says: 'a webhook mode that does not exist is refused',
    site: bgpSite,
    changes: { 'loadBalancer.webhook': 'warn' },
    problems: ['error loadBalancer.webhook: bad-value: "webhook" is "warn"; use fail, ignore or off'],
  },
  {
    says: 'a rank of 0 is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[0].serviceAllocation.priority': 0 },
    problems: ['error loadBalancer.pools[0].serviceAllocation.priority: bad-number: "priority" is 0; use at least 1'],
  },
  {
    says: 'entries of an advertisement that stand twice are refused',
    changes: {
      'loadBalancer.advertisements[0].nodes': ['k3s-1', 'k3s-1'],
      'loadBalancer.advertisements[0].interfaces': ['eth0', 'eth0'],
      'loadBalancer.advertisements[0].pools': ['lan', 'spare', 'lan'],
    },
    problems: [
      'error loadBalancer.advertisements[0].pools[2]: duplicate-entry: "lan" is already entry 1; keep one of the two',
      'error loadBalancer.advertisements[0].nodes[1]: duplicate-entry: "k3s-1" is already entry 1; keep one of the two',
      'error loadBalancer.advertisements[0].interfaces[1]: duplicate-entry: "eth0" is already entry 1; keep one of the two',
    ],
  },
];
