import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { type AddressRange, overlaps, parseAddressRange } from '../cluster/address';
import { checkName, checkNotEmpty } from './checks';
import { L2Advertisement, type L2AdvertisementOptions } from './l2-advertisement';
import { type LabelSelector, plainSelector } from './selector';
import { METALLB } from './version';

/** Who may use a pool, and which pool is asked first. */
export interface ServiceAllocation {
  /**
   * Rank among the pools a service may use: 1 is asked first.
   *
   * @default - asked after every pool with a rank
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
  /** Name of the pool, which services may ask for with the annotation `metallb.io/address-pool`. */
  readonly name: string;
  /** Ranges such as `192.168.10.240-192.168.10.250` or `192.168.10.240/28`, or single addresses; IPv4 and IPv6. */
  readonly addresses: readonly string[];
  /**
   * Whether services get addresses from here without asking for this pool.
   *
   * @default - true
   */
  readonly autoAssign?: boolean;
  /**
   * Whether IPv4 addresses that end in .0 or .255 are passed over, for clients that take them for network or broadcast addresses.
   *
   * @default - false
   */
  readonly avoidBuggyIPs?: boolean;
  /**
   * Limits the pool to certain namespaces and services, and ranks it among pools.
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
   * Whether the pool may go without an L2Advertisement of this app, because something else announces its addresses.
   *
   * @default - false: synth fails, since MetalLB would give away addresses that nobody answers for
   */
  readonly allowUnannounced?: boolean;
}

/**
 * Addresses MetalLB may give to services of type LoadBalancer. Announce them with `advertiseL2`.
 *
 * Source: https://metallb.io/apis/#ipaddresspool
 */
export class IpAddressPool extends Construct {
  /** Name of the pool object. */
  readonly name: string;
  /** The addresses, in the order given. */
  readonly ranges: readonly AddressRange[];

  private announced = false;

  /**
   * @throws Error when the name is no Kubernetes name, when there is no address, when an address can't be read, or when two ranges of
   * the pool overlap, when a rank is no whole number from 1, or when a list of the allocation is there but empty.
   */
  constructor(scope: Construct, id: string, props: IpAddressPoolProps) {
    super(scope, id);
    checkName('IPAddressPool', props.name);
    this.name = props.name;
    this.ranges = readRanges(props);
    new crd.IpAddressPool(this, 'Resource', {
      metadata: { name: props.name, namespace: METALLB.namespace, labels: props.labels },
      spec: {
        addresses: this.ranges.map(metalLbText),
        autoAssign: props.autoAssign,
        avoidBuggyIPs: props.avoidBuggyIPs,
        serviceAllocation: props.serviceAllocation && plainAllocation(props.serviceAllocation),
      },
    });
    this.node.addValidation({ validate: () => (this.announced || props.allowUnannounced ? [] : [this.unannounced()]) });
  }

  /**
   * Announces the pool by ARP and NDP. Without options every node answers on every interface, one at a time.
   *
   * @throws Error for what `L2Advertisement` throws.
   */
  advertiseL2(options: L2AdvertisementOptions = {}): L2Advertisement {
    const name = options.name ?? this.name;
    return new L2Advertisement(this, `L2-${name}`, { ...options, name, pools: [this] });
  }

  /** Called by an advertisement that names this pool. */
  markAnnounced(): void {
    this.announced = true;
  }

  private unannounced(): string {
    return (
      `pool "${this.name}" has no advertisement, so MetalLB would give away its addresses and no node would answer for them; ` +
      'call advertiseL2(), or set allowUnannounced when something else announces them'
    );
  }
}

function readRanges(props: IpAddressPoolProps): AddressRange[] {
  if (props.addresses.length === 0) {
    throw new Error(
      `pool "${props.name}" has no addresses; give at least one range, such as 192.168.10.240-192.168.10.250`,
    );
  }
  const ranges = props.addresses.map((text) => {
    try {
      return parseAddressRange(text);
    } catch (error) {
      throw new Error(`pool "${props.name}": ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  });
  for (const [index, range] of ranges.entries()) {
    const other = ranges.slice(0, index).find((earlier) => overlaps(earlier, range));
    if (other) {
      throw new Error(
        `pool "${props.name}": ${range.text} overlaps ${other.text}, which MetalLB refuses; give every address once`,
      );
    }
  }
  return ranges;
}

/** MetalLB reads `first-last` and CIDR but no single address. */
const metalLbText = (range: AddressRange): string =>
  range.text.includes('/') ? range.text : `${range.first.text}-${range.last.text}`;

function plainAllocation(allocation: ServiceAllocation): crd.IpAddressPoolSpecServiceAllocation {
  const { priority, namespaces, namespaceSelectors, serviceSelectors } = allocation;
  checkNotEmpty('serviceAllocation.namespaces', namespaces);
  checkNotEmpty('serviceAllocation.namespaceSelectors', namespaceSelectors);
  checkNotEmpty('serviceAllocation.serviceSelectors', serviceSelectors);
  if (priority !== undefined && !(Number.isSafeInteger(priority) && priority >= 1)) {
    throw new Error(
      `serviceAllocation.priority: ${priority} is no rank; write a whole number from 1, where 1 is asked first`,
    );
  }
  return {
    priority,
    namespaces: namespaces?.slice(),
    namespaceSelectors: namespaceSelectors?.map((s) => plainSelector('serviceAllocation.namespaceSelectors', s)),
    serviceSelectors: serviceSelectors?.map((s) => plainSelector('serviceAllocation.serviceSelectors', s)),
  };
}
