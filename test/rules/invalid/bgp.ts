import { bgpSite, type InvalidSite } from '../../support/site-input';

/** A row for each way to break a rule: BGP. */
export const bgp: readonly InvalidSite[] = [
  {
    says: 'a router with an IPv6 address is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': 'fd00:10::2' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-family: peerAddress fd00:10::2 of peer "tor-1" is IPv6, and MetalLB\'s native mode supports BGP by IPv4 only; use an IPv4 address',
    ],
  },
  {
    says: 'an IPv6 source address is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].sourceAddress': 'fd00:10::11' },
    problems: [
      'error loadBalancer.bgp.peers[1].sourceAddress: bgp-family: sourceAddress fd00:10::11 of peer "tor-2" is IPv6, and MetalLB\'s native mode supports BGP by IPv4 only; use an IPv4 address',
    ],
  },
  {
    says: 'an IPv6 router ID is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].routerID': 'fd00:10::11' },
    problems: [
      'error loadBalancer.bgp.peers[1].routerID: bgp-family: routerID fd00:10::11 of peer "tor-2" is IPv6, and MetalLB\'s native mode supports BGP by IPv4 only; use an IPv4 address',
    ],
  },
  {
    says: 'a router with the address of a node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.14' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-peer-taken: peerAddress 192.168.10.14 of peer "tor-1" is the address of node k3s-4; use the address of the router',
    ],
  },
  {
    says: 'a router with the virtual IP is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.5' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-peer-taken: peerAddress 192.168.10.5 of peer "tor-1" is the VIP; use the address of the router',
    ],
  },
  {
    says: 'a router with an address of a pool is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.245' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-peer-taken: peerAddress 192.168.10.245 of peer "tor-1" is inside pool "lan"; use the address of the router',
    ],
  },
  {
    says: 'two peers for one router from the same nodes are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].peerAddress': '192.168.10.2' },
    problems: [
      'error loadBalancer.bgp.peers[1].peerAddress: duplicate-address: 192.168.10.2 is already the address of peer "tor-1" on the same nodes; keep one of the two, or give each peer its own nodes',
    ],
  },
  {
    says: 'several hops within one AS are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].ebgpMultiHop': true },
    problems: [
      'error loadBalancer.bgp.peers[1].ebgpMultiHop: bgp-multihop: peer "tor-2" is in the same AS, 64512, for which MetalLB rejects ebgpMultiHop; remove it: within one AS, any number of hops works',
    ],
  },
  {
    says: 'a source address without a node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].nodes': undefined },
    problems: [
      'error loadBalancer.bgp.peers[1].sourceAddress: bgp-source-address: sourceAddress 192.168.10.11 of peer "tor-2" belongs to one node, and every node opens the session; name that node in nodes, and add a peer for each of the others',
    ],
  },
  {
    says: 'a source address of two nodes is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].nodes': ['k3s-1', 'k3s-2'] },
    problems: [
      'error loadBalancer.bgp.peers[1].sourceAddress: bgp-source-address: sourceAddress 192.168.10.11 of peer "tor-2" belongs to one node, and 2 nodes open the session; name that node in nodes, and add a peer for each of the others',
    ],
  },
  {
    says: 'a session from an unknown node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].nodes': ['k3s-9'] },
    problems: [
      'error loadBalancer.bgp.peers[0].nodes[0]: unknown-node: node "k3s-9" does not exist; use one of k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'an announcement of an unknown pool is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].pools': ['routed', 'wan'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].pools[1]: unknown-pool: pool "wan" does not exist; use one of lan, routed',
    ],
  },
  {
    says: 'an announcement to an unknown router is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].peers': ['tor-3'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].peers[0]: unknown-peer: BGP peer "tor-3" does not exist; use one of tor-1, tor-2',
    ],
  },
  {
    says: 'an announcement from an unknown node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].nodes': ['k3s-9'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].nodes[0]: unknown-node: node "k3s-9" does not exist; use one of k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a community without a name is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].communities': ['no-export'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities[0]: unknown-community: BGP community "no-export" does not exist; use one of no-advertise',
    ],
  },
  {
    says: 'a pool with IPv6 addresses is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.20.0.0/24', 'fd20::/64'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].pools[0]: bgp-family: fd20::/64 of pool "routed" is IPv6, and MetalLB\'s native mode supports BGP by IPv4 only; announce IPv6 by L2, from a pool of its own',
      'error loadBalancer.bgp.advertisements[1].pools[0]: bgp-family: fd20::/64 of pool "routed" is IPv6, and MetalLB\'s native mode supports BGP by IPv4 only; announce IPv6 by L2, from a pool of its own',
    ],
  },
  {
    says: 'a route that holds more than the pool is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.20.0.16/28'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].aggregationLength: bgp-aggregation: a /24 route is larger than 10.20.0.16/28 of pool "routed" and attracts traffic for other hosts; set aggregationLength to 28 or more',
    ],
  },
  {
    says: 'more communities than fit are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].communities': Array.from({ length: 64 }, (_, i) => `64512:${i}`) },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities: bgp-too-many-communities: advertisement "all" has 64 communities; use at most 63',
    ],
  },
  {
    says: 'two local preferences of one route are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].aggregationLength': 32 },
    problems: [
      'error loadBalancer.bgp.advertisements[1].localPref: bgp-local-pref: advertisements "all" and "summary" announce one route to one peer with local preferences 0 and 200; use the same value, or separate peers or nodes',
    ],
  },
  {
    says: 'a local preference for another AS is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].peers': ['tor-1'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].localPref: bgp-local-pref-unheard: localPref is sent within one AS only, and every peer of advertisement "summary" is in another AS; remove it, or use communities',
    ],
  },
  {
    says: 'a local preference is refused in the same way when all peers, of another AS, hear of it',
    site: bgpSite,
    changes: {
      'loadBalancer.bgp.advertisements[1].peers': undefined,
      'loadBalancer.bgp.peers[1].peerASN': 64500,
    },
    problems: [
      'error loadBalancer.bgp.advertisements[1].localPref: bgp-local-pref-unheard: localPref is sent within one AS only, and every peer of advertisement "summary" is in another AS; remove it, or use communities',
    ],
  },
  {
    says: 'a community is refused where none is described',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.communities': undefined },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities[0]: unknown-community: BGP community "no-advertise" does not exist; define it under communities',
    ],
  },
  {
    says: 'a routed pool inside the node network is warned about',
    site: bgpSite,
    changes: {
      'loadBalancer.pools[1].addresses': ['192.168.10.224/29'],
      'loadBalancer.bgp.advertisements[1].aggregationLength': 32,
      'loadBalancer.bgp.advertisements[1].localPref': undefined,
    },
    problems: [
      'warning loadBalancer.pools[1].addresses[0]: bgp-pool-in-subnet: 192.168.10.224/29 of pool "routed" is announced by BGP only, so hosts of the node network 192.168.10.0/24 get no ARP answer for it; use addresses outside every network, or announce the pool by L2 as well',
    ],
  },
  {
    says: 'a routed pool inside the pod network is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.42.7.0/24'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-in-pod-range: 10.42.7.0/24 of pool "routed" overlaps the pod network 10.42.0.0/16; use addresses outside every network',
    ],
  },
  {
    says: 'a routed pool inside the service network is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.43.7.0/24'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-in-service-range: 10.43.7.0/24 of pool "routed" overlaps the service network 10.43.0.0/16; use addresses outside every network',
    ],
  },
  {
    says: 'a pool that is announced neither way is refused',
    site: bgpSite,
    changes: { 'loadBalancer.advertisements': [{ name: 'none', pools: ['routed'] }] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-outside-subnet: 10.20.0.0/24 of pool "routed" is not inside the node network 192.168.10.0/24; use addresses of it, add the network to network.others, or announce the pool by BGP only',
      'error loadBalancer.pools[0].name: pool-not-advertised: no advertisement names pool "lan", so its addresses are unreachable; add it to an advertisement, or remove advertisements to announce every pool',
    ],
  },
  {
    says: 'a pool that both announce lies in the node network',
    site: bgpSite,
    changes: { 'loadBalancer.advertisements': [{ name: 'both', pools: ['lan', 'routed'] }] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-outside-subnet: 10.20.0.0/24 of pool "routed" is not inside the node network 192.168.10.0/24; use addresses of it, add the network to network.others, or announce the pool by BGP only',
    ],
  },
  {
    says: 'a pool of the node network that only BGP announces is warned about',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].pools': ['routed', 'lan'] },
    problems: [
      'warning loadBalancer.pools[0].addresses[0]: bgp-pool-in-subnet: 192.168.10.240-192.168.10.250 of pool "lan" is announced by BGP only, so hosts of the node network 192.168.10.0/24 get no ARP answer for it; use addresses outside every network, or announce the pool by L2 as well',
    ],
  },
];
