import type { Cluster } from '../cluster';
import { driverFacts } from './drivers';
import { type HostPlan, hostsOn, MAX_AGE_SECONDS, type PowerPlan, powerPlan, type UpsPlan } from './plan';

/** The power-off of one host. Seconds after the shutdown begins. */
export interface Descent {
  /** It is committed: its deadline is written, and it needs no other component from here on. */
  readonly commitSeconds: number;
  /** It begins to power off. */
  readonly powerOffSeconds: number;
  /** It is off, by force if the halt exceeds its budget. */
  readonly downSeconds: number;
}

/** A host in a power failure. */
export interface MachineLane {
  readonly plan: HostPlan;
  /** It commits at once and uses its whole halt budget. */
  readonly usual: Descent;
  /** It commits as late as possible, because every component that could notify it has failed. */
  readonly latest: Descent;
}

/** What else happens in a power failure. */
export interface Course {
  /** When mains power returns, seconds after the shutdown begins; with 0 or less none begins. @default - after all this */
  readonly mainsBackSeconds?: number;
  /** Names of UPSes that stop responding on battery, as the shutdown begins. @default - none */
  readonly muteUpses?: readonly string[];
  /** Names of nodes, and addresses of hosts that serve a UPS, that are off before mains power fails. @default - none */
  readonly off?: readonly string[];
}

/** A span of time. Seconds after the shutdown begins. */
interface TimeSpan {
  readonly earliestSeconds: number;
  /** Undefined when nothing bounds it. */
  readonly latestSeconds: number | undefined;
}

/** Something that happens, within a span of time. Seconds after the shutdown begins; negative before. */
export interface PowerEvent extends TimeSpan {
  /** Name of the UPS or the host, or address of the host that serves the UPS. */
  readonly who: string;
  readonly what: string;
}

/** One UPS and the hosts on it in a power failure. */
export interface PowerTimeline {
  readonly plan: UpsPlan;
  /** The earliest time the UPS reports low battery. Zero or less. */
  readonly startSeconds: number;
  /** The latest time that is known of: the cut, the last host off, or the restored output. */
  readonly endSeconds: number;
  /** Why no shutdown begins. @default - one begins */
  readonly idle?: string;
  /** When mains power returns. @default - after all this */
  readonly mainsBackSeconds: number | undefined;
  /** When the output is cut by command; undefined when no command reaches the UPS. */
  readonly cut: TimeSpan | undefined;
  /** When it is restored; undefined while mains power is out, where the cut is not certain, and for a UPS that another host serves. */
  readonly restore: TimeSpan | undefined;
  /** The nodes in the order of their power-off, then the clients; without those that were off before. */
  readonly machines: readonly MachineLane[];
  /** In the order of time. Empty when no shutdown begins. */
  readonly events: readonly PowerEvent[];
}

/**
 * The timeline of every UPS of the site. Pure.
 *
 * @param course what else happens @default - a long power failure, and nothing else
 */
export function powerTimelines(
  cluster: Cluster,
  plan: PowerPlan = powerPlan(cluster),
  course: Course = {},
): PowerTimeline[] {
  const { mainsBackSeconds: back, muteUpses = [], off = [] } = course;
  const unknown = plan.upses.filter((ups) => idleReason(ups, course) !== undefined).map(({ ups }) => ups.name);
  return plan.upses.map((ups) => {
    const idle = idleReason(ups, course);
    const isMute = muteUpses.includes(ups.ups.name);
    const machines = hostsOn(ups)
      .filter(({ name }) => !off.includes(name))
      .map((host) => {
        if (hasEnough(cluster, host, ups, unknown)) return runningLane(host);
        return machineLane(host, hasEnough(cluster, host, ups, [...unknown, ...muteUpses]));
      });
    const cut = idle === undefined && !isMute ? cutOf(ups, back) : undefined;
    const restore = cut?.latestSeconds === undefined ? undefined : restoreOf(ups, back);
    const allDown = Math.max(0, ...machines.filter(powersOff).map(({ latest }) => latest.downSeconds));
    return {
      plan: ups,
      startSeconds: -ups.noticeSeconds,
      endSeconds: Math.max(ups.latestCutSeconds, allDown, restore?.latestSeconds ?? 0, back ?? 0),
      ...(idle === undefined ? {} : { idle }),
      mainsBackSeconds: back,
      cut,
      restore,
      machines,
      events: idle === undefined ? eventsOf(cluster, ups, machines.filter(powersOff), cut, restore) : [],
    };
  });
}

/** False for a host that runs on. */
export const powersOff = ({ latest }: MachineLane): boolean => Number.isFinite(latest.downSeconds);

/** True when these UPSes count as enough supplies for a host. A host outside the cluster has one UPS. */
function hasEnough(cluster: Cluster, { name }: HostPlan, { ups }: UpsPlan, upses: readonly string[]): boolean {
  const node = cluster.nodes.find((one) => one.name === name);
  if (!node) return upses.includes(ups.name);
  const supplies = node.ups.filter((feed) => upses.includes(feed.name));
  return supplies.reduce((sum, { powerValue }) => sum + powerValue, 0) >= node.minSupplies;
}

/** The host that commands a UPS. */
export const commanderOf = ({ ups }: UpsPlan): string => ups.server?.address.text ?? ups.node ?? ups.name;

