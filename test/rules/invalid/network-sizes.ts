import { dualStackSite, type InvalidSite, invalid } from '../../support/site-input';

const PRIVATE = 'use a private network, such as one in 192.168.0.0/16, 10.0.0.0/8 or fd00::/8';

/** A site of one machine in a network that no machine can be in. */
const inSubnet = (subnet: string, address: string, vip: string, special: string): InvalidSite => ({
  says: `machines in ${subnet} are refused`,
  changes: {
    network: { subnet },
    nodes: [{ name: 'k3s-1', address, role: 'server' }],
    'controlPlane.vip': vip,
    loadBalancer: undefined,
    ups: undefined,
  },
  problems: [
    `error network.subnet: special-network: network.subnet ${subnet} overlaps ${special}; ${PRIVATE}`,
    'warning nodes: one-server: 1 server tolerates no failure; use 3 servers to tolerate 1',
  ],
});

/** A row for each way to break a rule: networks that Kubernetes does not start with. */
export const networkSizes: readonly InvalidSite[] = [
  inSubnet('127.0.0.0/24', '127.0.0.11', '127.0.0.5', '127.0.0.0/8, which is loopback'),
  inSubnet('169.254.1.0/24', '169.254.1.11', '169.254.1.5', '169.254.0.0/16, which is link-local'),
  inSubnet('224.0.0.0/24', '224.0.0.11', '224.0.0.5', '224.0.0.0/4, which is multicast'),
  inSubnet('0.0.0.0/5', '1.0.0.11', '1.0.0.5', '0.0.0.0/8, which is "this network" (RFC 1122)'),
  inSubnet('fe80::/64', 'fe80::11', 'fe80::5', 'fe80::/10, which is link-local'),
  inSubnet('ff02::/64', 'ff02::11', 'ff02::5', 'ff00::/8, which is multicast'),
  inSubnet('::/64', '::11', '::5', '::/127, which is loopback'),
  invalid(
    'a multicast pod network is refused',
    { 'network.pods': '239.0.0.0/16' },
    `error network.pods: special-network: network.pods 239.0.0.0/16 overlaps 224.0.0.0/4, which is multicast; ${PRIVATE}`,
  ),
  invalid(
    'a pod network smaller than the part of one node is refused',
    { 'network.pods': '10.42.0.0/30' },
    'error network.pods: pod-network-size: pod network 10.42.0.0/30 is too small for 4 nodes, each of which takes a /24; use a /22 or larger',
  ),
  invalid(
    'a pod network for 2 of 4 nodes is refused',
    { 'network.pods': '10.42.0.0/23' },
    'error network.pods: pod-network-size: pod network 10.42.0.0/23 is too small for 4 nodes, each of which takes a /24; use a /22 or larger',
  ),
  invalid(
    'an IPv6 pod network for 2 of 3 nodes is refused',
    { 'network.pods': ['10.42.0.0/16', 'fd00:42::/63'] },
    'error network.pods[1]: pod-network-size: pod network fd00:42::/63 is too small for 3 nodes, each of which takes a /64; use a /62 or larger',
    dualStackSite,
  ),
  invalid(
    'an IPv6 pod network that kube-controller-manager has no bitmap for is refused',
    { 'network.pods': ['10.42.0.0/16', 'fd42::/47'] },
    'error network.pods[1]: pod-network-size: pod network fd42::/47 is larger than a /48, the limit of kube-controller-manager; use a /48 to /62',
    dualStackSite,
  ),
  invalid(
    'a service network of one address is refused',
    { 'network.services': '10.43.0.0/32' },
    'error network.services: service-network-size: service network 10.43.0.0/32 has fewer than 16 addresses; use a /28 or larger',
  ),
  invalid(
    'an IPv6 service network without a tenth address is refused',
    { 'network.services': ['10.43.0.0/28', 'fd00:43::/125'] },
    'error network.services[1]: service-network-size: service network fd00:43::/125 has fewer than 16 addresses; use a /124 or larger',
    dualStackSite,
  ),
];
