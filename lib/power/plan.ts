import { type Client, type Cluster, type Node, type Path, type Ups, upsesAt } from '../cluster';
import {
  delayStepSeconds,
  driverFacts,
  driverNumber,
  roundedDelay,
  statusPollSeconds,
  valuePollSeconds,
} from './drivers';

/** Selects the stage and the halt budget of a node without its own. `upsNode`: the cable of a UPS goes to it. */
export type PowerRole = 'agent' | 'server' | 'upsNode';

/** The latest times of the power-off of one host. Seconds after the shutdown begins: FSD, or on battery with low battery. */
export interface HostPlan {
  readonly name: string;
  /** client: a host outside the cluster. */
  readonly role: PowerRole | 'client';
  /** From its commit to the begin of its power-off; of a client its FINALDELAY. */
  readonly stageSeconds: number;
  /** From the begin of its power-off to the moment it is off: a node by force, a client only if it keeps its budget. */
  readonly haltSeconds: number;
  /** Where the site states its halt budget. */
  readonly haltPath: Path;
  /** When it is committed, even if every other component has failed. */
  readonly commitSeconds: number;
  /** When it begins to power off, even if every other component has failed. */
  readonly deadlineSeconds: number;
  /** When it is off. */
  readonly downSeconds: number;
  /** Limits at which it alone powers off before. @default - none */
  readonly shed?: Node['shed'];
}

/** The power-off of a node. */
export interface NodePlan extends HostPlan {
  readonly node: Node;
  readonly role: PowerRole;
  /** Where the site states its stage. */
  readonly stagePath: Path;
}

/** When one UPS cuts and restores its output. */
export interface UpsPlan {
  readonly ups: Ups;
  /** The nodes it feeds, in the order of their power-off. */
  readonly nodes: readonly NodePlan[];
  /** The hosts outside the cluster that it feeds. */
  readonly clients: readonly HostPlan[];
  /** The latest time one of all these is off. */
  readonly allDownSeconds: number;
  /** Delays of the UPS are whole multiples of this. */
  readonly stepSeconds: number;
  /** The smallest safe offdelay: allDown plus the margin, in steps of the UPS. */
  readonly neededOffDelaySeconds: number;
  /** From the command to the cut: that of a UPS which takes no other, the `offdelay` of the site, else the needed one; for a UPS that another host serves, its cutDelay. */
  readonly offDelaySeconds: number;
  /** The latest time of the cut, if the battery lasts: the command is sent by the last component that can send it. */
  readonly latestCutSeconds: number;
  /** The `ondelay` of the site, else about a minute more than offdelay. Undefined for a UPS that another host serves. */
  readonly onDelaySeconds: number | undefined;
  /** The least time from the command to the restored output: ondelay as the UPS rounds it. */
  readonly returnSeconds: number | undefined;
  /** The longest time from low battery at the UPS to the begin of the shutdown: one poll of the driver and one of upsmon. */
  readonly noticeSeconds: number;
  /**
   * How long the battery must last after the begin of the shutdown: until the cut, or until all nodes are off. The latter when the UPS
   * stops responding at that moment: it gets no command, and its nodes detect that MAXAGE later.
   */
  readonly carriesSeconds: number;
  /** Battery runtime required at low battery. */
  readonly runtimeNeededSeconds: number;
  /** Battery runtime required at a limit of power.earlyShutdown, whose values the driver polls less often. */
  readonly earlyRuntimeNeededSeconds: number;
}

/** The plan of a power failure, computed from the site. */
export interface PowerPlan {
  /** The longest time until a node is notified of the shutdown, even if other components have failed: the slower of upsmon and the dead-man timer. */
  readonly detectionSeconds: number;
  readonly nodes: readonly NodePlan[];
  readonly upses: readonly UpsPlan[];
}

