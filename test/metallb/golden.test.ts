import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { canonicalForm, canonicalHash, type JsonObject, objectKey } from '../../lib/live/verify/canonical';
import { METALLB, MetalLb, MetalLbCrds, MetalLbNamespace, MetalLbWebhooks } from '../../lib/metallb';
import { run as writeGolden } from '../../scripts/metallb-golden';
import { inProcess } from '../support/in-process';
import { at, find, synth } from './support';

/** What scripts/metallb-golden.ts writes: hashes by object. */
interface Golden {
  readonly version: string;
  readonly native: Readonly<Record<string, string>>;
  readonly prometheus: Readonly<Record<string, string>>;
}

const recorded = JSON.parse(readFileSync(join(__dirname, 'golden.json'), 'utf8')) as Golden;
const golden = recorded.native;

const ours = synth((scope) => {
  new MetalLbNamespace(scope, 'namespace');
  new MetalLbCrds(scope, 'crds');
  new MetalLb(scope, 'metallb');
  new MetalLbWebhooks(scope, 'webhooks');
});
const withMetrics = synth((scope) => new MetalLb(scope, 'metallb', { metrics: true }));
const byKey = new Map(ours.map((object) => [objectKey(object), object]));

const hashOf = (value: unknown): string => canonicalHash(value as JsonObject);

type Path = readonly (string | number)[];
type Parent = Record<string | number, unknown>;

/** A copy of the object in which `change` was done to the field at the path. */
function copyWith(object: JsonObject, path: Path, change: (parent: Parent, key: string | number) => void): JsonObject {
  const result = JSON.parse(JSON.stringify(object)) as JsonObject;
  change(at(result, path.slice(0, -1)) as Parent, path.at(-1) ?? '');
  return result;
}

const reverse = (parent: Parent, key: string | number): void => {
  parent[key] = (parent[key] as unknown[]).toReversed();
};

describe('the default install against the manifest of MetalLB', () => {
  test('the hashes are of the version that is installed: npm run golden:metallb', () => {
    expect(recorded.version).toBe(METALLB.version);
  });

  test('no object is missing and none is extra', () => {
    expect(ours.map(objectKey).sort()).toEqual(Object.keys(golden).sort());
  });

  test.each(Object.keys(golden))('%s equals upstream', (key) => {
    expect(byKey.get(key)).toBeDefined();
    expect(hashOf(byKey.get(key))).toBe(golden[key]);
  });

  test.each(Object.entries(recorded.prometheus))(
    'with metrics, %s may check tokens, as in the manifest for Prometheus',
    (key, hash) => {
      expect(hashOf(withMetrics.find((object) => objectKey(object) === key))).toBe(hash);
      expect(hashOf(byKey.get(key))).not.toBe(hash);
    },
  );

  test('nothing holds a caBundle', () => {
    expect(JSON.stringify(ours)).not.toContain('caBundle');
  });

  test('the only Secret is empty', () => {
    const { kind, apiVersion, metadata, ...content } = find(ours, 'Secret');
    expect(content).toEqual({});
  });

  test('every name is written out, without a hash of the construct path', () => {
    const again = synth((scope) => new MetalLb(scope, 'another-id'));
    expect(again.map(objectKey).every((key) => byKey.has(key))).toBe(true);
  });

  test('the YAML has no anchors', () => {
    expect(Yaml.stringify(...ours)).not.toMatch(/[&*](selector|peerColumns|fixed|a\d)/);
  });
});

/** Every path that ends in a value or in an empty object or list. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** The object with the leaf changed, or taken out. */
const mutate = (object: JsonObject, path: Path, how: 'change' | 'remove'): JsonObject =>
  copyWith(object, path, (parent, key) => {
    if (how === 'change') parent[key] = changed(parent[key]);
    else if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  });

function changed(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return { added: true };
}

