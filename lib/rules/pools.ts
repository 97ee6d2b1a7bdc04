import { bgpOnlyPools } from '../cluster';
import { type Address, type AddressRange, contains, covers, excludes, overlaps, reservedAs } from '../network';
import { METALLB } from '../releases';
import { subject } from './subject';
import { upsAddresses } from './ups-address';

const RULES = {
  'pool-overlap': { cause: 'An address is in two ranges, which MetalLB rejects' },
  'pool-outside-subnet': { cause: 'A range announced by L2 is not inside the node network' },
  'pool-contains-node': { cause: 'A service could be assigned an address of what the rule names' },
  'pool-contains-ups': { cause: 'A service could be assigned an address of what the rule names' },
  'pool-contains-gateway': { cause: 'A service could be assigned an address of what the rule names' },
  'pool-in-dhcp': { cause: 'A service could be assigned an address of what the rule names' },
  'pool-reserved-address': {
    cause: 'A range includes the network, broadcast or router anycast address',
    cure: 'Set `avoidBuggyIPs: true` for .0 and .255',
    severity: 'warning',
  },
  'pool-not-advertised': { cause: '`advertisements` is set, and none names this pool' },
  'pool-in-pod-range': { cause: 'A service could be assigned an address of what the rule names' },
  'pool-in-service-range': { cause: 'A service could be assigned an address of what the rule names' },
  'bgp-pool-in-subnet': {
    cause: 'A pool announced by BGP only is inside the node network, whose hosts get no ARP answer',
    severity: 'warning',
  },
  'interface-passed-over': { cause: 'MetalLB ignores interfaces of containers and virtual machines' },
  'traefik-without-pool': { cause: '`traefik: true`, and no pool assigns addresses automatically in `kube-system`' },
} as const;

const TRAEFIK_NAMESPACE = 'kube-system';

/** MetalLB accepts pools that contain the address of a node or that nothing announces; these rules do not. */
export const pools = subject(RULES, (cluster, report) => {
  const { network, nodes, ups, loadBalancer } = cluster;
  if (!loadBalancer) return;
  const bgpOnly = bgpOnlyPools(loadBalancer);
  const ranges = loadBalancer.pools.flatMap((pool, p) =>
    pool.addresses.map((range, a) => ({ pool, range, path: ['loadBalancer', 'pools', p, 'addresses', a] })),
  );
  for (const [index, { pool, range, path }] of ranges.entries()) {
    const clash = (rule: keyof typeof RULES, message: string, cure: string): void =>
      report(rule, path, `${range.text} of pool "${pool.name}" ${message}`, cure);
    const crossing = (others: readonly AddressRange[]) => others.filter((other) => overlaps(other, range));

    for (const other of ranges.slice(0, index).filter((earlier) => overlaps(earlier.range, range))) {
      const message = `overlaps ${other.range.text} of pool "${other.pool.name}"`;
      clash('pool-overlap', message, 'list each address in one range');
    }
    const subnet = network.subnet.find((candidate) => covers(candidate, range));
    if (bgpOnly.has(pool.name)) {
      const cure = 'use addresses outside every network';
      for (const { text } of crossing(network.pods)) {
        clash('pool-in-pod-range', `overlaps the pod network ${text}`, cure);
      }
      for (const { text } of crossing(network.services)) {
        clash('pool-in-service-range', `overlaps the service network ${text}`, cure);
      }
      for (const { text } of crossing(network.subnet)) {
        clash(
          'bgp-pool-in-subnet',
          `is announced by BGP only, so hosts of the node network ${text} get no ARP answer for it`,
          `${cure}, or announce the pool by L2 as well`,
        );
      }
    } else if (!subnet) {
      clash(
        'pool-outside-subnet',
        `is not inside the node network ${network.subnet.map(({ text }) => text).join(' and ')}`,
        'use addresses of the node network, or announce the pool by BGP only',
      );
    }
    for (const node of nodes) {
      for (const { text } of node.address.filter((own) => contains(range, own))) {
        const message = `contains ${text}, the address of node ${node.name}`;
        clash('pool-contains-node', message, 'exclude the node from the range');
      }
    }
    for (const { address: own, owner } of ups.flatMap(upsAddresses)) {
      if (!contains(range, own)) continue;
      const message = `contains ${own.text}, the address of ${owner}`;
      clash('pool-contains-ups', message, 'exclude it from the range');
    }
    for (const { text } of network.gateway?.filter((own) => contains(range, own)) ?? []) {
      clash('pool-contains-gateway', `contains the gateway ${text}`, 'exclude the gateway from the range');
    }
    for (const { text } of crossing(network.dhcp)) {
      clash('pool-in-dhcp', `overlaps the DHCP range ${text}`, 'shrink one of the two');
    }
    // The range is inside the subnet, so only its ends can be reserved.
    const ends = range.first.value === range.last.value ? [range.first] : [range.first, range.last];
    for (const end of ends) {
      const reserved = subnet && reservedAs(subnet, end);
      if (!reserved || (pool.avoidBuggyIPs && isBuggy(end))) continue;
      clash(
        'pool-reserved-address',
        `includes ${end.text}, the ${reserved} of ${subnet.text}`,
        `exclude it from the range${isBuggy(end) ? ', or set avoidBuggyIPs: true' : ''}`,
      );
    }
  }

  const { advertisements, bgp } = loadBalancer;
  for (const [i, { name, interfaces = [] }] of (advertisements ?? []).entries()) {
    for (const [n, one] of interfaces.entries()) {
      const pattern = METALLB.excludedInterfaces.find((candidate) => excludes(candidate, one));
      if (pattern === undefined) continue;
      report(
        'interface-passed-over',
        ['loadBalancer', 'advertisements', i, 'interfaces', n],
        `advertisement "${name}" names interface ${one}, which MetalLB ignores by its pattern ${pattern}`,
        'name the interface of the node network, or remove interfaces',
      );
    }
  }
  const announced = new Set([...(advertisements ?? []), ...(bgp?.advertisements ?? [])].flatMap((one) => one.pools));
  for (const [p, { name }] of loadBalancer.pools.entries()) {
    if (!advertisements || announced.has(name)) continue;
    report(
      'pool-not-advertised',
      ['loadBalancer', 'pools', p, 'name'],
      `no advertisement names pool "${name}", so its addresses are unreachable`,
      'add it to an advertisement, or remove advertisements to announce every pool',
    );
  }
  // its Service names no pool
  const isServed = loadBalancer.pools.some(
    ({ autoAssign, serviceAllocation }) =>
      autoAssign && (serviceAllocation?.namespaces?.includes(TRAEFIK_NAMESPACE) ?? true),
  );
  if (!loadBalancer.traefik || isServed) return;
  report(
    'traefik-without-pool',
    ['loadBalancer', 'traefik'],
    `no pool assigns addresses automatically to Traefik in namespace ${TRAEFIK_NAMESPACE}`,
    `set autoAssign: true on a pool, and add ${TRAEFIK_NAMESPACE} to its serviceAllocation.namespaces if that is set`,
  );
});

/** What MetalLB skips with avoidBuggyIPs: IPv4 addresses that end in .0 or .255, whatever the prefix length. */
const isBuggy = ({ family, value }: Address): boolean => family === 4 && [0n, 255n].includes(value & 255n);
