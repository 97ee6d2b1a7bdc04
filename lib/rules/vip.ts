import { isOnLink, serversOf, subnetOf } from '../cluster';
import { type Address, type AddressRange, contains, reservedAs, sameAddress } from '../network';
import { subject } from './subject';
import { upsAddresses } from './ups-address';

const RULES = {
  'vip-outside-subnet': { cause: 'The VIP is outside the node network' },
  'vip-reserved-address': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-is-gateway': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-is-node': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-is-ups': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-in-pool': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-in-dhcp': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-in-pod-range': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-in-service-range': { cause: 'The VIP is, or could be assigned to, what the rule names' },
  'vip-family': { cause: 'The VIP is announced by BGP and is of an IP family that the nodes do not have' },
  'no-dns-name': {
    cause: '`controlPlane.dnsName`, a name in the API server certificate, is not set',
    cure: 'Set it before the first boot',
    severity: 'warning',
  },
} as const;

/**
 * The VIP is a free host address. Where nodes announce it by ARP, NDP or VRRP, it is in the node network; routers and load balancers
 * may have it anywhere.
 */
export const vip = subject(RULES, (cluster, report) => {
  const { network, nodes, ups, loadBalancer, controlPlane } = cluster;
  for (const [i, address] of controlPlane.vip.entries()) {
    const clash = (rule: keyof typeof RULES, message: string, cure: string): void =>
      report(rule, ['controlPlane', 'vip', i], `VIP ${address.text} ${message}`, cure);
    const isIt = (other: Address): boolean => sameAddress(other, address);
    const around = (ranges: readonly AddressRange[]) => ranges.filter((range) => contains(range, address));

    const subnet = subnetOf(cluster, address);
    const reserved = subnet && reservedAs(subnet, address);
    if (isOnLink(cluster) && (!subnet || !contains(subnet, address))) {
      clash(
        'vip-outside-subnet',
        `is outside the node network ${network.subnet.map(({ text }) => text).join(' and ')}`,
        'choose a free address in it',
      );
    }
    if (reserved) clash('vip-reserved-address', `is the ${reserved} of ${subnet.text}`, 'choose a free host address');
    if (controlPlane.bgp && !network.services.some(({ family }) => family === address.family)) {
      clash(
        'vip-family',
        `is IPv${address.family}, a family that nodes and services do not have`,
        'choose a VIP of a family in network.subnet, or add the family to every network and node',
      );
    }
    // a router may be the load balancer
    if (controlPlane.provider !== 'external' && network.gateway?.some(isIt)) {
      clash('vip-is-gateway', 'is the gateway', 'choose a free address');
    }
    for (const node of nodes.filter((candidate) => candidate.address.some(isIt))) {
      clash('vip-is-node', `is the address of node ${node.name}`, 'choose a free address');
    }
    for (const { address: own, owner } of ups.flatMap(upsAddresses)) {
      if (isIt(own)) clash('vip-is-ups', `is the address of ${owner}`, 'choose a free address');
    }
    for (const pool of loadBalancer?.pools ?? []) {
      for (const range of around(pool.addresses)) {
        clash('vip-in-pool', `is inside pool "${pool.name}" (${range.text})`, 'choose an address outside every pool');
      }
    }
    for (const range of around(network.dhcp)) {
      clash('vip-in-dhcp', `is inside the DHCP range ${range.text}`, 'choose an address outside the DHCP ranges');
    }
    for (const range of around(network.pods)) {
      clash('vip-in-pod-range', `is inside the pod network ${range.text}`, 'choose an address of the node network');
    }
    for (const range of around(network.services)) {
      clash(
        'vip-in-service-range',
        `is inside the service network ${range.text}`,
        'choose an address of the node network',
      );
    }
  }
  // kubectl tries every address of a name, so a name with an A record for each server works without the VIP
  if (controlPlane.dnsName !== undefined || serversOf(cluster).length < 2) return;
  report(
    'no-dns-name',
    ['controlPlane'],
    'controlPlane.dnsName is not set: if the VIP is unreachable, kubectl must use a per-server context',
    'set it before the first boot, to a name with an A record for each server',
  );
});
