import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { METALLB } from '../releases';
import type { AnnouncedPool } from './announced-pool';
import { checkInterface, checkName, checkNotEmpty, checkUnique, Faults } from './checks';
import { type LabelSelector, type NodeChoice, plainNodeSelectors, plainSelectors } from './selector';

/** Limits of an L2 advertisement. Its nodes are those that may answer. */
export interface L2AdvertisementOptions extends NodeChoice {
  /**
   * Name of the advertisement.
   *
   * @default - the name of the first pool
   */
  readonly name?: string;
  /**
   * Names of the network interfaces that answer. A node without any of them does not answer.
   *
   * @default - every interface except those of containers and virtual machines
   */
  readonly interfaces?: readonly string[];
  /**
   * Services to answer for, by their labels; one matching selector is enough.
   *
   * @default - every service with an address from the pools
   */
  readonly serviceSelectors?: readonly LabelSelector[];
}

/** Properties for `L2Advertisement`. */
export interface L2AdvertisementProps extends L2AdvertisementOptions {
  /** Pools to answer for, at least one. */
  readonly pools: readonly AnnouncedPool[];
}

/**
 * One node at a time answers ARP and NDP for the addresses of pools. If it fails, another node takes over.
 *
 * Source: https://metallb.io/apis/#l2advertisement
 */
export class L2Advertisement extends Construct {
  /** Name of the advertisement object. */
  readonly name: string;

  /**
   * @throws Error without a pool, else with everything that is wrong: an invalid name, an empty list, a duplicate
   */
  constructor(scope: Construct, id: string, props: L2AdvertisementProps) {
    super(scope, id);
    const { pools, interfaces, serviceSelectors } = props;
    const [firstPool] = pools;
    this.name = props.name ?? firstPool?.name ?? '';
    const label = `L2Advertisement "${this.name}"`;
    if (firstPool === undefined) {
      throw new Error(`${label} has no pools, which MetalLB reads as "all"; give at least one IpAddressPool`);
    }
    const poolNames = pools.map((pool) => pool.name);
    const faults = new Faults();
    faults.check(
      () => checkName('L2Advertisement', this.name),
      () => checkUnique(`${label}: pools`, poolNames),
      () => checkNotEmpty(`${label}: interfaces`, interfaces),
      () => checkUnique(`${label}: interfaces`, interfaces),
      ...(interfaces ?? []).map((name) => () => checkInterface(`${label}: interfaces`, name)),
    );
    const nodeSelectors = faults.attempt(() => plainNodeSelectors(label, props));
    const services = faults.attempt(() => plainSelectors(`${label}: serviceSelectors`, serviceSelectors));
    faults.throwAll();
    new crd.L2Advertisement(this, 'Resource', {
      metadata: { name: this.name, namespace: METALLB.namespace },
      spec: {
        ipAddressPools: poolNames,
        interfaces: interfaces?.slice(),
        nodeSelectors,
        serviceSelectors: services,
      },
    });
  }
}
