import { mayLose, quorumOf } from '../../lib/cluster/quorum';
import { ACROSS_RULES } from '../../lib/rules/across';
import { FORMER_RULES } from '../../lib/rules/former';
import { checkCluster } from '../../lib/site/check';
import { FILE_RULES } from '../../lib/site/inputs';
import { RULE_NAMES } from '../../lib/site/reference';
import { changed, ipv4Site, linesOf } from '../support/site-input';
import { invalidSites } from './invalid';
import { brokenTexts } from './invalid/texts';

describe.each(Object.entries(invalidSites))('invalid site, %s', (_, rows) => {
  test.each(rows)('$says, and the site is accepted only without an error', ({ site = ipv4Site, changes, problems }) => {
    const checked = checkCluster(changed(site(), changes));
    const isAccepted = problems.every((problem) => problem.startsWith('warning '));
    expect([linesOf(checked), 'cluster' in checked]).toEqual([problems, isAccepted]);
  });
});

test('no rule is stated twice', () => {
  expect(RULE_NAMES.filter((rule, index) => RULE_NAMES.indexOf(rule) !== index)).toEqual([]);
});

/** What one site alone cannot break. */
const OF_FILES = { ...FILE_RULES, ...ACROSS_RULES, ...FORMER_RULES };

describe('the table of invalid sites', () => {
  const rows = Object.values(invalidSites).flat();
  const answers = [...rows.flatMap(({ problems }) => problems), ...brokenTexts.flatMap(({ problems }) => problems)];

  test.each(RULE_NAMES.filter((rule) => !(rule in OF_FILES)))('has a row for the rule %s', (rule) => {
    expect(answers.some((answer) => answer.includes(`: ${rule}: `))).toBe(true);
  });
});

test('a value with a semicolon stays in the message and does not become the cure', () => {
  const { problems } = checkCluster(changed(ipv4Site(), { 'controlPlane.vip': 'a; b', 'ups[0].name': 'c; d' }));
  expect(problems.map(({ message }) => message)).toEqual(['"a; b" is no IP address', '"c; d" is not valid here']);
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
