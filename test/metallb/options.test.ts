import { MEMBERLIST, METALLB, MetalLb, type MetalLbProps, MetalLbWebhooks } from '../../lib/metallb';
import { excludes } from '../../lib/network/excluded-interfaces';
import { at, find, synth } from './support';

const { version } = METALLB;

const install = (props?: MetalLbProps) => synth((scope) => new MetalLb(scope, 'metallb', props));
const podOf = (kind: 'Deployment' | 'DaemonSet', props?: MetalLbProps) =>
  at(find(install(props), kind), 'spec.template');
const both = ['Deployment', 'DaemonSet'] as const;

describe('images of MetalLb', () => {
  test.each([
    ['registry.lan:5000', `registry.lan:5000/metallb/controller:${version}`],
    ['harbor.lan/quay', `harbor.lan/quay/metallb/controller:${version}`],
  ])('come from the mirror %s', (registry, image) => {
    expect(at(podOf('Deployment', { images: { registry } }), 'spec.containers.0.image')).toBe(image);
  });

  test('come from the mirror unless given in full', () => {
    const images = { registry: 'registry.lan', speaker: `quay.io/metallb/speaker@sha256:${'0'.repeat(64)}` };
    expect(at(podOf('DaemonSet', { images }), 'spec.containers.0.image')).toBe(images.speaker);
    expect(at(podOf('Deployment', { images }), 'spec.containers.0.image')).toBe(
      `registry.lan/metallb/controller:${version}`,
    );
  });

  test('may have a tag and a digest', () => {
    const controller = `${METALLB.images.controller}@sha256:${'0'.repeat(64)}`;
    expect(at(podOf('Deployment', { images: { controller } }), 'spec.containers.0.image')).toBe(controller);
  });

  test.each(['https://registry.lan', 'harbor.lan/', 'registry.lan:port', ''])(
    'are refused from %j, which is no registry, by the name of that prop',
    (registry) => {
      expect(() => install({ images: { registry } })).toThrow(
        new RegExp(`^images\\.registry: "${registry}" is not a registry; write a host .*$`),
      );
    },
  );

  test.each([
    ['quay.io/metallb/speaker', 'has no tag or digest; write one'],
    ['registry.lan:5000/speaker', 'has no tag or digest; write one'],
    ['quay.io/metallb/speaker:', 'has no tag or digest; write one'],
    ['quay.io/metallb/speaker:latest', 'has the tag latest, which changes; write a fixed tag'],
    ['quay.io/metallb/speaker@sha256:0123', 'has an invalid digest; write @sha256: and 64 hexadecimal digits'],
    ['https://quay.io/metallb/speaker:v1', 'starts with a URL scheme; remove everything up to ://'],
    ['two words:v1', 'is not an image reference; write registry, path and tag'],
  ])('are refused for what is wrong with them: %j %s', (speaker, fault) => {
    expect(() => install({ images: { speaker } })).toThrow(`images.speaker: "${speaker}" ${fault}`);
  });

  test.each(both)('of the %s have the given pull policy', (kind) => {
    expect(at(podOf(kind), 'spec.containers.0.imagePullPolicy')).toBeUndefined();
    expect(at(podOf(kind, { imagePullPolicy: 'Never' }), 'spec.containers.0.imagePullPolicy')).toBe('Never');
  });

  test.each(both)('of the %s are fetched with credentials', (kind) => {
    expect(at(podOf(kind), 'spec.imagePullSecrets')).toBeUndefined();
    expect(at(podOf(kind, { imagePullSecrets: ['registry'] }), 'spec.imagePullSecrets')).toEqual([
      { name: 'registry' },
    ]);
  });

  test('are refused with credentials that no Secret can hold', () => {
    expect(() => install({ imagePullSecrets: ['My Secret'] })).toThrow(
      'Secret name "My Secret" is not a valid Kubernetes name',
    );
  });
});

