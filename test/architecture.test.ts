import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The rooms of lib/ in the order of docs/architecture.md: a file may import from rooms below its own. */
const ROOMS = [
  'cli',
  'live',
  'synth',
  'site',
  'what-if',
  'rules',
  'handbook',
  'pictures',
  'monitoring',
  'gitops',
  'machines',
  'ingress',
  'metallb',
  'nut',
  'kube-vip',
  'kube',
  'power',
  'cluster',
  'network',
  'releases',
  'text',
  'files',
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
const sources = sourcesIn('lib');

const importsOf = (from: string): Import[] =>
  [...readFileSync(from, 'utf8').matchAll(/(?:from|import)\s+'(\.[^']*)'/g)].flatMap(([, path = '']) => {
    const target = normalize(join(dirname(from), path));
    const to = [`${target}.ts`, join(target, 'index.ts')].find((file) => existsSync(file));
    return to?.startsWith('lib/') ? [{ from, to }] : [];
  });

const roomOf = (file: string): string => file.split('/')[1] ?? '';
const shown = ({ from, to }: Import): string => `${from} -> ${to}`;

const imports = sources.flatMap(importsOf);
const betweenRooms = imports.filter(({ from, to }) => from !== 'lib/index.ts' && roomOf(from) !== roomOf(to));

test('lib/ has the rooms of docs/architecture.md, and no loose file but index.ts', () => {
  expect(imports.length).toBeGreaterThan(ROOMS.length);
  expect(readdirSync('lib').sort()).toEqual([...ROOMS, 'index.ts'].sort());
  const named = [...readFileSync('docs/architecture.md', 'utf8').matchAll(/^\| `([a-z-]+)\/` \|/gm)].map(
    ([, room]) => room,
  );
  expect(named).toEqual(ROOMS);
});

test('imports go to rooms further down', () => {
  const upwards = betweenRooms.filter(({ from, to }) => ROOMS.indexOf(roomOf(to)) < ROOMS.indexOf(roomOf(from)));
  expect(upwards.map(shown)).toEqual([]);
});

test('a room is entered by its index.ts', () => {
  const ofPlanner = sourcesIn('planner').flatMap(importsOf);
  expect(ofPlanner.length).toBeGreaterThan(10);
  const through = [...betweenRooms, ...ofPlanner].filter(({ to }) => to !== `lib/${roomOf(to)}/index.ts`);
  expect(through.map(shown)).toEqual([]);
});

test('no files import each other in a circle', () => {
  const targets = new Map(sources.map((file) => [file, importsOf(file).map(({ to }) => to)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  expect(circles).toEqual([]);
});
