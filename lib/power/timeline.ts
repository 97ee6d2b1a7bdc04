import type { Cluster } from '../cluster';
import { driverFacts } from './drivers';
import { type HostPlan, hostsOn, type PowerPlan, powerPlan, type UpsPlan } from './plan';

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

/** Something that happens, within a span of time. Seconds after the shutdown begins; negative before. */
export interface PowerEvent {
  readonly earliestSeconds: number;
  /** Undefined when nothing bounds it. */
  readonly latestSeconds: number | undefined;
  /** Name of the UPS or the host, or address of the host that serves the UPS. */
  readonly who: string;
  readonly what: string;
}

/** One UPS and the hosts on it in a long power failure. */
export interface PowerTimeline {
  readonly plan: UpsPlan;
  /** The earliest time the UPS reports low battery. Zero or less. */
  readonly startSeconds: number;
  /** The latest time the output is cut. */
  readonly endSeconds: number;
  /** The nodes in the order of their power-off, then the clients. */
  readonly machines: readonly MachineLane[];
  /** In the order of time. */
  readonly events: readonly PowerEvent[];
}

/** The timeline of every UPS of the site. Pure. */
export function powerTimelines(cluster: Cluster, plan: PowerPlan = powerPlan(cluster)): PowerTimeline[] {
  return plan.upses.map((ups) => {
    const machines = hostsOn(ups).map(machineLane);
    return {
      plan: ups,
      startSeconds: -ups.noticeSeconds,
      endSeconds: Math.max(ups.latestCutSeconds, ups.allDownSeconds),
      machines,
      events: eventsOf(cluster, ups, machines),
    };
  });
}

const machineLane = (plan: HostPlan): MachineLane => ({
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
  const commitSeconds = Math.max(0, ...plan.nodes.map((node) => node.commitSeconds));
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
      who: ups.server?.address.text ?? ups.node ?? ups.name,
      what: 'declares the forced shutdown (FSD)',
    },
    {
      earliestSeconds: 0,
      latestSeconds: commitSeconds,
      who: 'every node',
      what: 'schedules its own power-off',
    },
    ...(ups.server
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
    {
      earliestSeconds: plan.offDelaySeconds,
      latestSeconds: plan.latestCutSeconds,
      who: ups.name,
      what: driverFacts(ups)?.onBatteryOnly
        ? 'cuts its output, unless mains power had returned before the command'
        : 'cuts its output, even if mains power has returned',
    },
    {
      earliestSeconds: plan.returnSeconds ?? plan.offDelaySeconds,
      latestSeconds: undefined,
      who: ups.name,
      what: 'restores its output if mains power is present; the nodes start',
    },
  ];
  return events.sort(
    (a, b) =>
      (a.latestSeconds ?? Number.POSITIVE_INFINITY) - (b.latestSeconds ?? Number.POSITIVE_INFINITY) ||
      a.earliestSeconds - b.earliestSeconds,
  );
}
