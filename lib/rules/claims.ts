import type { Cluster, Path } from '../cluster';
import type { Address, AddressRange } from '../network';
import { upsAddresses } from './ups-address';

/** Addresses that a site gives to something. */
export interface Claim {
  readonly kind: 'node' | 'vip' | 'pool' | 'dhcp' | 'router' | 'ups';
  /** What has them, such as `pool "lan"`. */
  readonly what: string;
  readonly range: AddressRange;
  readonly path: Path;
}

/** Everything that a site gives addresses of its network to. */
export function claimsOf({ network, nodes, controlPlane, loadBalancer, ups }: Cluster): Claim[] {
  const claims = (kind: Claim['kind'], what: string, ranges: readonly AddressRange[], path: Path): Claim[] =>
    ranges.map((range, i) => ({ kind, what, range, path: [...path, i] }));
  return [
    ...nodes.flatMap(({ name, address }, n) =>
      claims('node', `node ${name}`, address.map(single), ['nodes', n, 'address']),
    ),
    ...network.others.flatMap((other, o) => [
      ...(other.nodes ?? []).flatMap(({ name, address }, n) =>
        claims('node', `node ${name}`, address.map(single), ['network', 'others', o, 'nodes', n, 'address']),
      ),
      ...claims('router', 'the router', (other.gateway ?? []).map(single), ['network', 'others', o, 'gateway']),
    ]),
    ...claims('vip', 'the VIP', controlPlane.vip.map(single), ['controlPlane', 'vip']),
    ...(loadBalancer?.pools ?? []).flatMap(({ name, addresses }, p) =>
      claims('pool', `pool "${name}"`, addresses, ['loadBalancer', 'pools', p, 'addresses']),
    ),
    ...claims('dhcp', 'the DHCP server', network.dhcp, ['network', 'dhcp']),
    ...claims('router', 'the router', (network.gateway ?? []).map(single), ['network', 'gateway']),
    ...ups.flatMap((one, u) =>
      upsAddresses(one).map(
        ({ address, owner }): Claim => ({ kind: 'ups', what: owner, range: single(address), path: ['ups', u] }),
      ),
    ),
  ];
}

const single = (address: Address): AddressRange => ({
  family: address.family,
  first: address,
  last: address,
  text: address.text,
});
