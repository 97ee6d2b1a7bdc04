import { dualStackSite, type InvalidSite, invalid, servers } from '../../support/site-input';

/** A site of these nodes alone. */
const only = (nodes: readonly object[]) => ({
  nodes,
  ups: undefined,
  'loadBalancer.advertisements[0].nodes': undefined,
});

/** A row for each way to break a rule: nodes, servers and the lease. */
export const machines: readonly InvalidSite[] = [
  invalid(
    'two nodes of one address are refused',
    { 'nodes[3].address': '192.168.10.11' },
    'error nodes[3].address: duplicate-address: 192.168.10.11 is already the address of k3s-1; give each node its own address',
  ),
  invalid(
    'two IPv6 spellings of one address are the same address',
    { 'nodes[2].address': ['192.168.10.13', 'FD00:10:0:0::0011'] },
    'error nodes[2].address[1]: duplicate-address: fd00:10::11 is already the address of k3s-1; give each node its own address',
    dualStackSite,
  ),
  invalid(
    'a node outside the subnet is refused',
    { 'nodes[3].address': '192.168.11.14' },
    'error nodes[3].address: node-outside-subnet: address 192.168.11.14 of k3s-4 is outside the node network 192.168.10.0/24; correct the address or network.subnet',
  ),
  invalid(
    'a node of a family without a subnet is refused',
    { 'nodes[3].address': 'fd00::14' },
    'error nodes[3].address: node-outside-subnet: address fd00::14 of k3s-4 is outside the node network 192.168.10.0/24; correct the address or network.subnet',
  ),
  invalid(
    'a node outside the IPv6 subnet is refused',
    { 'nodes[2].address': ['192.168.10.13', 'fd00:11::13'] },
    'error nodes[2].address[1]: node-outside-subnet: address fd00:11::13 of k3s-3 is outside the node network 192.168.10.0/24 and fd00:10::/64; correct the address or network.subnet',
    dualStackSite,
  ),
  invalid(
    'a node with the network address is refused',
    { 'nodes[3].address': '192.168.10.0' },
    'error nodes[3].address: node-reserved-address: address 192.168.10.0 of k3s-4 is the network address of 192.168.10.0/24; use a host address',
  ),
  invalid(
    'a node with the broadcast address is refused',
    { 'nodes[3].address': '192.168.10.255' },
    'error nodes[3].address: node-reserved-address: address 192.168.10.255 of k3s-4 is the broadcast address of 192.168.10.0/24; use a host address',
  ),
  invalid(
    'a node with the anycast address of the routers is refused',
    { 'nodes[2].address': ['192.168.10.13', 'fd00:10::'] },
    'error nodes[2].address[1]: node-reserved-address: address fd00:10:: of k3s-3 is the network address of fd00:10::/64; use a host address',
    dualStackSite,
  ),
  invalid(
    'a node with the address of the gateway is refused',
    { 'nodes[3].address': '192.168.10.1' },
    'error nodes[3].address: node-is-gateway: address 192.168.10.1 of k3s-4 is the gateway; give the node its own address',
  ),
  invalid(
    'a node in the DHCP range is warned about',
    { 'nodes[3].address': '192.168.10.100' },
    'warning nodes[3].address: node-in-dhcp: address 192.168.10.100 of k3s-4 is inside the DHCP range 192.168.10.100-192.168.10.199; reserve it in the DHCP server, or choose an address outside the range',
  ),
  invalid(
    'a site of agents only is refused',
    only([{ name: 'k3s-1', address: '192.168.10.11', role: 'agent' }]),
    'error nodes: no-server: no node has role: server; set role: server on 3 nodes',
  ),
  invalid(
    'one server is warned about',
    only(servers(1)),
    'warning nodes: one-server: 1 server tolerates no failure; use 3 servers to tolerate 1',
  ),
  invalid(
    'two servers are refused, with the reason',
    only(servers(2)),
    'error nodes: two-servers: 2 servers tolerate no failure, because etcd needs both for quorum; use 3 servers to tolerate 1, or change one of the two to role: agent',
  ),
  invalid(
    'two servers with an agent are refused',
    only([...servers(2), { name: 'k3s-3', address: '192.168.10.13', role: 'agent' }]),
    'error nodes: two-servers: 2 servers tolerate no failure, because etcd needs both for quorum; use 3 servers to tolerate 1, or change one of the two to role: agent',
  ),
  invalid(
    'four servers are warned about',
    only(servers(4)),
    'warning nodes: even-servers: 4 servers tolerate the loss of 1, as 3 servers do; use 3 or 5 servers',
  ),
  invalid(
    'six servers are warned about',
    only(servers(6)),
    'warning nodes: even-servers: 6 servers tolerate the loss of 2, as 5 servers do; use 5 or 7 servers',
  ),
  invalid('eight servers are warned about twice', only(servers(8)), [
    'warning nodes: many-servers: every write waits for a quorum of 5 of 8 servers; use at most 7 servers, and role: agent for the others',
    'warning nodes: even-servers: 8 servers tolerate the loss of 3, as 7 servers do; use 7 or 9 servers',
  ]),
  invalid(
    'nine servers are warned about',
    only(servers(9)),
    'warning nodes: many-servers: every write waits for a quorum of 5 of 9 servers; use at most 7 servers, and role: agent for the others',
  ),
  invalid(
    'a lease as long as the renewal is refused',
    { 'controlPlane.lease': { durationSeconds: 15 } },
    'error controlPlane.lease: lease-order: durationSeconds 15 is not above renewSeconds 15; set durationSeconds above renewSeconds (defaults: 20, 15 and 2)',
  ),
  invalid(
    'a lease shorter than the renewal is refused',
    { 'controlPlane.lease': { renewSeconds: 20 } },
    'error controlPlane.lease: lease-order: durationSeconds 20 is not above renewSeconds 20; set durationSeconds above renewSeconds (defaults: 20, 15 and 2)',
  ),
  invalid(
    'a renewal of exactly 1.2 tries is refused',
    { 'controlPlane.lease': { retrySeconds: 10, renewSeconds: 12 } },
    'error controlPlane.lease: lease-order: renewSeconds 12 is not above 1.2 x retrySeconds 10; set renewSeconds above 1.2 x retrySeconds (defaults: 20, 15 and 2)',
  ),
  invalid(
    'a renewal of less than 1.2 tries is refused',
    { 'controlPlane.lease': { retrySeconds: 10, renewSeconds: 11 } },
    'error controlPlane.lease: lease-order: renewSeconds 11 is not above 1.2 x retrySeconds 10; set renewSeconds above 1.2 x retrySeconds (defaults: 20, 15 and 2)',
  ),
  invalid(
    'a lease wrong in both ways is reported in both',
    { 'controlPlane.lease': { durationSeconds: 2, renewSeconds: 2, retrySeconds: 2 } },
    [
      'error controlPlane.lease: lease-order: durationSeconds 2 is not above renewSeconds 2; set durationSeconds above renewSeconds (defaults: 20, 15 and 2)',
      'error controlPlane.lease: lease-order: renewSeconds 2 is not above 1.2 x retrySeconds 2; set renewSeconds above 1.2 x retrySeconds (defaults: 20, 15 and 2)',
    ],
  ),
  invalid(
    'a renewal shorter than every election of etcd is refused',
    { 'controlPlane.lease': { durationSeconds: 5, renewSeconds: 3, retrySeconds: 1 } },
    'error controlPlane.lease.renewSeconds: lease-below-election: renewSeconds 3 does not outlast any etcd election, which takes 5 s or more with failover: standard; set renewSeconds to 15 or more and durationSeconds above it, or set failover: fast, which shortens elections',
  ),
  invalid(
    'a renewal as long as the shortest election of etcd is refused',
    { 'controlPlane.lease': { renewSeconds: 5 } },
    'error controlPlane.lease.renewSeconds: lease-below-election: renewSeconds 5 does not outlast any etcd election, which takes 5 s or more with failover: standard; set renewSeconds to 15 or more and durationSeconds above it, or set failover: fast, which shortens elections',
  ),
  invalid(
    'a fast lease out of order is told the fast defaults',
    { 'controlPlane.failover': 'fast', 'controlPlane.lease': { renewSeconds: 1, retrySeconds: 1 } },
    'error controlPlane.lease: lease-order: renewSeconds 1 is not above 1.2 x retrySeconds 1; set renewSeconds above 1.2 x retrySeconds (defaults: 5, 3 and 1)',
  ),
  invalid(
    'a renewal that does not outlast a stall of etcd is warned about',
    { 'controlPlane.lease': { renewSeconds: 14 } },
    'warning controlPlane.lease.renewSeconds: lease-short: renewSeconds 14 does not outlast a renewal that stalls for up to 10 s when etcd loses its leader; set renewSeconds to 15 or more and durationSeconds above it, or set failover: fast, which shortens elections',
  ),
];
