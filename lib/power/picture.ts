import type { Cluster } from '../cluster';
import { WRITTEN_BY } from '../files';
import { type Descent, type MachineLane, type PowerTimeline, powerTimelines } from './timeline';

/** Widths and heights in pixels. */
const WIDTH = 900;
const LEFT = 178;
const RIGHT = 20;
const HEAD = 122;
const GROUP_HEAD = 44;
const LANE = 36;
const BAR = 18;
const THIN_BAR = 5;
const GROUP_GAP = 16;
const AXIS = 46;
/** Width of a character at 11 pixels, rounded up. */
const CHARACTER = 6.1;
const MOST_TICKS = 12;
const TICKS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];

const COLORS = {
  running: '#bfe3c0',
  waiting: '#ffe08a',
  halting: '#f6b26b',
  off: '#d9d9d9',
  battery: '#d5c7ee',
  countdown: '#a9cdee',
  maybeCut: '#7d8ea3',
  cut: '#4d4d4d',
} as const;
type Color = keyof typeof COLORS;

interface Scale {
  readonly from: number;
  readonly to: number;
  readonly tick: number;
  x(seconds: number): number;
}

/**
 * `power-timeline.svg`: a lane for every UPS and every host on it in a power failure, seconds from left to right.
 * The thick bar of a host has the latest times, the thin one the usual times.
 */
export function powerTimelineSvg(cluster: Cluster): string {
  const timelines = powerTimelines(cluster).filter(({ machines }) => machines.length > 0);
  const scale = scaleOf(timelines);
  const heights = timelines.map(({ machines }) => GROUP_HEAD + LANE * (machines.length + 1) + GROUP_GAP);
  const bottom = HEAD + heights.reduce((sum, height) => sum + height, 0);
  const title = `${cluster.name}: power failure`;
  return [
    `<!-- ${WRITTEN_BY} -->`,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + AXIS}" viewBox="0 0 ${WIDTH} ${bottom + AXIS}" role="img" aria-labelledby="title desc" font-family="system-ui, 'DejaVu Sans', Arial, sans-serif" font-size="11" fill="#222">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(timelines.map(described).join(' '))}</desc>`,
    `<rect width="${WIDTH}" height="${bottom + AXIS}" fill="#fff"/>`,
    `<text x="12" y="26" font-size="17" font-weight="600">${escaped(title)}</text>`,
    '<text x="12" y="44" fill="#555">Seconds after the shutdown begins. Thick bars: latest times, even if other components have failed.</text>',
    '<text x="12" y="59" fill="#555">Thin bars: the node commits at once and uses its whole halt budget.</text>',
    ...legend(),
    ...axis(scale, bottom),
    ...timelines.flatMap((timeline, i) =>
      group(timeline, scale, HEAD + heights.slice(0, i).reduce((sum, height) => sum + height, 0)),
    ),
    '</svg>',
    '',
  ].join('\n');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const described = ({ plan, machines }: PowerTimeline): string =>
  `${machines.map(({ plan: { name, downSeconds } }) => `${name} is off within ${downSeconds} s`).join(', ')}; ${plan.ups.name} cuts its output after ${plan.offDelaySeconds} s at the earliest.`;

function scaleOf(timelines: readonly PowerTimeline[]): Scale {
  const start = Math.min(0, ...timelines.map(({ startSeconds }) => startSeconds));
  const end = Math.max(1, ...timelines.map(({ endSeconds }) => endSeconds)) * 1.1;
  const tick = TICKS.find((step) => (end - start) / step <= MOST_TICKS) ?? Math.ceil(end / MOST_TICKS / 3600) * 3600;
  const from = Math.min(start, -tick / 2);
  return { from, to: end, tick, x: (seconds) => LEFT + ((seconds - from) / (end - from)) * (WIDTH - LEFT - RIGHT) };
}

const number = (value: number): string => String(Math.round(value * 10) / 10);

/** A bar, and its label when there is room for it. */
function bar(scale: Scale, y: number, height: number, from: number, to: number, color: Color, label = ''): string[] {
  const [left, right] = [scale.x(from), scale.x(to)];
  if (right <= left) return [];
  const rect = `<rect x="${number(left)}" y="${y}" width="${number(right - left)}" height="${height}" fill="${COLORS[color]}"/>`;
  if (label === '' || label.length * CHARACTER + 8 > right - left) return [rect];
  const fill = color === 'cut' || color === 'maybeCut' ? ' fill="#fff"' : '';
  // in the colour of the bar, so that a line behind the label stops there
  const halo = `stroke="${COLORS[color]}" stroke-width="4" paint-order="stroke"`;
  return [
    rect,
    `<text x="${number((left + right) / 2)}" y="${y + height - 5}" text-anchor="middle"${fill} ${halo}>${escaped(label)}</text>`,
  ];
}

function legend(): string[] {
  const entries: readonly (readonly (readonly [Color, string])[])[] = [
    [
      ['running', 'running, not committed yet'],
      ['waiting', 'committed, waiting for stage'],
      ['halting', 'halting, forced off at the end'],
      ['off', 'off'],
    ],
    [
      ['battery', 'on battery'],
      ['countdown', 'commanded, counting down'],
      ['maybeCut', 'may have cut its output'],
      ['cut', 'output cut until mains return'],
    ],
  ];
  return entries.flatMap((row, r) =>
    row.flatMap(([color, text], c) => {
      const [x, y] = [12 + c * 214, 70 + r * 20];
      return [
        `<rect x="${x}" y="${y}" width="14" height="12" fill="${COLORS[color]}"/>`,
        `<text x="${x + 20}" y="${y + 10}">${text}</text>`,
      ];
    }),
  );
}

