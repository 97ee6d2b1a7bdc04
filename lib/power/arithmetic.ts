import type { Cluster, Node } from '../cluster';
import { readsStatusWithValues, statusPollSeconds, valuePollSeconds } from './drivers';
import {
  detectionByNutSeconds,
  EARLY_POLLS,
  type HostPlan,
  hostsOn,
  MAX_AGE_SECONDS,
  POLLS,
  type PowerPlan,
  UPSMON_SECONDS,
  type UpsPlan,
  WATCH_SECONDS,
} from './plan';

/** The sums of the power plan as text. Every number is in seconds. */

/** The detection time: `max(15 DEADTIME, 15 HOSTSYNC) + 2 x 2 POLLFREQALERT + 2 upsmon = 21`. */
export function detectionSum(cluster: Cluster, plan: PowerPlan): string {
  const { deadTimeSeconds, hostSyncSeconds, pollOnBatterySeconds, leaseSeconds } = cluster.power;
  const byNut = detectionByNutSeconds(cluster);
  if (leaseSeconds > byNut) return `${leaseSeconds} leaseSeconds, more than ${byNut} by NUT`;
  return `max(${deadTimeSeconds} DEADTIME, ${hostSyncSeconds} HOSTSYNC) + ${POLLS} x ${pollOnBatterySeconds} POLLFREQALERT + ${UPSMON_SECONDS} upsmon = ${plan.detectionSeconds}`;
}

/** When a host is off at the latest: `21 detection + 10 stage + 1 watcher + 60 halt = 92`. */
export function downSum({ power }: Cluster, plan: PowerPlan, host: HostPlan): string {
  const isClient = host.role === 'client';
  const finalDelay = isClient ? host.stageSeconds : power.finalDelaySeconds;
  const parts = [
    `${isClient ? host.commitSeconds : plan.detectionSeconds} detection`,
    ...(finalDelay > 0 ? [`${finalDelay} FINALDELAY`] : []),
    ...(!isClient && host.stageSeconds > 0 ? [`${host.stageSeconds} stage`] : []),
    ...(isClient ? [] : [`${WATCH_SECONDS} watcher`]),
    `${host.haltSeconds} halt`,
  ];
  return `${parts.join(' + ')} = ${host.downSeconds}`;
}

/** The last host of a UPS to be off: `k3s-1 is off after 21 detection + ... = 92`. */
export function allDownSum(cluster: Cluster, plan: PowerPlan, ups: UpsPlan): string {
  const last = hostsOn(ups).find(({ downSeconds }) => downSeconds === ups.allDownSeconds);
  return last ? `${last.name} is off after ${downSum(cluster, plan, last)}` : 'no node has to halt';
}

/** The least time from the begin of the shutdown to the cut: `92 + 15 margin = 107, in steps of 60: 120`. */
export function offDelaySum({ power }: Cluster, ups: UpsPlan): string {
  const sum = ups.allDownSeconds + power.marginSeconds;
  const steps =
    sum === ups.neededOffDelaySeconds ? '' : `, in steps of ${ups.stepSeconds}: ${ups.neededOffDelaySeconds}`;
  return `${ups.allDownSeconds} + ${power.marginSeconds} margin = ${sum}${steps}`;
}

/** Battery runtime required at low battery: `2 pollinterval + 5 POLLFREQ + 107 offdelay + 15 margin = 129`. */
export const runtimeSum = (cluster: Cluster, plan: UpsPlan): string =>
  batterySum(
    cluster,
    plan,
    `${statusPollSeconds(plan.ups)} ${readsStatusWithValues(plan.ups) ? 'pollfreq' : 'pollinterval'}`,
    plan.runtimeNeededSeconds,
  );

/** Battery runtime required at a limit of power.earlyShutdown. */
export const earlyRuntimeSum = (cluster: Cluster, plan: UpsPlan): string =>
  batterySum(
    cluster,
    plan,
    `${valuePollSeconds(plan.ups)} pollfreq + ${EARLY_POLLS} x ${cluster.power.pollOnBatterySeconds} POLLFREQALERT`,
    plan.earlyRuntimeNeededSeconds,
  );

function batterySum({ power }: Cluster, plan: UpsPlan, poll: string, sum: number): string {
  const { ups, offDelaySeconds, allDownSeconds, carriesSeconds } = plan;
  const carries =
    carriesSeconds > offDelaySeconds
      ? `${MAX_AGE_SECONDS} MAXAGE + ${allDownSeconds} all nodes off`
      : `${offDelaySeconds} ${ups.server ? 'cutDelay' : 'offdelay'}`;
  return `${poll} + ${power.pollSeconds} POLLFREQ + ${carries} + ${power.marginSeconds} margin = ${sum}`;
}

/** Limits of a UPS on battery: `onBatterySeconds 300 or runtimeBelowSeconds 900`. */
export const limitsText = (limits: NonNullable<Node['shed']>): string =>
  Object.entries(limits)
    .map(([key, value]) => `${key} ${value}`)
    .join(' or ');
