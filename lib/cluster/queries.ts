import { type Address, type AddressRange, covers, type Subnet } from '../network';
import type { K3sOptions } from './k3s-schema';
import {
  type Cluster,
  type L2Advertisement,
  type LoadBalancer,
  type Node,
  OPERATING_SYSTEMS,
  type OperatingSystem,
  type OtherNetwork,
  type Ups,
} from './schema';

/** The nodes that run the control plane, in the order of cluster.yaml. */
export const serversOf = (cluster: Cluster): Node[] => cluster.nodes.filter(({ role }) => role === 'server');

/** The nodes that run workloads only. */
export const agentsOf = (cluster: Cluster): Node[] => cluster.nodes.filter(({ role }) => role === 'agent');

/** The roles that nodes of the site have. */
export const rolesOf = (cluster: Cluster): readonly Node['role'][] =>
  agentsOf(cluster).length > 0 ? ['server', 'agent'] : ['server'];

/** The operating systems that hosts/ has files for. */
export const systemsOf = ({ os }: Cluster): readonly OperatingSystem[] => os ?? OPERATING_SYSTEMS;

/** The UPSes whose cable goes to this node. */
export const upsesAt = (cluster: Cluster, node: Pick<Node, 'name'>): Ups[] =>
  cluster.ups.filter((ups) => ups.node === node.name);

/** The UPSes that feed this node, in the order of the node's list. */
export const upsesFeeding = (cluster: Cluster, node: Node): Ups[] =>
  node.ups.flatMap((feed) => cluster.ups.find(({ name }) => name === feed.name) ?? []);

/** Whether servers announce the VIP on the node network, by ARP, NDP or VRRP. */
export const isOnLink = ({ controlPlane }: Cluster): boolean =>
  controlPlane.provider !== 'external' && controlPlane.bgp === undefined;

/** The first address of a node, a VIP or a gateway, which other hosts use. */
export function primary(addresses: readonly Address[]): Address {
  const [first] = addresses;
  if (!first) throw new Error('an address list is empty, which the schema rejects');
  return first;
}

/** The node network of the address's family, if there is one. */
export const subnetOf = (cluster: Cluster, address: Address): Subnet | undefined =>
  cluster.network.subnet.find(({ family }) => family === address.family);

/** The interface of the VIP and of pod traffic; undefined for that of the default route. */
export const interfaceOf = ({ controlPlane }: Cluster, node: Node): string | undefined =>
  node.interface ?? controlPlane.interface;

/** The servers by their interface, where it is not that of the others. */
export function otherInterfaces(cluster: Cluster): Readonly<Record<string, readonly string[]>> {
  const apart: Record<string, string[]> = {};
  for (const { interface: own, name } of serversOf(cluster)) {
    if (own !== undefined && own !== cluster.controlPlane.interface) apart[own] = [...(apart[own] ?? []), name];
  }
  return apart;
}

/** The options of k3s that the nodes of a role share, from the general to the special. */
export const k3sOptionsOf = ({ k3s }: Cluster, role: Node['role']): readonly K3sOptions[] => [k3s.all, k3s[`${role}s`]];

/** The node network and the others in which nodes have an interface. */
export const subnetsOf = ({ network }: Cluster): readonly Subnet[] => [
  ...network.subnet,
  ...network.others.flatMap(({ subnet }) => subnet),
];

/** The network beside the node network in which a range lies. */
export const networkOf = ({ network }: Cluster, range: AddressRange): OtherNetwork | undefined =>
  network.subnet.some((one) => covers(one, range))
    ? undefined
    : network.others.find(({ subnet }) => subnet.some((one) => covers(one, range)));

/**
 * The L2 advertisements: as stated, else all nodes announce every pool that BGP does not announce. A pool of a further network is
 * announced on the interface in it, by the nodes that have it, unless the advertisement states them.
 */
export function l2AdvertisementsOf(
  cluster: Cluster,
  { pools, advertisements, bgp }: LoadBalancer,
): readonly L2Advertisement[] {
  const byBgp = new Set(bgp?.advertisements.flatMap((advertisement) => advertisement.pools));
  const stated =
    advertisements ?? pools.filter(({ name }) => !byBgp.has(name)).map(({ name }) => ({ name, pools: [name] }));
  return stated.map((one: L2Advertisement) => {
    const [range] = pools.find(({ name }) => name === one.pools[0])?.addresses ?? [];
    const network = range && networkOf(cluster, range);
    if (!network) return one;
    return {
      ...one,
      interfaces: one.interfaces ?? [network.interface],
      nodes: one.nodes ?? network.nodes?.map(({ name }) => name),
    };
  });
}

/** Names of the pools that BGP announces and L2 does not. */
export function bgpOnlyPools(cluster: Cluster, loadBalancer: LoadBalancer): ReadonlySet<string> {
  const byL2 = new Set(l2AdvertisementsOf(cluster, loadBalancer).flatMap(({ pools }) => pools));
  const byBgp = loadBalancer.bgp?.advertisements.flatMap(({ pools }) => pools) ?? [];
  return new Set(byBgp.filter((name) => !byL2.has(name)));
}

/** Whether two lists of node names share a name. No list means every node. */
export const sharesNode = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  !a || !b || a.some((name) => b.includes(name));
