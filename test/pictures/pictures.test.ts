import { readdirSync, readFileSync } from 'node:fs';
import { DOMParser, type Element } from '@xmldom/xmldom';
import fc from 'fast-check';
import type { Cluster } from '../../lib/cluster/schema';
import { timelineSvg, topologySvg } from '../../lib/pictures';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { anyPower, siteWith } from '../power/arbitraries';
import { bgpSite, ipv4Site, powerSite } from '../support/site-input';
import { homeInput } from '../support/sites';

const files = ['cluster.yaml', ...readdirSync('examples').map((name) => `examples/${name}`)];
const example = (file: string): Cluster => loadCluster(readFileSync(file, 'utf8'), file).cluster;
const home = defineCluster(homeInput);
const several = defineCluster(powerSite());

const longName = (i: number): string => `machine-with-a-name-number-${i}-that-is-longer-than-it-has-to-be`;
const [homeUps] = homeInput.ups ?? [];
/** Twelve nodes whose names of 62 and 63 characters differ in their middle. */
const twelve = defineCluster({
  ...homeInput,
  nodes: Array.from({ length: 12 }, (_, i) => ({
    name: longName(i),
    address: `192.168.10.${11 + i}`,
    role: i < 5 ? 'server' : 'agent',
    ups: 'ups1',
  })),
  loadBalancer: { pools: [{ name: 'lan', addresses: ['192.168.10.240-192.168.10.250'] }] },
  ups: [{ ...homeUps, name: 'ups1', node: longName(0) }],
});

const SITES: readonly (readonly [string, Cluster])[] = [
  ...files.map((file) => [file, example(file)] as const),
  ['three UPSes', several],
  ['BGP', defineCluster(bgpSite())],
  ['an agent without UPS', defineCluster(ipv4Site())],
  ['twelve long names', twelve],
];
const PICTURES = SITES.flatMap(([name, cluster]) => [
  [`topology of ${name}`, topologySvg(cluster)] as const,
  ...(cluster.ups.length > 0 ? [[`timeline of ${name}`, timelineSvg(cluster)] as const] : []),
]);

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Text extends Box {
  readonly text: string;
}

/** What a picture has. A text that is no XML throws. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly Text[];
  /** Lines with their class. */
  readonly lines: readonly (Box & { readonly color: string })[];
  all(tag: string, color?: string): Element[];
}

const numberOf = (element: Element, name: string): number => Number(element.getAttribute(name));

function read(svg: string): Picture {
  const onError = (_: string, message: string): never => {
    throw new Error(message);
  };
  const root = new DOMParser({ onError }).parseFromString(svg, 'image/svg+xml');
  const all = (tag: string, color?: string) =>
    [...root.getElementsByTagName(tag)].filter((one) => color === undefined || one.getAttribute('class') === color);
  const [, width = 0, height = 0] = svg.match(/viewBox="0 0 ([\d.]+) ([\d.]+)"/)?.map(Number) ?? [];
  return { width, height, texts: all('text').map(boxOf), lines: all('path').flatMap(lineOf), all };
}

/** 13 px of a font whose characters are all 0.602 em wide. */
function boxOf(element: Element): Text {
  const text = element.textContent ?? '';
  const width = [...text].length * 13 * 0.602;
  const left = numberOf(element, 'x') - (element.getAttribute('text-anchor') === 'end' ? width : 0);
  const y = numberOf(element, 'y');
  return { text, left, right: left + width, top: y - 10, bottom: y + 3 };
}

function lineOf(element: Element): Picture['lines'][number][] {
  const [, ...ends] = element.getAttribute('d')?.match(/^M(\S+) (\S+)L(\S+) (\S+)$/) ?? [];
  const [x1, y1, x2, y2] = ends.map(Number);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return [];
  const color = element.getAttribute('class') ?? '';
  const [left, right, top, bottom] = [Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2)];
  return [{ color, left, right, top, bottom }];
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Texts that touch another text or a line, or leave the picture. */
const faultsOf = ({ texts, lines, width, height }: Picture): string[] =>
  texts.flatMap((text, i) => [
    ...texts.slice(i + 1).flatMap((other) => (overlap(text, other) ? [`"${text.text}" is over "${other.text}"`] : [])),
    ...lines.flatMap((line) => (overlap(line, text) ? [`${line.color} crosses "${text.text}"`] : [])),
    ...(text.left < 0 || text.right > width || text.bottom > height ? [`"${text.text}" leaves the picture`] : []),
  ]);

describe.each(PICTURES)('%s', (_, svg) => {
  const picture = read(svg);

  test('has texts that overlap nothing, and no line through words', () => {
    expect(picture.lines.length).toBeGreaterThan(1);
    expect(faultsOf(picture)).toEqual([]);
  });

  test('has a title and a description, to which it refers', () => {
    const ids = picture.all('svg')[0]?.getAttribute('aria-labelledby')?.split(' ');
    const named = [...picture.all('title'), ...picture.all('desc')].filter((one) => one.hasAttribute('id'));
    expect(named.map((one) => one.getAttribute('id'))).toEqual(ids);
    expect(named.map((one) => one.textContent)).not.toContain('');
  });

  test('has texts of 9 px or more in a width of 360 px', () => {
    expect((360 / picture.width) * 13).toBeGreaterThan(9);
  });
});

test('a line through words is found', () => {
  const [first] = read(timelineSvg(home)).texts;
  const x = (first?.left ?? 0) + 5;
  const crossed = timelineSvg(home).replace('</svg>', `<path class="alarm-line" d="M${x} 0L${x} 90"/></svg>`);
  expect(faultsOf(read(crossed))).toContain('alarm-line crosses "home: power failure"');
});

