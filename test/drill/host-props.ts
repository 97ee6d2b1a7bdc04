import type { Network } from './network';
import type { Labels } from './node-affinity';
import type { Timeline } from './timeline';

/** What a node runs once it is up, such as the kubelet with its pods. */
export interface Workload {
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
  kill(): Promise<void>;
}

/** What powers a node off: a shell script that takes its commands from the environment variables of killpowerd. */
export interface Watcher {
  readonly script: string;
  /** Its arguments for a node with this power-off directory. */
  readonly argumentsFor: (folder: string) => readonly string[];
  /** Its arguments before the workloads start. @default - it does not run then */
  readonly gateArgumentsFor?: (folder: string) => readonly string[];
}

export interface HostProps {
  readonly name: string;
  /** Its addresses with prefix length, of either family, such as `10.77.0.11/24`. */
  readonly addresses: readonly string[];
  readonly labels: Labels;
  /** An empty folder on a tmpfs. */
  readonly folder: string;
  readonly logFolder: string;
  readonly network: Network;
  readonly timeline: Timeline;
  /** Directory of the node for the shutdown deadline. */
  readonly killpowerPath: string;
  readonly watcher: Watcher;
  /** Paths on the node to real paths, such as that of a pseudo-terminal. */
  readonly devices?: ReadonlyMap<string, string>;
  /** Size of the file system of that directory, such as `64k`. @default - not limited */
  readonly killpowerSize?: string;
  /** Milliseconds from `poweroff` to off; Infinity for a halt that hangs. */
  readonly haltMs: number;
  /** Milliseconds from power to the start of the pods. */
  readonly bootMs: number;
}
