import { readFileSync } from 'node:fs';
import { driverFacts, KNOWN_DRIVERS } from '../../lib/power/drivers';

const rows = readFileSync('docs/power.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test.each(KNOWN_DRIVERS)('docs/power.md says in which steps and units %s takes its delays', (driver) => {
  const [, , offDelay = '', onDelay = ''] = rows.find(([, name = '']) => name.match(/[\w-]+/g)?.includes(driver)) ?? [];
  const { granularitySeconds, onDelayUnitSeconds } = driverFacts(driver) ?? {};
  expect(offDelay).toMatch(granularitySeconds === 60 ? /whole minutes/ : /seconds/);
  expect(/^\*\*minutes\*\*/.test(onDelay)).toBe(onDelayUnitSeconds === 60);
});