test('the page of a picture is dark in dark mode', () => {
  expect(topologySvg(home)).toContain('@media (prefers-color-scheme:dark){.site-picture .page{fill:#0d1117}');
});

test.each([
  ['topology', topologySvg],
  ['timeline', timelineSvg],
])('the %s of twelve machines with long names has twelve names', (_, draw) => {
  const names = read(draw(twelve)).texts.filter(({ text }) => /^m.*….*be$/.test(text) && !text.includes(' '));
  expect(new Set(names.map(({ text }) => text)).size).toBe(12);
});

test.each([
  ['topology', topologySvg],
  ['timeline', timelineSvg],
])('the %s escapes names with markup', (_, draw) => {
  const hostile = '</text><script>"&\u0007';
  const [first, ...others] = home.nodes;
  const [ups] = home.ups;
  const svg = draw({
    ...home,
    name: hostile,
    nodes: first ? [{ ...first, name: hostile }, ...others] : [],
    ups: ups ? [{ ...ups, node: hostile, description: hostile }] : [],
  });
  expect(read(svg).all('script')).toEqual([]);
  expect(read(svg).texts.map(({ text }) => text.slice(0, 18))).toContain('</text><script>"&?');
});

describe('topology.svg', () => {
  const dots = (cluster: Cluster) => read(topologySvg(cluster)).all('circle', 'ups');

  test('has a dot for each power supply of each machine', () => {
    const supplies = several.nodes.flatMap(({ ups }) => ups.map(({ powerValue }) => powerValue));
    const legend = 1;
    expect(dots(several).length).toBe(supplies.reduce((a, b) => a + b) + legend);
    expect(new Set(dots(several).map((one) => one.getAttribute('cx'))).size).toBe(several.ups.length + legend);
  });

  test('names the VIP, the pools, the BGP routers and the way to the UPS', () => {
    const texts = read(topologySvg(defineCluster(bgpSite()))).texts.map(({ text }) => text);
    for (const text of [
      'VIP 192.168.10.5',
      'routed: 10.20.0.0/24',
      'tor-2: 192.168.10.3, AS 64512',
      'usbhid-ups, USB cable',
    ])
      expect(texts).toContain(text);
  });

  test('says which node has no UPS, and how many supplies another needs', () => {
    const texts = (file: string) => read(topologySvg(example(file))).texts.map(({ text }) => text);
    expect(texts('examples/two-ups.yaml').filter((text) => text === 'no UPS').length).toBe(1);
    expect(texts('examples/two-supplies.yaml')).toContain('needs 2 of 2 supplies');
  });

  test('has a NAS once that is fed by one UPS and serves another', () => {
    const [first, ...rest] = several.ups;
    const clients = [
      {
        name: 'storage',
        address: several.ups.flatMap(({ server }) => server?.address ?? [])[0],
        haltBudgetSeconds: 60,
        system: 'nut' as const,
      },
    ];
    const svg = topologySvg({ ...several, ups: [{ ...first, clients }, ...rest] as Cluster['ups'] });
    expect(read(svg).texts.filter(({ text }) => text === '192.168.10.30').length).toBe(1);
    expect(svg).toContain('commanded by storage; feeds k3s-3, k3s-4.');
  });

  test('says that quorum is lost when too many servers are off', () => {
    const lost = 'no quorum: 1 of 3 servers up';
    expect(topologySvg(home, { off: ['k3s-1', 'k3s-2'] })).toContain(lost);
    expect(topologySvg(home, { off: ['k3s-1'] })).not.toContain('no quorum');
  });
});

describe('power-timeline.svg', () => {
  test('describes when each node is off and when the output is cut', () => {
    expect(timelineSvg(home)).toContain('k3s-2 is off within 87 s');
    expect(timelineSvg(home)).toContain('ups1: output cut after 107 to 128 s.');
  });

  test('has a lane in each UPS for each node on it, with its supplies', () => {
    const texts = read(timelineSvg(several)).texts.map(({ text }) => text);
    expect(texts.filter((text) => /^(k3s-\d|ups\d at .*|nas)$/.test(text))).toEqual([
      ...['ups1 at k3s-1', 'k3s-3', 'k3s-1'],
      ...['ups2 at k3s-2', 'k3s-1', 'k3s-2'],
      ...['nas', 'k3s-4', 'k3s-3'],
    ]);
    expect(texts.filter((text) => text === 'supplies: ups1 1, ups2 1; needs 1').length).toBe(2);
  });

  test('draws the cut to the right of the last host that is off', () => {
    const { all, lines } = read(timelineSvg(home));
    const ends = all('rect', 'halting').filter((one) => numberOf(one, 'width') > 14);
    const cuts = lines.filter(({ color }) => color === 'alarm-line');
    expect(cuts.length).toBe(4);
    expect(ends.length).toBe(6);
    for (const one of ends) expect(numberOf(one, 'x') + numberOf(one, 'width')).toBeLessThan(cuts[0]?.left ?? 0);
  });

  test('keeps texts apart and bars inside the picture, whatever the times', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        const picture = read(timelineSvg(siteWith(power)));
        expect(faultsOf(picture)).toEqual([]);
        for (const one of picture.all('rect')) {
          expect(numberOf(one, 'x')).toBeGreaterThanOrEqual(0);
          expect(numberOf(one, 'x') + numberOf(one, 'width')).toBeLessThanOrEqual(400);
        }
      }),
      { numRuns: 40 },
    );
  });
});
