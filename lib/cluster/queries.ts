import type { Address, Subnet } from './address';
import type { Cluster, Node, Ups } from './schema';

/** The nodes that run the control plane, in the order of cluster.yaml. */
export const serversOf = (cluster: Cluster): Node[] => cluster.nodes.filter(({ role }) => role === 'server');

/** The nodes that run workloads only. */
export const agentsOf = (cluster: Cluster): Node[] => cluster.nodes.filter(({ role }) => role === 'agent');

/** The UPSes whose cable goes to this node. */
export const upsesAt = (cluster: Cluster, node: Node): Ups[] => cluster.ups.filter((ups) => ups.node === node.name);

/** The UPS that feeds this node, if any. */
export const upsFeeding = (cluster: Cluster, node: Node): Ups | undefined =>
  cluster.ups.find(({ name }) => name === node.ups);

/** The first address of a node, a VIP or a gateway: the one other machines use. */
export function primary(addresses: readonly Address[]): Address {
  const [first] = addresses;
  if (!first) throw new Error('an address list is empty, which the schema refuses');
  return first;
}

/** The node network of the address's family, if there is one. */
export const subnetOf = (cluster: Cluster, address: Address): Subnet | undefined =>
  cluster.network.subnet.find(({ family }) => family === address.family);
