import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { main } from '../../lib/cli/program';
import { verifyCommand } from '../../lib/cli/verify';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { compareObjects } from '../../lib/live/verify/differences';
import { readManifest } from '../../lib/live/verify/manifest';
import { defaultObjects, siteObjects } from '../../lib/live/verify/own-objects';
import { METALLB } from '../../lib/metallb';
import { inProcess } from '../support/in-process';
import { programPath } from '../support/program';
import { site } from '../support/sites';

const program = programPath();
const ours = defaultObjects();
const manifest = ours.map((object) => stringify(object)).join('---\n');
/** A manifest with a text in it changed everywhere. */
const changed = (from: string | RegExp, to: string): JsonObject[] => {
  const text = manifest.replaceAll(from, to);
  expect(text).not.toBe(manifest);
  return readManifest(text, 'manifest');
};

describe('a comparison', () => {
  test('of all objects with themselves finds them equal', () => {
    expect(compareObjects(ours, readManifest(manifest, 'manifest'))).toMatchObject({
      equal: { length: ours.length },
      different: [],
      onlyOurs: [],
      onlyTheirs: [],
    });
  });

  test('tells where an image differs, by the name of the container', () => {
    const { different } = compareObjects(ours, changed(METALLB.images.speaker, 'quay.io/metallb/speaker:v0.0.1'));
    expect(different).toEqual([
      {
        object: 'DaemonSet metallb-system/speaker',
        differences: [
          {
            path: 'spec.template.spec.containers[speaker].image',
            ours: METALLB.images.speaker,
            theirs: 'quay.io/metallb/speaker:v0.0.1',
          },
        ],
      },
    ]);
  });

  test('tells what one side lacks', () => {
    const theirs = [
      ...ours.filter(({ kind }) => kind !== 'ConfigMap'),
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'webhook-service', namespace: 'metallb-system' } },
    ];
    expect(compareObjects(ours, theirs)).toMatchObject({
      onlyOurs: ['ConfigMap metallb-system/metallb-excludel2'],
      onlyTheirs: ['Service metallb-system/webhook-service'],
    });
  });

  test('sees one container more as one difference', () => {
    const theirs = changed(/^ {6}containers:$/gm, '      containers:\n        - name: extra\n          image: x:1');
    const [first] = compareObjects(ours, theirs).different;
    expect(first?.differences.map(({ path }) => path)).toEqual(['spec.template.spec.containers[extra]']);
  });

  test('sees a new order of named items, and writes keys with dots in quotes', () => {
    const object = (items: string[], label: string) => ({
      kind: 'ConfigMap',
      metadata: { name: 'a', labels: { 'a.b/c': label } },
      items: items.map((name) => ({ name })),
    });
    const [found] = compareObjects([object(['x', 'y'], '1')], [object(['y', 'x'], '2')]).different;
    expect(found?.differences).toEqual([
      { path: 'items (order)', ours: ['x', 'y'], theirs: ['y', 'x'] },
      { path: 'metadata.labels["a.b/c"]', ours: '1', theirs: '2' },
    ]);
  });

  test('overlooks words for people and the annotations for GitOps', () => {
    const theirs = JSON.parse(JSON.stringify(ours)) as { metadata: { annotations?: object } }[];
    for (const { metadata } of theirs) delete metadata.annotations;
    expect(compareObjects(ours, theirs as unknown as JsonObject[]).different).toEqual([]);
  });

  test('refuses a manifest with an object twice', () => {
    expect(() => compareObjects(ours, [...ours, ...ours])).toThrow(/is a duplicate; give one manifest at a time/);
  });
});

test("a site's own settings are what it differs in", () => {
  const { different, onlyOurs, onlyTheirs } = compareObjects(siteObjects(site()), ours);
  expect({ onlyOurs, onlyTheirs }).toEqual({ onlyOurs: [], onlyTheirs: [] });
  expect(different.map(({ object }) => object)).toEqual([
    'Deployment metallb-system/controller',
    'DaemonSet metallb-system/speaker',
  ]);
  expect(different.flatMap(({ differences }) => differences.map(({ path }) => path))).toContain(
    'spec.template.spec.containers[controller].resources',
  );
});

