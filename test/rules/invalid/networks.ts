import { dualStackSite, type InvalidSite } from '../../support/site-input';

const guests = { name: 'guests', subnet: '192.168.20.0/24', interface: 'eth0.20', nodes: ['k3s-1', 'k3s-2'] };

/** A row for each way to break a rule: names, families and networks. */
export const networks: readonly InvalidSite[] = [
  {
    says: 'two nodes of one name are refused',
    changes: { 'nodes[1].name': 'k3s-1', 'loadBalancer.advertisements[0].nodes': ['k3s-1'] },
    problems: ['error nodes[1].name: duplicate-name: "k3s-1" is already the name of entry 1; give each its own name'],
  },
  {
    says: 'two pools of one name are refused',
    changes: { 'loadBalancer.pools[1].name': 'lan', 'loadBalancer.advertisements[0].pools': ['lan'] },
    problems: [
      'error loadBalancer.pools[1].name: duplicate-name: "lan" is already the name of entry 1; give each its own name',
    ],
  },
  {
    says: 'two advertisements of one name are refused',
    changes: {
      'loadBalancer.advertisements': [
        { name: 'lan', pools: ['lan'] },
        { name: 'lan', pools: ['spare'] },
      ],
    },
    problems: [
      'error loadBalancer.advertisements[1].name: duplicate-name: "lan" is already the name of entry 1; give each its own name',
    ],
  },
  {
    says: 'two UPSes of one name are refused',
    changes: {
      ups: [
        { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 },
        { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-2', runtimeAtLowBatterySeconds: 300 },
      ],
    },
    problems: ['error ups[1].name: duplicate-name: "ups1" is already the name of entry 1; give each its own name'],
  },
  {
    says: 'two UPS names that differ only in case are refused',
    changes: {
      'nodes[1].ups': 'UPS1',
      ups: [
        { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 },
        { name: 'UPS1', driver: 'usbhid-ups', node: 'k3s-2', runtimeAtLowBatterySeconds: 300 },
      ],
    },
    problems: [
      'error ups[1].name: duplicate-name: "UPS1" is already the name of entry 1, in other case; give each its own name',
    ],
  },
  {
    says: 'two node networks of one family are refused once',
    changes: { 'network.subnet': ['192.168.10.0/24', '192.168.11.0/24'] },
    problems: [
      'error network.subnet: duplicate-family: network.subnet has two entries of one IP family; keep one entry per family',
    ],
  },
  {
    says: 'two pod networks of one family are refused',
    changes: { 'network.pods': ['10.42.0.0/16', '10.44.0.0/16'] },
    problems: [
      'error network.pods: duplicate-family: network.pods has two entries of one IP family; keep one entry per family',
    ],
  },
  {
    says: 'two virtual IPs of one family are refused',
    changes: { 'controlPlane.vip': ['192.168.10.5', '192.168.10.6'] },
    problems: [
      'error controlPlane.vip: duplicate-family: controlPlane.vip has two entries of one IP family; keep one entry per family',
    ],
  },
  {
    says: 'a node with two addresses of one family is refused',
    changes: { 'nodes[3].address': ['192.168.10.14', '192.168.10.15'] },
    problems: [
      'error nodes[3].address: duplicate-family: the address of k3s-4 has two entries of one IP family; keep one entry per family',
    ],
  },
  {
    says: 'a service network of another family is refused',
    changes: { 'network.services': 'fd00:43::/112' },
    problems: [
      'error network.services: family-mismatch: network.services is IPv6, and network.subnet is IPv4; give one entry per family of network.subnet, in the same order',
    ],
  },
  {
    says: 'a pod network that lacks a family is refused',
    site: dualStackSite,
    changes: { 'network.pods': '10.42.0.0/16' },
    problems: [
      'error network.pods: family-mismatch: network.pods is IPv4, and network.subnet is IPv4 and IPv6; give one entry per family of network.subnet, in the same order',
    ],
  },
  {
    says: 'pod networks in the other order are refused',
    site: dualStackSite,
    changes: { 'network.pods': ['fd00:42::/56', '10.42.0.0/16'] },
    problems: [
      'error network.pods: family-mismatch: network.pods is IPv6 and IPv4, and network.subnet is IPv4 and IPv6; give one entry per family of network.subnet, in the same order',
    ],
  },
  {
    says: 'a node that lacks a family is refused',
    site: dualStackSite,
    changes: { 'nodes[2].address': '192.168.10.13' },
    problems: [
      'error nodes[2].address: family-mismatch: the address of k3s-3 is IPv4, and network.subnet is IPv4 and IPv6; give one entry per family of network.subnet, in the same order',
    ],
  },
  {
    says: 'a node with its families in the other order is refused',
    site: dualStackSite,
    changes: { 'nodes[2].address': ['fd00:10::13', '192.168.10.13'] },
    problems: [
      'error nodes[2].address: family-mismatch: the address of k3s-3 is IPv6 and IPv4, and network.subnet is IPv4 and IPv6; give one entry per family of network.subnet, in the same order',
    ],
  },
  {
    says: 'a pod network that holds the node network is refused',
    changes: { 'network.pods': '192.168.0.0/16' },
    problems: [
      'error network.pods: network-overlap: network.pods 192.168.0.0/16 overlaps network.subnet 192.168.10.0/24; set network.pods to a network that does not overlap',
      'error controlPlane.vip: vip-in-pod-range: VIP 192.168.10.5 is inside the pod network 192.168.0.0/16; choose an address of the node network',
    ],
  },
  {
    says: 'a service network inside the pod network is refused',
    changes: { 'network.services': '10.42.128.0/20' },
    problems: [
      'error network.services: network-overlap: network.services 10.42.128.0/20 overlaps network.pods 10.42.0.0/16; set network.services to a network that does not overlap',
    ],
  },
  {
    says: 'a service network equal to the node network is refused',
    changes: { 'network.services': '192.168.10.0/24' },
    problems: [
      'error network.services: network-overlap: network.services 192.168.10.0/24 overlaps network.subnet 192.168.10.0/24; set network.services to a network that does not overlap',
      'error controlPlane.vip: vip-in-service-range: VIP 192.168.10.5 is inside the service network 192.168.10.0/24; choose an address of the node network',
    ],
  },
  {
    says: 'a node network that overlaps the default pod network is refused',
    changes: {
      network: { subnet: '10.42.0.0/24' },
      nodes: [{ name: 'k3s-1', address: '10.42.0.11', role: 'server' }],
      controlPlane: { vip: '10.42.0.5' },
      loadBalancer: undefined,
      ups: undefined,
    },
    problems: [
      'error network.pods: network-overlap: network.pods 10.42.0.0/16 overlaps network.subnet 10.42.0.0/24; set network.pods to a network that does not overlap',
      'warning nodes: one-server: 1 server tolerates no failure; use 3 servers to tolerate 1',
      'error controlPlane.vip: vip-in-pod-range: VIP 10.42.0.5 is inside the pod network 10.42.0.0/16; choose an address of the node network',
    ],
  },
  {
    says: 'an IPv6 pod network that overlaps the service network is refused',
    site: dualStackSite,
    changes: { 'network.pods': ['10.42.0.0/16', 'fd00:43::/56'] },
    problems: [
      'error network.services: network-overlap: network.services fd00:43::/112 overlaps network.pods fd00:43::/56; set network.services to a network that does not overlap',
    ],
  },
  {
    says: 'a gateway outside the subnet is refused',
    changes: { 'network.gateway': '192.168.1.1' },
    problems: [
      'error network.gateway: gateway-outside-subnet: gateway 192.168.1.1 is outside the node network 192.168.10.0/24; correct network.gateway or network.subnet',
    ],
  },
  {
    says: 'a gateway of a family without a subnet is refused',
    changes: { 'network.gateway': 'fe80::1' },
    problems: [
      'error network.gateway: gateway-outside-subnet: gateway fe80::1 is outside the node network 192.168.10.0/24; correct network.gateway or network.subnet',
    ],
  },
  {
    says: 'the network address as gateway is refused',
    changes: { 'network.gateway': '192.168.10.0' },
    problems: [
      'error network.gateway: gateway-reserved-address: gateway 192.168.10.0 is the network address of 192.168.10.0/24; set the address of the router, often 192.168.10.1',
    ],
  },
  {
    says: 'the broadcast address as gateway is refused',
    changes: { 'network.gateway': '192.168.10.255' },
    problems: [
      'error network.gateway: gateway-reserved-address: gateway 192.168.10.255 is the broadcast address of 192.168.10.0/24; set the address of the router, often 192.168.10.1',
    ],
  },
  {
    says: 'a DHCP range of another network is refused',
    changes: { 'network.dhcp': ['192.168.1.100-192.168.1.199'] },
    problems: [
      'error network.dhcp[0]: dhcp-outside-subnet: DHCP range 192.168.1.100-192.168.1.199 is not inside the node network 192.168.10.0/24; correct the range, or remove it if it serves another network',
    ],
  },
  {
    says: 'a DHCP range that leaves the subnet is refused',
    changes: { 'network.dhcp': ['192.168.10.251-192.168.11.20'] },
    problems: [
      'error network.dhcp[0]: dhcp-outside-subnet: DHCP range 192.168.10.251-192.168.11.20 is not inside the node network 192.168.10.0/24; correct the range, or remove it if it serves another network',
    ],
  },
  {
    says: 'a further network that overlaps the node network is refused',
    changes: { 'network.others': [{ ...guests, subnet: '192.168.0.0/16' }] },
    problems: [
      'error network.others[0].subnet: network-overlap: network "guests" 192.168.0.0/16 overlaps network.subnet 192.168.10.0/24; set network "guests" to a network that does not overlap',
    ],
  },
  {
    says: 'two further networks of one name are refused',
    changes: { 'network.others': [guests, { ...guests, subnet: '192.168.30.0/24' }] },
    problems: [
      'error network.others[1].name: duplicate-name: "guests" is already the name of entry 1; give each its own name',
    ],
  },
  {
    says: 'a node twice in a further network, and one that does not exist, are refused',
    changes: { 'network.others': [{ ...guests, nodes: ['k3s-1', 'k3s-1', 'k3s-9'] }] },
    problems: [
      'error network.others[0].nodes[1].name: duplicate-name: "k3s-1" is already the name of entry 1; give each its own name',
      'error network.others[0].nodes[2]: unknown-node: node "k3s-9" does not exist; use one of k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a gateway outside a further network is refused',
    changes: { 'network.others': [{ ...guests, gateway: '192.168.10.1' }] },
    problems: [
      'error network.others[0].gateway: gateway-outside-subnet: gateway 192.168.10.1 is outside network "guests" 192.168.20.0/24; correct its gateway or its subnet',
    ],
  },
  {
    says: 'a DHCP range outside every network is refused',
    changes: { 'network.others': [guests], 'network.dhcp': ['192.168.20.100-192.168.20.199', '192.168.30.0/24'] },
    problems: [
      'error network.dhcp[1]: dhcp-outside-subnet: DHCP range 192.168.30.0/24 is not inside the node network 192.168.10.0/24 or network "guests" 192.168.20.0/24; correct the range, or remove it if it serves another network',
    ],
  },
  {
    says: 'an address of a node outside a further network is refused',
    changes: { 'network.others': [{ ...guests, nodes: [{ name: 'k3s-1', address: '192.168.10.99' }] }] },
    problems: [
      'error network.others[0].nodes[0].address: node-outside-subnet: address 192.168.10.99 of k3s-1 is outside network "guests" 192.168.20.0/24; correct the address or the subnet of that network',
    ],
  },
  {
    says: 'two nodes of one address in a further network are refused',
    changes: {
      'network.others': [
        {
          ...guests,
          nodes: [
            { name: 'k3s-1', address: '192.168.20.11' },
            { name: 'k3s-2', address: '192.168.20.11' },
          ],
        },
      ],
    },
    problems: [
      'error network.others[0].nodes[1].address: duplicate-address: 192.168.20.11 is already the address of k3s-1; give each node its own address',
    ],
  },
  {
    says: 'a further network of a special range is refused',
    changes: { 'network.others': [{ ...guests, subnet: '169.254.1.0/24' }] },
    problems: [
      'error network.others[0].subnet: special-network: network "guests" 169.254.1.0/24 overlaps 169.254.0.0/16, which is link-local; use a private network, such as one in 192.168.0.0/16, 10.0.0.0/8 or fd00::/8',
    ],
  },
];
