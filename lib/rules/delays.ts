import type { Change, Cluster, Fix, Path } from '../cluster';
import {
  allDownSum,
  changeText,
  cutEarlier,
  driverFacts,
  driverNumber,
  lowerBudgets,
  needsVendor,
  offDelayOf,
  offDelaySum,
  powerPlan,
  roundedDelay,
  type UpsPlan,
} from '../power';
import { type Report, subject } from './subject';

const RULES = {
  'offdelay-too-short': { breaks: 'running', cause: 'The output is cut before the last node is off' },
  'offdelay-step': {
    breaks: 'running',
    cause: 'The UPS rounds this `offdelay` down',
    cure: 'Use a whole multiple, or set `options.vendorid` of usbhid-ups if it is not a CyberPower',
  },
  'offdelay-too-long': {
    breaks: 'running',
    cause: 'The required delay exceeds the limit of the driver',
    cure: 'Lower the halt budgets',
  },
  'ondelay-too-short': {
    breaks: 'restart',
    cause: 'The output would be restored before it is cut',
    cure: 'Set `ondelay` above the rounded `offdelay` (in minutes for blazer drivers)',
  },
  'fixed-delay-too-short': {
    breaks: 'running',
    cause: 'The output is cut before the last node is off, and the UPS takes no other delay',
  },
  'restores-without-mains': {
    breaks: 'running',
    cause: 'Some CyberPower models restore the output `ondelay` after the command, also without mains power',
    cure: 'Set `options.ondelay: 0` and test it with the plug pulled (`hosts/RUNBOOK.md`)',
    severity: 'warning',
  },
  'ondelay-never': {
    breaks: 'restart',
    cause: 'A CyberPower with `ondelay: -1` never restores its output',
    cure: 'Set `ondelay: 0`, which waits for mains power',
  },
  'ondelay-unit': {
    breaks: 'restart',
    cause: 'A blazer driver counts `ondelay` in minutes, and this is an hour or more',
  },
  'cut-delay-too-short': { breaks: 'running', cause: 'The output is cut before the last node is off' },
  'rtc-wake-too-early': { breaks: 'running', cause: 'The RTC would wake a node before the output is cut' },
} as const;

/** Every UPS cuts its output after the last node is off and restores it after that; no node wakes in between. */
export const delays = subject(RULES, (cluster, report) => {
  const plan = powerPlan(cluster);
  for (const [u, ups] of plan.upses.entries()) {
    const path = ['ups', u];
    const sums = `${allDownSum(cluster, plan, ups)}, and ${offDelaySum(cluster, ups)}`;
    if (ups.ups.server) {
      const at = [...path, 'server', 'cutDelaySeconds'];
      const { address } = ups.ups.server;
      const needed = ups.neededOffDelaySeconds;
      if (ups.offDelaySeconds < needed) {
        const fixes = cures(cluster, ups, { path: at, value: needed });
        report(
          'cut-delay-too-short',
          at,
          `"${ups.ups.name}" cuts its output after ${ups.offDelaySeconds} s, too early: ${sums}`,
          `${anyOf(fixes)} (change cutDelaySeconds on ${address.text} as well)`,
          fixes,
        );
      }
    } else if (ups.ups.node === undefined) {
      continue;
    } else {
      if (ups.ups.fixedCutDelaySeconds === undefined) checkOffDelay(cluster, sums, ups, path, report);
      else checkFixedDelay(cluster, sums, ups, [...path, 'fixedCutDelaySeconds'], report);
      checkOnDelay(ups, [...path, 'options', 'ondelay'], report);
      checkRestore(ups, [...path, 'options', 'ondelay'], report);
    }
    checkWake(cluster, ups, report);
  }
});

function checkFixedDelay(cluster: Cluster, sums: string, ups: UpsPlan, path: Path, report: Report<typeof RULES>): void {
  if (ups.offDelaySeconds >= ups.allDownSeconds + cluster.power.marginSeconds) return;
  const budgets = lowerBudgets(ups, ups.offDelaySeconds - cluster.power.marginSeconds);
  report(
    'fixed-delay-too-short',
    path,
    `"${ups.ups.name}" always cuts its output after ${ups.offDelaySeconds} s, too early: ${sums}`,
    budgets ? changeText(budgets) : 'use another UPS, or nodes that halt faster',
    budgets && [budgets],
  );
}

/** Of a UPS that says it is a CyberPower. */
function checkRestore({ ups }: UpsPlan, path: Path, report: Report<typeof RULES>): void {
  const { name, options } = ups;
  if (!driverFacts(ups)?.restoresWithoutMains || options['vendorid'] === undefined) return;
  const stated = String(options['ondelay'] ?? '');
  if (stated === '0') return;
  if (stated === '-1') {
    report('ondelay-never', path, `"${name}" never restores its output with ondelay -1`, 'set ondelay to 0', [
      [{ path, value: 0 }],
    ]);
    return;
  }
  report(
    'restores-without-mains',
    path,
    `"${name}" may restore its output ondelay after the command, also without mains power, and its nodes start on an empty battery`,
    'set ondelay to 0, which waits for mains power, and test it with the plug pulled (hosts/RUNBOOK.md)',
    [[{ path, value: 0 }]],
  );
}

