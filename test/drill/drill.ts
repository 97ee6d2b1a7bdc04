import type { Program } from './requirements';
import type { Scenario } from './scenario';

/** Variable with the release of Kubernetes that a drill is to build instead of its own. */
export const KUBERNETES_VARIABLE = 'DRILL_KUBERNETES';

/** One course of events, in a lab of its own. */
export interface ScenarioPlan {
  readonly name: string;
  /** One line: what happens. */
  readonly summary: string;
  readonly run: (scenario: Scenario) => Promise<void>;
}

/** A group of scenarios about one thing. They run at the same time, as many as the machine carries, and begin in the order of the list. */
export interface Drill {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** What it needs beside the framework's own. */
  readonly programs: readonly Program[];
  readonly scenarios: readonly ScenarioPlan[];
  /** How many of its scenarios run at a time; for those that measure times. @default - as many as the machine carries */
  readonly atOnce?: number;
  /** Whether it runs only when its name is given, because of what it needs or how long it takes. @default false */
  readonly onDemand?: boolean;
  /** Runs before all scenarios, outside of the sandbox and so with the network. When it throws, the drill cannot run here. */
  readonly prepare?: () => Promise<void>;
  /** Told of each scenario that is over, with its summary and how long it took, in milliseconds. */
  readonly publish?: (scenario: Scenario, summary: string, tookMs: number) => void;
  /** Runs when all is over, in whatever way, for what the kernel does not take away with the sandbox. */
  readonly cleanUp?: () => Promise<void>;
}
