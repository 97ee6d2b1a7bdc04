import { type Cluster, type Node, type Ups, upsesAt } from '../cluster';
import {
  delayStepSeconds,
  driverFacts,
  driverNumber,
  roundedDelay,
  statusPollSeconds,
  valuePollSeconds,
} from './drivers';

/** Which stage and halt budget a machine has. */
export type PowerRole = 'agent' | 'server' | 'upsNode';

/** When one machine is off at the latest. All times in seconds after the shutdown begins: FSD, or on battery and low. */
export interface NodePlan {
  readonly node: Node;
  readonly role: PowerRole;
  /** From its own commit to its power-off. */
  readonly stageSeconds: number;
  /** From its power-off to the moment it is forced off. */
  readonly haltSeconds: number;
  /** When it is committed at the latest, whatever is dead. */
  readonly commitSeconds: number;
  /** When it powers itself off at the latest, whatever is dead. */
  readonly deadlineSeconds: number;
  /** When it is off at the latest. */
  readonly downSeconds: number;
}

/** When one UPS cuts and restores its load. */
export interface UpsPlan {
  readonly ups: Ups;
  /** The machines it feeds, in the order they go off. */
  readonly nodes: readonly NodePlan[];
  /** Latest time one of them is off. */
  readonly allDownSeconds: number;
  /** The UPS takes whole multiples of so many seconds as delays. */
  readonly stepSeconds: number;
  /** The smallest offdelay that is safe: allDown and the margin, in steps of the UPS. */
  readonly neededOffDelaySeconds: number;
  /** From the command to the cut: the owner's offdelay where given, else the needed one; for a UPS of another machine, its cutDelay. */
  readonly offDelaySeconds: number;
  /** When the load is cut at the latest, if the battery lasts: everybody but the last one who can tell the UPS was dead. */
  readonly latestCutSeconds: number;
  /** The owner's ondelay where given, else about a minute more than offdelay. Undefined for a UPS of another machine. */
  readonly onDelaySeconds: number | undefined;
  /** From the command to the return of the load at the earliest: what the UPS makes of ondelay. */
  readonly returnSeconds: number | undefined;
  /** From low battery at the UPS to the begin of the shutdown at the latest: one look of the driver and one of upsmon. */
  readonly noticeSeconds: number;
  /**
   * How long the battery carries the load after the begin of the shutdown, at least: until the cut, or until all are off when the UPS falls
   * silent just then, is told nothing, and its machines learn of it by so much later.
   */
  readonly carriesSeconds: number;
  /** What the battery must still carry the load for at low battery. */
  readonly runtimeNeededSeconds: number;
  /** The same at a limit of power.earlyShutdown, which the driver looks at less often. */
  readonly earlyRuntimeNeededSeconds: number;
}

/** The time line of a power failure, computed from the site. */
export interface PowerPlan {
  /** How long a machine may take to learn of the shutdown, whatever is dead: the slower of upsmon and the lease. */
  readonly detectionSeconds: number;
  readonly nodes: readonly NodePlan[];
  readonly upses: readonly UpsPlan[];
}

/** What upsmon takes for itself, on top of its looks. */
export const UPSMON_SECONDS = 2;
/** The look at which upsmon finds DEADTIME or HOSTSYNC over, and the one before it. */
export const LOOKS = 2;
/** MAXAGE of upsd.conf: for so long upsd hands on the last words of a driver that has fallen silent. */
export const MAX_AGE_SECONDS = 15;
/** killpowerd on the machine looks once a second. */
export const WATCH_SECONDS = 1;
/** The load comes back so much later than it went, at least, or a UPS may not notice that it was to go at all. */
const OFF_AT_LEAST_SECONDS = 60;

/** Computes when each machine is off and when each UPS cuts its load. Pure; whether that is good enough is for the rules to say. */
export function powerPlan(cluster: Cluster): PowerPlan {
  const detectionSeconds = Math.max(detectionByNutSeconds(cluster), cluster.power.leaseSeconds);
  const nodes = cluster.nodes
    .filter(({ ups }) => ups.length > 0)
    .map((node) => nodePlan(cluster, node, detectionSeconds));
  return {
    detectionSeconds,
    nodes,
    upses: cluster.ups.map((ups) => upsPlan(cluster, ups, nodes, detectionSeconds)),
  };
}

