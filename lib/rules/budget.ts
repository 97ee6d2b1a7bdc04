import type { Cluster, Fix, Path, Ups } from '../cluster';
import {
  allDownSum,
  bestRuntime,
  changeText,
  cutEarlier,
  driverFacts,
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
import { type Report, subject } from './subject';

const RULES = {
  'early-shutdown-empty': { cause: '`earlyShutdown` has no limit and does nothing' },
  'runtime-not-reported': {
    breaks: 'running',
    cause: '`runtimeBelowSeconds` with a driver that computes no `battery.runtime` without an option',
    cure: 'Ignore it if `upsc` shows `battery.runtime`',
    severity: 'warning',
  },
  'early-shutdown-unmeasured': {
    breaks: 'running',
    cause: 'The battery runtime is not measured',
    cure: 'Measure it, or set `earlyShutdown.runtimeBelowSeconds`',
    severity: 'warning',
  },
  'runtime-unmeasured': {
    breaks: 'running',
    cause: 'The battery runtime is not measured',
    cure: 'Measure it, or set `earlyShutdown.runtimeBelowSeconds`',
    severity: 'warning',
  },
  'runtime-too-short': { breaks: 'running', cause: 'The battery is empty before the UPS cuts its output' },
} as const;

/** The battery of every UPS lasts until all its nodes are off and the output is cut. */
export const budget = subject(RULES, (cluster, report) => {
  const plan = powerPlan(cluster);
  const early = cluster.power.earlyShutdown;
  if (early && Object.values(early).every((limit) => limit === undefined)) {
    report(
      'early-shutdown-empty',
      ['power', 'earlyShutdown'],
      'power.earlyShutdown has no limit and does nothing',
      'set runtimeBelowSeconds, chargeBelowPercent or onBatterySeconds, or remove earlyShutdown',
    );
  }
  for (const [u, ups] of plan.upses.entries()) {
    if (ups.ups.node === undefined || ups.ups.server || ups.nodes.length === 0) continue;
    checkBattery(cluster, plan, ups, ['ups', u], report);
  }
});

/** A battery that lasts only if the shutdown begins at a value that the driver may not compute. */
function checkRuntimeReported(ups: Ups, path: Path, report: Report<typeof RULES>): void {
  const { driver, name, options } = ups;
  const option = driverFacts(ups)?.runtimeOption;
  if (option === undefined || options[option] !== undefined) return;
  report(
    'runtime-not-reported',
    [...path, 'options'],
    `driver ${driver} computes no battery.runtime of "${name}" without ${option}, so runtimeBelowSeconds would never be reached`,
    `set options.${option}, use chargeBelowPercent or onBatterySeconds, or check that \`upsc\` shows battery.runtime`,
  );
}

const SHOWN = '(npm run power -- explain shows the sum)';

function checkBattery(cluster: Cluster, plan: PowerPlan, ups: UpsPlan, path: Path, report: Report<typeof RULES>): void {
  const { name, runtimeAtEarlyShutdownSeconds } = ups.ups;
  const runtimes = runtimesOf(cluster, ups);
  const enough = runtimes.filter(isEnough);
  if (enough.length > 0) {
    if (enough.every(({ source }) => source === 'runtimeBelowSeconds')) checkRuntimeReported(ups.ups, path, report);
    return;
  }
  const { onBatterySeconds, chargeBelowPercent } = cluster.power.earlyShutdown ?? {};
  const best = bestRuntime(runtimes);
  const begin: Fix = [
    { path: ['power', 'earlyShutdown', 'runtimeBelowSeconds'], value: ups.earlyRuntimeNeededSeconds },
  ];
  const orBelow = `or power.earlyShutdown.runtimeBelowSeconds to ${ups.earlyRuntimeNeededSeconds} or more`;
  if ((onBatterySeconds ?? chargeBelowPercent) !== undefined && runtimeAtEarlyShutdownSeconds === undefined) {
    report(
      'early-shutdown-unmeasured',
      path,
      `battery runtime of "${name}" after the limit of power.earlyShutdown is not measured, and ${ups.earlyRuntimeNeededSeconds} s are required ${SHOWN}`,
      `set runtimeAtEarlyShutdownSeconds, measured as hosts/RUNBOOK.md describes, ${orBelow}`,
      [begin],
    );
  } else if (!best) {
    report(
      'runtime-unmeasured',
      path,
      `battery runtime of "${name}" after low battery is not measured, and ${ups.runtimeNeededSeconds} s are required ${SHOWN}`,
      `set runtimeAtLowBatterySeconds, measured as hosts/RUNBOOK.md describes, ${orBelow}`,
      [begin],
    );
  } else {
    const { source, availableSeconds, neededSeconds } = best;
    const sum = source === 'runtimeAtLowBatterySeconds' ? runtimeSum(cluster, ups) : earlyRuntimeSum(cluster, ups);
    const fixes = runtimeCures(cluster, ups, best, begin);
    report(
      'runtime-too-short',
      source === 'runtimeBelowSeconds' ? ['power', 'earlyShutdown', source] : [...path, source],
      `battery runtime of "${name}" ${FROM[source]} is ${availableSeconds} s, and ${neededSeconds} s are required: ${sum}, where ${allDownSum(cluster, plan, ups)}, and ${offDelaySum(cluster, ups)}`,
      fixes.map(changeText).join(', or ') ||
        'start earlier (power.earlyShutdown) and measure again, or use a larger battery',
      fixes,
    );
  }
}

/** The event from which a runtime counts. */
const FROM: Readonly<Record<Runtime['source'], string>> = {
  runtimeAtLowBatterySeconds: 'after low battery',
  runtimeAtEarlyShutdownSeconds: 'after the limit of power.earlyShutdown',
  runtimeBelowSeconds: 'at the limit runtimeBelowSeconds',
};

/** The smallest changes that each make the battery last; the one that keeps the nodes running longest comes first. */
function runtimeCures(cluster: Cluster, ups: UpsPlan, best: Runtime, begin: Fix): Fix[] {
  const carries = ups.carriesSeconds - (best.neededSeconds - best.availableSeconds);
  const earlier = cutEarlier(cluster, ups, carries, carries - MAX_AGE_SECONDS);
  const beginEarly = ups.ups.runtimeAtEarlyShutdownSeconds === undefined ? begin : [];
  return [earlier ?? [], beginEarly].filter((changes) => changes.length > 0);
}
