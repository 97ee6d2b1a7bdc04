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

/** Limits of the early shutdown; the first one reached triggers it. */
export interface EarlyShutdown {
  readonly onBatterySeconds?: number;
  readonly chargeBelowPercent?: number;
  readonly runtimeBelowSeconds?: number;
}

/** What powers a node off: killpowerd on the host, or systemd-logind over D-Bus. */
export type Actuator = 'killpowerd' | 'logind';

/** The input of the pods' files. */
export interface NutModel {
  readonly cabled: readonly CabledUps[];
  readonly served: readonly ServedUps[];
  readonly nodes: readonly FedNode[];
  readonly port: number;
  readonly timing: NutTiming;
  readonly early?: EarlyShutdown;
  /** False: what would power a node off or command a UPS is logged instead. */
  readonly armed: boolean;
  readonly actuator: Actuator;
  /** What killpowerd of this version writes beside its heartbeat. @default - not compared */
  readonly killpowerdHash?: string;
  /** Whether upsd and upsmon use TLS with the certificates of a Secret. */
  readonly tls: boolean;
}
