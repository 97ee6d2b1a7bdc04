import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { pathText } from '../../lib/cluster';
import { checkCluster } from '../../lib/site/check';
import { changedText } from '../../lib/site/lines';
import { changed, ipv4Site } from '../support/site-input';
import { invalidSites } from './invalid';

/** Every fix of every invalid site, by the text that it changes. */
const fixes = Object.values(invalidSites)
  .flat()
  .flatMap(({ says, site = ipv4Site, changes }) => {
    const text = stringify(changed(site(), changes));
    return checkCluster(parse(text)).problems.flatMap((problem) =>
      (problem.fixes ?? []).map((fix, i) => ({ says, nth: i + 1, text, problem, fix })),
    );
  });

test.each(fixes)('fix $nth removes its problem, and that of a warning brings no error: $says', (one) => {
  const { text, problem, fix } = one;
  const after = checkCluster(parse(changedText(text, fix) ?? text)).problems;
  const before = new Set(checkCluster(parse(text)).problems.map(({ rule }) => rule));
  const left = after.filter(
    ({ rule, path, severity }) =>
      (rule === problem.rule && pathText(path) === pathText(problem.path)) ||
      (problem.severity === 'warning' && severity === 'error' && !before.has(rule)),
  );
  expect(left.map(({ message, cure }) => `${message}; ${cure}`)).toEqual([]);
});

test('there are fixes for many rules', () => {
  expect(new Set(fixes.map(({ problem }) => problem.rule)).size).toBeGreaterThan(15);
});

const budget = { path: ['power', 'haltBudget', 'serverSeconds'], value: 41 };

test.each([
  [
    'a value is replaced, and its comment stays',
    'power: { haltBudget: { serverSeconds: 90 } } # x\n',
    'power: { haltBudget: { serverSeconds: 41 } } # x\n',
  ],
  [
    'a missing key comes first in its group',
    'power:\n  haltBudget:\n    agentSeconds: 5\n',
    'power:\n  haltBudget:\n    serverSeconds: 41\n    agentSeconds: 5\n',
  ],
  [
    'a missing group comes with its key',
    '# a\npower:\n  nut: {}\n',
    '# a\npower:\n  haltBudget:\n    serverSeconds: 41\n  nut: {}\n',
  ],
  [
    'a group in braces gets the key there',
    'power: { nut: {} }\n',
    'power: { haltBudget: { serverSeconds: 41 }, nut: {} }\n',
  ],
  ['an alias is not changed', 'a: &a { b: 1 }\npower: *a\n', undefined],
])('%s', (_, before, after) => {
  expect(changedText(before, [budget])).toBe(after);
});

test('two values of one missing group make one group', () => {
  const agents = { path: ['power', 'haltBudget', 'agentSeconds'], value: 40 };
  expect(changedText('name: a\n', [budget, agents])).toBe(
    'power:\n  haltBudget:\n    agentSeconds: 40\n    serverSeconds: 41\nname: a\n',
  );
});

test('a number that becomes a text keeps its digits', () => {
  const vendor = { path: ['ups', 0, 'options', 'vendorid'], value: '1309' };
  expect(changedText('ups:\n  - options: { vendorid: 0x051d }\n', [vendor])).toBe(
    'ups:\n  - options: { vendorid: "0x051d" }\n',
  );
});

test('the shipped cluster.yaml keeps its comments when a fix is applied', () => {
  const text = readFileSync('cluster.yaml', 'utf8');
  const after = changedText(text, [budget]) ?? '';
  expect(text.split('\n').filter((line) => !after.includes(line))).toEqual([]);
});