/**
 * How long upsmon may take to learn of the shutdown: it sees that a time is over only when it looks. Measured with NUT 2.8.0 to
 * 2.8.5 and looks each 2 s: 21 s at most for 15 and 15; with looks each 10 s: 43 s for a DEADTIME of 30.
 */
export const detectionByNutSeconds = ({ power }: Cluster): number =>
  Math.max(power.deadTimeSeconds, power.hostSyncSeconds) + LOOKS * power.pollOnBatterySeconds + UPSMON_SECONDS;

/** The stage a machine goes off in, and the halt budget it has. */
export const powerRole = (cluster: Cluster, node: Node): PowerRole =>
  upsesAt(cluster, node).length > 0 ? 'upsNode' : node.role;

function nodePlan(cluster: Cluster, node: Node, detectionSeconds: number): NodePlan {
  const { stages, haltBudget, finalDelaySeconds } = cluster.power;
  const role = powerRole(cluster, node);
  const key = `${role}Seconds` as const;
  const commitSeconds = detectionSeconds + finalDelaySeconds;
  const deadlineSeconds = commitSeconds + stages[key] + WATCH_SECONDS;
  return {
    node,
    role,
    stageSeconds: stages[key],
    haltSeconds: haltBudget[key],
    commitSeconds,
    deadlineSeconds,
    downSeconds: deadlineSeconds + haltBudget[key],
  };
}

function upsPlan(cluster: Cluster, ups: Ups, all: readonly NodePlan[], detectionSeconds: number): UpsPlan {
  const { marginSeconds, pollSeconds, finalDelaySeconds } = cluster.power;
  const nodes = all
    .filter(({ node }) => node.ups.some(({ name }) => name === ups.name))
    .sort((a, b) => a.stageSeconds - b.stageSeconds);
  const allDownSeconds = Math.max(0, ...nodes.map(({ downSeconds }) => downSeconds));
  const stepSeconds = delayStepSeconds(ups);
  const neededOffDelaySeconds = Math.ceil((allDownSeconds + marginSeconds) / stepSeconds) * stepSeconds;
  const offDelaySeconds = ups.server?.cutDelaySeconds ?? driverNumber(ups, 'offdelay') ?? neededOffDelaySeconds;
  const carriesSeconds = Math.max(offDelaySeconds, MAX_AGE_SECONDS + allDownSeconds);
  const afterwards = pollSeconds + carriesSeconds + marginSeconds;
  return {
    ups,
    nodes,
    allDownSeconds,
    stepSeconds,
    neededOffDelaySeconds,
    offDelaySeconds,
    latestCutSeconds: ups.server ? offDelaySeconds : detectionSeconds + finalDelaySeconds + offDelaySeconds,
    ...(ups.server ? { onDelaySeconds: undefined, returnSeconds: undefined } : returnOf(ups, offDelaySeconds)),
    noticeSeconds: statusPollSeconds(ups) + pollSeconds,
    carriesSeconds,
    runtimeNeededSeconds: statusPollSeconds(ups) + afterwards,
    earlyRuntimeNeededSeconds: valuePollSeconds(ups) + afterwards,
  };
}

/** When the load is back: the UPS rounds ondelay down as it does offdelay, and counts it from the command or from the cut. */
function returnOf(ups: Ups, offDelaySeconds: number): Pick<UpsPlan, 'onDelaySeconds' | 'returnSeconds'> {
  const seconds = onDelaySeconds(ups, offDelaySeconds);
  const rounded = roundedDelay(ups, seconds);
  const isFromCut = driverFacts(ups.driver ?? '')?.onDelayFrom === 'cut';
  return { onDelaySeconds: seconds, returnSeconds: rounded + (isFromCut ? roundedDelay(ups, offDelaySeconds) : 0) };
}

/** The owner's ondelay, whose unit depends on the driver, or a whole number of minutes that every driver takes and no step of the UPS cuts short. */
function onDelaySeconds(ups: Ups, offDelaySeconds: number): number {
  const stated = driverNumber(ups, 'ondelay');
  if (stated !== undefined) return stated * (driverFacts(ups.driver ?? '')?.onDelayUnitSeconds ?? 1);
  const step = delayStepSeconds(ups);
  return Math.ceil((Math.ceil((offDelaySeconds + OFF_AT_LEAST_SECONDS) / step) * step) / 60) * 60;
}
