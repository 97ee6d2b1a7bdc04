import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { METALLB } from '../releases';
import type { AnnouncedPool } from './announced-pool';
import { checkInterface, checkName, checkNotEmpty, checkUnique, Faults } from './checks';
import { type LabelSelector, plainNodeSelectors, plainSelectors } from './selector';

/** What an advertisement may be limited to. */
export interface L2AdvertisementOptions {
  /**
   * Name of the advertisement.
   *
   * @default - the name of the first pool
   */
  readonly name?: string;
  /**
   * Network interfaces that answer, by name. A node without any of them never answers.
   *
   * @default - every interface of the node but those of containers and virtual machines
   */
  readonly interfaces?: readonly string[];
  /**
   * Nodes that may answer, by the value of their label `kubernetes.io/hostname`. Joined with nodeSelectors.
   *
   * @default - every node, unless nodeSelectors are given
   */
  readonly nodes?: readonly string[];
  /**
   * Nodes that may answer, by their labels; one matching selector is enough.
   *
   * @default - every node, unless nodes are given
   */
  readonly nodeSelectors?: readonly LabelSelector[];
  /**
   * Services whose addresses are answered for, by their labels; one matching selector is enough.
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
 * Makes one node at a time answer ARP and NDP for the addresses of pools. When that node is gone, another one takes over.
 *
 * Source: https://metallb.io/apis/#l2advertisement
 */
export class L2Advertisement extends Construct {
  /** Name of the advertisement object. */
  readonly name: string;

  /**
   * @throws Error when there is no pool. Else with everything that is wrong: the name is no Kubernetes name, a list is there but empty
   * or has an entry twice, a node or interface has a name it can't have.
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
