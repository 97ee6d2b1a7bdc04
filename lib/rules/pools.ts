import {
  bgpOnlyPools,
  type Cluster,
  error,
  type L2Advertisement,
  type Path,
  type Pool,
  type Problem,
  type RuleName,
  warning,
} from '../cluster';
import { type Address, type AddressRange, contains, covers, excludes, overlaps, reservedAs } from '../network';
import { METALLB } from '../releases';
import { unknownName } from './unknown-name';
import { upsAddress } from './ups-address';

/** MetalLB accepts pools that hold a node's address or that nobody announces; these rules do not. */
export function pools(cluster: Cluster): Problem[] {
  const list = cluster.loadBalancer?.pools ?? [];
  const ranges = list.flatMap((pool, p) =>
    pool.addresses.map((range, a) => ({ pool, range, path: ['loadBalancer', 'pools', p, 'addresses', a] as const })),
  );
  return [
    ...ranges.flatMap(({ pool, range, path }, index) => [
      ...ranges
        .slice(0, index)
        .filter((other) => overlaps(other.range, range))
        .map((other) =>
          error(
            'pool-overlap',
            path,
            `${range.text} overlaps ${other.range.text} of pool "${other.pool.name}"`,
            'let every address be in one range',
          ),
        ),
      ...clashes(cluster, pool, range, path),
    ]),
    ...advertisements(cluster),
    ...traefikWithoutPool(cluster),
  ];
}

const TRAEFIK_NAMESPACE = 'kube-system';

/** Its Service names no pool, so it gets an address of one that is for everybody, or for its namespace. */
function traefikWithoutPool({ loadBalancer }: Cluster): Problem[] {
  const isServed = loadBalancer?.pools.some(
    ({ autoAssign, serviceAllocation }) =>
      autoAssign && (serviceAllocation?.namespaces?.includes(TRAEFIK_NAMESPACE) ?? true),
  );
  if (!loadBalancer?.traefik || isServed) return [];
  return [
    error(
      'traefik-without-pool',
      ['loadBalancer', 'traefik'],
      `no pool gives the Traefik of k3s an address: it is in namespace ${TRAEFIK_NAMESPACE} and names no pool`,
      `let a pool have autoAssign: true, and ${TRAEFIK_NAMESPACE} in serviceAllocation.namespaces where it has that`,
    ),
  ];
}

function clashes(cluster: Cluster, pool: Pool, range: AddressRange, path: Path): Problem[] {
  const problems: Problem[] = [];
  const clash = (rule: RuleName, message: string, cure: string) =>
    problems.push(error(rule, path, `${range.text} of pool "${pool.name}" ${message}`, cure));
  const { network, nodes } = cluster;

  const subnet = network.subnet.find((candidate) => covers(candidate, range));
  if (isBgpOnly(cluster, pool)) {
    problems.push(...elsewhere(cluster, pool, range, path));
  } else if (!subnet) {
    clash(
      'pool-outside-subnet',
      `is not inside the node network ${network.subnet.map(({ text }) => text).join(' and ')}`,
      'take addresses of the node network: L2 announcements do not leave it',
    );
  }
  for (const node of nodes) {
    for (const address of node.address.filter((own) => contains(range, own))) {
      clash(
        'pool-contains-node',
        `contains ${address.text}, the address of node ${node.name}`,
        'leave the node out of the range',
      );
    }
  }
  for (const ups of cluster.ups) {
    const address = upsAddress(ups);
    if (address && contains(range, address))
      clash('pool-contains-ups', `contains ${address.text}, where UPS "${ups.name}" is`, 'leave it out of the range');
  }
  for (const gateway of network.gateway?.filter((own) => contains(range, own)) ?? []) {
    clash('pool-contains-gateway', `contains the gateway ${gateway.text}`, 'leave the gateway out of the range');
  }
  for (const dhcp of network.dhcp.filter((candidate) => overlaps(candidate, range))) {
    clash(
      'pool-in-dhcp',
      `overlaps the DHCP range ${dhcp.text}`,
      'shrink one of them, or two machines may answer for one address',
    );
  }
  // The range lies inside the subnet, so it holds a reserved address only at its own ends.
  const ends = range.first.value === range.last.value ? [range.first] : [range.first, range.last];
  for (const end of ends) {
    const reserved = subnet && reservedAs(subnet, end);
    if (!reserved || (pool.avoidBuggyIPs && looksBuggy(end))) continue;
    problems.push(
      warning(
        'pool-reserved-address',
        path,
        `${range.text} of pool "${pool.name}" includes ${end.text}, the ${reserved} of ${subnet.text}`,
        `leave it out of the range${looksBuggy(end) ? ', or set avoidBuggyIPs: true' : ''}`,
      ),
    );
  }
  return problems;
}

