import type { AnnouncedPool } from './announced-pool';
import { checkName, checkUnique, Faults } from './checks';
import { type LabelSelector, type NodeChoice, plainNodeSelectors, plainSelectors } from './selector';

/** Limits of L2 and BGP advertisements. */
export interface AdvertisementOptions extends NodeChoice {
  /**
   * Name of the advertisement.
   *
   * @default - the name of the first pool
   */
  readonly name?: string;
  /**
   * Services to announce, by their labels; one matching selector is enough.
   *
   * @default - every service with an address from the pools
   */
  readonly serviceSelectors?: readonly LabelSelector[];
}

interface Advertised extends AdvertisementOptions {
  readonly pools: readonly AnnouncedPool[];
}

/**
 * The name of an advertisement, and how messages name it.
 *
 * @throws Error without a pool
 */
export function identify(kind: string, { name, pools }: Advertised): { readonly name: string; readonly label: string } {
  const [firstPool] = pools;
  const own = name ?? firstPool?.name ?? '';
  const label = `${kind} "${own}"`;
  if (firstPool === undefined)
    throw new Error(`${label} has no pools, which MetalLB reads as "all"; give at least one IpAddressPool`);
  return { name: own, label };
}

/** The fields that both kinds have. Adds everything that is wrong with them to the faults. */
export function commonSpec(kind: string, props: Advertised, faults: Faults) {
  const { name, label } = identify(kind, props);
  const ipAddressPools = props.pools.map((pool) => pool.name);
  faults.check(
    () => checkName(kind, name),
    () => checkUnique(`${label}: pools`, ipAddressPools),
  );
  return {
    ipAddressPools,
    nodeSelectors: faults.attempt(() => plainNodeSelectors(label, props)),
    serviceSelectors: faults.attempt(() => plainSelectors(`${label}: serviceSelectors`, props.serviceSelectors)),
  };
}
