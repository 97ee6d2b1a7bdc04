import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { METALLB } from '../releases';
import { type BgpType, needsFrr } from './bgp-type';
import { checkName, checkWhole, Faults } from './checks';

/** Properties for `BfdProfile`. Times are in milliseconds. */
export interface BfdProfileProps {
  /** Which program speaks BGP. Native mode has no BFD, so it must be one of the others. */
  readonly bgpType: Exclude<BgpType, 'native'>;
  /** Name of the profile object. */
  readonly name: string;
  /** Shortest pause between two packets that this side can receive, 10 to 60000 ms. @default - FRR's own, 300 */
  readonly receiveInterval?: number;
  /** Shortest pause between two packets that this side sends, 10 to 60000 ms. @default - FRR's own, 300 */
  readonly transmitInterval?: number;
  /** How many packets in a row may be missing, 2 to 255. @default - FRR's own, 3 */
  readonly detectMultiplier?: number;
  /** Shortest pause between two echo packets that this side can handle, 10 to 60000 ms. @default - FRR's own, 50 */
  readonly echoInterval?: number;
  /** Whether packets are sent for the router to send back; not over several hops and not with IPv6. @default - false */
  readonly echoMode?: boolean;
  /** Whether this side waits for the router to begin. @default - false */
  readonly passiveMode?: boolean;
  /** Lowest TTL an arriving packet may carry over several hops, 1 to 254. @default - FRR's own, 254 */
  readonly minimumTtl?: number;
}

/**
 * Timers that notice a dead router within milliseconds (https://metallb.io/apis/#bfdprofile). FRR modes only: in native mode one such
 * object makes MetalLB drop its whole configuration.
 */
export class BfdProfile extends Construct {
  /** Name of the profile object. */
  readonly name: string;
  /** Which program speaks BGP. */
  readonly bgpType: BgpType;

  /** @throws Error in native mode. Else with everything that is wrong: the name, or a number outside its bounds. */
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
