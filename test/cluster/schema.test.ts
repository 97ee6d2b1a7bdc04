import { readdirSync, readFileSync } from 'node:fs';
import Ajv from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { checkCluster, clusterJsonSchema } from '../../lib/site/check';
import { invalidSites } from '../rules/invalid';
import { bgpSite, changed, dualStackSite, ipv4Site } from '../support/site-input';

const committed = readFileSync('cluster.schema.json', 'utf8');
const validate = new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(JSON.parse(committed));

const files = [
  { file: 'cluster.yaml', reference: './cluster.schema.json' },
  ...readdirSync('examples')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ file: `examples/${name}`, reference: '../cluster.schema.json' })),
];

describe('cluster.schema.json', () => {
  test('is a draft 7 schema with a title and a description, and stands for itself', () => {
    const { $schema, title, description, $id } = JSON.parse(committed);
    expect($schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(title).toBe('cluster.yaml');
    expect(description).toMatch(/\w/);
    expect($id).toBeUndefined();
  });

  test('describes every key', () => {
    expect(undescribed(clusterJsonSchema())).toEqual([]);
  });

  test('refuses unknown keys in every group', () => {
    expect(openGroups(clusterJsonSchema())).toEqual(['nodes[].labels', 'ups[].options', 'k3s.registries']);
  });

  test.each([
    ['an unknown key', { 'network.gatway': '192.168.10.1' }],
    ['a UPS name that NUT refuses', { 'ups[0].name': 'ups@office' }],
    ['an image tagged latest', { 'images.nut': 'nut-upsd:latest' }],
    ['a port of 0', { 'nut.port': 0 }],
    ['a subnet without prefix length', { 'network.subnet': '192.168.10.0' }],
    ['a role that does not exist', { 'nodes[0].role': 'master' }],
    ['a missing virtual IP', { 'controlPlane.vip': undefined }],
  ])('refuses %s', (_, changes) => {
    expect(validate(changed(ipv4Site(), changes))).toBe(false);
  });

  test('refuses no site that the rules alone have something to say about', () => {
    const rows = [
      ...(invalidSites['networks'] ?? []),
      ...(invalidSites['vip'] ?? []),
      ...(invalidSites['pools'] ?? []),
      ...(invalidSites['bgp'] ?? []),
    ];
    const refused = rows.filter(({ site = ipv4Site, changes }) => !validate(changed(site(), changes)));
    expect(refused.map(({ says }) => says)).toEqual([]);
  });

  test('accepts whatever text of a site the check accepts', () => {
    const text = fc.string({ unit: fc.constantFrom(...'abz09AZ-_.:/@% '), maxLength: 12 });
    const path = fc.constantFrom(
      ...['name', 'nodes[0].name', 'controlPlane.dnsName', 'controlPlane.interface', 'ups[0].name', 'ups[0].driver'],
      ...['ups[0].port', 'ups[0].description', 'nut.killpowerPath', 'nut.secret', 'images.nut', 'versions.k3s'],
    );
    fc.assert(
      fc.property(fc.constantFrom(ipv4Site, dualStackSite, bgpSite), path, text, (base, at, value) => {
        const site = changed(base(), { [at]: value });
        const formIsRight = checkCluster(site).problems.every(({ rule }) => !rule.startsWith('bad-'));
        expect(validate(site)).toBe(formIsRight);
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(files)('$file', ({ file, reference }) => {
  const text = readFileSync(file, 'utf8');

  test('names the schema in its first line', () => {
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${reference}`);
  });

  test('is valid by the schema', () => {
    validate(parse(text));
    expect(validate.errors).toBeNull();
  });
});

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly type?: string;
}

/** Every group of keys in the schema, by the path to it. */
function groupsIn(schema: Schema, path: string): (readonly [string, Schema])[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => [
    ...groupsIn(property, path ? `${path}.${key}` : key),
    ...(property.items ? groupsIn(property.items, `${path ? `${path}.` : ''}${key}[]`) : []),
  ]);
  return schema.type === 'object' ? [[path, schema] as const, ...inner] : inner;
}

const undescribed = (schema: unknown): string[] =>
  groupsIn(schema as Schema, '').flatMap(([path, group]) =>
    Object.entries(group.properties ?? {})
      .filter(([, { description }]) => !description)
      .map(([key]) => `${path}.${key}`),
  );

const openGroups = (schema: unknown): string[] =>
  groupsIn(schema as Schema, '')
    .filter(([, { additionalProperties }]) => additionalProperties !== false)
    .map(([path]) => path);
