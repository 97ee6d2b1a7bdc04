import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { power } from '../../lib/cluster/power-schema';
import { loadCluster } from '../../lib/site/load';
import { references } from '../../lib/site/reference';

test.each(Object.entries(references()))('%s is what npm run docs writes', (file, text) => {
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('cluster.yaml shows the defaults of power where it shows what may be set', () => {
  const [, block = ''] = readFileSync('cluster.yaml', 'utf8').match(/^power:.*\n((?: .*\n)+)/m) ?? [];
  const shown: Record<string, unknown> = parse(block.replaceAll(/^ {2}# /gm, '  '));
  const defaults: Record<string, unknown> = power.parse({});
  const both = Object.keys(defaults).filter((key) => key in shown);
  expect(both).toEqual(expect.arrayContaining(['stages', 'haltBudget', 'leaseSeconds', 'pollSeconds']));
  for (const key of both) expect([key, shown[key]]).toEqual([key, defaults[key]]);
});

test.each(['README.md', 'docs/cluster-yaml.md'])('%s shows the message that the shipped site earns', (file) => {
  const wrong = readFileSync('cluster.yaml', 'utf8').replace('vip: 192.168.10.5 ', 'vip: 192.168.10.245 ');
  const shown = readFileSync(file, 'utf8').match(/^ {4}(cluster\.yaml:.*)$/m)?.[1];
  expect(() => loadCluster(wrong, 'cluster.yaml')).toThrow(new Error(shown ?? 'none'));
});
