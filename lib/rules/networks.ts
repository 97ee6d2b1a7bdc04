import { subnetOf } from '../cluster';
import { type Address, addressFromValue, contains, covers, overlaps, reservedAs, type Subnet } from '../network';
import { subject } from './subject';

const RULES = {
  'network-overlap': {
    cause: 'Node, pod and service networks share addresses',
    cure: 'Change `network.pods` or `network.services`',
  },
  'gateway-outside-subnet': {
    cause: 'The gateway or a DHCP range is not inside the node network',
    cure: 'Remove a range that serves another network',
  },
  'gateway-reserved-address': { cause: 'The gateway is the network or broadcast address' },
  'dhcp-outside-subnet': {
    cause: 'The gateway or a DHCP range is not inside the node network',
    cure: 'Remove a range that serves another network',
  },
} as const;

/** The networks do not overlap, and the gateway and the DHCP ranges are inside the node network. */
export const networks = subject(RULES, (cluster, report) => {
  const { subnet, gateway = [], dhcp } = cluster.network;
  const nodeNetwork = texts(subnet);

  const kinds = ['subnet', 'pods', 'services'] as const;
  for (const [index, kind] of kinds.entries()) {
    for (const other of kinds.slice(0, index)) {
      for (const [i, network] of cluster.network[kind].entries()) {
        for (const one of cluster.network[other].filter((candidate) => overlaps(network, candidate))) {
          report(
            'network-overlap',
            ['network', kind, i],
            `network.${kind} ${network.text} overlaps network.${other} ${one.text}`,
            `set network.${kind} to a network that does not overlap`,
          );
        }
      }
    }
  }
  for (const [i, address] of gateway.entries()) {
    const path = ['network', 'gateway', i];
    const network = subnetOf(cluster, address);
    if (network && isLinkLocal(address)) continue;
    if (!network || !contains(network, address)) {
      report(
        'gateway-outside-subnet',
        path,
        `gateway ${address.text} is outside the node network ${nodeNetwork}`,
        'correct network.gateway or network.subnet',
      );
      continue;
    }
    const reserved = reservedAs(network, address);
    // The IPv6 "network address" is the anycast address of routers, which a gateway may have.
    if (!reserved || address.family === 6) continue;
    report(
      'gateway-reserved-address',
      path,
      `gateway ${address.text} is the ${reserved} of ${network.text}`,
      `set the address of the router, often ${addressFromValue(4, network.first.value + 1n).text}`,
    );
  }
  for (const [i, range] of dhcp.entries()) {
    if (subnet.some((network) => covers(network, range))) continue;
    report(
      'dhcp-outside-subnet',
      ['network', 'dhcp', i],
      `DHCP range ${range.text} is not inside the node network ${nodeNetwork}`,
      'correct the range, or remove it if it serves another network',
    );
  }
});

const texts = (list: readonly Subnet[]): string => list.map(({ text }) => text).join(' and ');

/** IPv6 routers advertise a link-local address, which is in no subnet: RFC 4861 6.1.2. */
const isLinkLocal = ({ family, value }: Address): boolean => family === 6 && value >> 118n === 0xfe80n >> 6n;
