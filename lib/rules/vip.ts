import {
  type Cluster,
  error,
  isOnLink,
  type Path,
  type Problem,
  type RuleName,
  serversOf,
  subnetOf,
  warning,
} from '../cluster';
import { type Address, contains, reservedAs, sameAddress } from '../network';
import { duplicateFamily } from './families';
import { upsAddress } from './ups-address';

/**
 * The virtual IP is a host address that nothing else owns or may give out. Where machines hand it over by ARP, NDP or VRRP, it is of
 * the node network; a router or a load balancer may have it anywhere.
 */
export function vip(cluster: Cluster): Problem[] {
  const { vip: addresses } = cluster.controlPlane;
  const families = new Set(addresses.map(({ family }) => family));
  const duplicate =
    families.size === addresses.length ? [] : [duplicateFamily('controlPlane.vip', ['controlPlane', 'vip'])];
  return [
    ...duplicate,
    ...addresses.flatMap((address, i) => clashes(cluster, address, ['controlPlane', 'vip', i])),
    ...secondWay(cluster),
  ];
}

/** kubectl tries every address of a name in turn, so a name with the address of each server needs no virtual IP. */
function secondWay(cluster: Cluster): Problem[] {
  const { dnsName } = cluster.controlPlane;
  if (dnsName !== undefined || serversOf(cluster).length < 2) return [];
  return [
    warning(
      'no-dns-name',
      ['controlPlane'],
      'there is no dnsName, so when the virtual IP is down kubectl needs the context of a server that lives',
      'set controlPlane.dnsName to a name with an A record for each server; as it is in the certificate of the API server, do it before the first start',
    ),
  ];
}

function clashes(cluster: Cluster, address: Address, path: Path): Problem[] {
  const problems: Problem[] = [];
  const clash = (rule: RuleName, message: string, cure: string) =>
    problems.push(error(rule, path, `${address.text} ${message}`, cure));
  const { network, nodes, loadBalancer, controlPlane } = cluster;

  const subnet = subnetOf(cluster, address);
  const reserved = subnet && reservedAs(subnet, address);
  if (isOnLink(cluster) && (!subnet || !contains(subnet, address))) {
    clash(
      'vip-outside-subnet',
      `is not in the node network ${network.subnet.map(({ text }) => text).join(' and ')}`,
      'choose a free address in it: the machines hand it over by ARP or NDP, which do not leave the network',
    );
  }
  if (reserved) clash('vip-reserved-address', `is the ${reserved} of ${subnet.text}`, 'choose a free host address');
  if (controlPlane.bgp && !network.services.some(({ family }) => family === address.family)) {
    clash(
      'vip-family',
      `is IPv${address.family}, and the machines and services have no such addresses`,
      'choose a virtual IP of a family of network.subnet, or add the family to every list of networks and addresses',
    );
  }
  // a router may well be the load balancer
  if (controlPlane.provider !== 'external' && network.gateway?.some((gateway) => sameAddress(gateway, address)))
    clash('vip-is-gateway', 'is the gateway', 'choose a free address');
  for (const node of nodes.filter((candidate) => candidate.address.some((own) => sameAddress(own, address)))) {
    clash('vip-is-node', `is the address of node ${node.name}`, 'choose an address that no machine has');
  }
  for (const ups of cluster.ups) {
    const own = upsAddress(ups);
    if (own && sameAddress(own, address))
      clash('vip-is-ups', `is where UPS "${ups.name}" is`, 'choose an address that no machine has');
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
