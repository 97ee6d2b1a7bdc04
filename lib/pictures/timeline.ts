import type { Cluster } from '../cluster';
import { type Descent, type MachineLane, type PowerTimeline, powerTimelines } from '../power';
import { type Color, LINE, label, line, MARGIN, namesWithin, picture, rect, WIDTH, widthOf } from './svg';

const RIGHT = WIDTH - MARGIN;
const ROOM = WIDTH - 2 * MARGIN;
const BAR = 14;
const THIN_BAR = 4;
/** Bars of a lane, with the lines that cross them: no line goes through words. */
const STRIP = BAR + THIN_BAR + 10;
const GAP = 14;
const MOST_TICKS = 7;
const TICKS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];

interface Scale {
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
  x(seconds: number): number;
}

/** A part of the picture, from its own top. */
interface Part {
  readonly height: number;
  draw(top: number): readonly string[];
}

/**
 * `power-timeline.svg`: a lane for every UPS and every host on it in a power failure, seconds from left to right.
 * The thick bar of a host has the latest times, the thin one the usual times. Pure.
 */
export function timelineSvg(cluster: Cluster, timelines: readonly PowerTimeline[] = powerTimelines(cluster)): string {
  const shown = timelines.filter(({ machines }) => machines.length > 0);
  const title = `${cluster.name}: power failure`;
  const scale = scaleOf(shown);
  const names = namesWithin(
    shown.flatMap(({ machines }) => machines.map(({ plan }) => plan.name)),
    ROOM - widthOf('  off by 99999 s'),
  );
  const parts = [
    words(title, { strong: true }),
    words('Seconds after the shutdown begins', { color: 'dim' }),
    words('Thick bar: latest, if parts have failed', { color: 'dim' }),
    words('Thin bar: usual, all of its halt budget', { color: 'dim' }),
    ...LEGEND.map(legendRow),
    ...shown.flatMap((timeline) => [space(GAP), ...group(cluster, timeline, names, scale)]),
    space(MARGIN),
  ];
  const { elements, height } = stacked(parts);
  return picture({ id: 'timeline', title, description: shown.map(described).join(' '), height }, elements);
}

function stacked(parts: readonly Part[]): { readonly elements: readonly string[]; readonly height: number } {
  let top = MARGIN;
  const elements = parts.flatMap((part) => {
    const drawn = part.draw(top);
    top += part.height;
    return drawn;
  });
  return { elements, height: top };
}

const space = (height: number): Part => ({ height, draw: () => [] });

const words = (text: string, look: Parameters<typeof label>[4]): Part => ({
  height: LINE,
  draw: (top) => [label(MARGIN, top + 13, text, ROOM, look)],
});

const LEGEND: readonly (readonly (readonly [Color, string])[])[] = [
  [
    ['running', 'running'],
    ['battery', 'on battery'],
  ],
  [
    ['waiting', 'committed, waiting'],
    ['countdown', 'counting down'],
  ],
  [
    ['halting', 'halting'],
    ['maybeCut', 'output may be cut'],
  ],
  [
    ['off', 'off'],
    ['cut', 'output cut'],
  ],
];

const legendRow = (row: (typeof LEGEND)[number]): Part => ({
  height: LINE,
  draw: (top) =>
    row.flatMap(([color, text], column) => {
      const x = MARGIN + (column * ROOM) / 2;
      return [rect(color, x, top + 4, 14, 10), label(x + 20, top + 13, text, ROOM / 2 - 26)];
    }),
});

const described = ({ plan, machines }: PowerTimeline): string =>
  `${machines.map(({ plan: { name, downSeconds } }) => `${name} is off within ${downSeconds} s`).join(', ')}; ${plan.ups.name} cuts its output after ${plan.offDelaySeconds} s at the earliest.`;

function scaleOf(timelines: readonly PowerTimeline[]): Scale {
  const start = Math.min(0, ...timelines.map(({ startSeconds }) => startSeconds));
  const end = Math.max(1, ...timelines.map(({ endSeconds }) => endSeconds)) * 1.1;
  const tick = TICKS.find((step) => (end - start) / step <= MOST_TICKS) ?? Math.ceil(end / MOST_TICKS / 3600) * 3600;
  const from = Math.min(start, -tick / 4);
  const first = Math.ceil(from / tick);
  const ticks = Array.from({ length: Math.floor(end / tick) - first + 1 }, (_, i) => (first + i) * tick);
  return { from, to: end, ticks, x: (seconds) => MARGIN + ((seconds - from) / (end - from)) * ROOM };
}

/** A bar from one moment to another; nothing when it ends before it begins. */
function bar(scale: Scale, y: number, height: number, from: number, to: number, color: Color): string[] {
  const [left, right] = [scale.x(from), scale.x(to)];
  return right > left ? [rect(color, left, y, right - left, height)] : [];
}

