import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from '../../planner/judge';
import { fragmentOf, textOfFragment } from '../../planner/link';
import { compare, outputsOf, unzipped, zipOf } from '../../planner/outputs';

const shipped = readFileSync('cluster.yaml', 'utf8');
const cluster = () => {
  const judged = judge(shipped);
  if (!judged.cluster) throw new Error('the shipped site is invalid');
  return judged.cluster;
};
const outputs = outputsOf(cluster());

/** What is committed beside cluster.yaml. */
const committed = new Map(
  ['dist', 'hosts'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'utf8')] as const),
  ),
);

test('the outputs are the files that synth writes', () => {
  expect(new Map([...outputs].sort())).toEqual(new Map([...committed].sort()));
});

test('the zip has the outputs and cluster.yaml, and equal files make equal zips', () => {
  const zip = zipOf(shipped, outputs);
  expect(new Map([...unzipped(zip)].sort())).toEqual(
    new Map([['cluster.yaml', shipped], ...outputs].sort() as [string, string][]),
  );
  expect(zipOf(shipped, outputs)).toEqual(zip);
});

test('a folder is compared by the paths below its dist/ and hosts/, without those of packages', () => {
  const earlier = new Map([...outputs].map(([path, text]) => [`my-site/${path}`, text]));
  earlier.set('my-site/hosts/README.md', 'other');
  earlier.set('my-site/node_modules/yaml/dist/index.js', 'no output');
  earlier.set('my-site/dist/80-old.k8s.yaml', 'old');
  earlier.delete('my-site/dist/50-nut.k8s.yaml');
  const differing = compare(outputs, earlier).filter(({ state }) => state !== 'same');
  expect(differing.map(({ path, state }) => `${path} ${state}`)).toEqual([
    'dist/50-nut.k8s.yaml added',
    'hosts/README.md changed',
    'dist/80-old.k8s.yaml gone',
  ]);
});

test('a single file is compared with the output of its name alone', () => {
  const differing = compare(outputs, new Map([['RUNBOOK.md', 'other']])).filter(({ state }) => state !== 'same');
  expect(differing.map(({ path, state }) => `${path} ${state}`)).toEqual(['hosts/RUNBOOK.md changed']);
});

test('a link holds the site', () => {
  const fragment = fragmentOf(`${shipped}# ä, 漢字, 🔌\n`);
  expect(fragment).toMatch(/^#site=[\w-]+$/);
  expect(textOfFragment(fragment)).toBe(`${shipped}# ä, 漢字, 🔌\n`);
});

test.each([
  ['is empty', '#site='],
  ['is no deflate', '#site=abc'],
  ['is no base64', '#site=%%%'],
  ['is cut off', fragmentOf(shipped).slice(0, -20)],
  ['inflates without end', fragmentOf(' '.repeat(2_000_000))],
])('a link is refused that %s', (_, fragment) => {
  expect(() => textOfFragment(fragment)).toThrow();
});

test('an address without site has no text', () => {
  expect(['', '#', '#power'].map(textOfFragment)).toEqual([undefined, undefined, undefined]);
});