/** Stated here a second time, apart from the code under test: the changes that may go unseen. */
function mayGoUnseen(object: JsonObject, path: Path, how: 'change' | 'remove'): boolean {
  const last = path.at(-1);
  const parent = at(object, path.slice(0, -1)) as Parent;
  if (object['kind'] === 'CustomResourceDefinition') {
    if (path[1] === 'annotations' || last === 'description' || last === 'deprecationWarning') return true;
    if (last === 'message' && 'rule' in parent) return true;
  }
  // Another value of these annotations is as harmless as none.
  if (path[1] === 'annotations' && /^(argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io)\//.test(String(last)))
    return true;
  if (how === 'remove' && last === 'scope' && path[0] === 'webhooks') return parent['scope'] === '*';
  return how === 'remove' && last === 'protocol' && parent['protocol'] === 'TCP';
}

describe('the canonical form', () => {
  test.each(Object.keys(golden))('sees every change to a leaf of %s but those it declares', (key) => {
    const object = byKey.get(key) as JsonObject;
    const before = hashOf(object);
    const wrong = leaves(object).flatMap((path) =>
      (['change', 'remove'] as const)
        .filter((how) => (hashOf(mutate(object, path, how)) === before) !== mayGoUnseen(object, path, how))
        .map((how) => `${how} ${path.join('.')}`),
    );
    expect(wrong).toEqual([]);
  });

  const service = find(ours, 'Service');
  const speaker = find(ours, 'DaemonSet');
  const role = find(ours, 'Role', 'controller');
  const states = find(ours, 'CustomResourceDefinition', 'configurationstates.metallb.io');

  test('sees an added field', () => {
    expect(hashOf({ ...service, extra: 1 })).not.toBe(hashOf(service));
  });

  test('sees a port that becomes UDP', () => {
    const mutant = copyWith(service, ['spec', 'ports', 0, 'protocol'], (parent, key) => {
      parent[key] = 'UDP';
    });
    expect(hashOf(mutant)).not.toBe(hashOf(service));
  });

  test('sees another order of arguments', () => {
    const mutant = copyWith(speaker, ['spec', 'template', 'spec', 'containers', 0, 'args'], reverse);
    expect(hashOf(mutant)).not.toBe(hashOf(speaker));
  });

  test('sees a description outside of definitions', () => {
    expect(hashOf({ ...service, description: 'words' })).not.toBe(hashOf(service));
  });

  test('sees a schema property whose name is description or message', () => {
    const inner = { type: 'string' };
    const withProperty = (name: string) => ({ ...states, properties: { [name]: inner } });
    expect(hashOf(withProperty('description'))).not.toBe(hashOf(withProperty('message')));
    expect(hashOf(withProperty('message'))).not.toBe(hashOf({ ...states, properties: {} }));
  });

  test('takes verbs and required as sets', () => {
    const mutant = copyWith(role, ['rules', 0, 'verbs'], reverse);
    expect(mutant).not.toEqual(role);
    expect(hashOf(mutant)).toBe(hashOf(role));
    expect(canonicalForm({ kind: 'X', required: ['b', 'a'] })).toEqual({ kind: 'X', required: ['a', 'b'] });
  });

  test('takes no order of keys into account', () => {
    expect(hashOf(Object.fromEntries(Object.entries(speaker).reverse()))).toBe(hashOf(speaker));
  });

  test('takes an absent and an undefined field as the same', () => {
    expect(canonicalForm({ kind: 'X', a: undefined } as unknown as JsonObject)).toEqual({ kind: 'X' });
  });

  test('leaves out the creation time', () => {
    const mutant = copyWith(service, ['metadata', 'creationTimestamp'], (parent, key) => {
      parent[key] = null;
    });
    expect(hashOf(mutant)).toBe(hashOf(service));
  });

  test('does not change the object it is given', () => {
    const before = JSON.stringify(role);
    canonicalForm(role);
    expect(JSON.stringify(role)).toBe(before);
  });

  test('names an object by kind, namespace and name', () => {
    expect(objectKey(service)).toBe('Service metallb-system/metallb-webhook-service');
    expect(objectKey(states)).toBe('CustomResourceDefinition configurationstates.metallb.io');
    expect(() => objectKey({ kind: 'Service' })).toThrow('has kind "Service" and name undefined');
  });
});

describe('the script that writes the golden hashes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'metallb-golden-'));
  const manifest = join(folder, 'manifest.yaml');
  const prometheus = join(folder, 'prometheus.yaml');
  const run = (...args: string[]) => inProcess(writeGolden, args);

  beforeAll(() => {
    writeFileSync(manifest, Yaml.stringify(...ours));
    writeFileSync(prometheus, Yaml.stringify(...withMetrics));
  });

  test('prints for our manifests what is in the file in Git', () => {
    const { stdout, status } = run('--print', manifest, prometheus);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(recorded);
  });

  test.each([[[]], [['one.yaml']], [['one.yaml', 'two.yaml', 'three.yaml']]])(
    'shows its usage and exits 2 with the files %j',
    (files) => {
      const { stderr, status } = run(...files);
      expect(status).toBe(2);
      expect(stderr).toContain('usage: metallb-golden [--print] NATIVE PROMETHEUS');
    },
  );

  test('exits 2 and names an unknown option', () => {
    const { stderr, status } = run('--write', manifest);
    expect(status).toBe(2);
    expect(stderr).toContain('unknown option "--write"');
  });

  const other = join(folder, 'other.yaml');
  test.each([
    ['the manifest of another release', () => [other, prometheus], /other\.yaml has no container with image quay\.io/],
    ['another release for Prometheus', () => [manifest, other], /other\.yaml has no container with image quay\.io/],
    ['a file that is no YAML', () => [join(folder, 'broken.yaml'), prometheus], /broken\.yaml is not valid YAML/],
    ['a manifest twice', () => [join(folder, 'twice.yaml'), prometheus], /is a duplicate; give one manifest at a time/],
    [
      'no cluster roles',
      () => [manifest, join(folder, 'no-roles.yaml')],
      /has no ClusterRole metallb-system:controller/,
    ],
  ])('refuses %s with exit code 1', (_what, files, message) => {
    const text = Yaml.stringify(...ours);
    writeFileSync(other, text.replaceAll(METALLB.version, 'v0.0.1'));
    writeFileSync(join(folder, 'broken.yaml'), 'a: [');
    writeFileSync(join(folder, 'twice.yaml'), Yaml.stringify(...ours, ...ours));
    writeFileSync(join(folder, 'no-roles.yaml'), Yaml.stringify(...ours.filter(({ kind }) => kind !== 'ClusterRole')));
    const { stderr, status } = run('--print', ...files());
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
});
