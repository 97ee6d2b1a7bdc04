import type { JsonObject } from '../../lib/live/verify/canonical';
import { objectsOf } from '../support/objects';
import { ApiServer } from './api-server';
import { mergePatch, strategicMergePatch } from './patch';
import { canonicalQuantity } from './quantity';
import { siteFiles } from './site-files';

let server: ApiServer;
beforeEach(async () => {
  server = new ApiServer({ establishMs: 20, rolloutMs: 20, webhookMs: 20 });
  await server.start();
});
afterEach(() => server.stop());

async function request(method: string, path: string, body?: unknown, type = 'application/json') {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'content-type': type },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { code: response.status, body: (await response.json()) as { message?: string }, response };
}

const objects = objectsOf(siteFiles('cluster.yaml')).map(({ object }) => object);
/** A copy of the object of this kind and name that synth writes, to spoil it. */
function copyOf(kind: string, name: string): JsonObject & { spec: never } {
  const found = objects.find(
    (object) => object['kind'] === kind && (object['metadata'] as { name: string }).name === name,
  );
  if (!found) throw new Error(`dist/ has no ${kind} ${name}`);
  return JSON.parse(JSON.stringify(found)) as JsonObject & { spec: never };
}
/** The object with a text in its JSON replaced. */
const spoiled = (object: JsonObject, from: string | RegExp, to: string): JsonObject =>
  JSON.parse(JSON.stringify(object).replace(from, to)) as JsonObject;

const DAEMON_SETS = '/apis/apps/v1/namespaces/nut/daemonsets';
const nutNamespace = () => request('POST', '/api/v1/namespaces', copyOf('Namespace', 'nut'));
const primary = () => copyOf('DaemonSet', 'nut-primary');

describe('the API server of the tests refuses', () => {
  test('an object in a namespace that is not there', async () => {
    expect(await request('POST', DAEMON_SETS, primary())).toMatchObject({
      code: 404,
      body: { message: 'namespaces "nut" not found' },
    });
  });

  test('an object that is there', async () => {
    await nutNamespace();
    expect((await nutNamespace()).code).toBe(409);
  });

  test.each([
    [
      'privileged with allowPrivilegeEscalation false',
      '"allowPrivilegeEscalation":true',
      '"allowPrivilegeEscalation":false',
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
    [
      'a selector that does not select its pods',
      '"matchLabels":{"app.kubernetes.io/name":"nut-primary"',
      '"matchLabels":{"x":"y"',
      '`selector` does not match template `labels`',
    ],
    [
      'a mount without its volume',
      /("volumeMounts":\[\{"mountPath":"[^"]+","name":")/,
      '$1other-',
      'volumeMounts.name: Not found: "other-',
    ],
    [
      'a label value with a blank',
      '"app.kubernetes.io/version":"',
      '"app.kubernetes.io/version":"a b',
      'metadata.labels: Invalid value: "a b',
    ],
  ])('%s', async (_, from, to, message) => {
    await nutNamespace();
    const { code, body } = await request('POST', DAEMON_SETS, spoiled(primary(), from, to));
    expect({ code, body }).toMatchObject({ code: 422, body: { message: expect.stringContaining(message) } });
    expect((await request('POST', DAEMON_SETS, primary())).code).toBe(201);
  });

  test('an unknown field when asked to be strict, and otherwise warns and drops it', async () => {
    await nutNamespace();
    const wrong = spoiled(primary(), '"hostNetwork"', '"hostNetwrk"');
    const strict = await request('POST', `${DAEMON_SETS}?fieldValidation=Strict`, wrong);
    expect(strict).toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('unknown field "spec.template.spec.hostNetwrk"') },
    });
    const warned = await request('POST', `${DAEMON_SETS}?fieldValidation=Warn`, wrong);
    expect(warned.code).toBe(201);
    expect(warned.response.headers.get('warning')).toContain('unknown field');
    expect(JSON.stringify(warned.body)).not.toContain('hostNetwrk');
  });

  test('a new selector, which is immutable', async () => {
    await nutNamespace();
    await request('POST', DAEMON_SETS, primary());
    const labels = { 'app.kubernetes.io/name': 'other' };
    const patch = { spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } } };
    const { code, body } = await request('PATCH', `${DAEMON_SETS}/nut-primary`, patch, 'application/merge-patch+json');
    expect({ code, body }).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining('spec.selector: Invalid value: field is immutable') },
    });
  });

  test('a custom resource before its definition is Established, and after that one with a wrong value', async () => {
    await request('POST', '/api/v1/namespaces', copyOf('Namespace', 'metallb-system'));
    const path = '/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools';
    const pool = copyOf('IPAddressPool', 'lan');
    await request(
      'POST',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      copyOf('CustomResourceDefinition', 'ipaddresspools.metallb.io'),
    );
    expect((await request('POST', path, pool)).code).toBe(404);
    await new Promise((resolve) => {
      setTimeout(resolve, 60);
    });
    expect((await request('POST', path, { ...pool, spec: { addresses: 'all' } })).code).toBe(422);
    expect(
      await request('POST', `${path}?fieldValidation=Strict`, { ...pool, spec: { addresses: [], x: 1 } }),
    ).toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('unknown field "spec.x"') },
    });
    const { code, body } = await request('POST', path, pool);
    expect({ code, body }).toMatchObject({ code: 201, body: { spec: { autoAssign: true } } });
  });
});

describe('a patch', () => {
  test('of RFC 7396 removes by null and replaces lists', () => {
    expect(mergePatch({ a: 1, b: { c: [1, 2], d: 3 } }, { a: null, b: { c: [9] } })).toEqual({ b: { c: [9], d: 3 } });
  });

  const spec = {
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '1', ports: [{ containerPort: 80 }] },
    ],
    tolerations: [{ key: 'x' }],
  };

  test('that is strategic merges lists by their key and replaces the others', () => {
    const patch = { containers: [{ name: 'b', image: '2' }], tolerations: [{ key: 'y' }] };
    expect(strategicMergePatch(spec, patch)).toEqual({
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '2', ports: [{ containerPort: 80 }] },
      ],
      tolerations: [{ key: 'y' }],
    });
  });

  test('that is strategic deletes, orders and adds items', () => {
    const patch = {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }],
      containers: [
        { name: 'c', image: '3' },
        { name: 'a', $patch: 'delete' },
      ],
    };
    expect((strategicMergePatch(spec, patch) as typeof spec).containers.map(({ name }) => name)).toEqual(['c', 'b']);
  });

  test('that is strategic retains the keys it names and no others', () => {
    const volume = { name: 'v', hostPath: { path: '/a' } };
    const patch = { $retainKeys: ['name', 'emptyDir'], emptyDir: {} };
    expect(strategicMergePatch(volume, patch)).toEqual({ name: 'v', emptyDir: {} });
  });
});

test.each([
  ['25m', '25m'],
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1024Mi', '1Gi'],
  ['64Mi', '64Mi'],
  ['1.5Gi', '1536Mi'],
  ['2000', '2k'],
  ['0', '0'],
  ['auto', 'auto'],
])('the quantity %s comes back as %s', (given, canonical) => expect(canonicalQuantity(given)).toBe(canonical));

test('no quantity of dist/ comes back in another form, which kubectl would take for a change for ever', () => {
  const texts = objects.flatMap((object) => [
    ...JSON.stringify(object).matchAll(/"(?:cpu|memory|sizeLimit)":"([^"]+)"/g),
  ]);
  expect(texts.length).toBeGreaterThan(0);
  for (const [, quantity = ''] of texts) expect(canonicalQuantity(quantity)).toBe(quantity);
});
