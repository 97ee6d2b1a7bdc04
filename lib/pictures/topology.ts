import type { Cluster } from '../cluster';
import { type Card, described, machinesOf, type Shared, type Supply, sharedOf, siteCard, suppliesOf } from './parts';
import {
  type Color,
  diamond,
  dot,
  LINE,
  label,
  line,
  MARGIN,
  namesWithin,
  node,
  type Point,
  picture,
  rect,
  WIDTH,
} from './svg';

/** From one rail to the next. */
const PITCH = 16;
const GAP = 8;
const PAD = 8;
/** Width of the coloured edge of a card. */
const EDGE = 4;
/** Least width of the card of a machine. */
const MACHINE_WIDTH = 240;

/** How the site is. */
export interface TopologyState {
  /** Names of nodes that are off. @default - none */
  readonly off?: readonly string[];
}

/** Where a card is. */
interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Placed<T> = T & { readonly place: Place };
/** Lines, and what lies on top of those of every rail. */
interface Rail {
  readonly wires: readonly string[];
  readonly marks: readonly string[];
}

type Places = ReadonlyMap<string, Place>;

/**
 * `topology.svg`: the machines by role; above them what they share in the network (VIP, pools, BGP routers, further networks), below
 * them the UPSes, with a dot for each power supply that one feeds and a diamond at the host that commands it. Pure.
 */
export function topologySvg(cluster: Cluster, { off = [] }: TopologyState = {}): string {
  const [above, below] = [sharedOf(cluster, off), suppliesOf(cluster)];
  const width = Math.max(WIDTH, MACHINE_WIDTH + 2 * MARGIN + (above.length + 2 * below.length) * PITCH);
  const room = width - 2 * MARGIN;
  const left = MARGIN + above.length * PITCH;
  const right = width - MARGIN - 2 * below.length * PITCH;
  const site = siteCard(cluster);

  // each card leaves room for the rails of the cards that are further away from the machines
  const shared = placed(above, MARGIN + LINE * (1 + site.lines.length), (i) => [MARGIN + i * PITCH, width - MARGIN]);
  const rows = placed(
    machinesOf(cluster, off).flatMap(({ title, machines }) => [{ title, lines: [], isHeading: true }, ...machines]),
    bottomOf(shared, MARGIN),
    () => [left, right],
  );
  const supplies = placed(below, bottomOf(rows, MARGIN) + GAP, (j) => [MARGIN, right + 2 * (j + 1) * PITCH]);
  const legend = bottomOf(supplies, bottomOf(rows, MARGIN)) + GAP;
  const end = below.length > 0 ? legend + 2 * LINE : legend;

  const machines = rows.filter((row) => !('isHeading' in row));
  const names = namesWithin(
    machines.map(({ title }) => title),
    right - left - EDGE - 2 * PAD,
  );
  const places = new Map(machines.map(({ title, place }) => [title, place]));
  const rails = [
    ...shared.map((one) => sharedRail(one, places, left)),
    ...supplies.map((one) => supplyRails(one, places, right)),
  ];
  return picture(
    {
      id: 'topology',
      title: `${site.title}: topology`,
      description: described(cluster, off),
      width,
      height: end + MARGIN,
    },
    [
      ...lines(site, MARGIN, MARGIN, room),
      ...rails.flatMap(({ wires }) => wires),
      ...rails.flatMap(({ marks }) => marks),
      ...shared.flatMap((one) => card(one, one.color)),
      ...rows.flatMap((row) => {
        if ('isHeading' in row) return [label(left, row.place.bottom - 4, row.title, right - left, { color: 'dim' })];
        const isOff = off.includes(row.title);
        const named = { ...row, title: names.get(row.title) ?? row.title };
        return [node(row.title, card(named, isOff ? 'off' : 'network'))];
      }),
      ...supplies.flatMap((one) => card(one, 'ups', true)),
      ...(below.length > 0
        ? [
            dot('ups', { x: MARGIN + 5, y: legend + 9 }),
            label(MARGIN + 16, legend + 13, 'feeds one power supply', room - 16, { color: 'dim' }),
            diamond('ups', { x: MARGIN + 5, y: legend + LINE + 9 }),
            label(MARGIN + 16, legend + LINE + 13, 'commands the UPS', room - 16, { color: 'dim' }),
          ]
        : []),
    ],
  );
}

