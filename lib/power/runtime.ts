import type { Cluster } from '../cluster';
import type { UpsPlan } from './plan';

/** The field of the site that states a battery runtime. */
type RuntimeSource = 'runtimeAtLowBatterySeconds' | 'runtimeAtEarlyShutdownSeconds' | 'runtimeBelowSeconds';

/** One stated battery runtime from the begin of the shutdown. */
export interface Runtime {
  readonly source: RuntimeSource;
  /** Stated by the site. */
  readonly availableSeconds: number;
  /** Required by the plan. */
  readonly neededSeconds: number;
}

/**
 * The battery runtimes that the site states for a UPS. The shutdown begins at low battery or at a limit of power.earlyShutdown,
 * whichever comes first, so one sufficient runtime is enough. A runtime measured at such a limit replaces the UPS's own estimate.
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

/** The runtime with the largest reserve or the smallest deficit; undefined when the site states none. */
export const bestRuntime = (runtimes: readonly Runtime[]): Runtime | undefined =>
  runtimes.toSorted((a, b) => b.availableSeconds - b.neededSeconds - (a.availableSeconds - a.neededSeconds))[0];

/** True when the battery lasts until the output is cut. */
export const isEnough = ({ availableSeconds, neededSeconds }: Runtime): boolean => availableSeconds >= neededSeconds;
