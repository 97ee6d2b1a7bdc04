import type { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { MAX_ASN, MAX_HOLD_SECONDS, MAX_PEER_PORT, MIN_HOLD_SECONDS, parseAddress } from '../network';
import { METALLB } from '../releases';
import type { BfdProfile } from './bfd-profile';
import { type BgpType, FRR_ONLY_PEER_FIELDS, needsFrr } from './bgp-type';
import { checkInterface, checkName, checkWhole, Faults } from './checks';
import { goDuration } from './memberlist';
import { type NodeChoice, plainNodeSelectors } from './selector';

/** Options of a peer in every mode. Its nodes are those that open the session. */
export interface BgpPeerOptions extends NodeChoice {
  /** Name of the peer object. */
  readonly name: string;
  /** AS number of the cluster. 64512 to 65534 are for private use. */
  readonly myASN: number;
  /**
   * TCP port of the router.
   *
   * @default 179
   */
  readonly peerPort?: number;
  /**
   * Source address of the session. It belongs to one node, which `nodes` must name.
   *
   * @default - the address of the route to the router
   */
  readonly sourceAddress?: string;
  /**
   * BGP router ID in the form of an IPv4 address, unique per node.
   *
   * @default - the address of the node
   */
  readonly routerID?: string;
  /**
   * How long the router keeps the routes of a silent node. At least 3 s.
   *
   * @default - 90 s
   */
  readonly holdTime?: Duration;
  /**
   * Whether a router of another AS is more than one hop away.
   *
   * @default - false
   */
  readonly ebgpMultiHop?: boolean;
  /**
   * Name of a Secret in metallb-system, of type kubernetes.io/basic-auth, whose key `password` protects the session (TCP MD5). Until it
   * exists, MetalLB rejects every change of its configuration.
   *
   * @default - no password
   */
  readonly passwordSecret?: string;
}

/** Options of a peer in FRR modes. */
export interface FrrPeerOptions {
  /** Faster failure detection than holdTime. @default - holdTime alone */
  readonly bfdProfile?: BfdProfile;
  /** Interval of keepalive messages. @default - a third of holdTime */
  readonly keepaliveTime?: Duration;
  /** Interval of connection attempts, whole seconds. @default - FRR's own, 120 s */
  readonly connectTime?: Duration;
  /** VRF of the session. @default - none */
  readonly vrf?: string;
  /** Whether the router keeps the routes while a speaker restarts. Fixed at creation. @default - false */
  readonly enableGracefulRestart?: boolean;
  /** Whether one session carries IPv4 and IPv6 routes. @default - false */
  readonly dualStackAddressFamily?: boolean;
  /** AS number for this router instead of myASN. @default - myASN */
  readonly localASN?: number;
}

/** The AS number of the router: fixed, or from the session, equal to ours (internal) or not (external). */
export type PeerAsn =
  | { readonly peerASN: number; readonly dynamicASN?: undefined }
  | { readonly peerASN?: undefined; readonly dynamicASN: 'internal' | 'external' };

/** The router's address, or the interface to it. */
export type PeerLocation =
  | { readonly peerAddress: string; readonly interface?: undefined }
  | { readonly peerAddress?: undefined; readonly interface: string };

/** A peer of MetalLB's native mode: IPv4, and nothing that needs FRR. */
export type NativeBgpPeerProps = BgpPeerOptions & {
  readonly [Key in keyof FrrPeerOptions]?: undefined;
} & {
  /** @default 'native' */
  readonly bgpType?: 'native';
  /** AS number of the router. */
  readonly peerASN: number;
  readonly dynamicASN?: undefined;
  /** IPv4 address of the router. */
  readonly peerAddress: string;
  readonly interface?: undefined;
};

/** A peer of MetalLB in an FRR mode. */
export type FrrBgpPeerProps = BgpPeerOptions &
  FrrPeerOptions &
  PeerAsn &
  PeerLocation & { readonly bgpType: Exclude<BgpType, 'native'> };

/** Properties for `BgpPeer`. */
export type BgpPeerProps = NativeBgpPeerProps | FrrBgpPeerProps;

/**
 * A router that receives the routes of services.
 *
 * Source: https://metallb.io/apis/#bgppeer, version v1beta2
 */
export class BgpPeer extends Construct {
  /** Name of the peer object. */
  readonly name: string;
  /** BGP implementation. */
  readonly bgpType: BgpType;
  /** Whether router and cluster have one AS number; undefined if the session determines it. */
  readonly isInternal: boolean | undefined;

  /**
   * @throws Error with everything that is wrong: an invalid name, number, address or time, or an option of FRR modes in native mode
   */
  constructor(scope: Construct, id: string, props: BgpPeerProps) {
    super(scope, id);
    this.name = props.name;
    this.bgpType = props.bgpType ?? 'native';
    this.isInternal = props.dynamicASN ? props.dynamicASN === 'internal' : props.peerASN === props.myASN;
    const label = `BGPPeer "${props.name}"`;
    const faults = new Faults();
    faults.check(() => checkName('BGPPeer', props.name));
    checkNumbers(label, props, faults);
    checkTimes(label, props, faults);
    checkLocation(label, props, faults);
    if (this.bgpType === 'native') checkNative(label, props, faults);
    const nodeSelectors = faults.attempt(() => plainNodeSelectors(label, props));
    faults.throwAll();
    new crd.BgpPeerV1Beta2(this, 'Resource', {
      metadata: { name: props.name, namespace: METALLB.namespace },
      spec: {
        myAsn: props.myASN,
        peerAsn: props.peerASN,
        dynamicAsn: props.dynamicASN && DYNAMIC[props.dynamicASN],
        localAsn: props.localASN,
        peerAddress: props.peerAddress && parseAddress(props.peerAddress).text,
        interface: props.interface,
        peerPort: props.peerPort,
        sourceAddress: props.sourceAddress && parseAddress(props.sourceAddress).text,
        routerId: props.routerID,
        holdTime: props.holdTime && goDuration(props.holdTime),
        keepaliveTime: props.keepaliveTime && goDuration(props.keepaliveTime),
        connectTime: props.connectTime && goDuration(props.connectTime),
        ebgpMultiHop: props.ebgpMultiHop,
        passwordSecret: props.passwordSecret ? { name: props.passwordSecret, namespace: METALLB.namespace } : undefined,
        bfdProfile: props.bfdProfile?.name,
        enableGracefulRestart: props.enableGracefulRestart,
        dualStackAddressFamily: props.dualStackAddressFamily,
        vrf: props.vrf,
        nodeSelectors,
      },
    });
  }
}

const DYNAMIC = {
  internal: crd.BgpPeerV1Beta2SpecDynamicAsn.INTERNAL,
  external: crd.BgpPeerV1Beta2SpecDynamicAsn.EXTERNAL,
};

function checkNumbers(label: string, props: BgpPeerProps, faults: Faults): void {
  const { myASN, peerASN, dynamicASN, localASN, peerPort, ebgpMultiHop } = props;
  faults.check(
    () => checkWhole(`${label}: myASN`, myASN, 1, MAX_ASN),
    () => checkWhole(`${label}: peerASN`, peerASN, 1, MAX_ASN),
    () => checkWhole(`${label}: localASN`, localASN, 1, MAX_ASN),
    () => checkWhole(`${label}: peerPort`, peerPort, 1, MAX_PEER_PORT),
    () => exactlyOne(label, { peerASN, dynamicASN }),
    () => {
      if (!ebgpMultiHop || peerASN !== myASN) return;
      throw new Error(
        `${label}: ebgpMultiHop with AS number ${myASN} on both sides is refused by MetalLB; remove it, because within one AS any number of hops works`,
      );
    },
  );
}

function checkTimes(label: string, { holdTime, keepaliveTime, connectTime }: BgpPeerProps, faults: Faults): void {
  const seconds = holdTime?.toSeconds({ integral: false });
  faults.check(
    () => checkWhole(`${label}: holdTime in seconds`, seconds, MIN_HOLD_SECONDS, MAX_HOLD_SECONDS),
    () => checkWhole(`${label}: connectTime in seconds`, connectTime?.toSeconds({ integral: false }), 1, 65_535),
    () => {
      if (!keepaliveTime || !holdTime || keepaliveTime.toMilliseconds() <= holdTime.toMilliseconds()) return;
      throw new Error(
        `${label}: keepaliveTime ${goDuration(keepaliveTime)} is longer than holdTime ${goDuration(holdTime)}; give a third of it`,
      );
    },
  );
}

function checkLocation(label: string, props: BgpPeerProps, faults: Faults): void {
  const { peerAddress, interface: port, sourceAddress, routerID, passwordSecret } = props;
  faults.check(
    () => exactlyOne(label, { peerAddress, interface: port }),
    () => port !== undefined && checkInterface(`${label}: interface`, port),
    () => passwordSecret !== undefined && checkName('Secret', passwordSecret),
    () => {
      if (sourceAddress === undefined || props.nodes?.length === 1 || props.nodeSelectors !== undefined) return;
      throw new Error(
        `${label}: sourceAddress ${sourceAddress} belongs to one node; name that node in nodes, and add a peer for each other node`,
      );
    },
  );
  const read = (key: string, text: string | undefined) =>
    faults.attempt(() => {
      try {
        return text === undefined ? undefined : parseAddress(text);
      } catch (error) {
        throw new Error(`${label}: ${key}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    });
  const peer = read('peerAddress', peerAddress);
  const source = read('sourceAddress', sourceAddress);
  const id = read('routerID', routerID);
  faults.check(
    () => {
      if (!peer || !source || peer.family === source.family) return;
      throw new Error(
        `${label}: sourceAddress ${source.text} and peerAddress ${peer.text} have different IP families; give both of one family`,
      );
    },
    () => {
      if (id?.family !== 6) return;
      throw new Error(`${label}: routerID ${id.text} is an IPv6 address; write it in the form of an IPv4 address`);
    },
    () => {
      if (peer?.family !== 6 || props.bgpType === 'frr' || props.bgpType === 'frr-k8s') return;
      throw new Error(needsFrr(`${label}: peerAddress ${peer.text}, which is IPv6,`));
    },
  );
}

/** For callers without types. */
function checkNative(label: string, props: BgpPeerProps, faults: Faults): void {
  const given = Object.entries(props).flatMap(([key, value]) => (value === undefined || value === false ? [] : [key]));
  for (const key of FRR_ONLY_PEER_FIELDS.filter((field) => given.includes(field))) {
    faults.check(() => {
      throw new Error(needsFrr(`${label}: ${key}`));
    });
  }
}

function exactlyOne(label: string, choice: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(choice);
  const given = keys.filter((key) => choice[key] !== undefined);
  if (given.length === 1) return;
  throw new Error(`${label} has ${given.length === 0 ? 'neither' : 'both'} of ${keys.join(' and ')}; give one of them`);
}
