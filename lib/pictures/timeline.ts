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
    space(LINE / 4),
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

function described(timeline: PowerTimeline): string {
  const { plan, idle, machines } = timeline;
  const hosts = machines.map((lane) => {
    const { downSeconds } = lane.latest;
    return `${lane.plan.name} ${Number.isFinite(downSeconds) ? `is off within ${downSeconds} s` : 'runs on'}`;
  });
  return `${idle === undefined ? '' : `No shutdown begins: ${idle}. `}${hosts.join(', ')}; ${plan.ups.name}: output ${cutText(timeline)}.`;
}

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
  const [left, right] = [scale.x(Math.max(from, scale.from)), scale.x(Math.min(to, scale.to))];
  return right > left ? [rect(color, left, y, right - left, height)] : [];
}

function group(cluster: Cluster, timeline: PowerTimeline, names: ReadonlyMap<string, string>, scale: Scale): Part[] {
  const { machines } = timeline;
  return [
    ...heading(timeline).map((text, i) => words(text, i === 0 ? { strong: true } : { color: 'dim' })),
    ...idleWords(timeline),
    twoWords('output', cutText(timeline), 'alarm'),
    strip(timeline, scale, (top) => upsBars(timeline, scale, top)),
    ...machines.flatMap((machine) => [
      twoWords(names.get(machine.plan.name) ?? '', offText(machine), 'dim', true),
      ...[remarkOf(machine), ...suppliesOf(cluster, machine)].map((text) => words(text, { color: 'dim' })),
      strip(timeline, scale, (top) => machineBars(machine, timeline, scale, top)),
    ]),
    axis(scale),
  ];
}

function heading({ plan }: PowerTimeline): string[] {
  const { ups, runtimeNeededSeconds } = plan;
  if (ups.server) return [ups.name, `served by ${ups.server.address.text}`];
  return [`${ups.name} at ${ups.node ?? ''}`, `needs ${runtimeNeededSeconds} s of battery at low battery`];
}

const idleWords = ({ idle, mainsBackSeconds, restore }: PowerTimeline): Part[] => [
  ...(idle === undefined ? [] : [words('no shutdown begins:', {}), words(idle, { color: 'dim' })]),
  ...(mainsBackSeconds === undefined || mainsBackSeconds <= 0
    ? []
    : [words(`mains power back after ${mainsBackSeconds} s`, { color: 'vip' })]),
  ...(restore ? [words(`output restored after ${span(restore)} s`, { color: 'dim' })] : []),
];

const span = ({ earliestSeconds: from, latestSeconds: to }: NonNullable<PowerTimeline['cut']>): string =>
  from === to ? `${from}` : `${from} to ${to}`;

function cutText({ cut }: PowerTimeline): string {
  if (!cut) return 'not cut by command';
  return cut.latestSeconds === undefined ? `cut after ${cut.earliestSeconds} s, or never` : `cut after ${span(cut)} s`;
}

const offText = ({ latest: { downSeconds } }: MachineLane): string =>
  Number.isFinite(downSeconds) ? `off by ${downSeconds} s` : 'runs on';

/** A name and a figure on one line. */
const twoWords = (left: string, right: string, color: Color, strong = false): Part => ({
  height: LINE,
  draw: (top) => [
    label(MARGIN, top + 13, left, ROOM - widthOf(`  ${right}`), { strong }),
    label(RIGHT, top + 13, right, ROOM, { color, isRight: true }),
  ],
});

/** The bars of a lane between the lines of the axis; those of the begin and of the cut are in front. */
const strip = (
  { cut, mainsBackSeconds }: PowerTimeline,
  scale: Scale,
  bars: (top: number) => readonly string[],
): Part => {
  const upright = (color: Color, seconds: number, top: number) =>
    line(color, { x: scale.x(seconds), y: top }, { x: scale.x(seconds), y: top + STRIP - 4 });
  return {
    height: STRIP,
    draw: (top) => [
      ...scale.ticks.map((seconds) => upright('grid', seconds, top)),
      ...bars(top + 3),
      upright('words', 0, top),
      ...(cut ? [upright('alarm', cut.earliestSeconds, top)] : []),
      ...(mainsBackSeconds !== undefined && mainsBackSeconds >= scale.from
        ? [upright('vip', mainsBackSeconds, top)]
        : []),
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

function upsBars({ cut, restore, mainsBackSeconds }: PowerTimeline, scale: Scale, y: number): string[] {
  const end = Number.POSITIVE_INFINITY;
  if (!cut) {
    const back = mainsBackSeconds ?? end;
    return [...bar(scale, y, BAR, scale.from, back, 'battery'), ...bar(scale, y, BAR, back, end, 'running')];
  }
  const on = restore?.latestSeconds ?? end;
  const latest = cut.latestSeconds ?? end;
  return [
    ...bar(scale, y, BAR, scale.from, 0, 'battery'),
    ...bar(scale, y, BAR, 0, cut.earliestSeconds, 'countdown'),
    ...bar(scale, y, BAR, cut.earliestSeconds, latest, 'maybeCut'),
    ...bar(scale, y, BAR, latest, on, 'cut'),
    ...bar(scale, y, BAR, on, end, 'running'),
  ];
}

const machineBars = ({ usual, latest }: MachineLane, { restore }: PowerTimeline, scale: Scale, y: number): string[] => {
  const on = restore?.latestSeconds ?? Number.POSITIVE_INFINITY;
  return [...descent(scale, y, BAR, latest, on), ...descent(scale, y + BAR + 2, THIN_BAR, usual, on)];
};

const descent = (scale: Scale, y: number, height: number, times: Descent, on: number): string[] => [
  ...bar(scale, y, height, scale.from, times.commitSeconds, 'running'),
  ...bar(scale, y, height, times.commitSeconds, times.powerOffSeconds, 'waiting'),
  ...bar(scale, y, height, times.powerOffSeconds, times.downSeconds, 'halting'),
  ...bar(scale, y, height, times.downSeconds, on, 'off'),
  ...bar(scale, y, height, on, Number.POSITIVE_INFINITY, 'running'),
];
