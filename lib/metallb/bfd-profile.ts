import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { METALLB } from '../releases';
import { type BgpType, needsFrr } from './bgp-type';
import { checkName, checkWhole, Faults } from './checks';

/** Properties for `BfdProfile`. Times are in milliseconds. */
export interface BfdProfileProps {
  /** BGP implementation. Native mode has no BFD. */
  readonly bgpType: Exclude<BgpType, 'native'>;
  /** Name of the profile object. */
  readonly name: string;
  /** Minimum receive interval, 10 to 60000 ms. @default - FRR's own, 300 */
  readonly receiveInterval?: number;
  /** Minimum transmit interval, 10 to 60000 ms. @default - FRR's own, 300 */
  readonly transmitInterval?: number;
  /** Lost packets in a row that end the session, 2 to 255. @default - FRR's own, 3 */
  readonly detectMultiplier?: number;
  /** Minimum echo receive interval, 10 to 60000 ms. @default - FRR's own, 50 */
  readonly echoInterval?: number;
  /** Whether to send echo packets; not over several hops or with IPv6. @default - false */
  readonly echoMode?: boolean;
  /** Whether the router has to start the session. @default - false */
  readonly passiveMode?: boolean;
  /** Minimum TTL of received packets over several hops, 1 to 254. @default - FRR's own, 254 */
  readonly minimumTtl?: number;
}

/**
 * Timers that detect a failed router within milliseconds (https://metallb.io/apis/#bfdprofile). FRR modes only: in native mode such an
 * object makes MetalLB drop its whole configuration.
 */
export class BfdProfile extends Construct {
  /** Name of the profile object. */
  readonly name: string;
  /** Which program speaks BGP. */
  readonly bgpType: BgpType;

  /** @throws Error in native mode, else with everything that is wrong: an invalid name or number */
  constructor(scope: Construct, id: string, props: BfdProfileProps) {
    super(scope, id);
    const { bgpType, name, ...spec } = props;
    this.name = name;
    this.bgpType = bgpType;
    const label = `BFDProfile "${name}"`;
    if (!['frr', 'frr-k8s'].includes(bgpType)) throw new Error(needsFrr(label));
    const faults = new Faults();
    faults.check(
      () => checkName('BFDProfile', name),
      ...(['receiveInterval', 'transmitInterval', 'echoInterval'] as const).map(
        (key) => () => checkWhole(`${label}: ${key}`, spec[key], 10, 60_000),
      ),
      () => checkWhole(`${label}: detectMultiplier`, spec.detectMultiplier, 2, 255),
      () => checkWhole(`${label}: minimumTtl`, spec.minimumTtl, 1, 254),
    );
    faults.throwAll();
    new crd.BfdProfile(this, 'Resource', { metadata: { name, namespace: METALLB.namespace }, spec });
  }
}
