import type { Cluster } from '../cluster';
import type { UpsPlan } from './plan';

/** From when on a runtime of the battery is counted, and where the site says how long it is. */
type RuntimeSource = 'runtimeAtLowBatterySeconds' | 'runtimeAtEarlyShutdownSeconds' | 'runtimeBelowSeconds';

/** One thing that the site says about how long the battery lasts once the shutdown is to begin. */
export interface Runtime {
  readonly source: RuntimeSource;
  /** What is there, seconds. */
  readonly availableSeconds: number;
  /** What has to be there, seconds. */
  readonly neededSeconds: number;
}

/**
 * What the site says about the battery of a UPS at the moment the shutdown begins. The shutdown begins at low battery or at a limit
 * of power.earlyShutdown, whichever comes first, so one of them that is long enough is enough. What was measured at such a limit
 * counts for more than the UPS's own estimate.
 */
export function runtimesOf(cluster: Cluster, plan: UpsPlan): Runtime[] {
  const { runtimeAtLowBatterySeconds, runtimeAtEarlyShutdownSeconds } = plan.ups;
  const early = cluster.power.earlyShutdown;
  const stated: readonly (readonly [RuntimeSource, number | undefined, number])[] = [
    ['runtimeAtLowBatterySeconds', runtimeAtLowBatterySeconds, plan.runtimeNeededSeconds],
    ['runtimeAtEarlyShutdownSeconds', early && runtimeAtEarlyShutdownSeconds, plan.earlyRuntimeNeededSeconds],
    [
      'runtimeBelowSeconds',
      runtimeAtEarlyShutdownSeconds === undefined ? early?.runtimeBelowSeconds : undefined,
      plan.earlyRuntimeNeededSeconds,
    ],
  ];
  return stated.flatMap(([source, availableSeconds, neededSeconds]) =>
    availableSeconds === undefined ? [] : [{ source, availableSeconds, neededSeconds }],
  );
}

/** The runtime that comes nearest to being enough, or is more than enough by the most; undefined when the site says nothing. */
export const bestRuntime = (runtimes: readonly Runtime[]): Runtime | undefined =>
  runtimes.toSorted((a, b) => b.availableSeconds - b.neededSeconds - (a.availableSeconds - a.neededSeconds))[0];

/** True when the battery lasts until the load is cut. */
export const isEnough = ({ availableSeconds, neededSeconds }: Runtime): boolean => availableSeconds >= neededSeconds;