function idleReason(ups: UpsPlan, { mainsBackSeconds, off = [] }: Course): string | undefined {
  const commander = commanderOf(ups);
  if (mainsBackSeconds !== undefined && mainsBackSeconds <= 0) return 'mains power is back before the shutdown begins';
  return off.includes(commander) ? `${commander} is off, so the status of ${ups.ups.name} is unknown` : undefined;
}

/** The latest time of the command to cut the output. */
export const latestCommandSeconds = ({ latestCutSeconds, offDelaySeconds }: UpsPlan): number =>
  latestCutSeconds - offDelaySeconds;

function cutOf(ups: UpsPlan, back: number | undefined): TimeSpan {
  const mayBeIgnored = driverFacts(ups.ups)?.onBatteryOnly && back !== undefined && back <= latestCommandSeconds(ups);
  return {
    earliestSeconds: ups.offDelaySeconds,
    latestSeconds: mayBeIgnored ? undefined : ups.latestCutSeconds,
  };
}

function restoreOf(ups: UpsPlan, back: number | undefined): TimeSpan | undefined {
  if (back === undefined || ups.returnSeconds === undefined) return undefined;
  return {
    earliestSeconds: Math.max(back, ups.returnSeconds),
    latestSeconds: Math.max(back, ups.returnSeconds + latestCommandSeconds(ups)),
  };
}

const NEVER: Descent = {
  commitSeconds: Number.POSITIVE_INFINITY,
  powerOffSeconds: Number.POSITIVE_INFINITY,
  downSeconds: Number.POSITIVE_INFINITY,
};

const runningLane = (plan: HostPlan): MachineLane => ({ plan, usual: NEVER, latest: NEVER });

/** upsd serves the last data of a UPS that stops responding for MAXAGE, so a host with enough supplies by it does not commit at once. */
function machineLane(plan: HostPlan, isLate: boolean): MachineLane {
  const lateSeconds = isLate ? MAX_AGE_SECONDS : 0;
  const latest = {
    commitSeconds: plan.commitSeconds + lateSeconds,
    powerOffSeconds: plan.deadlineSeconds + lateSeconds,
    downSeconds: plan.downSeconds + lateSeconds,
  };
  if (isLate) return { plan, usual: latest, latest };
  const { stageSeconds, haltSeconds } = plan;
  const usual = { commitSeconds: 0, powerOffSeconds: stageSeconds, downSeconds: stageSeconds + haltSeconds };
  return { plan, usual, latest };
}

function eventsOf(
  cluster: Cluster,
  plan: UpsPlan,
  machines: readonly MachineLane[],
  cut: TimeSpan | undefined,
  restore: TimeSpan | undefined,
): PowerEvent[] {
  const { ups } = plan;
  const commitSeconds = Math.max(0, ...machines.map(({ latest }) => latest.commitSeconds));
  const events: PowerEvent[] = [
    {
      earliestSeconds: -plan.noticeSeconds,
      latestSeconds: 0,
      who: ups.name,
      what: `is on battery and reports low battery (LB)${ups.server || !cluster.power.earlyShutdown ? '' : ', or reaches a limit of earlyShutdown'}`,
    },
    {
      earliestSeconds: 0,
      latestSeconds: 0,
      ...(cut
        ? { who: commanderOf(plan), what: 'declares the forced shutdown (FSD)' }
        : { who: ups.name, what: 'stops responding, and gets no command' }),
    },
    {
      earliestSeconds: 0,
      latestSeconds: commitSeconds,
      who: 'every node',
      what: 'schedules its own power-off',
    },
    ...(ups.server || !cut
      ? []
      : [
          {
            earliestSeconds: 0,
            latestSeconds: commitSeconds,
            who: ups.node ?? ups.name,
            what: `commands ${ups.name} to cut its output after ${plan.offDelaySeconds} s`,
          },
        ]),
    ...machines.flatMap(({ plan: machine, usual, latest }) => [
      {
        earliestSeconds: usual.powerOffSeconds,
        latestSeconds: latest.powerOffSeconds,
        who: machine.name,
        what: 'power-off begins',
      },
      {
        earliestSeconds: usual.powerOffSeconds,
        latestSeconds: latest.downSeconds,
        who: machine.name,
        what:
          machine.role !== 'client' && cluster.power.actuator === 'killpowerd'
            ? 'off, by force if necessary'
            : 'off, unless its halt hangs',
      },
    ]),
    ...(cut
      ? [
          {
            ...cut,
            who: ups.name,
            what: driverFacts(ups)?.onBatteryOnly
              ? 'cuts its output, unless mains power had returned before the command'
              : 'cuts its output, even if mains power has returned',
          },
          {
            earliestSeconds: plan.returnSeconds ?? plan.offDelaySeconds,
            latestSeconds: undefined,
            ...restore,
            who: ups.name,
            what: 'restores its output if mains power is present; the nodes start',
          },
        ]
      : []),
  ];
  return events.sort(
    (a, b) =>
      (a.latestSeconds ?? Number.POSITIVE_INFINITY) - (b.latestSeconds ?? Number.POSITIVE_INFINITY) ||
      a.earliestSeconds - b.earliestSeconds,
  );
}
