import fc from 'fast-check';
import { powerTimelineSvg } from '../../lib/power/picture';
import { defineCluster } from '../../lib/site/load';
import { powerSite } from '../support/site-input';
import { homeInput } from '../support/sites';
import { anyPower, siteWith } from './arbitraries';

const home = powerTimelineSvg(defineCluster(homeInput));
const several = powerTimelineSvg(defineCluster(powerSite()));

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const attribute = (element: string, name: string): number =>
  Number(element.match(new RegExp(` ${name}="([-\\d.]+)"`))?.[1]);
const bars = (svg: string): Box[] =>
  (svg.match(/<rect x=[^>]*>/g) ?? []).map((element) => ({
    x: attribute(element, 'x'),
    y: attribute(element, 'y'),
    width: attribute(element, 'width'),
    height: attribute(element, 'height'),
  }));
/** Every text with the room it takes at most. */
const texts = (svg: string): (Box & { readonly text: string })[] =>
  [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([element, attributes = '', text = '']) => {
    const size = attribute(` ${attributes}`, 'font-size') || 11;
    const width = text.length * size * (attributes.includes('600') ? 0.62 : 0.55);
    const x = attribute(element, 'x') - (attributes.includes('middle') ? width / 2 : 0);
    return { text, x, y: attribute(element, 'y') - size * 0.8, width, height: size };
  });
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('power-timeline.svg', () => {
  test('has a title and a description for screen readers', () => {
    expect(home).toContain('<title id="title">home: power failure</title>');
    expect(home).toContain('k3s-2 is off within 87 s');
    expect(home).toContain('ups1 cuts its output after 107 s at the earliest.');
  });

  test('has a lane for the UPS and one for each node on it', () => {
    const labels = texts(several).filter(({ x }) => x === 12);
    expect(labels.map(({ text }) => text).filter((text) => /^(k3s-\d|ups\d|nas)$/.test(text))).toEqual([
      ...['ups1', 'k3s-3', 'k3s-1'],
      ...['ups2', 'k3s-1', 'k3s-2'],
      ...['nas', 'k3s-4', 'k3s-3'],
    ]);
  });

  test('says at every lane when the node is off', () => {
    expect(
      texts(home)
        .filter(({ text }) => text.startsWith('off by'))
        .map(({ text }) => text),
    ).toEqual(['off by 87 s', 'off by 87 s', 'off by 92 s']);
  });

  test('draws the cut to the right of the last node that is off', () => {
    const x = (seconds: number, start: number) => start + seconds;
    const halting = [...home.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="18" fill="#f6b26b"\/>/g)];
    const cut = Number(home.match(/<line x1="([\d.]+)"[^>]*stroke="#b00020"/)?.[1]);
    for (const [, left, width] of halting) expect(x(Number(width), Number(left))).toBeLessThan(cut);
    expect(halting.length).toBe(3);
  });

  test('is well-formed where names hold characters of XML', () => {
    const [ups] = homeInput.ups ?? [];
    const svg = powerTimelineSvg({ ...defineCluster({ ...homeInput, ups: ups ? [ups] : [] }), name: 'a<b & "c"' });
    expect(svg).toContain('<title id="title">a&lt;b &amp; &quot;c&quot;: power failure</title>');
  });

  test('keeps texts inside the picture and apart from each other, whatever the times', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        const svg = powerTimelineSvg(siteWith(power));
        const all = texts(svg);
        const height = attribute(svg, 'height');
        for (const one of all) {
          expect(one.x).toBeGreaterThanOrEqual(0);
          expect(one.x + one.width).toBeLessThanOrEqual(900);
          expect(one.y + one.height).toBeLessThanOrEqual(height);
        }
        const clashes = all.flatMap((a, i) =>
          all
            .slice(i + 1)
            .filter((b) => overlap(a, b))
            .map((b) => [a.text, b.text]),
        );
        expect(clashes).toEqual([]);
      }),
    );
  });

  test('draws no bar outside the picture', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        for (const { x, width } of bars(powerTimelineSvg(siteWith(power)))) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(880.1);
        }
      }),
    );
  });
});
