import { type Address, contains, reservedAs, sameAddress } from '../address';
import { error, type Path, type Problem } from '../problem';
import { subnetOf } from '../queries';
import type { RuleName } from '../rule-names';
import type { Cluster } from '../schema';
import { duplicateFamily } from './families';

/** The virtual IP is a host address of the node network that nothing else owns or may give out. */
export function vip(cluster: Cluster): Problem[] {
  const { vip: addresses } = cluster.controlPlane;
  const families = new Set(addresses.map(({ family }) => family));
  const duplicate =
    families.size === addresses.length ? [] : [duplicateFamily('controlPlane.vip', ['controlPlane', 'vip'])];
  return [...duplicate, ...addresses.flatMap((address, i) => clashes(cluster, address, ['controlPlane', 'vip', i]))];
}

function clashes(cluster: Cluster, address: Address, path: Path): Problem[] {
  const problems: Problem[] = [];
  const clash = (rule: RuleName, message: string, cure: string) =>
    problems.push(error(rule, path, `${address.text} ${message}`, cure));
  const { network, nodes, loadBalancer } = cluster;

  const subnet = subnetOf(cluster, address);
  const reserved = subnet && reservedAs(subnet, address);
  if (!subnet || !contains(subnet, address)) {
    clash(
      'vip-outside-subnet',
      `is not in the node network ${network.subnet.map(({ text }) => text).join(' and ')}`,
      'choose a free address in it: the machines hand it over by ARP or NDP, which do not leave the network',
    );
  }
  if (reserved) clash('vip-reserved-address', `is the ${reserved} of ${subnet.text}`, 'choose a free host address');
  if (network.gateway?.some((gateway) => sameAddress(gateway, address)))
    clash('vip-is-gateway', 'is the gateway', 'choose a free address');
  for (const node of nodes.filter((candidate) => candidate.address.some((own) => sameAddress(own, address)))) {
    clash('vip-is-node', `is the address of node ${node.name}`, 'choose an address that no machine has');
  }
  for (const pool of loadBalancer?.pools ?? []) {
    for (const range of pool.addresses.filter((candidate) => contains(candidate, address))) {
      clash('vip-in-pool', `is inside pool "${pool.name}" (${range.text})`, 'choose an address outside every pool');
    }
  }
  for (const range of network.dhcp.filter((candidate) => contains(candidate, address))) {
    clash(
      'vip-in-dhcp',
      `is inside the DHCP range ${range.text}`,
      'choose an address that the DHCP server never gives out',
    );
  }
  for (const range of network.pods.filter((candidate) => contains(candidate, address))) {
    clash('vip-in-pod-range', `is inside the pod network ${range.text}`, 'choose an address of the node network');
  }
  for (const range of network.services.filter((candidate) => contains(candidate, address))) {
    clash(
      'vip-in-service-range',
      `is inside the service network ${range.text}`,
      'choose an address of the node network',
    );
  }
  return problems;
}