const isBgpOnly = ({ loadBalancer }: Cluster, { name }: Pool): boolean =>
  loadBalancer !== undefined && bgpOnlyPools(loadBalancer).has(name);

/** Addresses that only routers hear of belong to no network that has machines of its own. */
function elsewhere({ network }: Cluster, pool: Pool, range: AddressRange, path: Path): Problem[] {
  const what = `${range.text} of pool "${pool.name}"`;
  const cure = 'take addresses that no network has';
  const taken = (rule: RuleName, kind: string, list: readonly AddressRange[]) =>
    list
      .filter((other) => overlaps(other, range))
      .map((other) => error(rule, path, `${what} overlaps the ${kind} network ${other.text}`, cure));
  return [
    ...taken('pool-in-pod-range', 'pod', network.pods),
    ...taken('pool-in-service-range', 'service', network.services),
    ...network.subnet
      .filter((subnet) => overlaps(subnet, range))
      .map((subnet) =>
        warning(
          'bgp-pool-in-subnet',
          path,
          `${what} is announced by BGP alone and inside the node network ${subnet.text}, whose machines ask for it by ARP, which nobody answers`,
          'take addresses of no network, or announce the pool by L2 as well',
        ),
      ),
  ];
}

/** What MetalLB passes over with avoidBuggyIPs: IPv4 addresses that end in .0 or .255, whatever the prefix length. */
const looksBuggy = ({ family, value }: Address): boolean => family === 4 && [0n, 255n].includes(value & 255n);

function advertisements(cluster: Cluster): Problem[] {
  const { pools: list = [], advertisements: stated, bgp } = cluster.loadBalancer ?? {};
  const poolNames = list.map(({ name }) => name);
  const nodeNames = cluster.nodes.map(({ name }) => name);
  const unknown = (stated ?? []).flatMap((advertisement, i) => {
    const path = ['loadBalancer', 'advertisements', i];
    return [
      ...advertisement.pools.flatMap((name, p) => unknownName('pool', name, poolNames, [...path, 'pools', p])),
      ...(advertisement.nodes ?? []).flatMap((name, n) => unknownName('node', name, nodeNames, [...path, 'nodes', n])),
      ...passedOver(advertisement, [...path, 'interfaces']),
    ];
  });
  if (!stated) return unknown;
  const announced = new Set([...stated, ...(bgp?.advertisements ?? [])].flatMap(({ pools: names }) => names));
  const silent = list.flatMap((pool, p) =>
    announced.has(pool.name)
      ? []
      : [
          error(
            'pool-not-advertised',
            ['loadBalancer', 'pools', p, 'name'],
            `no advertisement names pool "${pool.name}", so nobody would answer for its addresses`,
            'add it to an advertisement, or leave advertisements out to announce every pool',
          ),
        ],
  );
  return [...unknown, ...silent];
}

/** A node that is elected to answer on such an interface answers nowhere. */
const passedOver = ({ name, interfaces = [] }: L2Advertisement, path: Path): Problem[] =>
  interfaces.flatMap((one, i) => {
    const pattern = METALLB.excludedInterfaces.find((candidate) => excludes(candidate, one));
    return pattern === undefined
      ? []
      : [
          error(
            'interface-passed-over',
            [...path, i],
            `advertisement "${name}" names the interface ${one}, and MetalLB never answers on interfaces of containers and virtual machines, here ${pattern}`,
            'name the interface of the node network, or leave interfaces out',
          ),
        ];
  });