describe('excludeInterfaces', () => {
  const textOf = (props?: MetalLbProps) =>
    at(find(install(props), 'ConfigMap', 'metallb-excludel2'), ['data', 'excludel2.yaml']);

  test("is upstream's list by default, and writing that list out changes no byte of it", () => {
    expect(textOf({ excludeInterfaces: METALLB.excludedInterfaces })).toBe(textOf());
  });

  test('replaces the list', () => {
    expect(textOf({ excludeInterfaces: ['^wg.*'] })).toBe('announcedInterfacesToExclude: ["^wg.*"]\n');
  });

  test('may be empty, so that every interface answers', () => {
    expect(textOf({ excludeInterfaces: [] })).toBe('announcedInterfacesToExclude: []\n');
  });

  test('restarts the speakers, which read it at start', () => {
    const sum = (excludeInterfaces: string[]) =>
      at(podOf('DaemonSet', { excludeInterfaces }), ['metadata', 'annotations', 'checksum/config']);
    expect(sum(['^wg.*'])).not.toBe(sum(['^tun.*']));
  });

  test.each(['', '.*', 'a?'])('refuses %j, which matches every interface', (pattern) => {
    expect(() => install({ excludeInterfaces: [pattern] })).toThrow('matches every interface');
  });

  test.each([
    ...['^(docker', '^(?!eth).*', '(?<=a)b', '(a)\\1', '^a\\q', '^b\\cA', '^a\\u0041', '^[]a', '^[^]', '^a**'],
    ...['^xa{1,2000}', '^xa{1001}', '^x(a{100}){100}', '^a{2,1}', '(?i', '^(?i)a'],
  ])('refuses %j, which Go does not read, or reads as something else', (pattern) => {
    expect(() => install({ excludeInterfaces: [pattern] })).toThrow(
      `excludeInterfaces: ${JSON.stringify(pattern)} is not a regular expression that Go and JavaScript read alike`,
    );
  });

  test.each([
    '(?i)^DOCKER',
    '^(?:eth|en\\d+)$',
    '^br-[0-9a-f]{12}$',
    '^wg\\_[^a\\-z]*?$',
    ...METALLB.excludedInterfaces,
  ])('takes %j', (pattern) => {
    expect(textOf({ excludeInterfaces: [pattern] })).toBe(
      `announcedInterfacesToExclude: [${JSON.stringify(pattern)}]\n`,
    );
  });

  test('finds an interface whatever its case when the pattern says so', () => {
    expect(['docker0', 'eth0'].map((name) => excludes('(?i)^DOCKER', name))).toEqual([true, false]);
    expect(excludes('^DOCKER', 'docker0')).toBe(false);
  });

  test('a pattern that could be taken apart in many ways is judged at once', () => {
    const before = process.cpuUsage();
    expect(() => install({ excludeInterfaces: [`${'?'.repeat(40)}\\q`] })).toThrow('read alike');
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe('metrics', () => {
  test.each(both)('of the %s are announced as HTTPS', (kind) => {
    const annotations = { 'prometheus.io/port': '9120', 'prometheus.io/scrape': 'true' };
    expect(at(podOf(kind), 'metadata.annotations')).toEqual(annotations);
    expect(at(podOf(kind, { metrics: true }), 'metadata.annotations')).toEqual({
      ...annotations,
      'prometheus.io/scheme': 'https',
    });
  });

  test('change nothing else', () => {
    const names = (props?: MetalLbProps) => install(props).map(({ kind, metadata }) => [kind, at(metadata, 'name')]);
    expect(names({ metrics: true })).toEqual(names());
  });
});

describe('webhook', () => {
  const policies = (props?: ConstructorParameters<typeof MetalLbWebhooks>[2]) =>
    (
      at(
        synth((scope) => new MetalLbWebhooks(scope, 'webhooks', props)),
        '0.webhooks',
      ) as { failurePolicy: string }[]
    ).map(({ failurePolicy }) => failurePolicy);

  test('fails by default', () => expect(policies()).toEqual(Array(6).fill('Fail')));

  test('stores pools unchecked with ignore', () =>
    expect(policies({ webhook: 'ignore' })).toEqual(Array(6).fill('Ignore')));

  test('is turned off in the controller alone', () => {
    const args = (kind: 'Deployment' | 'DaemonSet') => at(podOf(kind, { webhook: 'off' }), 'spec.containers.0.args');
    expect(args('Deployment')).toContain('--webhook-mode=disabled');
    expect(args('DaemonSet')).not.toContain('--webhook-mode=disabled');
  });

  test('keeps its Secret and its Service when it is off, since pod and definition name them', () => {
    const kinds = (props?: MetalLbProps) => install(props).map(({ kind }) => kind);
    expect(kinds({ webhook: 'off' })).toEqual(kinds());
  });

  test.each([
    ['off', 'so no server answers MetalLbWebhooks'],
    ['ignore', 'and MetalLbWebhooks another value; give both the same'],
  ] as const)('%s of MetalLb alone fails synth', (webhook, message) => {
    expect(() =>
      synth((scope) => {
        new MetalLb(scope, 'metallb', { webhook });
        new MetalLbWebhooks(scope, 'webhooks');
      }),
    ).toThrow(`MetalLb has webhook: ${webhook}, ${message}`);
  });
});

test('everything that is wrong with the props is said at once', () => {
  const wrong: MetalLbProps = {
    images: { speaker: 'speaker', controller: 'controller:latest' },
    loadBalancerClass: 'a b',
    excludeInterfaces: ['('],
    memberlist: { ...MEMBERLIST.lan, GossipNodes: 0 },
  };
  expect(() => install(wrong)).toThrow(
    /images\.controller: .*\nimages\.speaker: .*\nloadBalancerClass: .*\nexcludeInterfaces: .*\nmemberlist\.GossipNodes: /,
  );
});
