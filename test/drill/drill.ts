import type { Program } from './requirements';
import type { Scenario } from './scenario';

/** Variable with the release of Kubernetes that a drill is to build instead of its own. */
export const KUBERNETES_VARIABLE = 'DRILL_KUBERNETES';
/** Variable with the Debian release whose NUT a drill is to run instead of that of this host. */
export const NUT_VARIABLE = 'DRILL_NUT';

/** One sequence of events, in a lab of its own. */
export interface ScenarioPlan {
  readonly name: string;
  /** One line: what happens. */
  readonly summary: string;
  readonly run: (scenario: Scenario) => Promise<void>;
  /** Whether it can show anything with the software of this run. @default - always */
  readonly applies?: () => boolean;
}

/** A scenario that always applies. */
export const plan = (name: string, summary: string, run: ScenarioPlan['run']): ScenarioPlan => ({ name, summary, run });

/** Scenarios on one subject. They start in the order of the list and run concurrently, as many as this host can carry. */
export interface Drill {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** Programs it needs beside those of the framework. */
  readonly programs: readonly Program[];
  readonly scenarios: readonly ScenarioPlan[];
  /** How many of its scenarios run at a time, for drills that measure times. @default - as many as this host can carry */
  readonly atOnce?: number;
  /** Whether it runs only when its name is given, because of what it needs or how long it takes. @default false */
  readonly onDemand?: boolean;
  /**
   * Runs before the named scenarios, outside the sandbox and so with network access. If it throws, the drill cannot run here. What it
   * returns runs at the end, also after a failure, to remove what the kernel does not remove with the sandbox.
   */
  readonly prepare?: (scenarios: readonly string[]) => Promise<() => Promise<void>>;
  /** Receives each scenario that has ended, with its summary and its duration in milliseconds. */
  readonly publish?: (scenario: Scenario, summary: string, tookMs: number) => void;
}