const heightOf = ({ lines }: Card): number => (lines.length === 0 ? LINE + 2 : LINE * (1 + lines.length) + PAD);

/** Cards below each other. */
function placed<T extends Card>(
  cards: readonly T[],
  top: number,
  span: (i: number) => readonly [number, number],
): Placed<T>[] {
  let y = top;
  return cards.map((one, i) => {
    const [left, right] = span(i);
    const place = { left, right, top: y + GAP, bottom: y + GAP + heightOf(one) };
    y = place.bottom;
    return { ...one, place };
  });
}

const bottomOf = (cards: readonly Placed<Card>[], otherwise: number): number => cards.at(-1)?.place.bottom ?? otherwise;

/** A title and its lines. */
const lines = ({ title, lines: more }: Card, x: number, top: number, room: number): string[] =>
  [title, ...more].map((text, i) =>
    label(x, top + LINE * i + 13, text, room, i === 0 ? { strong: true } : { color: 'dim' }),
  );

/** A card whose edge continues its rail. */
function card(one: Placed<Card>, color: Color, isRight = false): string[] {
  const { left, right, top, bottom } = one.place;
  return [
    rect('card', left, top, right - left, bottom - top),
    rect(color, isRight ? right - EDGE : left, top, EDGE, bottom - top),
    ...lines(one, isRight ? left + PAD : left + EDGE + PAD, top + PAD / 2, right - left - EDGE - 2 * PAD),
  ];
}

/** From a card down to the last of its machines, with a dot at each. */
function sharedRail({ place, color, machines }: Placed<Shared>, places: Places, end: number): Rail {
  const x = place.left + EDGE / 2;
  const points = machines.flatMap((name) => middleOf(places, name).map((y): Point => ({ x, y })));
  return {
    wires: [
      ...rail(color, x, place.bottom, points),
      ...points.map((point) => line('grid', point, { x: end, y: point.y })),
    ],
    marks: points.map((point) => dot(color, point)),
  };
}

/** From a UPS up to the first of its machines: a dot for each supply, and beside it the way of its commands. */
function supplyRails({ place, feeds, commander }: Placed<Supply>, places: Places, start: number): Rail {
  const x = place.right - EDGE / 2;
  const points = [...feeds].flatMap(([name, supplies]) =>
    middleOf(places, name).flatMap((y) =>
      Array.from({ length: supplies }, (_, i): Point => ({ x, y: y - 6 + (i - (supplies - 1) / 2) * 10 })),
    ),
  );
  const commands = middleOf(places, commander).map((y): Point => ({ x: x - PITCH, y: y + 12 }));
  return {
    wires: [
      ...points.map((point) => line('grid', { x: start, y: point.y }, point)),
      ...commands.map((point) => line('ups', { x: start, y: point.y }, point, true)),
      ...rail('ups', x, place.top, points),
      ...rail('ups', x - PITCH, place.top, commands, true),
    ],
    marks: [...points.map((point) => dot('ups', point)), ...commands.map((point) => diamond('ups', point))],
  };
}

/** An upright line from a card to the furthest point. */
const rail = (color: Color, x: number, y: number, points: readonly Point[], isDashed = false): string[] => {
  const [far] = points.toSorted((a, b) => Math.abs(b.y - y) - Math.abs(a.y - y));
  return far ? [line(color, { x, y }, { x, y: far.y }, isDashed)] : [];
};

const middleOf = (places: Places, name: string): number[] => {
  const place = places.get(name);
  return place ? [(place.top + place.bottom) / 2] : [];
};
