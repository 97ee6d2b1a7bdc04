import type { Cluster, PowerPromise } from '../cluster';
import { losesOneSupplyTooMany, type PowerPlan, powerPlan, wakeSecondsOf } from './plan';
import {
  type Course,
  commanderOf,
  latestCommandSeconds,
  type PowerTimeline,
  powersOff,
  powerTimelines,
} from './timeline';

/** A promise that is not kept. */
export interface BrokenPromise {
  readonly promise: PowerPromise;
  /** False when it depends on something that the course leaves open. */
  readonly isCertain: boolean;
  /** Names of the hosts; empty when the reason has them. */
  readonly hosts: readonly string[];
  readonly reason: string;
  readonly cure: string;
  /** The rule of the site that says so. @default - what happens in this course */
  readonly rule?: string;
}

/** The promises that a power failure of this course breaks at a site without fault. Pure. */
export function brokenIn(cluster: Cluster, course: Course, plan: PowerPlan = powerPlan(cluster)): BrokenPromise[] {
  const { mainsBackSeconds: back, off = [] } = course;
  if (back !== undefined && back <= 0) return [];
  const nodes = cluster.nodes.map(({ name }) => name).filter((name) => !off.includes(name));
  if (cluster.ups.length === 0) return [withoutUps(nodes)];
  const timelines = powerTimelines(cluster, plan, course);
  const byTimeline = timelines.flatMap((timeline) => [
    ...undetected(timeline, back),
    ...(timeline.idle === undefined && !timeline.cut ? notCut(cluster, timeline, back) : []),
    ...ignored(cluster, timeline),
  ]);
  return back === undefined ? byTimeline : [...byTimeline, ...stillFed(cluster, off)];
}

/** Nodes that power off with one UPS while mains power returns to another, which has not cut its output. */
function stillFed(cluster: Cluster, off: readonly string[]): BrokenPromise[] {
  const hosts = cluster.nodes
    .filter((node) => node.ups.length > 1 && losesOneSupplyTooMany(node) && !off.includes(node.name))
    .map(({ name }) => name);
  if (hosts.length === 0 || wakeSecondsOf(cluster) !== undefined) return [];
  return [
    stayOff(
      hosts,
      false,
      'they power off with one of their UPSes, and another may feed them until mains power is back',
    ),
  ];
}

const withoutUps = (hosts: readonly string[]): BrokenPromise => ({
  promise: 'running',
  isCertain: true,
  hosts,
  reason: 'no UPS feeds them',
  cure: 'describe a UPS under ups',
});

/** Hosts that run on because nothing reads their UPS. */
function undetected({ plan, machines, idle }: PowerTimeline, back: number | undefined): BrokenPromise[] {
  const hosts = machines.filter((lane) => !powersOff(lane));
  if (idle === undefined || hosts.length === 0) return [];
  const cure = plan.ups.server ? 'restore its upsd' : `connect its cable to another node on it, and change ups[].node`;
  return [
    {
      ...{
        promise: 'running',
        isCertain: back === undefined,
        hosts: hosts.map((lane) => lane.plan.name),
        reason: `${idle}, and its battery empties`,
      },
      cure: `treat that as an outage: ${cure}`,
    },
  ];
}

/** A UPS that got no command: its hosts are off, and it never cuts and restores its output. */
function notCut(cluster: Cluster, timeline: PowerTimeline, back: number | undefined): BrokenPromise[] {
  const { plan } = timeline;
  const machines = timeline.machines.filter(powersOff);
  const wake = wakeSecondsOf(cluster);
  const staying = machines.filter(({ plan: { role } }) => role === 'client' || wake === undefined);
  const waking = machines.filter((lane) => !staying.includes(lane));
  const firstSeconds = Math.min(...waking.map(({ usual }) => usual.powerOffSeconds)) + (wake ?? 0);
  const names = (lanes: typeof machines) => lanes.map((lane) => lane.plan.name);
  return [
    ...(staying.length > 0
      ? [
          stayOff(
            names(staying),
            back !== undefined,
            `${plan.ups.name} gets no command, and does not cut and restore its output`,
          ),
        ]
      : []),
    ...(waking.length > 0 && (back === undefined || back > firstSeconds)
      ? [
          {
            ...{ promise: 'running' as const, isCertain: false, hosts: names(waking) },
            reason: `their clocks start them ${firstSeconds} s after the shutdown begins at the earliest, while mains power is out and nothing reads ${plan.ups.name}`,
            cure: 'set power.rtcWakeSeconds longer than your outages, or unplug the hosts',
          },
        ]
      : []),
  ];
}

/** A UPS that ignores the command when mains power is back before it. */
function ignored(cluster: Cluster, { plan, machines, cut }: PowerTimeline): BrokenPromise[] {
  if (!cut || cut.latestSeconds !== undefined) return [];
  const hosts = machines
    .filter(powersOff)
    .filter(({ plan: { role } }) => role === 'client' || wakeSecondsOf(cluster) === undefined);
  const reason = `${plan.ups.name} ignores a command on line, and ${commanderOf(plan)} may send it up to ${latestCommandSeconds(plan)} s after the shutdown begins`;
  return hosts.length > 0
    ? [
        stayOff(
          hosts.map((lane) => lane.plan.name),
          false,
          reason,
        ),
      ]
    : [];
}

const stayOff = (hosts: readonly string[], isCertain: boolean, reason: string): BrokenPromise => ({
  ...{ promise: 'restart', isCertain, hosts, reason },
  cure: 'press their power buttons, or switch the output off and on; for nodes set power.rtcWakeSeconds with actuator killpowerd',
});