function axis(scale: Scale, bottom: number): string[] {
  const first = Math.ceil(scale.from / scale.tick) * scale.tick;
  const count = Math.floor((scale.to - first) / scale.tick) + 1;
  const ticks = Array.from({ length: count }, (_, i) => first + i * scale.tick);
  return [
    ...ticks.flatMap((seconds) => {
      const x = number(scale.x(seconds));
      return [
        `<line x1="${x}" y1="${HEAD}" x2="${x}" y2="${bottom}" stroke="#e6e6e6"/>`,
        `<text x="${x}" y="${bottom + 16}" text-anchor="middle">${seconds}</text>`,
      ];
    }),
    `<line x1="${LEFT}" y1="${bottom}" x2="${WIDTH - RIGHT}" y2="${bottom}" stroke="#888"/>`,
    `<text x="${number((LEFT + WIDTH - RIGHT) / 2)}" y="${bottom + 34}" text-anchor="middle" fill="#555">seconds after the shutdown begins</text>`,
  ];
}

function group(timeline: PowerTimeline, scale: Scale, top: number): string[] {
  const { plan, machines } = timeline;
  const lanes = top + GROUP_HEAD;
  const bottom = lanes + LANE * (machines.length + 1);
  const cut = number(scale.x(plan.offDelaySeconds));
  // clear of the other label and inside the picture
  const cutLabel = number(Math.min(Math.max(scale.x(plan.offDelaySeconds), scale.x(0) + 100), WIDTH - RIGHT - 70));
  const zero = number(scale.x(0));
  const drawn = [
    ...upsLane(timeline, scale, lanes),
    ...machines.flatMap((machine, i) => machineLane(machine, scale, lanes + LANE * (i + 1))),
  ];
  const isBar = (element: string) => element.startsWith('<rect');
  return [
    `<text x="12" y="${top + 18}" font-size="13" font-weight="600">${escaped(headingOf(timeline))}</text>`,
    `<text x="${zero}" y="${top + 38}" text-anchor="middle" fill="#555">begin</text>`,
    `<text x="${cutLabel}" y="${top + 38}" text-anchor="middle" fill="#b00020">${plan.offDelaySeconds} s: earliest cut</text>`,
    ...drawn.filter(isBar),
    `<line x1="${zero}" y1="${top + 42}" x2="${zero}" y2="${bottom}" stroke="#555"/>`,
    `<line x1="${cut}" y1="${top + 42}" x2="${cut}" y2="${bottom}" stroke="#b00020" stroke-dasharray="4 3"/>`,
    ...drawn.filter((element) => !isBar(element)),
  ];
}

function headingOf({ plan }: PowerTimeline): string {
  const { ups } = plan;
  if (ups.server) return `${clipped(ups.name, 40)}, served by ${ups.server.address.text}`;
  return `${clipped(ups.name, 30)} at ${clipped(ups.node ?? '', 30)}: needs ${plan.runtimeNeededSeconds} s of battery at low battery`;
}

const clipped = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

const laneLabel = (y: number, name: string, remark: string): string[] => [
  `<text x="12" y="${y + 13}" font-weight="600">${escaped(clipped(name, 22))}</text>`,
  `<text x="12" y="${y + 26}" fill="#666" font-size="10">${escaped(remark)}</text>`,
];

function upsLane({ plan }: PowerTimeline, scale: Scale, y: number): string[] {
  const { offDelaySeconds: earliest, latestCutSeconds: latest } = plan;
  const delay = plan.ups.server ? 'cutDelay' : 'offdelay';
  return [
    ...laneLabel(y, plan.ups.name, 'the UPS'),
    ...bar(scale, y, BAR, scale.from, 0, 'battery'),
    ...bar(scale, y, BAR, 0, earliest, 'countdown', `counting down, ${delay} ${earliest} s`),
    ...bar(scale, y, BAR, earliest, latest, 'maybeCut', `cut by ${latest} s`),
    ...bar(scale, y, BAR, latest, scale.to, 'cut', 'cut'),
  ];
}

const ROLES = { agent: 'agent', server: 'server', upsNode: 'UPS node', client: 'outside the cluster' } as const;

function machineLane({ plan, usual, latest }: MachineLane, scale: Scale, y: number): string[] {
  return [
    ...laneLabel(y, plan.name, `${ROLES[plan.role]}${plan.shed ? ', shed before' : ''}`),
    ...descent(scale, y, BAR, latest, [
      'running',
      'waiting',
      `halting, ${plan.haltSeconds} s at most`,
      `off by ${latest.downSeconds} s`,
    ]),
    ...descent(scale, y + BAR + 3, THIN_BAR, usual, []),
  ];
}

function descent(scale: Scale, y: number, height: number, times: Descent, labels: readonly string[]): string[] {
  return [
    ...bar(scale, y, height, scale.from, times.commitSeconds, 'running', labels[0]),
    ...bar(scale, y, height, times.commitSeconds, times.powerOffSeconds, 'waiting', labels[1]),
    ...bar(scale, y, height, times.powerOffSeconds, times.downSeconds, 'halting', labels[2]),
    ...bar(scale, y, height, times.downSeconds, scale.to, 'off', labels[3]),
  ];
}
