import { dualStackSite, type InvalidSite } from '../../support/site-input';

/** A row for each way to get a rule's answer: nodes, servers and the lease. */
export const machines: readonly InvalidSite[] = [
  {
    says: 'two nodes of one address are refused',
    changes: { 'nodes[3].address': '192.168.10.11' },
    problems: [
      'error nodes[3].address: duplicate-address: 192.168.10.11 is already the address of k3s-1; give each node its own address',
    ],
  },
  {
    says: 'two IPv6 spellings of one address are the same address',
    site: dualStackSite,
    changes: { 'nodes[2].address': ['192.168.10.13', 'FD00:10:0:0::0011'] },
    problems: [
      'error nodes[2].address[1]: duplicate-address: fd00:10::11 is already the address of k3s-1; give each node its own address',
    ],
  },
  {
    says: 'a node outside the subnet is refused',
    changes: { 'nodes[3].address': '192.168.11.14' },
    problems: [
      'error nodes[3].address: node-outside-subnet: k3s-4 has 192.168.11.14, which is not in the node network 192.168.10.0/24; correct the address or network.subnet',
    ],
  },
  {
    says: 'a node of a family without a subnet is refused',
    changes: { 'nodes[3].address': 'fd00::14' },
    problems: [
      'error nodes[3].address: node-outside-subnet: k3s-4 has fd00::14, which is not in the node network 192.168.10.0/24; correct the address or network.subnet',
    ],
  },
  {
    says: 'a node outside the IPv6 subnet is refused',
    site: dualStackSite,
    changes: { 'nodes[2].address': ['192.168.10.13', 'fd00:11::13'] },
    problems: [
      'error nodes[2].address[1]: node-outside-subnet: k3s-3 has fd00:11::13, which is not in the node network 192.168.10.0/24 and fd00:10::/64; correct the address or network.subnet',
    ],
  },
  {
    says: 'a node with the network address is refused',
    changes: { 'nodes[3].address': '192.168.10.0' },
    problems: [
      'error nodes[3].address: node-reserved-address: 192.168.10.0 is the network address of 192.168.10.0/24; give the node a host address',
    ],
  },
  {
    says: 'a node with the broadcast address is refused',
    changes: { 'nodes[3].address': '192.168.10.255' },
    problems: [
      'error nodes[3].address: node-reserved-address: 192.168.10.255 is the broadcast address of 192.168.10.0/24; give the node a host address',
    ],
  },
  {
    says: 'a node with the anycast address of the routers is refused',
    site: dualStackSite,
    changes: { 'nodes[2].address': ['192.168.10.13', 'fd00:10::'] },
    problems: [
      'error nodes[2].address[1]: node-reserved-address: fd00:10:: is the network address of fd00:10::/64; give the node a host address',
    ],
  },
  {
    says: 'a node with the address of the gateway is refused',
    changes: { 'nodes[3].address': '192.168.10.1' },
    problems: [
      'error nodes[3].address: node-is-gateway: k3s-4 has the address of the gateway, 192.168.10.1; give the node its own address',
    ],
  },
  {
    says: 'a node in the DHCP range is warned about',
    changes: { 'nodes[3].address': '192.168.10.100' },
    problems: [
      'warning nodes[3].address: node-in-dhcp: k3s-4 has 192.168.10.100, which is inside the DHCP range 192.168.10.100-192.168.10.199; reserve it in the DHCP server or move it out, or another machine may be given the same address',
    ],
  },
  {
    says: 'a site of agents only is refused',
    changes: {
      nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'agent' }],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: ['error nodes: no-server: no node has the role server; make three nodes servers'],
  },
  {
    says: 'one server is warned about',
    changes: {
      nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'server' }],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: one-server: with 1 server the cluster is down whenever that server is; use 3 servers, of which any 1 may be down',
    ],
  },
  {
    says: 'two servers are refused, with the reason',
    changes: {
      nodes: [
        { name: 'k3s-1', address: '192.168.10.11', role: 'server' },
        { name: 'k3s-2', address: '192.168.10.12', role: 'server' },
      ],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'error nodes: two-servers: 2 servers are worse than 1: etcd needs a majority, and the majority of 2 is 2, so the whole control plane stops when either is down; use 3 servers (any 1 may be down), or make one of the two an agent',
    ],
  },
  {
    says: 'two servers with an agent are refused',
    changes: {
      nodes: [
        { name: 'k3s-1', address: '192.168.10.11', role: 'server' },
        { name: 'k3s-2', address: '192.168.10.12', role: 'server' },
        { name: 'k3s-3', address: '192.168.10.13', role: 'agent' },
      ],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'error nodes: two-servers: 2 servers are worse than 1: etcd needs a majority, and the majority of 2 is 2, so the whole control plane stops when either is down; use 3 servers (any 1 may be down), or make one of the two an agent',
    ],
  },
  {
    says: 'four servers are warned about',
    changes: {
      nodes: [
        { name: 'k3s-1', address: '192.168.10.11', role: 'server' },
        { name: 'k3s-2', address: '192.168.10.12', role: 'server' },
        { name: 'k3s-3', address: '192.168.10.13', role: 'server' },
        { name: 'k3s-4', address: '192.168.10.14', role: 'server' },
      ],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: even-servers: 4 servers may lose 1, as many as 3 servers may, and there is one more that can fail; use 3 or 5 servers',
    ],
  },
  {
    says: 'six servers are warned about',
    changes: {
      nodes: [
        { name: 'k3s-1', address: '192.168.10.11', role: 'server' },
        { name: 'k3s-2', address: '192.168.10.12', role: 'server' },
        { name: 'k3s-3', address: '192.168.10.13', role: 'server' },
        { name: 'k3s-4', address: '192.168.10.14', role: 'server' },
        { name: 'k3s-5', address: '192.168.10.15', role: 'server' },
        { name: 'k3s-6', address: '192.168.10.16', role: 'server' },
      ],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: even-servers: 6 servers may lose 2, as many as 5 servers may, and there is one more that can fail; use 5 or 7 servers',
    ],
  },
  {
    says: 'eight servers are warned about twice',
    changes: {
      nodes: [
        { name: 'k3s-1', address: '192.168.10.11', role: 'server' },
        { name: 'k3s-2', address: '192.168.10.12', role: 'server' },
        { name: 'k3s-3', address: '192.168.10.13', role: 'server' },
        { name: 'k3s-4', address: '192.168.10.14', role: 'server' },
        { name: 'k3s-5', address: '192.168.10.15', role: 'server' },
        { name: 'k3s-6', address: '192.168.10.16', role: 'server' },
        { name: 'k3s-7', address: '192.168.10.17', role: 'server' },
        { name: 'k3s-8', address: '192.168.10.18', role: 'server' },
      ],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: many-servers: every write waits for 5 of 8 servers; use 7 servers or fewer, and make the others agents',
      'warning nodes: even-servers: 8 servers may lose 3, as many as 7 servers may, and there is one more that can fail; use 7 or 9 servers',
    ],
  },
  {
    says: 'nine servers are warned about',
    changes: {
      nodes: [
        { name: 'k3s-1', address: '192.168.10.11', role: 'server' },
        { name: 'k3s-2', address: '192.168.10.12', role: 'server' },
        { name: 'k3s-3', address: '192.168.10.13', role: 'server' },
        { name: 'k3s-4', address: '192.168.10.14', role: 'server' },
        { name: 'k3s-5', address: '192.168.10.15', role: 'server' },
        { name: 'k3s-6', address: '192.168.10.16', role: 'server' },
        { name: 'k3s-7', address: '192.168.10.17', role: 'server' },
        { name: 'k3s-8', address: '192.168.10.18', role: 'server' },
        { name: 'k3s-9', address: '192.168.10.19', role: 'server' },
      ],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: many-servers: every write waits for 5 of 9 servers; use 7 servers or fewer, and make the others agents',
    ],
  },
  {
    says: 'a lease as long as the renewal is refused',
    changes: { 'controlPlane.lease': { durationSeconds: 10 } },
    problems: [
      'error controlPlane.lease: lease-order: durationSeconds 10 is not above renewSeconds 10; the others must wait longer than the holder tries (the defaults are 15, 10 and 2)',
    ],
  },
  {
    says: 'a lease shorter than the renewal is refused',
    changes: { 'controlPlane.lease': { renewSeconds: 20 } },
    problems: [
      'error controlPlane.lease: lease-order: durationSeconds 15 is not above renewSeconds 20; the others must wait longer than the holder tries (the defaults are 15, 10 and 2)',
    ],
  },
  {
    says: 'a renewal of exactly 1.2 tries is refused',
    changes: { 'controlPlane.lease': { retrySeconds: 10, renewSeconds: 12 } },
    problems: [
      'error controlPlane.lease: lease-order: renewSeconds 12 is not above 1.2 x retrySeconds 10; the holder needs time for more than one try (the defaults are 15, 10 and 2)',
    ],
  },
  {
    says: 'a renewal of less than 1.2 tries is refused',
    changes: { 'controlPlane.lease': { retrySeconds: 10, renewSeconds: 11 } },
    problems: [
      'error controlPlane.lease: lease-order: renewSeconds 11 is not above 1.2 x retrySeconds 10; the holder needs time for more than one try (the defaults are 15, 10 and 2)',
    ],
  },
  {
    says: 'a lease wrong in both ways is reported in both',
    changes: { 'controlPlane.lease': { durationSeconds: 2, renewSeconds: 2, retrySeconds: 2 } },
    problems: [
      'error controlPlane.lease: lease-order: durationSeconds 2 is not above renewSeconds 2; the others must wait longer than the holder tries (the defaults are 15, 10 and 2)',
      'error controlPlane.lease: lease-order: renewSeconds 2 is not above 1.2 x retrySeconds 2; the holder needs time for more than one try (the defaults are 15, 10 and 2)',
    ],
  },
  {
    says: 'a renewal shorter than every election of etcd is refused',
    changes: { 'controlPlane.lease': { durationSeconds: 5, renewSeconds: 3, retrySeconds: 1 } },
    problems: [
      'error controlPlane.lease.renewSeconds: lease-below-election: the holder gives the virtual IP up after 3 s without a renewal, and with failover: standard every election of etcd takes 5 s or more; set renewSeconds to 10 or more, and durationSeconds above it, or failover: fast, which makes elections short',
    ],
  },
  {
    says: 'a renewal as long as the shortest election of etcd is refused',
    changes: { 'controlPlane.lease': { renewSeconds: 5 } },
    problems: [
      'error controlPlane.lease.renewSeconds: lease-below-election: the holder gives the virtual IP up after 5 s without a renewal, and with failover: standard every election of etcd takes 5 s or more; set renewSeconds to 10 or more, and durationSeconds above it, or failover: fast, which makes elections short',
    ],
  },
  {
    says: 'a fast lease out of order is told the fast defaults',
    changes: { 'controlPlane.failover': 'fast', 'controlPlane.lease': { renewSeconds: 1, retrySeconds: 1 } },
    problems: [
      'error controlPlane.lease: lease-order: renewSeconds 1 is not above 1.2 x retrySeconds 1; the holder needs time for more than one try (the defaults are 5, 3 and 1)',
    ],
  },
  {
    says: 'a renewal shorter than the longest election of etcd is warned about',
    changes: { 'controlPlane.lease': { renewSeconds: 9 } },
    problems: [
      'warning controlPlane.lease.renewSeconds: lease-short: the holder gives the virtual IP up after 9 s without a renewal, and etcd may take 10 s to elect a leader; set renewSeconds to 10 or more, and durationSeconds above it, or failover: fast, which makes elections short',
    ],
  },
];
