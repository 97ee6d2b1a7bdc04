import { dualStackSite, type InvalidSite } from '../../support/site-input';

const SERVED = [{ name: 'ups1', server: { address: '192.168.10.20', cutDelaySeconds: 600 } }];

const guests = { name: 'guests', subnet: '192.168.20.0/24', interface: 'eth0.20', nodes: ['k3s-1', 'k3s-2'] };

/** A pool in a further network. */
const inGuests = {
  'network.others': [guests],
  'loadBalancer.pools[1].addresses': ['192.168.20.100-192.168.20.110'],
  'loadBalancer.advertisements': undefined,
};

/** A row for each way to break a rule: pools and advertisements. */
export const pools: readonly InvalidSite[] = [
  {
    says: 'two pools that share addresses are refused',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.250-192.168.10.252'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-overlap: 192.168.10.250-192.168.10.252 of pool "spare" overlaps 192.168.10.240-192.168.10.250 of pool "lan"; list each address in one range',
    ],
  },
  {
    says: 'a pool whose own ranges share addresses is refused',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.224/29', '192.168.10.230'] },
    problems: [
      'error loadBalancer.pools[1].addresses[1]: pool-overlap: 192.168.10.230 of pool "spare" overlaps 192.168.10.224/29 of pool "spare"; list each address in one range',
    ],
  },
  {
    says: 'an IPv6 pool inside another is refused',
    site: dualStackSite,
    changes: { 'loadBalancer.pools[0].addresses': ['fd00:10::f000/116', 'fd00:10::f800-fd00:10::f80f'] },
    problems: [
      'error loadBalancer.pools[0].addresses[1]: pool-overlap: fd00:10::f800-fd00:10::f80f of pool "lan" overlaps fd00:10::f000/116 of pool "lan"; list each address in one range',
    ],
  },
  {
    says: 'a pool of another network is refused',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.11.224/29'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-outside-subnet: 192.168.11.224/29 of pool "spare" is not inside the node network 192.168.10.0/24; use addresses of it, add the network to network.others, or announce the pool by BGP only',
    ],
  },
  {
    says: 'a pool that leaves the subnet is refused',
    changes: { 'loadBalancer.pools[0].addresses': ['192.168.10.251-192.168.11.10'] },
    problems: [
      'error loadBalancer.pools[0].addresses[0]: pool-outside-subnet: 192.168.10.251-192.168.11.10 of pool "lan" is not inside the node network 192.168.10.0/24; use addresses of it, add the network to network.others, or announce the pool by BGP only',
    ],
  },
  {
    says: 'a pool that holds a node is refused',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.14-192.168.10.20'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-contains-node: 192.168.10.14-192.168.10.20 of pool "spare" contains 192.168.10.14, the address of node k3s-4; exclude the node from the range',
    ],
  },
  {
    says: 'a pool that holds several nodes is told about each',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.12-192.168.10.13'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-contains-node: 192.168.10.12-192.168.10.13 of pool "spare" contains 192.168.10.12, the address of node k3s-2; exclude the node from the range',
      'error loadBalancer.pools[1].addresses[0]: pool-contains-node: 192.168.10.12-192.168.10.13 of pool "spare" contains 192.168.10.13, the address of node k3s-3; exclude the node from the range',
    ],
  },
  {
    says: 'an IPv6 pool that holds a node is refused',
    site: dualStackSite,
    changes: { 'loadBalancer.pools[0].addresses': ['fd00:10::13-fd00:10::20'] },
    problems: [
      'error loadBalancer.pools[0].addresses[0]: pool-contains-node: fd00:10::13-fd00:10::20 of pool "lan" contains fd00:10::13, the address of node k3s-3; exclude the node from the range',
    ],
  },
  {
    says: 'a pool that holds the machine that serves a UPS is refused',
    changes: { ups: SERVED, 'loadBalancer.pools[1].addresses': ['192.168.10.20-192.168.10.24'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-contains-ups: 192.168.10.20-192.168.10.24 of pool "spare" contains 192.168.10.20, the address of UPS "ups1"; exclude it from the range',
    ],
  },
  {
    says: 'Traefik without a pool that is for it is refused',
    changes: {
      'loadBalancer.traefik': true,
      'loadBalancer.pools[0].autoAssign': false,
      'loadBalancer.pools[1].serviceAllocation': { namespaces: ['web'] },
    },
    problems: [
      'error loadBalancer.traefik: traefik-without-pool: no pool assigns addresses automatically to Traefik in namespace kube-system; set autoAssign: true on a pool, and add kube-system to its serviceAllocation.namespaces if that is set',
    ],
  },
  {
    says: 'a pool that holds the gateway is refused',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.1-192.168.10.4'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-contains-gateway: 192.168.10.1-192.168.10.4 of pool "spare" contains the gateway 192.168.10.1; exclude the gateway from the range',
    ],
  },
  {
    says: 'a pool that shares addresses with a DHCP range is refused',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.192/28'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-in-dhcp: 192.168.10.192/28 of pool "spare" overlaps the DHCP range 192.168.10.100-192.168.10.199; shrink one of the two',
    ],
  },
  {
    says: 'a pool with the broadcast address is warned about',
    changes: { 'loadBalancer.pools[0].addresses': ['192.168.10.240/28'] },
    problems: [
      'warning loadBalancer.pools[0].addresses[0]: pool-reserved-address: 192.168.10.240/28 of pool "lan" includes 192.168.10.255, the broadcast address of 192.168.10.0/24; exclude it from the range, or set avoidBuggyIPs: true',
    ],
  },
  {
    says: 'a pool with the network address is warned about',
    changes: { 'loadBalancer.pools[1].addresses': ['192.168.10.0'] },
    problems: [
      'warning loadBalancer.pools[1].addresses[0]: pool-reserved-address: 192.168.10.0 of pool "spare" includes 192.168.10.0, the network address of 192.168.10.0/24; exclude it from the range, or set avoidBuggyIPs: true',
    ],
  },
  {
    says: 'a pool with the anycast address of the routers is warned about',
    site: dualStackSite,
    changes: {
      'loadBalancer.pools[0].addresses': ['fd00:10::-fd00:10::4'],
      'loadBalancer.pools[0].avoidBuggyIPs': true,
    },
    problems: [
      'warning loadBalancer.pools[0].addresses[0]: pool-reserved-address: fd00:10::-fd00:10::4 of pool "lan" includes fd00:10::, the network address of fd00:10::/64; exclude it from the range',
    ],
  },
  {
    says: 'avoidBuggyIPs does not help where the broadcast address ends in another number',
    changes: {
      'network.subnet': '192.168.10.0/25',
      'network.dhcp': undefined,
      'loadBalancer.pools': [{ name: 'lan', addresses: ['192.168.10.120-192.168.10.127'], avoidBuggyIPs: true }],
      'loadBalancer.advertisements': undefined,
    },
    problems: [
      'warning loadBalancer.pools[0].addresses[0]: pool-reserved-address: 192.168.10.120-192.168.10.127 of pool "lan" includes 192.168.10.127, the broadcast address of 192.168.10.0/25; exclude it from the range',
    ],
  },
  {
    says: 'an advertisement of an unknown pool is refused',
    changes: { 'loadBalancer.advertisements[0].pools': ['lan', 'spare', 'wan'] },
    problems: [
      'error loadBalancer.advertisements[0].pools[2]: unknown-pool: pool "wan" does not exist; use one of lan, spare',
    ],
  },
  {
    says: 'an advertisement from an unknown node is refused',
    changes: { 'loadBalancer.advertisements[0].nodes': ['k3s-1', 'k3s-9'] },
    problems: [
      'error loadBalancer.advertisements[0].nodes[1]: unknown-node: node "k3s-9" does not exist; use one of k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a pool that no advertisement names is refused',
    changes: { 'loadBalancer.advertisements[0].pools': ['lan'] },
    problems: [
      'error loadBalancer.pools[1].name: pool-not-advertised: no advertisement names pool "spare", so its addresses are unreachable; add it to an advertisement, or remove advertisements to announce every pool',
    ],
  },
  {
    says: 'an advertisement on interfaces that never answer is refused',
    changes: { 'loadBalancer.advertisements[0].interfaces': ['eth0', 'docker0', 'lo'] },
    problems: [
      'error loadBalancer.advertisements[0].interfaces[1]: interface-passed-over: advertisement "lan" names interface docker0, which MetalLB ignores by its pattern ^docker.*; name the interface of the node network, or remove interfaces',
      'error loadBalancer.advertisements[0].interfaces[2]: interface-passed-over: advertisement "lan" names interface lo, which MetalLB ignores by its pattern ^lo$; name the interface of the node network, or remove interfaces',
    ],
  },
  {
    says: 'a pool with the router, a node or a DHCP range of a further network is refused',
    changes: {
      ...inGuests,
      'network.others': [
        { ...guests, nodes: [{ name: 'k3s-1', address: '192.168.20.101' }], gateway: '192.168.20.100' },
      ],
      'network.dhcp': '192.168.20.110-192.168.20.120',
    },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-contains-node: 192.168.20.100-192.168.20.110 of pool "spare" contains 192.168.20.101, the address of node k3s-1; exclude the node from the range',
      'error loadBalancer.pools[1].addresses[0]: pool-contains-gateway: 192.168.20.100-192.168.20.110 of pool "spare" contains the gateway 192.168.20.100; exclude the gateway from the range',
      'error loadBalancer.pools[1].addresses[0]: pool-in-dhcp: 192.168.20.100-192.168.20.110 of pool "spare" overlaps the DHCP range 192.168.20.110-192.168.20.120; shrink one of the two',
    ],
  },
  {
    says: 'a pool in two networks is refused',
    changes: { ...inGuests, 'loadBalancer.pools[1].addresses': ['192.168.20.100-192.168.20.110', '192.168.10.230'] },
    problems: [
      'error loadBalancer.pools: advertisement-of-other-network: advertisement "spare" has pools of several networks; make a pool and an advertisement for each network',
    ],
  },
  {
    says: 'an advertisement of pools in two networks is refused',
    changes: { ...inGuests, 'loadBalancer.advertisements': [{ name: 'all', pools: ['lan', 'spare'] }] },
    problems: [
      'error loadBalancer.advertisements[0]: advertisement-of-other-network: advertisement "all" has pools of several networks; make a pool and an advertisement for each network',
    ],
  },
  {
    says: 'an advertisement on an interface outside the network is refused',
    changes: {
      ...inGuests,
      'loadBalancer.advertisements': [
        { name: 'lan', pools: ['lan'] },
        { name: 'guests', pools: ['spare'], interfaces: ['eth0'] },
      ],
    },
    problems: [
      'error loadBalancer.advertisements[1]: advertisement-of-other-network: advertisement "guests" names interface eth0, and network "guests" has eth0.20; correct it, or remove interfaces and nodes',
    ],
  },
  {
    says: 'an advertisement by a node outside the network is refused',
    changes: {
      ...inGuests,
      'loadBalancer.advertisements': [
        { name: 'lan', pools: ['lan'] },
        { name: 'guests', pools: ['spare'], nodes: ['k3s-3'] },
      ],
    },
    problems: [
      'error loadBalancer.advertisements[1]: advertisement-of-other-network: advertisement "guests" names node k3s-3, which is not in network "guests"; correct it, or remove interfaces and nodes',
    ],
  },
  {
    says: 'a further network on an interface that MetalLB ignores is refused',
    changes: { 'network.others': [{ ...guests, interface: 'docker0' }] },
    problems: [
      'error network.others[0].interface: interface-passed-over: MetalLB ignores interface docker0 of network "guests" by its pattern ^docker.*; give it another name',
    ],
  },
];
