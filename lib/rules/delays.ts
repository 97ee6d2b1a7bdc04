import { type Cluster, error, type Path, type Problem } from '../cluster';
import {
  allDownSum,
  type Change,
  changeText,
  cutEarlier,
  driverFacts,
  driverNumber,
  lowerBudgets,
  needsVendor,
  offDelayOf,
  offDelaySum,
  type PowerPlan,
  powerPlan,
  roundedDelay,
  type UpsPlan,
} from '../power';

/** Every UPS cuts its load after the last machine on it is off, restores it after that, and no machine wakes in between. */
export function delays(cluster: Cluster): Problem[] {
  const plan = powerPlan(cluster);
  return plan.upses.flatMap((ups, u) => {
    const path = ['ups', u];
    if (ups.ups.server) return [...cutDelay(cluster, plan, ups, path), ...rtcWake(cluster, ups)];
    return ups.ups.node === undefined
      ? []
      : [...offDelay(cluster, plan, ups, path), ...onDelay(ups, path), ...rtcWake(cluster, ups)];
  });
}

/** How early a machine is off, and how late the UPS cuts: both sides of what has to be true. */
const tooEarly = (cluster: Cluster, plan: PowerPlan, ups: UpsPlan): string =>
  `${allDownSum(cluster, plan, ups)}, and ${offDelaySum(cluster, ups)}`;

function offDelay(cluster: Cluster, plan: PowerPlan, ups: UpsPlan, path: Path): Problem[] {
  const { ups: site, stepSeconds, neededOffDelaySeconds: needed } = ups;
  const at = [...path, 'options', 'offdelay'];
  const stated = driverNumber(site, 'offdelay');
  if (stated !== undefined && stated % stepSeconds !== 0) {
    const next = Math.max(Math.ceil(stated / stepSeconds) * stepSeconds, needed);
    return [
      error(
        'offdelay-step',
        at,
        `offdelay ${stated} of "${site.name}" becomes ${Math.floor(stated / stepSeconds) * stepSeconds}, because its delays are whole multiples of ${stepSeconds} s`,
        `${changeText([offDelayOf(cluster, ups, next)])}${needsVendor(site) ? ', or give options.vendorid, if it is no CyberPower (`lsusb` prints it)' : ''}`,
      ),
    ];
  }
  if (stated !== undefined && stated < needed) {
    return [
      error(
        'offdelay-too-short',
        at,
        `offdelay ${stated} of "${site.name}" cuts the load too early: ${tooEarly(cluster, plan, ups)}`,
        `${cures(cluster, ups, offDelayOf(cluster, ups, needed))}, or take offdelay out`,
      ),
    ];
  }
  const longest = driverFacts(site.driver ?? '')?.longestOffDelaySeconds;
  // nutdrv_qx has protocols with wider limits, and whoever names one knows
  if (longest === undefined || ups.offDelaySeconds <= longest || site.options['protocol'] !== undefined) return [];
  return [
    error(
      'offdelay-too-long',
      stated === undefined ? [...path, 'driver'] : at,
      `"${site.name}" would need an offdelay of ${ups.offDelaySeconds}, and ${site.driver} takes ${longest} at most: ${tooEarly(cluster, plan, ups)}`,
      changeText(cutEarlier(cluster, ups, longest) ?? []) || 'use another driver, or machines that halt faster',
    ),
  ];
}

/** What can be done about a delay that is too short for the machines: lengthen it, or halt faster. */
function cures(cluster: Cluster, ups: UpsPlan, longer: Change): string {
  const budgets = lowerBudgets(ups, ups.offDelaySeconds - cluster.power.marginSeconds);
  return [[longer], ...(budgets ? [budgets] : [])].map(changeText).join(', or ');
}

function cutDelay(cluster: Cluster, plan: PowerPlan, ups: UpsPlan, path: Path): Problem[] {
  const needed = ups.neededOffDelaySeconds;
  if (ups.offDelaySeconds >= needed) return [];
  return [
    error(
      'cut-delay-too-short',
      [...path, 'server', 'cutDelaySeconds'],
      `"${ups.ups.name}" cuts the load after ${ups.offDelaySeconds} s, too early: ${tooEarly(cluster, plan, ups)}`,
      `${cures(cluster, ups, { path: [...path, 'server', 'cutDelaySeconds'], value: needed })} (cutDelaySeconds is set on ${ups.ups.server?.address.text}, which has to change with it)`,
    ),
  ];
}

/** More minutes than this are meant as seconds. */
const MOST_MINUTES = 60;

function onDelay(ups: UpsPlan, path: Path): Problem[] {
  const { ups: site, stepSeconds, offDelaySeconds, onDelaySeconds = 0 } = ups;
  const stated = driverNumber(site, 'ondelay');
  if (stated === undefined) return [];
  const at = [...path, 'options', 'ondelay'];
  const unit = driverFacts(site.driver ?? '')?.onDelayUnitSeconds ?? 1;
  if (unit === 60 && stated >= MOST_MINUTES) {
    return [
      error(
        'ondelay-unit',
        at,
        `ondelay ${stated} of "${site.name}" is in minutes with ${site.driver}, which keeps the load off for ${onDelaySeconds / 3600} hours`,
        `set ondelay to ${Math.floor(offDelaySeconds / 60) + 1} or more, and to less than ${MOST_MINUTES}`,
      ),
    ];
  }
  const rounded = roundedDelay(site, onDelaySeconds);
  if (rounded > offDelaySeconds) return [];
  const minutes = unit === 60 ? ` minutes` : '';
  const becomes =
    rounded === onDelaySeconds
      ? ''
      : ` becomes ${rounded}, because its delays are whole multiples of ${stepSeconds} s, and so`;
  const next = (Math.floor(offDelaySeconds / stepSeconds) + 1) * stepSeconds;
  return [
    error(
      'ondelay-too-short',
      at,
      `ondelay ${stated}${minutes} of "${site.name}"${becomes} is not after offdelay ${offDelaySeconds}${minutes && ' seconds'}, so the load may never come back`,
      `set ondelay to ${Math.ceil(next / 60) * (60 / unit)} or more, or take it out`,
    ),
  ];
}

function rtcWake({ power }: Cluster, ups: UpsPlan): Problem[] {
  const earliest = ups.latestCutSeconds + power.marginSeconds;
  if (
    power.actuator === 'logind' ||
    power.rtcWakeSeconds === 0 ||
    power.rtcWakeSeconds >= earliest ||
    ups.nodes.length === 0
  )
    return [];
  return [
    error(
      'rtc-wake-too-early',
      ['power', 'rtcWakeSeconds'],
      `a machine would wake ${power.rtcWakeSeconds} s after it went off, and "${ups.ups.name}" may cut its load up to ${ups.latestCutSeconds} s after the shutdown began: it would be cut off while it runs`,
      `set rtcWakeSeconds to ${earliest} or more, or to 0 for never`,
    ),
  ];
}
