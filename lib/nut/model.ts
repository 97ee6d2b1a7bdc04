/** Value of a driver option; true is a flag without a value, and a secret one stands in the Secret under `driverPasswordKey`. */
export type DriverOption = string | number | true | { readonly secret: true };

/** One section of ups.conf. */
export interface UpsSection {
  readonly name: string;
  readonly driver: string;
  readonly port: string;
  readonly description?: string;
  readonly options?: Readonly<Record<string, DriverOption>>;
}

/** A UPS that a node of the cluster talks to: its driver and its upsd run there. */
export interface CabledUps extends UpsSection {
  /** Name of the Kubernetes node. */
  readonly node: string;
  /** Addresses of that node as IP literals, IPv6 without brackets; upsd listens there and the other nodes call the first. */
  readonly addresses: readonly [string, ...string[]];
  /** Seconds from the command to the cut, which the driver was given. */
  readonly offDelaySeconds: number;
}

/** A UPS that a machine outside the cluster serves, such as a NAS, which is also its primary. */
export interface ServedUps {
  readonly name: string;
  /** Address of the machine as an IP literal, IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** User of its upsd; the password is the key `server-<name of the UPS>` of the Secret. */
  readonly user: string;
}

/** A node that is fed by at least one UPS. */
export interface FedNode {
  /** Name of the Kubernetes node. */
  readonly name: string;
  /** Address of the node as upsd sees it. */
  readonly address: string;
  /** The UPSes that feed it and how many of its power supplies each feeds. */
  readonly feeds: readonly { readonly ups: string; readonly powerValue: number }[];
  /** How many power supplies it needs to run. */
  readonly minSupplies: number;
  /** Seconds from its commit to its power-off. */
  readonly stageSeconds: number;
  /** Seconds it may take to halt before it is forced off. */
  readonly haltSeconds: number;
}

/** Times that are the same on every node, in seconds; the names are upsmon's, in lower case. */
export interface NutTiming {
  /** Pause between two looks at the UPS on line. */
  readonly pollFreq: number;
  /** Pause between two looks on battery. */
  readonly pollFreqAlert: number;
  readonly deadTime: number;
  readonly hostSync: number;
  readonly finalDelay: number;
  /** Life of the dead-man lease. */
  readonly lease: number;
}

/** When to shut down before the battery is low; whichever comes first. */
export interface EarlyShutdown {
  readonly onBatterySeconds?: number;
  readonly chargeBelowPercent?: number;
  readonly runtimeBelowSeconds?: number;
}

/** What powers a machine off: killpowerd on the machine, or systemd-logind over its D-Bus socket. */
export type Actuator = 'killpowerd' | 'logind';

/** Everything that the files of the pods depend on. */
export interface NutModel {
  readonly cabled: readonly CabledUps[];
  readonly served: readonly ServedUps[];
  readonly nodes: readonly FedNode[];
  readonly port: number;
  readonly timing: NutTiming;
  readonly early?: EarlyShutdown;
  readonly actuator: Actuator;
  /** upsd and upsmon speak TLS with the certificates of a Secret. */
  readonly tls: boolean;
}