/** What upsmon takes besides its polls. */
export const UPSMON_SECONDS = 2;
/** The poll at which upsmon finds that DEADTIME or HOSTSYNC has passed, and the one before it. */
export const POLLS = 2;
/** Polls in a row at which a charge or runtime must be below its limit of power.earlyShutdown: one bad reading powers nothing off. */
export const EARLY_POLLS = 5;
/** How long a battery may take to CHARGED_PERCENT. The manual of the APC Back-UPS CS (990-9230B): eight hours; Eaton: ten times the discharge. */
export const RECHARGE_SECONDS = 8 * 3600;
/** The charge of a battery that counts as charged after an outage. */
export const CHARGED_PERCENT = 90;
/** MAXAGE of upsd.conf: upsd serves the last data of a driver that stopped responding for this long. */
export const MAX_AGE_SECONDS = 15;
/** killpowerd polls its deadline once a second. */
export const WATCH_SECONDS = 1;
/**
 * The timing of the upsmon of a client: the defaults of upsmon.conf(5), which Synology and QNAP keep. The runbook has them for others.
 */
export const CLIENT_TIMING = { pollFreq: 5, pollFreqAlert: 5, hostSync: 15, deadTime: 15, finalDelay: 5 } as const;
/** The least time between cut and restored output; with less a UPS may not cut at all. */
const OFF_AT_LEAST_SECONDS = 60;

/** Computes when each node is off and when each UPS cuts its output. Pure; the rules judge the result. */
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
 * The longest detection time of upsmon, which checks DEADTIME and HOSTSYNC only when it polls. Measured with NUT 2.8.0 to 2.8.5:
 * polls every 2 s, 21 s at most for 15 and 15; polls every 10 s, 43 s for a DEADTIME of 30. The primary waits HOSTSYNC at most for
 * clients that are logged in, so they do not lengthen it.
 */
const upsmonSeconds = (deadTime: number, hostSync: number, poll: number): number =>
  Math.max(deadTime, hostSync) + POLLS * poll + UPSMON_SECONDS;

/** The longest detection time of upsmon on a node. */
export const detectionByNutSeconds = ({ power }: Cluster): number =>
  upsmonSeconds(power.deadTimeSeconds, power.hostSyncSeconds, power.pollOnBatterySeconds);

/** The stage and the halt budget of a node: its own, else those of its role. */
export function powerTimes(
  cluster: Cluster,
  node: Node,
): Pick<NodePlan, 'role' | 'stageSeconds' | 'stagePath' | 'haltSeconds' | 'haltPath'> {
  const { stages, haltBudget } = cluster.power;
  const role = upsesAt(cluster, node).length > 0 ? 'upsNode' : node.role;
  const key = `${role}Seconds` as const;
  const own = (field: 'stageSeconds' | 'haltBudgetSeconds', group: 'stages' | 'haltBudget'): Path =>
    node[field] === undefined ? ['power', group, key] : ['nodes', cluster.nodes.indexOf(node), field];
  return {
    role,
    stageSeconds: node.stageSeconds ?? stages[key],
    stagePath: own('stageSeconds', 'stages'),
    haltSeconds: node.haltBudgetSeconds ?? haltBudget[key],
    haltPath: own('haltBudgetSeconds', 'haltBudget'),
  };
}

function nodePlan(cluster: Cluster, node: Node, detectionSeconds: number): NodePlan {
  const times = powerTimes(cluster, node);
  const commitSeconds = detectionSeconds + cluster.power.finalDelaySeconds;
  const deadlineSeconds = commitSeconds + times.stageSeconds + WATCH_SECONDS;
  return {
    node,
    name: node.name,
    ...times,
    commitSeconds,
    deadlineSeconds,
    downSeconds: deadlineSeconds + times.haltSeconds,
    shed: node.shed,
  };
}

/** A client powers itself off: killpowerd and the stages are for nodes. */
function clientPlan({ name, haltBudgetSeconds }: Client, haltPath: Path): HostPlan {
  const { deadTime, hostSync, pollFreqAlert, finalDelay } = CLIENT_TIMING;
  const commitSeconds = upsmonSeconds(deadTime, hostSync, pollFreqAlert);
  const deadlineSeconds = commitSeconds + finalDelay;
  return {
    name,
    role: 'client',
    stageSeconds: finalDelay,
    haltSeconds: haltBudgetSeconds,
    haltPath,
    commitSeconds,
    deadlineSeconds,
    downSeconds: deadlineSeconds + haltBudgetSeconds,
  };
}

