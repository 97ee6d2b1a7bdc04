import type { Cluster } from '../cluster';
import { type NodePlan, type PowerPlan, powerPlan, type UpsPlan } from './plan';

/** One machine on its way down. Seconds after the shutdown begins. */
export interface Descent {
  /** It is committed: from here on nothing but itself is needed. */
  readonly commitSeconds: number;
  /** It powers itself off. */
  readonly powerOffSeconds: number;
  /** It is off; by force, if it was not before. */
  readonly downSeconds: number;
}

/** A machine in a power failure. */
export interface MachineLane {
  readonly plan: NodePlan;
  /** When it hears of the shutdown at once and uses up its halt budget. */
  readonly usual: Descent;
  /** When everything that could tell it is dead. */
  readonly latest: Descent;
}

/** Something that happens, within a span of time. Seconds after the shutdown begins; negative before. */
export interface PowerEvent {
  readonly earliestSeconds: number;
  /** Undefined when nothing bounds it. */
  readonly latestSeconds: number | undefined;
  /** Name of the UPS or of the machine. */
  readonly who: string;
  readonly what: string;
}

/** What one UPS and the machines on it do in a power failure that lasts. */
export interface PowerTimeline {
  readonly plan: UpsPlan;
  /** When the UPS reports low battery, at the earliest: what comes before that has no bound. Zero or less. */
  readonly startSeconds: number;
  /** When the load is cut at the latest. */
  readonly endSeconds: number;
  /** In the order they go off. */
  readonly machines: readonly MachineLane[];
  /** In the order of time. */
  readonly events: readonly PowerEvent[];
}

/** The time line of every UPS of the site. Pure. */
export function powerTimelines(cluster: Cluster, plan: PowerPlan = powerPlan(cluster)): PowerTimeline[] {
  return plan.upses.map((ups) => {
    const machines = ups.nodes.map(machineLane);
    return {
      plan: ups,
      startSeconds: -ups.noticeSeconds,
      endSeconds: Math.max(ups.latestCutSeconds, ups.allDownSeconds),
      machines,
      events: eventsOf(cluster, ups, machines),
    };
  });
}

const machineLane = (plan: NodePlan): MachineLane => ({
  plan,
  usual: {
    commitSeconds: 0,
    powerOffSeconds: plan.stageSeconds,
    downSeconds: plan.stageSeconds + plan.haltSeconds,
  },
  latest: {
    commitSeconds: plan.commitSeconds,
    powerOffSeconds: plan.deadlineSeconds,
    downSeconds: plan.downSeconds,
  },
});

function eventsOf(cluster: Cluster, plan: UpsPlan, machines: readonly MachineLane[]): PowerEvent[] {
  const { ups } = plan;
  const commitSeconds = Math.max(0, ...machines.map(({ latest }) => latest.commitSeconds));
  const events: PowerEvent[] = [
    {
      earliestSeconds: -plan.noticeSeconds,
      latestSeconds: 0,
      who: ups.name,
      what: `is on battery and low${ups.server || !cluster.power.earlyShutdown ? '' : ', or reaches a limit of earlyShutdown'}`,
    },
    {
      earliestSeconds: 0,
      latestSeconds: 0,
      who: ups.server?.address.text ?? ups.node ?? ups.name,
      what: 'declares the shutdown (FSD)',
    },
    {
      earliestSeconds: 0,
      latestSeconds: commitSeconds,
      who: 'every machine',
      what: 'writes its own deadline; nothing else has to live from here on',
    },
    ...(ups.server
      ? []
      : [
          {
            earliestSeconds: 0,
            latestSeconds: commitSeconds,
            who: ups.node ?? ups.name,
            what: `tells ${ups.name} to cut its load in ${plan.offDelaySeconds} s`,
          },
        ]),
    ...machines.flatMap(({ plan: machine, usual, latest }) => [
      {
        earliestSeconds: usual.powerOffSeconds,
        latestSeconds: latest.powerOffSeconds,
        who: machine.node.name,
        what: 'powers itself off',
      },
      {
        earliestSeconds: usual.powerOffSeconds,
        latestSeconds: latest.downSeconds,
        who: machine.node.name,
        what: cluster.power.actuator === 'killpowerd' ? 'is off, by force if need be' : 'is off, unless its halt hangs',
      },
    ]),
    {
      earliestSeconds: plan.offDelaySeconds,
      latestSeconds: plan.latestCutSeconds,
      who: ups.name,
      what: 'cuts its load, whether or not the mains are back',
    },
    {
      earliestSeconds: plan.returnSeconds ?? plan.offDelaySeconds,
      latestSeconds: undefined,
      who: ups.name,
      what: 'restores its load when the mains are back, and the machines start',
    },
  ];
  return events.sort(
    (a, b) =>
      (a.latestSeconds ?? Number.POSITIVE_INFINITY) - (b.latestSeconds ?? Number.POSITIVE_INFINITY) ||
      a.earliestSeconds - b.earliestSeconds,
  );
}
