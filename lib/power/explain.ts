import type { Cluster } from '../cluster';
import { detectionSum, downSum, earlyRuntimeSum, limitsText, offDelaySum, runtimeSum } from './arithmetic';
import { type HostPlan, hostsOn, type NodePlan, type PowerPlan, powerPlan, type UpsPlan } from './plan';
import { bestRuntime, isEnough, runtimesOf } from './runtime';
import { type Descent, type PowerTimeline, powerTimelines } from './timeline';

/** The narrowest lane that is readable, in characters. */
const NARROWEST = 20;
/** Wider lanes are easier to read in the SVG. */
const WIDEST = 160;
/** Characters of a node's name in front of its lane. */
const LONGEST_NAME = 24;

/**
 * The timeline of a power failure at this site for a terminal: the lanes of every UPS and the sums behind them.
 *
 * @param columns width of the terminal, characters
 */
export function explainText(cluster: Cluster, columns: number): string {
  if (cluster.ups.length === 0)
    return `${cluster.name}: no UPS; all nodes lose power while they run when mains power fails\n`;
  const plan = powerPlan(cluster);
  const timelines = powerTimelines(cluster, plan);
  return [
    `${cluster.name}: power failure`,
    'Seconds after the shutdown begins (FSD, or OB and LB).',
    'Nodes: latest times, even if other components have failed. UPS: earliest times.',
    '',
    `detection  ${detectionSum(cluster, plan)}`,
    ...timelines.flatMap((timeline) => ['', ...ofUps(cluster, plan, timeline, columns)]),
    '',
  ].join('\n');
}

/** The same as data for programs; names of keys are those of the power plan. */
export const explainData = (cluster: Cluster): unknown => {
  const plan = powerPlan(cluster);
  return {
    cluster: cluster.name,
    detectionSeconds: plan.detectionSeconds,
    nodes: plan.nodes.map(({ node: _node, stagePath: _stagePath, ...host }: NodePlan) => hostData(host)),
    upses: powerTimelines(cluster, plan).map(({ plan: ups, events }) => {
      const { ups: site, nodes, clients, ...times } = ups;
      return {
        name: site.name,
        ...times,
        nodes: nodes.map(({ name }) => name),
        clients: clients.map(hostData),
        runtimes: runtimesOf(cluster, ups),
        events,
      };
    }),
  };
};

const hostData = ({ haltPath: _haltPath, ...times }: HostPlan) => times;

function ofUps(cluster: Cluster, plan: PowerPlan, timeline: PowerTimeline, columns: number): string[] {
  const { plan: ups } = timeline;
  const rows: readonly (readonly [string, string])[] = [
    ...hostsOn(ups).flatMap((host): [string, string][] => [
      [host.name, downSum(cluster, plan, host)],
      ...(host.shed ? [['', `shed before the others at ${limitsText(host.shed)}`] as [string, string]] : []),
    ]),
    ...delayRows(cluster, ups),
    ...batteryRows(cluster, ups),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ups.ups.server
      ? `${ups.ups.name}, served by ${ups.ups.server.address.text}`
      : `${ups.ups.name} at ${ups.ups.node}, ${ups.ups.driver}`,
    ...(ups.nodes.length > 0 ? ['', ...lanes(timeline, columns), ''] : []),
    ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
  ];
}

function delayRows(cluster: Cluster, ups: UpsPlan): (readonly [string, string])[] {
  if (ups.ups.server) {
    return [['cutDelay', `${ups.offDelaySeconds}; minimum ${offDelaySum(cluster, ups)}`]];
  }
  const given =
    ups.ups.fixedCutDelaySeconds !== undefined
      ? `; the UPS always takes ${ups.offDelaySeconds}`
      : ups.ups.options['offdelay'] === undefined
        ? ''
        : `; set to ${ups.offDelaySeconds}`;
  return [
    ['offdelay', `${offDelaySum(cluster, ups)}${given}`],
    [
      'ondelay',
      `${ups.onDelaySeconds}; output restored ${ups.returnSeconds} s after the command at the earliest, and only with mains power`,
    ],
  ];
}

function batteryRows(cluster: Cluster, ups: UpsPlan): (readonly [string, string])[] {
  if (ups.ups.server) return [];
  const best = bestRuntime(runtimesOf(cluster, ups));
  const verdict = best
    ? `${best.source} ${best.availableSeconds}, required ${best.neededSeconds}: ${isEnough(best) ? 'enough' : 'NOT ENOUGH'}`
    : 'runtime not measured';
  return [
    ['battery', `required at low battery: ${runtimeSum(cluster, ups)}`],
    ...(cluster.power.earlyShutdown
      ? [['', `required at the limit of earlyShutdown: ${earlyRuntimeSum(cluster, ups)}`] as const]
      : []),
    ['', verdict],
  ];
}

/** One character for each state of a node: running, waiting for its stage, halting, off. */
const STATES = ['=', '-', '#', '.'] as const;

function lanes({ plan, machines, startSeconds, endSeconds }: PowerTimeline, columns: number): string[] {
  const names = [plan.ups.name, ...machines.map(({ plan: { name } }) => name)].map((name) =>
    name.slice(0, LONGEST_NAME),
  );
  const gutter = Math.max(...names.map(({ length }) => length)) + 4;
  const width = Math.max(NARROWEST, Math.min(columns, WIDEST) - gutter - 1);
  const end = endSeconds * 1.1;
  const at = (seconds: number): number => Math.round(((seconds - startSeconds) / (end - startSeconds)) * width);
  const lane = (name: string, text: string): string => `  ${name.slice(0, LONGEST_NAME).padEnd(gutter - 2)}${text}`;
  return [
    lane('', axis(at, width, [startSeconds, 0, plan.allDownSeconds, plan.offDelaySeconds, plan.latestCutSeconds])),
    lane(
      plan.ups.name,
      drawn([at(0), at(plan.offDelaySeconds), at(plan.latestCutSeconds), width], ['b', '>', '?', 'x']),
    ),
    ...machines.map(({ plan: { name }, latest }) => lane(name, drawn(borders(latest, at, width), STATES))),
    lane('', '= running  - waiting for its stage  # halting  . off    b on battery  > counting down  ? may cut  x cut'),
  ];
}

const borders = (times: Descent, at: (seconds: number) => number, width: number): number[] => [
  at(times.commitSeconds),
  at(times.powerOffSeconds),
  at(times.downSeconds),
  width,
];

/** Each state repeated up to its border. */
const drawn = (ends: readonly number[], states: readonly string[]): string =>
  ends.map((end, i) => (states[i] ?? '').repeat(Math.max(0, end - (ends[i - 1] ?? 0)))).join('');

/** The times that fit, each at its column. */
function axis(at: (seconds: number) => number, width: number, times: readonly number[]): string {
  return [...new Set(times)].reduce((line, seconds) => {
    const text = String(seconds);
    const column = at(seconds);
    return column <= line.length && line !== ''
      ? line
      : column + text.length > width + 1
        ? line
        : line.padEnd(column) + text;
  }, '');
}