function group(cluster: Cluster, timeline: PowerTimeline, names: ReadonlyMap<string, string>, scale: Scale): Part[] {
  const { plan, machines } = timeline;
  return [
    ...heading(timeline).map((text, i) => words(text, i === 0 ? { strong: true } : { color: 'dim' })),
    twoWords('output', `cut after ${span(plan.offDelaySeconds, plan.latestCutSeconds)} s`, 'alarm'),
    strip(plan.offDelaySeconds, scale, (top) => upsBars(timeline, scale, top)),
    ...machines.flatMap((machine) => [
      twoWords(names.get(machine.plan.name) ?? '', `off by ${machine.plan.downSeconds} s`, 'dim', true),
      ...[remarkOf(machine), ...suppliesOf(cluster, machine)].map((text) => words(text, { color: 'dim' })),
      strip(plan.offDelaySeconds, scale, (top) => machineBars(machine, scale, top)),
    ]),
    axis(scale),
  ];
}

function heading({ plan }: PowerTimeline): string[] {
  const { ups, runtimeNeededSeconds } = plan;
  if (ups.server) return [ups.name, `served by ${ups.server.address.text}`];
  return [`${ups.name} at ${ups.node ?? ''}`, `needs ${runtimeNeededSeconds} s of battery at low battery`];
}

const span = (from: number, to: number): string => (from === to ? `${from}` : `${from} to ${to}`);

/** A name and a figure on one line. */
const twoWords = (left: string, right: string, color: Color, strong = false): Part => ({
  height: LINE,
  draw: (top) => [
    label(MARGIN, top + 13, left, ROOM - widthOf(`  ${right}`), { strong }),
    label(RIGHT, top + 13, right, ROOM, { color, isRight: true }),
  ],
});

/** The bars of a lane between the lines of the axis; those of the begin and of the cut are in front. */
const strip = (cutSeconds: number, scale: Scale, bars: (top: number) => readonly string[]): Part => {
  const upright = (color: Color, seconds: number, top: number) =>
    line(color, { x: scale.x(seconds), y: top }, { x: scale.x(seconds), y: top + STRIP - 4 });
  return {
    height: STRIP,
    draw: (top) => [
      ...scale.ticks.map((seconds) => upright('grid', seconds, top)),
      ...bars(top + 3),
      upright('words', 0, top),
      upright('alarm', cutSeconds, top),
    ],
  };
};

const axis = (scale: Scale): Part => ({
  height: LINE,
  draw: (top) =>
    scale.ticks.map((seconds) => {
      const text = String(seconds);
      const x = Math.min(Math.max(scale.x(seconds) - widthOf(text) / 2, MARGIN), RIGHT - widthOf(text));
      return label(x, top + 11, text, ROOM, { color: 'dim' });
    }),
});

const ROLES = { agent: 'agent', server: 'server', upsNode: 'UPS node', client: 'outside the cluster' } as const;

function remarkOf({ plan }: MachineLane): string {
  return [ROLES[plan.role], `halts in ${plan.haltSeconds} s at most`, ...(plan.shed ? ['shed before'] : [])].join(', ');
}

/** The supplies of a node on several UPSes, each of which has a lane of it. */
function suppliesOf(cluster: Cluster, { plan: { name } }: MachineLane): string[] {
  const { ups = [], minSupplies = 1 } = cluster.nodes.find((node) => node.name === name) ?? {};
  if (ups.length < 2) return [];
  return [`supplies: ${ups.map((feed) => `${feed.name} ${feed.powerValue}`).join(', ')}; needs ${minSupplies}`];
}

function upsBars({ plan }: PowerTimeline, scale: Scale, y: number): string[] {
  const { offDelaySeconds: earliest, latestCutSeconds: latest } = plan;
  return [
    ...bar(scale, y, BAR, scale.from, 0, 'battery'),
    ...bar(scale, y, BAR, 0, earliest, 'countdown'),
    ...bar(scale, y, BAR, earliest, latest, 'maybeCut'),
    ...bar(scale, y, BAR, latest, scale.to, 'cut'),
  ];
}

const machineBars = ({ usual, latest }: MachineLane, scale: Scale, y: number): string[] => [
  ...descent(scale, y, BAR, latest),
  ...descent(scale, y + BAR + 2, THIN_BAR, usual),
];

const descent = (scale: Scale, y: number, height: number, times: Descent): string[] => [
  ...bar(scale, y, height, scale.from, times.commitSeconds, 'running'),
  ...bar(scale, y, height, times.commitSeconds, times.powerOffSeconds, 'waiting'),
  ...bar(scale, y, height, times.powerOffSeconds, times.downSeconds, 'halting'),
  ...bar(scale, y, height, times.downSeconds, scale.to, 'off'),
];
