import { readFileSync } from 'node:fs';
import { choicesAt, meaningAt } from '../../planner/help';
import { placeAt } from '../../planner/place';

/** The lines of a text, and the line and column of the mark `|` in it. */
function marked(text: string): [lines: string[], line: number, column: number] {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return [text.replace('|', '').split('\n'), before.length - 1, before.at(-1)?.length ?? 0];
}

test.each([
  ['a key of the file', 'na|', []],
  ['a key of a group', 'power:\n  sta|', ['power']],
  ['an empty line of a group', 'power:\n  stages:\n    agentSeconds: 3\n  |', ['power']],
  ['a key of a list entry', 'nodes:\n  - name: a\n    ro|', ['nodes', 0]],
  ['the first key of a list entry', 'nodes:\n  - na|', ['nodes', 0]],
  ['a list in the column of its key', 'nodes:\n- name: a\n  ro|', ['nodes', 0]],
  [
    'a list in a list entry',
    'loadBalancer:\n  pools:\n    - name: a\n      addresses:\n        - |',
    ['loadBalancer', 'pools', 0, 'addresses', 0],
  ],
  ['a key behind comments and empty lines', 'ups:\n  - name: a\n\n# x\n    # y\n    dri|', ['ups', 0]],
])('the path of %s', (_, text, path) => {
  expect(placeAt(...marked(text)).path).toEqual(path);
});

const labels = (text: string) => choicesAt(...marked(text)).map(({ label }) => label);

test('keys of the group are offered', () => {
  expect(labels('controlPlane:\n  |')).toEqual(expect.arrayContaining(['vip', 'lease', 'provider']));
});

test('values of an enumeration are offered behind their key', () => {
  expect(labels('nodes:\n  - role: |')).toEqual(['server', 'agent']);
});

test('drivers of NUT are offered', () => {
  expect(labels('ups:\n  - driver: |')).toContain('usbhid-ups');
});

test('a group is inserted with the indentation of its first key', () => {
  const [lease] = choicesAt(...marked('controlPlane:\n  |')).filter(({ label }) => label === 'lease');
  expect(lease?.text).toBe('lease:\n    ');
});

test('every key of the shipped cluster.yaml has a meaning', () => {
  const lines = readFileSync('cluster.yaml', 'utf8').split('\n');
  const without = lines.filter(
    (line, i) => /^ *(?:- )*\w+:/.test(line) && meaningAt(lines, i, line.search(/\w/)) === undefined,
  );
  // names of groups that the schema does not describe
  expect(without.map((line) => line.trim().replace(/:.*/, ''))).toEqual([]);
});
