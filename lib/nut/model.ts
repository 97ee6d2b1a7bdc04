/** Value of a driver option; true is a flag, and a secret value is in the Secret under `driverPasswordKey`. */
export type DriverOption = string | number | true | { readonly secret: true };

/** One section of ups.conf. */
export interface UpsSection {
  readonly name: string;
  readonly driver: string;
  readonly port: string;
  readonly description?: string;
  readonly options?: Readonly<Record<string, DriverOption>>;
}

/** A UPS with a cable to a node, on which its driver and upsd run. */
export interface CabledUps extends UpsSection {
  /** Name of the Kubernetes node. */
  readonly node: string;
  /** Addresses of that node as IP literals, IPv6 without brackets. upsd listens on all; other nodes connect to the first. */
  readonly addresses: readonly [string, ...string[]];
  /** The driver's offdelay: seconds from the command to the cut of the output. */
  readonly offDelaySeconds: number;
  /** What its driver shows as ups.delay.shutdown, and at least as ups.delay.start. @default - offDelaySeconds, and 0 */
  readonly shownDelays?: { readonly off: number; readonly on: number };
  /** What its driver needs behind `shutdown.return`. @default - nothing */
  readonly returnArgument?: number;
  /** Hosts outside the cluster that it feeds. @default - none */
  readonly clients?: readonly OutsideClient[];
}

/** A host outside the cluster, a secondary of upsd. The password of its user has the Secret key `client-<name>`. */
export interface OutsideClient {
  readonly name: string;
  /** Address from which it connects, as an IP literal. */
  readonly address: string;
  readonly user: string;
}

/** A UPS that a host outside the cluster serves as its primary, such as a NAS. */
export interface ServedUps {
  readonly name: string;
  /** Address of the host as an IP literal, IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** User of its upsd; the password has the Secret key `server-<UPS>`. */
  readonly user: string;
}

/** A node that at least one UPS feeds. */
export interface FedNode {
  /** Name of the Kubernetes node. */
  readonly name: string;
  /** Client address of the node at upsd. */
  readonly address: string;
  /** The UPSes that feed it, with the number of its power supplies each feeds. */
  readonly feeds: readonly { readonly ups: string; readonly powerValue: number }[];
  /** Number of power supplies that it needs. */
  readonly minSupplies: number;
  /** Seconds from its commit to its power-off. */
  readonly stageSeconds: number;
  /** Halt budget in seconds, after which it is powered off by force. */
  readonly haltSeconds: number;
  /** Limits at which it powers off before the others. @default - with the others */
  readonly shed?: BatteryLimits;
  /** MAC address of its interface in the node network, for wake-on-LAN. @default - learned by ARP from ipv4 */
  readonly mac?: string;
  /** An IPv4 address of the node. @default - it has none */
  readonly ipv4?: string;
}

/** Times of every node in seconds, by upsmon's names. */
export interface NutTiming {
  /** Poll interval on line. */
  readonly pollFreq: number;
  /** Poll interval on battery. */
  readonly pollFreqAlert: number;
  readonly deadTime: number;
  readonly hostSync: number;
  readonly finalDelay: number;
  /** Time of the dead-man timer. */
  readonly lease: number;
}

/** Limits of a UPS on battery; the first one reached counts. */
export interface BatteryLimits {
  readonly onBatterySeconds?: number;
  readonly chargeBelowPercent?: number;
  readonly runtimeBelowSeconds?: number;
}

/** What powers a node off: killpowerd on the host, or systemd-logind over D-Bus. */
export type Actuator = 'killpowerd' | 'logind';

/** A text of the site, or one that the Secret holds under `receiverKey`. */
export type MaybeSecret = string | { readonly secret: true };

/** Who gets messages about power failures. */
export interface Receiver {
  readonly name: string;
  readonly type: 'ntfy' | 'gotify' | 'webhook' | 'mail';
  readonly url: MaybeSecret;
  /** @default - none */
  readonly token?: { readonly secret: true };
  /** Account at the mail server. @default - none */
  readonly user?: string;
  /** Sender of a mail. */
  readonly from?: string;
  /** Recipients of a mail. */
  readonly to?: readonly string[];
}

/** Messages about power failures. */
export interface Notify {
  /** Name of the site, in each message. */
  readonly site: string;
  readonly receivers: readonly Receiver[];
}

/** The input of the pods' files. */
export interface NutModel {
  readonly cabled: readonly CabledUps[];
  readonly served: readonly ServedUps[];
  readonly nodes: readonly FedNode[];
  readonly port: number;
  readonly timing: NutTiming;
  readonly early?: BatteryLimits;
  /** False: what would power a node off or command a UPS is logged instead. */
  readonly armed: boolean;
  readonly actuator: Actuator;
  /** What killpowerd of this version writes beside its heartbeat. @default - not compared */
  readonly killpowerdHash?: string;
  /** @default - no messages */
  readonly notify?: Notify;
  /** Whether upsd and upsmon use TLS with the certificates of a Secret. */
  readonly tls: boolean;
}
