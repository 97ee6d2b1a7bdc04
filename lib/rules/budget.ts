import { type Cluster, error, type Path, type Problem, warning } from '../cluster';
import {
  allDownSum,
  bestRuntime,
  type Change,
  changeText,
  cutEarlier,
  earlyRuntimeSum,
  isEnough,
  MAX_AGE_SECONDS,
  offDelaySum,
  type PowerPlan,
  powerPlan,
  type Runtime,
  runtimeSum,
  runtimesOf,
  type UpsPlan,
} from '../power';

/** The battery of every UPS lasts until all machines on it are off and the load is cut. */
export function budget(cluster: Cluster): Problem[] {
  const plan = powerPlan(cluster);
  const early = cluster.power.earlyShutdown;
  return [
    ...(early && Object.values(early).every((limit) => limit === undefined)
      ? [
          error(
            'early-shutdown-empty',
            ['power', 'earlyShutdown'],
            'earlyShutdown has no limit, so nothing would begin early',
            'set runtimeBelowSeconds, chargeBelowPercent or onBatterySeconds, or take earlyShutdown out',
          ),
        ]
      : []),
    ...plan.upses.flatMap((ups, u) =>
      ups.ups.node === undefined || ups.ups.server || ups.nodes.length === 0
        ? []
        : battery(cluster, plan, ups, ['ups', u]),
    ),
  ];
}

function battery(cluster: Cluster, plan: PowerPlan, ups: UpsPlan, path: Path): Problem[] {
  const runtimes = runtimesOf(cluster, ups);
  if (runtimes.some(isEnough)) return [];
  const { onBatterySeconds, chargeBelowPercent } = cluster.power.earlyShutdown ?? {};
  const isReckoned = ups.ups.runtimeAtEarlyShutdownSeconds !== undefined;
  if ((onBatterySeconds !== undefined || chargeBelowPercent !== undefined) && !isReckoned) {
    return [unmeasuredEarly(cluster, ups, path)];
  }
  const best = bestRuntime(runtimes);
  return [best ? tooShort(cluster, plan, ups, best, path) : unmeasured(cluster, ups, path)];
}

const unmeasured = (cluster: Cluster, ups: UpsPlan, path: Path): Problem =>
  warning(
    'runtime-unmeasured',
    path,
    `nobody has measured how long "${ups.ups.name}" lasts after it has reported low battery, and it must last ${ups.runtimeNeededSeconds} s: ${runtimeSum(cluster, ups)}`,
    `measure it as hosts/RUNBOOK.md says and set runtimeAtLowBatterySeconds, or set power.earlyShutdown.runtimeBelowSeconds to ${ups.earlyRuntimeNeededSeconds} or more`,
  );

const unmeasuredEarly = (cluster: Cluster, ups: UpsPlan, path: Path): Problem =>
  warning(
    'early-shutdown-unmeasured',
    path,
    `a limit of power.earlyShutdown begins the shutdown, and nobody has measured how long "${ups.ups.name}" lasts from there; it must last ${ups.earlyRuntimeNeededSeconds} s: ${earlyRuntimeSum(cluster, ups)}`,
    `measure it as hosts/RUNBOOK.md says and set runtimeAtEarlyShutdownSeconds, or set power.earlyShutdown.runtimeBelowSeconds to ${ups.earlyRuntimeNeededSeconds} or more`,
  );

/** In words, what the site says the battery lasts. */
const WORDS: Readonly<Record<Runtime['source'], (ups: string, seconds: number) => string>> = {
  runtimeAtLowBatterySeconds: (ups, seconds) => `${ups} lasts ${seconds} s after low battery and`,
  runtimeAtEarlyShutdownSeconds: (ups, seconds) =>
    `${ups} lasts ${seconds} s after the limit of power.earlyShutdown and`,
  runtimeBelowSeconds: (ups, seconds) =>
    `the shutdown begins when ${ups} expects to last less than ${seconds} s, and it`,
};

function tooShort(cluster: Cluster, plan: PowerPlan, ups: UpsPlan, best: Runtime, path: Path): Problem {
  const { source, availableSeconds, neededSeconds } = best;
  const sum = source === 'runtimeAtLowBatterySeconds' ? runtimeSum(cluster, ups) : earlyRuntimeSum(cluster, ups);
  return error(
    'runtime-too-short',
    source === 'runtimeBelowSeconds' ? ['power', 'earlyShutdown', source] : [...path, source],
    `${WORDS[source](`"${ups.ups.name}"`, availableSeconds)} must last ${neededSeconds}: ${sum}, where ${allDownSum(cluster, plan, ups)}, and ${offDelaySum(cluster, ups)}`,
    runtimeCures(cluster, ups, best).map(changeText).join(', or ') ||
      'begin earlier (power.earlyShutdown) and measure again, or use a larger battery',
  );
}

/** The smallest changes that would each make the battery last, the one that keeps the machines up longest first. */
function runtimeCures(cluster: Cluster, ups: UpsPlan, best: Runtime): (readonly Change[])[] {
  const carries = ups.carriesSeconds - (best.neededSeconds - best.availableSeconds);
  const earlier = cutEarlier(cluster, ups, carries, carries - MAX_AGE_SECONDS);
  const beginEarly =
    ups.ups.runtimeAtEarlyShutdownSeconds === undefined
      ? [{ path: ['power', 'earlyShutdown', 'runtimeBelowSeconds'], value: ups.earlyRuntimeNeededSeconds }]
      : [];
  return [earlier ?? [], beginEarly].filter((changes) => changes.length > 0);
}
