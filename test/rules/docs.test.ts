import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { power } from '../../lib/cluster/power-schema';
import { ClusterError } from '../../lib/cluster/problem';
import { RULE_NAMES } from '../../lib/cluster/rule-names';
import { clusterJsonSchema } from '../../lib/site/check';
import { FILE_RULES } from '../../lib/site/inputs';
import { loadCluster } from '../../lib/site/load';

const everyRule = [...RULE_NAMES, ...FILE_RULES];
const reference = readFileSync('docs/cluster-yaml.md', 'utf8');
const [fields = '', rules = ''] = reference.split('## Rules');

describe('docs/cluster-yaml.md', () => {
  test.each(everyRule)('has one row for the rule %s, with cause and cure', (rule) => {
    const rows = rules.split('\n').filter((line) => line.startsWith(`| \`${rule}\` |`));
    expect(rows.length).toBe(1);
    expect(rows[0]?.split(' | ').length).toBe(3);
  });

  test('has no row for a rule that is not there', () => {
    const named = [...rules.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(everyRule.toSorted());
  });

  test('has one row for every field', () => {
    const named = [...fields.matchAll(/^\| `([\w.[\]]+)` \|/gm)].map(([, name = '']) => name);
    expect(named.filter((name) => name !== 'loadBalancer').toSorted()).toEqual(
      leaves(clusterJsonSchema() as Schema, '')
        .map(([path]) => path)
        .toSorted(),
    );
  });

  test('states every default that is a number or a text', () => {
    const wrong = leaves(clusterJsonSchema() as Schema, '')
      .filter(([, { default: value }]) => typeof value === 'number' || (typeof value === 'string' && value !== ''))
      .filter(([path, { default: value }]) => !fields.match(rowEnd(path))?.[1]?.includes(`\`${value}\``));
    expect(wrong).toEqual([]);
  });
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
  expect(() => loadCluster(wrong, 'cluster.yaml')).toThrow(new ClusterError([shown ?? 'none']));
});

test("README.md's commands that change a cluster name its context", () => {
  const lines = [...readFileSync('README.md', 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split('\n'),
  );
  const changing = lines.filter((line) => /npm run apply|kubectl .*apply/.test(line));
  expect(changing.length).toBeGreaterThan(1);
  expect(changing.filter((line) => !line.includes('--context home'))).toEqual([]);
});

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Every field that is not a group or a list of groups, by its path. */
function leaves(schema: Schema, path: string): (readonly [string, Schema])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const at = path ? `${path}.${key}` : key;
    if (property.properties) return leaves(property, at);
    return property.items?.properties ? leaves(property.items, `${at}[]`) : [[at, property] as const];
  });
}

/** The last cell of the row of a field. */
const rowEnd = (path: string): RegExp =>
  new RegExp(`^\\| \`${path.replace(/[.[\]]/g, '\\$&')}\` \\|.*\\| (.*) \\|$`, 'm');
