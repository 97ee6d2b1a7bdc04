import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ClusterError, findingText, type Path } from '../../lib/cluster/problem';
import { checkCluster } from '../../lib/site/check';
import { loadCluster } from '../../lib/site/load';
import { RULE_NAMES } from '../../lib/site/reference';
import { bgpSite, dualStackSite, ipv4Site, linesOf, powerSite } from '../support/site-input';

/** The path of every value in a site, groups and lists included. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsIn(item, [...path, key]));
  return [path, ...inner];
}

function replaced(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? replaced(item, rest, replacement) : item));
  const group = value as Record<string, unknown>;
  return { ...group, [key]: replaced(group[key], rest, replacement) };
}

/** Values that are nearly right, which get past the form and meet the rules. */
const nearly = fc.constantFrom<unknown>(
  ...['192.168.10.0', '192.168.10.1', '192.168.10.5', '192.168.10.12', '192.168.10.150', '192.168.10.245', '10.42.0.1'],
  ...['fd00:10::', 'fd00:10::5', 'fe80::1', '::', '0.0.0.0', '255.255.255.255', '0.0.0.0/0', '::/0', '192.168.10.0/24'],
  ...['192.168.10.4-192.168.10.246', '192.168.10.240/28', 'server', 'agent', 'ups1', 'ups2', 'k3s-1', 'lan', ''],
  ...[{ name: 'ups1' }, { name: 'ups2', powerValue: 2 }, 'usbhid-ups', 'blazer_usb', 'logind', '-1', '120'],
  ...[0, 1, 2, 10, 12, 30, 60, 65535, 65536, -1, 1.5, true, false, null, [], {}],
);

const mutatedSite = fc
  .tuple(
    fc.constantFrom(ipv4Site, dualStackSite, bgpSite, powerSite),
    fc.array(fc.tuple(fc.nat(), fc.oneof(nearly, fc.jsonValue({ maxDepth: 2 }))), { minLength: 1, maxLength: 3 }),
  )
  .map(([site, mutations]) =>
    mutations.reduce<unknown>((at, [index, value]) => {
      const paths = pathsIn(at);
      return replaced(at, paths[index % paths.length] ?? [], value);
    }, site()),
  );

/** One expectation for each check, since Jest's own take longer than the check. */
function expectCleanResult(input: unknown): void {
  const checked = checkCluster(input);
  const unclean = checked.problems.filter(
    ({ rule, message, cure }) =>
      !RULE_NAMES.includes(rule) ||
      message.trim() === '' ||
      cure.trim() === '' ||
      /\n|undefined|\[object/.test(`${message}; ${cure}`),
  );
  const isPassedOn = 'cluster' in checked;
  const hasErrors = checked.problems.some(({ severity }) => severity === 'error');
  expect({ unclean, isPassedOn }).toEqual({ unclean: [], isPassedOn: !hasErrors });
}

describe('a site with random changes', () => {
  test('gets a clean result or problems with a rule, a message and a cure', () => {
    fc.assert(fc.property(mutatedSite, expectCleanResult), { numRuns: 1000 });
  });

  test('gets the same answer twice and stays as it was', () => {
    fc.assert(
      fc.property(mutatedSite, (site) => {
        const before = JSON.stringify(site);
        expect(linesOf(checkCluster(site))).toEqual(linesOf(checkCluster(site)));
        expect(JSON.stringify(site)).toBe(before);
      }),
    );
  });

  test('gets the same problems as a file, each at a place in the file', () => {
    fc.assert(
      fc.property(mutatedSite, (site) => {
        const text = stringify(site, { aliasDuplicateObjects: false });
        const places = text.split('\n').length;
        const lines = linesFor(text);
        expect(lines.length).toBe(checkCluster(JSON.parse(JSON.stringify(site))).problems.length);
        for (const line of lines) {
          const [, row = '', column = ''] = line.match(/^c\.yaml:(\d+):(\d+): (?:warning: )?[a-z-]+: .+; .+$/) ?? [];
          expect(Number(row)).toBeGreaterThan(0);
          expect(Number(row)).toBeLessThanOrEqual(places);
          expect(Number(column)).toBeGreaterThan(0);
        }
        const rows = lines.map((line) => Number(line.split(':')[1]));
        expect(rows).toEqual(rows.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('a value that is no site at all', () => {
  test('gets problems, never a crash', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        expectCleanResult,
      ),
    );
  });
});

describe('a file with random edits', () => {
  const original = readFileSync('cluster.yaml', 'utf8');

  test('is read or refused with lines that all have a place, a rule, a message and a cure', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: original.length }),
        fc.nat({ max: 30 }),
        fc.oneof(
          fc.string({ maxLength: 6 }),
          fc.constantFrom('\t', '---\n', '*a', '&a ', '- ', ': ', '[', '{', '"', '!x ', '<<: '),
        ),
        (start, cut, insert) => {
          const text = original.slice(0, start) + insert + original.slice(start + cut);
          for (const line of linesFor(text))
            expect(line).toMatch(/^c\.yaml:\d+:\d+: (warning: )?[a-z-]+: [^\n]+; [^\n]+$/);
        },
      ),
      { numRuns: 250 },
    );
  });
});

function linesFor(text: string): readonly string[] {
  try {
    return loadCluster(text, 'c.yaml').warnings.map(findingText);
  } catch (error) {
    if (error instanceof ClusterError) return error.lines;
    throw error;
  }
}
