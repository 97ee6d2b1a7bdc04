import { type Cluster, error, type Path, type Problem, subnetOf } from '../cluster';
import { type Address, addressFromValue, contains, covers, overlaps, reservedAs, type Subnet } from '../network';
import { familyProblems } from './families';

/** The networks of the site: one of each kind for each IP family, none inside another, router and DHCP inside the node network. */
export function networks(cluster: Cluster): Problem[] {
  const { subnet, pods, services, gateway = [], dhcp } = cluster.network;
  const kinds: readonly (readonly [string, readonly Subnet[]])[] = [
    ['subnet', subnet],
    ['pods', pods],
    ['services', services],
  ];
  return [
    ...kinds.flatMap(([kind, list]) => familyProblems(cluster, `network.${kind}`, list, ['network', kind])),
    ...overlapping(kinds),
    ...gateway.flatMap((address, i) => ofGateway(cluster, address, ['network', 'gateway', i])),
    ...dhcp.flatMap((range, i) =>
      subnet.some((network) => covers(network, range))
        ? []
        : [
            error(
              'dhcp-outside-subnet',
              ['network', 'dhcp', i],
              `the DHCP range ${range.text} is not inside the node network ${texts(subnet)}`,
              'correct it, or take it out when it serves another network',
            ),
          ],
    ),
  ];
}

const texts = (list: readonly Subnet[]): string => list.map(({ text }) => text).join(' and ');

/** IPv6 routers announce themselves with a link-local address, which is in no subnet: RFC 4861 6.1.2. */
const isLinkLocal = ({ family, value }: Address): boolean => family === 6 && value >> 118n === 0xfe80n >> 6n;

function ofGateway(cluster: Cluster, address: Address, path: Path): Problem[] {
  const network = subnetOf(cluster, address);
  if (network && isLinkLocal(address)) return [];
  if (!network || !contains(network, address)) {
    return [
      error(
        'gateway-outside-subnet',
        path,
        `the gateway ${address.text} is not in the node network ${texts(cluster.network.subnet)}`,
        'correct one of them',
      ),
    ];
  }
  const reserved = reservedAs(network, address);
  // The IPv6 "network address" is the anycast address of the routers, so a gateway may well have it.
  if (!reserved || address.family === 6) return [];
  const example = addressFromValue(4, network.first.value + 1n).text;
  return [
    error(
      'gateway-reserved-address',
      path,
      `the gateway ${address.text} is the ${reserved} of ${network.text}`,
      `give the address of the router, often ${example}`,
    ),
  ];
}

function overlapping(kinds: readonly (readonly [string, readonly Subnet[]])[]): Problem[] {
  return kinds.flatMap(([kind, list], index) =>
    kinds
      .slice(0, index)
      .flatMap(([otherKind, others]) =>
        list.flatMap((network, i) =>
          others
            .filter((other) => overlaps(network, other))
            .map((other) =>
              error(
                'network-overlap',
                ['network', kind, i],
                `network.${kind} ${network.text} overlaps network.${otherKind} ${other.text}`,
                `set network.${kind} to a network that shares no address with it`,
              ),
            ),
        ),
      ),
  );
}
