import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { type Address, type AddressRange, overlaps, parseAddressRange } from '../network';
import { METALLB } from '../releases';
import type { AnnouncedPool } from './announced-pool';
import { BgpAdvertisement, type BgpAdvertisementOptions } from './bgp-advertisement';
import { checkName, checkNotEmpty, checkUnique, Faults } from './checks';
import { L2Advertisement, type L2AdvertisementOptions } from './l2-advertisement';
import { type LabelSelector, plainSelectors } from './selector';
import { checkPoolWithinApp } from './whole-app';
import { givesOut } from './whole-app/objects';

/** Limits and priority of a pool. */
export interface ServiceAllocation {
  /**
   * Priority among the pools that a service may use: 1 is the highest.
   *
   * @default - the lowest
   */
  readonly priority?: number;
  /**
   * Namespaces that may use the pool, by name.
   *
   * @default - every namespace, unless namespaceSelectors are given
   */
  readonly namespaces?: readonly string[];
  /**
   * Namespaces that may use the pool, by their labels; one matching selector is enough.
   *
   * @default - every namespace, unless namespaces are given
   */
  readonly namespaceSelectors?: readonly LabelSelector[];
  /**
   * Services that may use the pool, by their labels; one matching selector is enough.
   *
   * @default - every service
   */
  readonly serviceSelectors?: readonly LabelSelector[];
}

/** Properties for `IpAddressPool`. */
export interface IpAddressPoolProps {
  /** Name of the pool, for the annotation `metallb.io/address-pool` of services. */
  readonly name: string;
  /** Ranges such as `192.168.10.240-192.168.10.250` or `192.168.10.240/28`, or single addresses; IPv4 and IPv6. */
  readonly addresses: readonly string[];
  /**
   * Whether services that request no pool get addresses from this one.
   *
   * @default - true
   */
  readonly autoAssign?: boolean;
  /**
   * Whether to skip IPv4 addresses that end in .0 or .255, which some clients treat as network or broadcast addresses.
   *
   * @default - false
   */
  readonly avoidBuggyIPs?: boolean;
  /**
   * Limits the pool to namespaces and services, and sets its priority.
   *
   * @default - every service may use it
   */
  readonly serviceAllocation?: ServiceAllocation;
  /**
   * Labels of the pool object.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Whether something outside this app announces the pool.
   *
   * @default - false: synth fails without an advertisement
   */
  readonly allowUnannounced?: boolean;
}

/**
 * Addresses for services of type LoadBalancer. Announce them with `advertiseL2` or `advertiseBgp`.
 *
 * Synth then checks all pools, advertisements and LoadBalancer services of the app together.
 *
 * Source: https://metallb.io/apis/#ipaddresspool
 */
export class IpAddressPool extends Construct implements AnnouncedPool {
  /** Name of the pool object. */
  readonly name: string;
  /** The addresses, in the order given. */
  readonly ranges: readonly AddressRange[];

  /** Whether something outside this app announces the pool. */
  readonly allowUnannounced: boolean;

  private readonly avoidBuggyIPs: boolean;

  /**
   * @throws Error with everything that is wrong: an invalid name, address or priority, no address, overlapping ranges, an empty list, a
   * duplicate
   */
  constructor(scope: Construct, id: string, props: IpAddressPoolProps) {
    super(scope, id);
    this.name = props.name;
    this.allowUnannounced = props.allowUnannounced ?? false;
    this.avoidBuggyIPs = props.avoidBuggyIPs ?? false;
    const faults = new Faults();
    faults.check(() => checkName('IPAddressPool', props.name));
    this.ranges = readRanges(props, faults);
    const serviceAllocation = plainAllocation(props, faults);
    faults.throwAll();
    new crd.IpAddressPool(this, 'Resource', {
      metadata: { name: props.name, namespace: METALLB.namespace, labels: props.labels },
      spec: {
        addresses: this.ranges.map(metalLbText),
        autoAssign: props.autoAssign,
        avoidBuggyIPs: props.avoidBuggyIPs,
        serviceAllocation,
      },
    });
    checkPoolWithinApp(this);
  }

  /** Whether MetalLB may assign this address. */
  offers(address: Address): boolean {
    return givesOut(this.ranges, this.avoidBuggyIPs, address);
  }

  /**
   * Announces the pool by ARP and NDP; by default from any node, on every interface.
   *
   * @throws Error as `L2Advertisement`
   */
  advertiseL2(options: L2AdvertisementOptions = {}): L2Advertisement {
    const name = options.name ?? this.name;
    return new L2Advertisement(this, `L2-${name}`, { ...options, name, pools: [this] });
  }

  /**
   * Announces the pool by BGP; by default from every node to every peer.
   *
   * @throws Error as `BgpAdvertisement`
   */
  advertiseBgp(options: BgpAdvertisementOptions = {}): BgpAdvertisement {
    const name = options.name ?? this.name;
    return new BgpAdvertisement(this, `Bgp-${name}`, { ...options, name, pools: [this] });
  }
}

function readRanges({ name, addresses }: IpAddressPoolProps, faults: Faults): AddressRange[] {
  const label = `pool "${name}"`;
  faults.check(() => {
    if (addresses.length > 0) return;
    throw new Error(`${label} has no addresses; give at least one range, such as 192.168.10.240-192.168.10.250`);
  });
  const ranges = addresses.flatMap((text) => faults.attempt(() => readRange(label, text)) ?? []);
  for (const [index, range] of ranges.entries()) {
    const other = ranges.slice(0, index).find((earlier) => overlaps(earlier, range));
    faults.check(() => {
      if (!other) return;
      throw new Error(`${label}: ${range.text} overlaps ${other.text}; give every address once`);
    });
  }
  return ranges;
}

function readRange(label: string, text: string): AddressRange {
  try {
    return parseAddressRange(text);
  } catch (error) {
    throw new Error(`${label}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** MetalLB reads only `first-last` and CIDR. */
const metalLbText = (range: AddressRange): string =>
  range.text.includes('/') ? range.text : `${range.first.text}-${range.last.text}`;

function plainAllocation(
  { name, serviceAllocation }: IpAddressPoolProps,
  faults: Faults,
): crd.IpAddressPoolSpecServiceAllocation | undefined {
  if (!serviceAllocation) return undefined;
  const { priority, namespaces, ...selectors } = serviceAllocation;
  const label = `pool "${name}": serviceAllocation`;
  faults.check(
    () => {
      if (priority === undefined || (Number.isSafeInteger(priority) && priority >= 1)) return;
      throw new Error(`${label}.priority: ${priority} is invalid; give a whole number from 1, the highest priority`);
    },
    () => checkNotEmpty(`${label}.namespaces`, namespaces),
    () => checkUnique(`${label}.namespaces`, namespaces),
  );
  const copy = (key: keyof typeof selectors) => faults.attempt(() => plainSelectors(`${label}.${key}`, selectors[key]));
  return {
    priority,
    namespaces: namespaces?.slice(),
    namespaceSelectors: copy('namespaceSelectors'),
    serviceSelectors: copy('serviceSelectors'),
  };
}
