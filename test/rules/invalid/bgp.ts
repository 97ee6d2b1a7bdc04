import { bgpSite, type InvalidSite } from '../../support/site-input';

/** A row for each way to get a rule's answer: BGP. */
export const bgp: readonly InvalidSite[] = [
  {
    says: 'a router with an IPv6 address is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': 'fd00:10::2' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-family: peerAddress of peer "tor-1" is fd00:10::2; give an IPv4 address, since MetalLB\'s native mode speaks BGP with IPv4 only',
    ],
  },
  {
    says: 'an IPv6 source address is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].sourceAddress': 'fd00:10::11' },
    problems: [
      'error loadBalancer.bgp.peers[1].sourceAddress: bgp-family: sourceAddress of peer "tor-2" is fd00:10::11; give an IPv4 address, since MetalLB\'s native mode speaks BGP with IPv4 only',
    ],
  },
  {
    says: 'an IPv6 router ID is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].routerID': 'fd00:10::11' },
    problems: [
      'error loadBalancer.bgp.peers[1].routerID: bgp-family: routerID of peer "tor-2" is fd00:10::11; give an IPv4 address, since MetalLB\'s native mode speaks BGP with IPv4 only',
    ],
  },
  {
    says: 'a router with the address of a node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.14' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-peer-taken: peer "tor-1" has 192.168.10.14, the address of node k3s-4; give the address of the router',
    ],
  },
  {
    says: 'a router with the virtual IP is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.5' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-peer-taken: peer "tor-1" has 192.168.10.5, the virtual IP; give the address of the router',
    ],
  },
  {
    says: 'a router with an address of a pool is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].peerAddress': '192.168.10.245' },
    problems: [
      'error loadBalancer.bgp.peers[0].peerAddress: bgp-peer-taken: peer "tor-1" has 192.168.10.245, inside pool "lan"; give the address of the router',
    ],
  },
  {
    says: 'two peers for one router from the same nodes are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].peerAddress': '192.168.10.2' },
    problems: [
      'error loadBalancer.bgp.peers[1].peerAddress: duplicate-address: 192.168.10.2 is already the address of peer "tor-1", on the same nodes; keep one of the two, or give each nodes of its own',
    ],
  },
  {
    says: 'several hops within one AS are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].ebgpMultiHop': true },
    problems: [
      'error loadBalancer.bgp.peers[1].ebgpMultiHop: bgp-multihop: peer "tor-2" has the same AS number on both sides, 64512, where MetalLB refuses ebgpMultiHop; take it out: within one AS a router may be any number of hops away',
    ],
  },
  {
    says: 'a source address without a node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].nodes': undefined },
    problems: [
      'error loadBalancer.bgp.peers[1].sourceAddress: bgp-source-address: peer "tor-2" has the sourceAddress 192.168.10.11, which one node has, and every node opens the session; name that node in nodes, and write a peer for each of the others',
    ],
  },
  {
    says: 'a source address of two nodes is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[1].nodes': ['k3s-1', 'k3s-2'] },
    problems: [
      'error loadBalancer.bgp.peers[1].sourceAddress: bgp-source-address: peer "tor-2" has the sourceAddress 192.168.10.11, which one node has, and 2 open the session; name that node in nodes, and write a peer for each of the others',
    ],
  },
  {
    says: 'a session from an unknown node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.peers[0].nodes': ['k3s-9'] },
    problems: [
      'error loadBalancer.bgp.peers[0].nodes[0]: unknown-node: there is no node "k3s-9"; the nodes are k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'an announcement of an unknown pool is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].pools': ['routed', 'wan'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].pools[1]: unknown-pool: there is no pool "wan"; the pools are lan, routed',
    ],
  },
  {
    says: 'an announcement to an unknown router is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].peers': ['tor-3'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].peers[0]: unknown-peer: there is no BGP peer "tor-3"; the peers are tor-1, tor-2',
    ],
  },
  {
    says: 'an announcement from an unknown node is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].nodes': ['k3s-9'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].nodes[0]: unknown-node: there is no node "k3s-9"; the nodes are k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a community without a name is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].communities': ['no-export'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities[0]: unknown-community: there is no community "no-export"; the communities are no-advertise',
    ],
  },
  {
    says: 'a large community on an announcement is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].communities': ['large:64512:1:2'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities[0]: bad-community: "large:64512:1:2" is a large community, which needs MetalLB\'s FRR modes; write two numbers up to 65535, such as 65535:65282',
    ],
  },
  {
    says: 'a pool with IPv6 addresses is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.20.0.0/24', 'fd20::/64'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].pools[0]: bgp-family: pool "routed" has IPv6 addresses, fd20::/64; announce them by L2 from a pool of their own, since MetalLB\'s native mode speaks BGP with IPv4 only',
      'error loadBalancer.bgp.advertisements[1].pools[0]: bgp-family: pool "routed" has IPv6 addresses, fd20::/64; announce them by L2 from a pool of their own, since MetalLB\'s native mode speaks BGP with IPv4 only',
    ],
  },
  {
    says: 'a route that holds more than the pool is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.20.0.16/28'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].aggregationLength: bgp-aggregation: a route of /24 holds more than 10.20.0.16/28 of pool "routed", so it would draw traffic for addresses that are not the cluster\'s; give 28 or more',
    ],
  },
  {
    says: 'more communities than fit are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].communities': Array.from({ length: 64 }, (_, i) => `64512:${i}`) },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities: bgp-too-many-communities: advertisement "all" has 64 communities; give 63 at most',
    ],
  },
  {
    says: 'two local preferences of one route are refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].aggregationLength': 32 },
    problems: [
      'error loadBalancer.bgp.advertisements[1].localPref: bgp-local-pref: advertisements "all" and "summary" tell one peer two local preferences of one route, 0 and 200; give both the same, or peers or nodes of their own',
    ],
  },
  {
    says: 'a local preference for another AS is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[1].peers': ['tor-1'] },
    problems: [
      'error loadBalancer.bgp.advertisements[1].localPref: bgp-local-pref-unheard: local preference is told within one AS only, and every peer of advertisement "summary" is in another; take it out, or use communities',
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
      'error loadBalancer.bgp.advertisements[1].localPref: bgp-local-pref-unheard: local preference is told within one AS only, and every peer of advertisement "summary" is in another; take it out, or use communities',
    ],
  },
  {
    says: 'a community is refused where none is described',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.communities': undefined },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities[0]: unknown-community: there is no community "no-advertise"; describe it under communities',
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
      'warning loadBalancer.pools[1].addresses[0]: bgp-pool-in-subnet: 192.168.10.224/29 of pool "routed" is announced by BGP alone and inside the node network 192.168.10.0/24, whose machines ask for it by ARP, which nobody answers; take addresses of no network, or announce the pool by L2 as well',
    ],
  },
  {
    says: 'a routed pool inside the pod network is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.42.7.0/24'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-in-pod-range: 10.42.7.0/24 of pool "routed" overlaps the pod network 10.42.0.0/16; take addresses that no network has',
    ],
  },
  {
    says: 'a routed pool inside the service network is refused',
    site: bgpSite,
    changes: { 'loadBalancer.pools[1].addresses': ['10.43.7.0/24'] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-in-service-range: 10.43.7.0/24 of pool "routed" overlaps the service network 10.43.0.0/16; take addresses that no network has',
    ],
  },
  {
    says: 'a pool that is announced neither way is refused',
    site: bgpSite,
    changes: { 'loadBalancer.advertisements': [{ name: 'none', pools: ['routed'] }] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-outside-subnet: 10.20.0.0/24 of pool "routed" is not inside the node network 192.168.10.0/24; take addresses of the node network: L2 announcements do not leave it',
      'error loadBalancer.pools[0].name: pool-not-advertised: no advertisement names pool "lan", so nobody would answer for its addresses; add it to an advertisement, or leave advertisements out to announce every pool',
    ],
  },
  {
    says: 'a pool that both announce lies in the node network',
    site: bgpSite,
    changes: { 'loadBalancer.advertisements': [{ name: 'both', pools: ['lan', 'routed'] }] },
    problems: [
      'error loadBalancer.pools[1].addresses[0]: pool-outside-subnet: 10.20.0.0/24 of pool "routed" is not inside the node network 192.168.10.0/24; take addresses of the node network: L2 announcements do not leave it',
    ],
  },
  {
    says: 'a pool of the node network that only BGP announces is warned about',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].pools': ['routed', 'lan'] },
    problems: [
      'warning loadBalancer.pools[0].addresses[0]: bgp-pool-in-subnet: 192.168.10.240-192.168.10.250 of pool "lan" is announced by BGP alone and inside the node network 192.168.10.0/24, whose machines ask for it by ARP, which nobody answers; take addresses of no network, or announce the pool by L2 as well',
    ],
  },
];
