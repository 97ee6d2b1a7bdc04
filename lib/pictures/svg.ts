import { WRITTEN_BY } from '../files';

/**
 * The parts of a picture. Each is readable at a width of 360 px, in light and dark, and gives every text the room that it needs: all
 * fonts have a fixed width of at most CHARACTER.
 */

/** Width of a picture, and its margin. */
export const WIDTH = 400;
export const MARGIN = 10;
/** Height of a line of text. */
export const LINE = 17;
/** Size of a text, and width of its characters: 0.602 em in Menlo and DejaVu Sans Mono, less in the others. */
const FONT = 13;
const CHARACTER = FONT * 0.605;
/** Pixels of a picture that is shown as wide as it says. */
const ZOOM = 1.25;

const FAMILY = "Menlo, 'DejaVu Sans Mono', 'Liberation Mono', Consolas, 'Courier New', monospace";

/** Fill or stroke of each class, in light and in dark. */
const COLORS = {
  page: ['#ffffff', '#0d1117'],
  words: ['#1f2328', '#e6edf3'],
  dim: ['#59636e', '#9da7b3'],
  alarm: ['#b3001b', '#ff7b72'],
  card: ['#f3f5f7', '#1c232c'],
  grid: ['#c9d1d9', '#3d444d'],
  vip: ['#0969da', '#58a6ff'],
  pool: ['#1a7f37', '#3fb950'],
  bgp: ['#8250df', '#bc8cff'],
  network: ['#6e7781', '#8b949e'],
  ups: ['#bc4c00', '#f0883e'],
  running: ['#4ea55f', '#3f9a52'],
  waiting: ['#e3b341', '#d4a72c'],
  halting: ['#db6d28', '#e0752f'],
  off: ['#d0d7de', '#30363d'],
  battery: ['#b9a3e3', '#8a6fc4'],
  countdown: ['#79b8f0', '#3f83c4'],
  maybeCut: ['#e39aa4', '#b3636f'],
  cut: ['#8b1a2b', '#8b2639'],
} as const;
export type Color = keyof typeof COLORS;

const SCOPE = '.site-picture';
const rules = (mode: 0 | 1): string =>
  Object.entries(COLORS)
    .map(([name, colors]) => `${SCOPE} .${name}{fill:${colors[mode]}}${SCOPE} .${name}-line{stroke:${colors[mode]}}`)
    .join('');
/** The same text in every picture, so that a page can permit it by its hash. */
export const PICTURE_STYLE = `${SCOPE}{font:${FONT}px ${FAMILY}}${SCOPE} .strong{font-weight:700}${rules(0)}@media (prefers-color-scheme:dark){${rules(1)}}`;

/** A text for XML, which has no control characters. */
const escaped = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const number = (value: number): string => String(Math.round(value * 10) / 10);

/** Width of a text. */
export const widthOf = (text: string): number => [...text].length * CHARACTER;

/** A text of at most this many characters: what is too long loses its middle. */
function shortened(text: string, most: number, head = Math.ceil((most - 1) / 2)): string {
  const all = [...text];
  return all.length <= most
    ? text
    : `${all.slice(0, head).join('')}…${all.slice(all.length - (most - 1 - head)).join('')}`;
}

/** Names as wide as this room at most. Two that differ still differ. */
export function namesWithin(names: readonly string[], room: number): ReadonlyMap<string, string> {
  const most = Math.floor(room / CHARACTER);
  const all = [...new Set(names)];
  const middle = Math.ceil((most - 1) / 2);
  const heads = Array.from({ length: most - 2 }, (_, i) => i + 1).sort(
    (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
  );
  const cut = (head: number) => all.map((name) => shortened(name, most, head));
  const head = heads.find((one) => new Set(cut(one)).size === all.length);
  const texts = head === undefined ? all.map((name, i) => `${shortened(name, most - 4)} #${i + 1}`) : cut(head);
  return new Map(all.map((name, i) => [name, texts[i] ?? name]));
}

/** Where a text stands, and how. */
export interface Label {
  /** @default words */
  readonly color?: Color;
  readonly strong?: boolean;
  /** Its end is at x. @default - its start is */
  readonly isRight?: boolean;
}

/** A text on one line, shortened to the room. @param y its base line */
export function label(
  x: number,
  y: number,
  text: string,
  room: number,
  { color = 'words', strong, isRight }: Label = {},
): string {
  const anchor = isRight ? ' text-anchor="end"' : '';
  return `<text class="${color}${strong ? ' strong' : ''}" x="${number(x)}" y="${number(y)}"${anchor}>${escaped(shortened(text, Math.floor(room / CHARACTER)))}</text>`;
}

export const rect = (color: Color, x: number, y: number, width: number, height: number, radius = 0): string =>
  `<rect class="${color}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"${radius > 0 ? ` rx="${radius}"` : ''}/>`;

/** A line, dashed for what carries data. */
export const line = (color: Color, from: Point, to: Point, isDashed = false, width = 2): string =>
  `<path class="${color}-line" d="M${number(from.x)} ${number(from.y)}L${number(to.x)} ${number(to.y)}" stroke-width="${width}" fill="none"${isDashed ? ' stroke-dasharray="3 3"' : ''}/>`;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const dot = (color: Color, { x, y }: Point): string =>
  `<circle class="${color}" cx="${number(x)}" cy="${number(y)}" r="4"/>`;

export const diamond = (color: Color, { x, y }: Point): string =>
  `<path class="${color}" d="M${number(x)} ${number(y - 5)}l5 5l-5 5l-5 -5z"/>`;

/** The elements of a node, with its full name for a pointer. */
export const node = (name: string, elements: readonly string[]): string =>
  [`<g data-node="${escaped(name)}"><title>${escaped(name)}</title>`, ...elements, '</g>'].join('\n');

/** What frames a picture. */
export interface Frame {
  /** Prefix of the ids of title and description. */
  readonly id: string;
  readonly title: string;
  /** All that the picture shows, for screen readers. */
  readonly description: string;
  /** @default WIDTH */
  readonly width?: number;
  readonly height: number;
}

/** The text of an SVG file. */
export function picture({ id, title, description, width = WIDTH, height }: Frame, elements: readonly string[]): string {
  return [
    `<!-- ${WRITTEN_BY} -->`,
    `<svg xmlns="http://www.w3.org/2000/svg" class="site-picture" width="${number(width * ZOOM)}" height="${number(height * ZOOM)}" viewBox="0 0 ${number(width)} ${number(height)}" role="img" aria-labelledby="${id}-title ${id}-description">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-description">${escaped(description)}</desc>`,
    `<style>${PICTURE_STYLE}</style>`,
    rect('page', 0, 0, width, height),
    ...elements,
    '</svg>',
    '',
  ].join('\n');
}