function checkOffDelay(cluster: Cluster, sums: string, ups: UpsPlan, path: Path, report: Report<typeof RULES>): void {
  const { ups: site, stepSeconds, neededOffDelaySeconds: needed } = ups;
  const at = [...path, 'options', 'offdelay'];
  const stated = driverNumber(site, 'offdelay');
  if (stated !== undefined && stated % stepSeconds !== 0) {
    const next = Math.max(Math.ceil(stated / stepSeconds) * stepSeconds, needed);
    const fix = [offDelayOf(cluster, ups, next)];
    const vendor = needsVendor(site) ? ', or set options.vendorid if it is not a CyberPower (`lsusb` prints it)' : '';
    report(
      'offdelay-step',
      at,
      `"${site.name}" rounds offdelay ${stated} down to ${Math.floor(stated / stepSeconds) * stepSeconds}, a whole multiple of ${stepSeconds} s`,
      `${changeText(fix)}${vendor}`,
      [fix],
    );
    return;
  }
  if (stated !== undefined && stated < needed) {
    const fixes = cures(cluster, ups, offDelayOf(cluster, ups, needed));
    report(
      'offdelay-too-short',
      at,
      `offdelay ${stated} of "${site.name}" cuts the output too early: ${sums}`,
      `${anyOf(fixes)}, or remove offdelay`,
      fixes,
    );
    return;
  }
  const longest = driverFacts(site)?.longestOffDelaySeconds;
  // some protocols of nutdrv_qx have wider limits
  if (longest === undefined || ups.offDelaySeconds <= longest || site.options['protocol'] !== undefined) return;
  const fix = cutEarlier(cluster, ups, longest) ?? [];
  report(
    'offdelay-too-long',
    stated === undefined ? [...path, 'driver'] : at,
    `"${site.name}" needs offdelay ${ups.offDelaySeconds}, and the limit of ${site.driver} is ${longest}: ${sums}`,
    changeText(fix) || 'use another driver, or nodes that halt faster',
    fix.length > 0 ? [fix] : [],
  );
}

/** The changes for a delay that is too short: lengthen it, or halt faster. */
function cures(cluster: Cluster, ups: UpsPlan, longer: Change): Fix[] {
  const budgets = lowerBudgets(ups, ups.offDelaySeconds - cluster.power.marginSeconds);
  return [[longer], ...(budgets ? [budgets] : [])];
}

const anyOf = (fixes: readonly Fix[]): string => fixes.map(changeText).join(', or ');

/** A value of this many minutes or more is probably meant in seconds. */
const MOST_MINUTES = 60;

function checkOnDelay(ups: UpsPlan, path: Path, report: Report<typeof RULES>): void {
  const { ups: site, stepSeconds, offDelaySeconds, onDelaySeconds = 0 } = ups;
  const stated = driverNumber(site, 'ondelay');
  if (stated === undefined || (stated === 0 && driverFacts(site)?.restoresWithoutMains)) return;
  const unit = driverFacts(site)?.onDelayUnitSeconds ?? 1;
  if (unit === 60 && stated >= MOST_MINUTES) {
    const least = Math.floor(offDelaySeconds / 60) + 1;
    report(
      'ondelay-unit',
      path,
      `ondelay ${stated} of "${site.name}" is in minutes with ${site.driver}, so the output stays off for ${onDelaySeconds / 3600} hours`,
      `set ondelay to ${least} or more, and to less than ${MOST_MINUTES}`,
      [[{ path, value: least }]],
    );
    return;
  }
  const rounded = roundedDelay(site, onDelaySeconds);
  if (rounded > offDelaySeconds) return;
  const minutes = unit === 60 ? ' minutes' : '';
  const becomes = rounded === onDelaySeconds ? '' : ` (rounded down to ${rounded})`;
  const next = (Math.floor(offDelaySeconds / stepSeconds) + 1) * stepSeconds;
  const least = Math.ceil(next / 60) * (60 / unit);
  report(
    'ondelay-too-short',
    path,
    `ondelay ${stated}${minutes}${becomes} of "${site.name}" is not after offdelay ${offDelaySeconds}${minutes && ' seconds'}, so the output may stay off`,
    `set ondelay to ${least} or more, or remove it`,
    [[{ path, value: least }]],
  );
}

function checkWake({ power }: Cluster, ups: UpsPlan, report: Report<typeof RULES>): void {
  const { actuator, rtcWakeSeconds } = power;
  const earliest = ups.latestCutSeconds + power.marginSeconds;
  if (actuator === 'logind' || rtcWakeSeconds === 0 || rtcWakeSeconds >= earliest || ups.nodes.length === 0) return;
  const path = ['power', 'rtcWakeSeconds'];
  report(
    'rtc-wake-too-early',
    path,
    `a node wakes ${rtcWakeSeconds} s after its power-off, but "${ups.ups.name}" may cut its output up to ${ups.latestCutSeconds} s after the shutdown starts`,
    `set rtcWakeSeconds to ${earliest} or more, or to 0 for never`,
    [[{ path, value: earliest }]],
  );
}
