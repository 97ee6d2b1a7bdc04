import { dualStackSite, type InvalidSite, invalid } from '../../support/site-input';

/** A row for each way to break a rule: the VIP. */
export const vip: readonly InvalidSite[] = [
  invalid(
    'a VIP outside the subnet is refused',
    { 'controlPlane.vip': '192.168.11.5' },
    'error controlPlane.vip: vip-outside-subnet: VIP 192.168.11.5 is outside the node network 192.168.10.0/24; choose a free address in it',
  ),
  invalid(
    'a VIP of a family without a subnet is refused',
    { 'controlPlane.vip': 'fd00::5' },
    'error controlPlane.vip: vip-outside-subnet: VIP fd00::5 is outside the node network 192.168.10.0/24; choose a free address in it',
  ),
  invalid(
    'a VIP outside the IPv6 subnet is refused',
    { 'controlPlane.vip': ['192.168.10.5', 'fd00:11::5'] },
    'error controlPlane.vip[1]: vip-outside-subnet: VIP fd00:11::5 is outside the node network 192.168.10.0/24 and fd00:10::/64; choose a free address in it',
    dualStackSite,
  ),
  invalid(
    'the network address as VIP is refused',
    { 'controlPlane.vip': '192.168.10.0' },
    'error controlPlane.vip: vip-reserved-address: VIP 192.168.10.0 is the network address of 192.168.10.0/24; choose a free host address',
  ),
  invalid(
    'the broadcast address as VIP is refused',
    { 'controlPlane.vip': '192.168.10.255' },
    'error controlPlane.vip: vip-reserved-address: VIP 192.168.10.255 is the broadcast address of 192.168.10.0/24; choose a free host address',
  ),
  invalid(
    'the anycast address of the routers as VIP is refused',
    { 'controlPlane.vip': 'fd00:10::' },
    'error controlPlane.vip: vip-reserved-address: VIP fd00:10:: is the network address of fd00:10::/64; choose a free host address',
    dualStackSite,
  ),
  invalid(
    'the gateway as VIP is refused',
    { 'controlPlane.vip': '192.168.10.1' },
    'error controlPlane.vip: vip-is-gateway: VIP 192.168.10.1 is the gateway; choose a free address',
  ),
  invalid(
    'the address of a server as VIP is refused',
    { 'controlPlane.vip': '192.168.10.11' },
    'error controlPlane.vip: vip-is-node: VIP 192.168.10.11 is the address of node k3s-1; choose a free address',
  ),
  invalid(
    'the address of an agent as VIP is refused',
    { 'controlPlane.vip': '192.168.10.14' },
    'error controlPlane.vip: vip-is-node: VIP 192.168.10.14 is the address of node k3s-4; choose a free address',
  ),
  invalid(
    'the address of the card of a UPS as VIP is refused',
    { 'ups[0].driver': 'snmp-ups', 'ups[0].port': '192.168.10.5:161', 'ups[0].options': { mibs: 'apcc' } },
    'error controlPlane.vip: vip-is-ups: VIP 192.168.10.5 is the address of UPS "ups1"; choose a free address',
  ),
  invalid(
    'the IPv6 address of a node as VIP is refused in any spelling',
    { 'controlPlane.vip': 'fd00:10:0::0:12' },
    'error controlPlane.vip: vip-is-node: VIP fd00:10::12 is the address of node k3s-2; choose a free address',
    dualStackSite,
  ),
  invalid(
    'the first address of a pool as VIP is refused',
    { 'controlPlane.vip': '192.168.10.240' },
    'error controlPlane.vip: vip-in-pool: VIP 192.168.10.240 is inside pool "lan" (192.168.10.240-192.168.10.250); choose an address outside every pool',
  ),
  invalid(
    'the last address of a pool as VIP is refused',
    { 'controlPlane.vip': '192.168.10.250' },
    'error controlPlane.vip: vip-in-pool: VIP 192.168.10.250 is inside pool "lan" (192.168.10.240-192.168.10.250); choose an address outside every pool',
  ),
  invalid(
    'a VIP in a pool written as CIDR is refused',
    { 'controlPlane.vip': '192.168.10.231' },
    'error controlPlane.vip: vip-in-pool: VIP 192.168.10.231 is inside pool "spare" (192.168.10.224/29); choose an address outside every pool',
  ),
  invalid(
    'a VIP that is the only address of a pool is refused',
    { 'loadBalancer.pools[1].addresses': ['192.168.10.5'] },
    'error controlPlane.vip: vip-in-pool: VIP 192.168.10.5 is inside pool "spare" (192.168.10.5); choose an address outside every pool',
  ),
  invalid(
    'a VIP in an IPv6 pool is refused',
    { 'controlPlane.vip': 'fd00:10::ffff' },
    'error controlPlane.vip: vip-in-pool: VIP fd00:10::ffff is inside pool "lan" (fd00:10::f000/116); choose an address outside every pool',
    dualStackSite,
  ),
  invalid(
    'a VIP in a DHCP range is refused',
    { 'controlPlane.vip': '192.168.10.150' },
    'error controlPlane.vip: vip-in-dhcp: VIP 192.168.10.150 is inside the DHCP range 192.168.10.100-192.168.10.199; choose an address outside the DHCP ranges',
  ),
  invalid(
    'a VIP in an IPv6 DHCP range is refused',
    { 'controlPlane.vip': 'fd00:10::1abc' },
    'error controlPlane.vip: vip-in-dhcp: VIP fd00:10::1abc is inside the DHCP range fd00:10::1000-fd00:10::1fff; choose an address outside the DHCP ranges',
    dualStackSite,
  ),
  invalid('a VIP in the pod network is refused', { 'controlPlane.vip': '10.42.0.1' }, [
    'error controlPlane.vip: vip-outside-subnet: VIP 10.42.0.1 is outside the node network 192.168.10.0/24; choose a free address in it',
    'error controlPlane.vip: vip-in-pod-range: VIP 10.42.0.1 is inside the pod network 10.42.0.0/16; choose an address of the node network',
  ]),
  invalid('a VIP in the service network is refused', { 'controlPlane.vip': '10.43.0.1' }, [
    'error controlPlane.vip: vip-outside-subnet: VIP 10.43.0.1 is outside the node network 192.168.10.0/24; choose a free address in it',
    'error controlPlane.vip: vip-in-service-range: VIP 10.43.0.1 is inside the service network 10.43.0.0/16; choose an address of the node network',
  ]),
  invalid(
    'the second of two VIPs is judged like the first',
    { 'controlPlane.vip': ['192.168.10.5', 'fd00:10::11'] },
    'error controlPlane.vip[1]: vip-is-node: VIP fd00:10::11 is the address of node k3s-1; choose a free address',
    dualStackSite,
  ),
  invalid(
    'several servers without a DNS name are warned about',
    { 'controlPlane.dnsName': undefined },
    'warning controlPlane: no-dns-name: controlPlane.dnsName is not set: if the VIP is unreachable, kubectl must use a per-server context; set it before the first boot, to a name with an A record for each server',
  ),
];