describe('verify', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'verify-'));
    writeFileSync(join(folder, 'equal.yaml'), manifest);
    writeFileSync(join(folder, 'other.yaml'), manifest.replaceAll(METALLB.version, 'v0.0.1'));
    writeFileSync(join(folder, 'list.yaml'), stringify({ apiVersion: 'v1', kind: 'List', items: ours }));
    writeFileSync(join(folder, 'empty.yaml'), '# nothing\n');
    writeFileSync(join(folder, 'broken.yaml'), 'a: [');
    writeFileSync(join(folder, 'not-found.yaml'), '404: Not Found');
    writeFileSync(join(folder, 'null.yaml'), stringify({ apiVersion: 'v1', kind: 'List', items: [null] }));
    writeFileSync(join(folder, 'itemless.yaml'), stringify({ apiVersion: 'v1', kind: 'List' }));
    writeFileSync(join(folder, 'alias.yaml'), 'kind: ConfigMap\nmetadata: *nowhere\n');
    writeFileSync(join(folder, 'text.yaml'), '<html>');
  });

  const verify = (...args: string[]) => inProcess(main(verifyCommand), args);
  const at = (name: string) => join(folder, name);

  test('ends with 0 for an equal manifest, as documents, as a List and from standard input', () => {
    for (const file of [at('equal.yaml'), at('list.yaml'), '-']) {
      const options = { encoding: 'utf8', input: manifest } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'verify', file], options);
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: `${ours.length} of ${ours.length} objects equal, 0 different, 0 only in ${file}, 0 only in this project\n`,
        stderr: '',
      });
    }
  });

  test('ends with 2 for another one and prints what is here and there', () => {
    const { status, stdout } = verify(at('other.yaml'));
    expect(status).toBe(2);
    expect(stdout).toContain(`  spec.template.spec.containers[controller].image
    ours:   "${METALLB.images.controller}"
    theirs: "quay.io/metallb/controller:v0.0.1"
`);
    expect(stdout).toContain(`${ours.length - 2} of ${ours.length} objects equal, 2 different`);
  });

  test('prints JSON when asked to', () => {
    const { status, stdout } = verify('--json', at('other.yaml'));
    expect(status).toBe(2);
    expect(parse(stdout)).toMatchObject({ equal: { length: ours.length - 2 }, different: [{ differences: [{}] }, {}] });
  });

  test('compares the site when asked to', () => {
    const { status, stdout } = verify('--site', 'cluster.yaml', at('equal.yaml'));
    expect(status).toBe(2);
    expect(stdout).toContain('.resources');
    expect(stdout).not.toContain('IPAddressPool metallb-system/lan');
  });

  test.each([
    [[], "error: missing required argument 'file'"],
    [['a', 'b'], 'error: too many arguments'],
    [['--colour', 'a'], "error: unknown option '--colour'"],
    [['nowhere.yaml'], 'nowhere.yaml: does not exist; correct the name'],
  ])('%j ends with 1', (args, message) => {
    expect(verify(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
  });

  test.each([
    ['empty.yaml', 'is empty; give the manifest of a MetalLB release'],
    ['broken.yaml', 'is not valid YAML'],
    ['not-found.yaml', 'contains {"404":"Not Found"}, which has no kind and name; give a manifest'],
    ['null.yaml', 'contains null, which has no kind and name'],
    ['itemless.yaml', 'contains a List without items; give a manifest'],
    ['alias.yaml', 'is not valid YAML: Unresolved alias'],
    ['text.yaml', 'contains "<html>", which has no kind and name'],
  ])('ends with 1 for %s and says so with its name', (name, message) => {
    expect(verify(at(name))).toMatchObject({ status: 1, stderr: expect.stringContaining(`${at(name)} ${message}`) });
  });
});
