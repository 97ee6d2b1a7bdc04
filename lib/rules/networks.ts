import type { Path } from '../cluster';
import { type Address, addressFromValue, contains, covers, overlaps, reservedAs, type Subnet } from '../network';
import { type Report, subject } from './subject';

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

/** The networks do not overlap, and gateways and DHCP ranges are inside them. */
export const networks = subject(RULES, (cluster, report) => {
  const { network } = cluster;
  const others = network.others.map((other, i) => ({
    ...other,
    what: `network "${other.name}"`,
    path: ['network', 'others', i],
  }));
  const all = [
    ...(['subnet', 'pods', 'services'] as const).map((kind) => ({
      what: `network.${kind}`,
      ranges: network[kind],
      path: ['network', kind],
    })),
    ...others.map(({ what, subnet, path }) => ({ what, ranges: subnet, path: [...path, 'subnet'] })),
  ];
  for (const [index, { what, ranges, path }] of all.entries()) {
    for (const other of all.slice(0, index)) {
      for (const [i, range] of ranges.entries()) {
        for (const one of other.ranges.filter((candidate) => overlaps(range, candidate))) {
          report(
            'network-overlap',
            [...path, i],
            `${what} ${range.text} overlaps ${other.what} ${one.text}`,
            `set ${what} to a network that does not overlap`,
          );
        }
      }
    }
  }
  const routed = [{ ...network, what: 'the node network', path: ['network'] }, ...others];
  for (const { subnet, gateway = [], what, path } of routed) {
    for (const [i, address] of gateway.entries()) checkGateway(subnet, address, what, [...path, 'gateway', i], report);
  }
  for (const [i, range] of network.dhcp.entries()) {
    if (routed.some(({ subnet }) => subnet.some((one) => covers(one, range)))) continue;
    report(
      'dhcp-outside-subnet',
      ['network', 'dhcp', i],
      `DHCP range ${range.text} is not inside ${routed.map(({ what, subnet }) => `${what} ${texts(subnet)}`).join(' or ')}`,
      'correct the range, or remove it if it serves another network',
    );
  }
});

function checkGateway(
  subnet: readonly Subnet[],
  address: Address,
  what: string,
  path: Path,
  report: Report<typeof RULES>,
): void {
  const network = subnet.find(({ family }) => family === address.family);
  if (network && isLinkLocal(address)) return;
  if (!network || !contains(network, address)) {
    const message = `gateway ${address.text} is outside ${what} ${texts(subnet)}`;
    const cure = path.includes('others')
      ? 'correct its gateway or its subnet'
      : 'correct network.gateway or network.subnet';
    report('gateway-outside-subnet', path, message, cure);
    return;
  }
  const reserved = reservedAs(network, address);
  // The IPv6 "network address" is the anycast address of routers, which a gateway may have.
  if (!reserved || address.family === 6) return;
  report(
    'gateway-reserved-address',
    path,
    `gateway ${address.text} is the ${reserved} of ${network.text}`,
    `set the address of the router, often ${addressFromValue(4, network.first.value + 1n).text}`,
  );
}

const texts = (list: readonly Subnet[]): string => list.map(({ text }) => text).join(' and ');

/** IPv6 routers advertise a link-local address, which is in no subnet: RFC 4861 6.1.2. */
const isLinkLocal = ({ family, value }: Address): boolean => family === 6 && value >> 118n === 0xfe80n >> 6n;
