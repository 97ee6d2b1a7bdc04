import { readFileSync } from 'node:fs';

const [light = '', dark = ''] = readFileSync('planner/style/colors.css', 'utf8').split('@media');
const colorsOf = (css: string): ReadonlyMap<string, string> =>
  new Map([...css.matchAll(/--(\w+): #(\w+);/g)].map(([, name = '', hex = '']) => [name, hex]));

/** https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance(hex: string): number {
  const six = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(six.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

test.each([
  ['light', colorsOf(light)],
  ['dark', new Map([...colorsOf(light), ...colorsOf(dark)])],
] as const)('every text of the planner has a contrast of 4.5 or more in the %s mode', (_, colors) => {
  const of = (name: string): string => colors.get(name) ?? '';
  const texts = ['text', 'muted', 'accent', 'key', 'value', 'bad', 'warn', 'good'];
  const grounds = ['page', 'panel', 'hover'];
  const pairs = [
    ...grounds.flatMap((ground) => texts.map((text) => [text, ground])),
    ['text', 'added'],
    ['text', 'removed'],
  ];
  const low = pairs.filter(([text = '', ground = '']) => contrast(of(text), of(ground)) < 4.5);
  expect(low).toEqual([]);
});
