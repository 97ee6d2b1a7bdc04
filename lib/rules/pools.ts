import { bgpOnlyPools, type Cluster, type LoadBalancer, l2AdvertisementsOf, networkOf, subnetsOf } from '../cluster';
import { type Address, type AddressRange, contains, covers, excludes, overlaps, reservedAs } from '../network';
import { METALLB } from '../releases';
import { type Report, subject } from './subject';
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
  'advertisement-of-other-network': {
    cause: 'A pool is announced on an interface, or by a node, that is not in its network',
  },
  'traefik-without-pool': { cause: '`traefik: true`, and no pool assigns addresses automatically in `kube-system`' },
} as const;

const TRAEFIK_NAMESPACE = 'kube-system';

/** MetalLB accepts pools that contain the address of a node or that nothing announces; these rules do not. */
export const pools = subject(RULES, (cluster, report) => {
  const { network, nodes, ups, loadBalancer } = cluster;
  if (!loadBalancer) return;
  const bgpOnly = bgpOnlyPools(cluster, loadBalancer);
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
    const subnet = subnetsOf(cluster).find((candidate) => covers(candidate, range));
    if (bgpOnly.has(pool.name)) {
      const cure = 'use addresses outside every network';
      for (const { text } of crossing(network.pods)) {
        clash('pool-in-pod-range', `overlaps the pod network ${text}`, cure);
      }
      for (const { text } of crossing(network.services)) {
        clash('pool-in-service-range', `overlaps the service network ${text}`, cure);
      }
      for (const { text } of crossing(subnetsOf(cluster))) {
        clash(
          'bgp-pool-in-subnet',
          `is announced by BGP only, so hosts of ${network.subnet.some((own) => own.text === text) ? 'the node network' : 'network'} ${text} get no ARP answer for it`,
          `${cure}, or announce the pool by L2 as well`,
        );
      }
    } else if (!subnet) {
      clash(
        'pool-outside-subnet',
        `is not inside the node network ${subnetsOf(cluster)
          .map(({ text }) => text)
          .join(' and ')}`,
        'use addresses of it, add the network to network.others, or announce the pool by BGP only',
      );
    }
    for (const node of [...nodes, ...network.others.flatMap((other) => other.nodes ?? [])]) {
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
    const gateways = [network, ...network.others].flatMap(({ gateway = [] }) => gateway);
    for (const { text } of gateways.filter((own) => contains(range, own))) {
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
  for (const [i, { name, interface: own }] of network.others.entries()) {
    const pattern = METALLB.excludedInterfaces.find((candidate) => excludes(candidate, own));
    if (pattern === undefined) continue;
    const message = `MetalLB ignores interface ${own} of network "${name}" by its pattern ${pattern}`;
    report('interface-passed-over', ['network', 'others', i, 'interface'], message, 'give it another name');
  }
  checkNetworks(cluster, loadBalancer, report);
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

/** A pool of a further network is announced there, and nowhere else. */
function checkNetworks(cluster: Cluster, loadBalancer: LoadBalancer, report: Report<typeof RULES>): void {
  const { pools: all, advertisements } = loadBalancer;
  for (const [i, { name, pools: own, interfaces = [], nodes }] of l2AdvertisementsOf(cluster, loadBalancer).entries()) {
    const ranges = all.filter((pool) => own.includes(pool.name)).flatMap(({ addresses }) => addresses);
    const [network, ...rest] = new Set(ranges.map((range) => networkOf(cluster, range)));
    const missing = network?.nodes && nodes?.find((node) => !network.nodes?.some((member) => member.name === node));
    const wrong = network && interfaces.find((one) => one !== network.interface);
    const fault =
      rest.length > 0
        ? 'has pools of several networks'
        : wrong !== undefined
          ? `names interface ${wrong}, and network "${network?.name}" has ${network?.interface}`
          : missing !== undefined && `names node ${missing}, which is not in network "${network?.name}"`;
    if (!fault) continue;
    report(
      'advertisement-of-other-network',
      advertisements ? ['loadBalancer', 'advertisements', i] : ['loadBalancer', 'pools'],
      `advertisement "${name}" ${fault}`,
      rest.length > 0
        ? 'make a pool and an advertisement for each network'
        : 'correct it, or remove interfaces and nodes',
    );
  }
}

/** What MetalLB skips with avoidBuggyIPs: IPv4 addresses that end in .0 or .255, whatever the prefix length. */
const isBuggy = ({ family, value }: Address): boolean => family === 4 && [0n, 255n].includes(value & 255n);
