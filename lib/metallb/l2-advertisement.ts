import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { METALLB } from '../releases';
import { type AdvertisementOptions, commonSpec, identify } from './advertisement';
import type { AnnouncedPool } from './announced-pool';
import { checkInterface, checkNotEmpty, checkUnique, Faults } from './checks';

/** Limits of an L2 advertisement. Its nodes are those that may answer. */
export interface L2AdvertisementOptions extends AdvertisementOptions {
  /**
   * Names of the network interfaces that answer. A node without any of them does not answer.
   *
   * @default - every interface except those of containers and virtual machines
   */
  readonly interfaces?: readonly string[];
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
    const { interfaces } = props;
    const { name, label } = identify('L2Advertisement', props);
    this.name = name;
    const faults = new Faults();
    const common = commonSpec('L2Advertisement', props, faults);
    faults.check(
      () => checkNotEmpty(`${label}: interfaces`, interfaces),
      () => checkUnique(`${label}: interfaces`, interfaces),
      ...(interfaces ?? []).map((own) => () => checkInterface(`${label}: interfaces`, own)),
    );
    faults.throwAll();
    new crd.L2Advertisement(this, 'Resource', {
      metadata: { name, namespace: METALLB.namespace },
      spec: { ...common, interfaces: interfaces?.slice() },
    });
  }
}