/** After how long the clock of a node that powered off starts it again, seconds; undefined when it does not. */
export const wakeSecondsOf = ({ power: { actuator, rtcWakeSeconds } }: Cluster): number | undefined =>
  actuator === 'killpowerd' && rtcWakeSeconds > 0 ? rtcWakeSeconds : undefined;

/** True when a node powers off while one of its UPSes still feeds it. */
export const losesOneSupplyTooMany = ({ ups, minSupplies }: Node): boolean =>
  Math.min(...ups.map(({ powerValue }) => powerValue)) < minSupplies;

/** The hosts on a UPS: its nodes, then its clients. */
export const hostsOn = ({ nodes, clients }: Pick<UpsPlan, 'nodes' | 'clients'>): readonly HostPlan[] => [
  ...nodes,
  ...clients,
];

function upsPlan(cluster: Cluster, ups: Ups, all: readonly NodePlan[], detectionSeconds: number): UpsPlan {
  const { marginSeconds, pollSeconds, pollOnBatterySeconds, finalDelaySeconds } = cluster.power;
  const nodes = all
    .filter(({ node }) => node.ups.some(({ name }) => name === ups.name))
    .sort((a, b) => a.stageSeconds - b.stageSeconds);
  const clients = ups.clients.map((client, c) =>
    clientPlan(client, ['ups', cluster.ups.indexOf(ups), 'clients', c, 'haltBudgetSeconds']),
  );
  const allDownSeconds = Math.max(0, ...hostsOn({ nodes, clients }).map(({ downSeconds }) => downSeconds));
  const stepSeconds = delayStepSeconds(ups);
  const neededOffDelaySeconds = Math.ceil((allDownSeconds + marginSeconds) / stepSeconds) * stepSeconds;
  const offDelaySeconds =
    ups.server?.cutDelaySeconds ?? ups.fixedCutDelaySeconds ?? driverNumber(ups, 'offdelay') ?? neededOffDelaySeconds;
  const carriesSeconds = Math.max(offDelaySeconds, MAX_AGE_SECONDS + allDownSeconds);
  const afterwards = pollSeconds + carriesSeconds + marginSeconds;
  return {
    ups,
    nodes,
    clients,
    allDownSeconds,
    stepSeconds,
    neededOffDelaySeconds,
    offDelaySeconds,
    latestCutSeconds: ups.server ? offDelaySeconds : detectionSeconds + finalDelaySeconds + offDelaySeconds,
    ...(ups.server ? { onDelaySeconds: undefined, returnSeconds: undefined } : returnOf(ups, offDelaySeconds)),
    noticeSeconds: statusPollSeconds(ups) + pollSeconds,
    carriesSeconds,
    runtimeNeededSeconds: statusPollSeconds(ups) + afterwards,
    earlyRuntimeNeededSeconds: valuePollSeconds(ups) + EARLY_POLLS * pollOnBatterySeconds + afterwards,
  };
}

/** When the output is restored: the UPS rounds ondelay down like offdelay, and counts it from the command or from the cut. */
function returnOf(ups: Ups, offDelaySeconds: number): Pick<UpsPlan, 'onDelaySeconds' | 'returnSeconds'> {
  const seconds = onDelaySeconds(ups, offDelaySeconds);
  const rounded = roundedDelay(ups, seconds);
  const isFromCut = driverFacts(ups)?.onDelayFrom === 'cut' || seconds === 0;
  return { onDelaySeconds: seconds, returnSeconds: rounded + (isFromCut ? roundedDelay(ups, offDelaySeconds) : 0) };
}

/** The `ondelay` of the site in the driver's unit, or whole minutes that every driver takes and no step of the UPS shortens. Seconds. */
function onDelaySeconds(ups: Ups, offDelaySeconds: number): number {
  const stated = driverNumber(ups, 'ondelay');
  if (stated !== undefined) return stated * (driverFacts(ups)?.onDelayUnitSeconds ?? 1);
  const step = delayStepSeconds(ups);
  return Math.ceil((Math.ceil((offDelaySeconds + OFF_AT_LEAST_SECONDS) / step) * step) / 60) * 60;
}
