import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayLose, quorumOf } from '../../lib/cluster/quorum';
import { RULE_NAMES } from '../../lib/cluster/rule-names';
import { checkCluster } from '../../lib/site/check';
import { changed, ipv4Site, problemsOf } from '../support/site-input';
import { invalidSites } from './invalid';
import { brokenTexts } from './invalid/texts';

describe.each(Object.entries(invalidSites))('invalid site, %s', (_, rows) => {
  test.each(rows)('$says', ({ site = ipv4Site, changes, problems }) => {
    expect(problemsOf(changed(site(), changes))).toEqual(problems);
  });

  test.each(rows)(
    'the site is passed on only when it has no error: $says',
    ({ site = ipv4Site, changes, problems }) => {
      const isPassedOn = 'cluster' in checkCluster(changed(site(), changes));
      expect(isPassedOn).toBe(problems.every((problem) => problem.startsWith('warning ')));
    },
  );
});

describe('the table of invalid sites', () => {
  const rows = Object.values(invalidSites).flat();
  const answers = [...rows.flatMap(({ problems }) => problems), ...brokenTexts.flatMap(({ problems }) => problems)];

  test.each(RULE_NAMES)('has a row that earns the rule %s', (rule) => {
    expect(answers.some((answer) => answer.includes(`: ${rule}: `))).toBe(true);
  });

  test('has a problem in every row', () => {
    expect(rows.filter(({ problems }) => problems.length === 0)).toEqual([]);
  });

  test('has no two rows of one name', () => {
    const names = rows.map(({ says }) => says);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

test('a value with a semicolon stays in the message and does not become the cure', () => {
  const { problems } = checkCluster(changed(ipv4Site(), { 'controlPlane.vip': 'a; b', 'ups[0].name': 'c; d' }));
  expect(problems.map(({ message }) => message)).toEqual(['"a; b" is no IP address', '"c; d" is not allowed here']);
});

test.each([
  [1, 1, 0],
  [2, 2, 0],
  [3, 2, 1],
  [4, 3, 1],
  [5, 3, 2],
  [6, 4, 2],
  [7, 4, 3],
])('%i servers need %i and may lose %i', (servers, needed, lost) => {
  expect([quorumOf(servers), mayLose(servers)]).toEqual([needed, lost]);
});

describe('the rule names', () => {
  const sources = ['lib/cluster', 'lib/rules', 'lib/site']
    .flatMap(sourcesOf)
    .filter((file) => !file.endsWith('rule-names.ts'));
  const code = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
  const called = [...code.matchAll(/\b(?:error|warning|clash|parsed(?:<\w+>)?)\(\s*'([a-z-]+)'/g)].map(
    ([, name]) => name,
  );

  test('are all in the list when a source states one', () => {
    expect(called.length).toBeGreaterThan(30);
    expect(called.filter((name) => !RULE_NAMES.some((rule) => rule === name))).toEqual([]);
  });

  test.each(RULE_NAMES)('are used by a source: %s', (rule) => {
    const byKind = rule.replace(/^unknown-(pool|node|ups|peer|community)$/, 'unknown-');
    expect(code).toMatch(new RegExp(`['"\`]${byKind}['"\`$]`));
  });
});

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourcesOf(path) : [path];
  });
}
