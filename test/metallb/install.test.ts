import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  METALLB,
  MetalLb,
  MetalLbCrds,
  MetalLbNamespace,
  type MetalLbProps,
  MetalLbWebhooks,
  readCrds,
  smallResources,
} from '../../lib/metallb';
import { at, find, synth } from './support';

const root = join(__dirname, '../..');
const install = (props?: MetalLbProps) => synth((scope) => new MetalLb(scope, 'metallb', props));
const controllerOf = (props?: MetalLbProps) => at(find(install(props), 'Deployment'), 'spec.template.spec');
const speakerOf = (props?: MetalLbProps) => at(find(install(props), 'DaemonSet'), 'spec.template.spec');

describe('MetalLb', () => {
  test('runs the images it is given', () => {
    const images = {
      controller: 'registry.lan:5000/metallb/controller:v1.2.3',
      speaker: `mirror/speaker@sha256:${'a'.repeat(64)}`,
    };
    expect(at(controllerOf({ images }), 'containers.0.image')).toBe(images.controller);
    expect(at(speakerOf({ images }), 'containers.0.image')).toBe(images.speaker);
  });

  test('keeps the image that is not given', () => {
    const images = { speaker: 'mirror.lan/speaker:v1.2.3' };
    expect(at(controllerOf({ images }), 'containers.0.image')).toBe(METALLB.images.controller);
  });

  test('passes the log level to both', () => {
    expect(at(controllerOf({ logLevel: 'debug' }), 'containers.0.args')).toEqual(['--port=9120', '--log-level=debug']);
    expect(at(speakerOf({ logLevel: 'debug' }), 'containers.0.args')).toEqual(['--port=9120', '--log-level=debug']);
  });

  test('passes the load balancer class to both', () => {
    const props = { loadBalancerClass: 'metallb.io/metallb' };
    expect(at(controllerOf(props), 'containers.0.args')).toContain('--lb-class=metallb.io/metallb');
    expect(at(speakerOf(props), 'containers.0.args')).toContain('--lb-class=metallb.io/metallb');
  });

  test.each(['', 'two words', 'a/b/c', 'Upper.example/lb', '/lb'])(
    'refuses the load balancer class "%s"',
    (loadBalancerClass) => {
      expect(() => install({ loadBalancerClass })).toThrow(
        `loadBalancerClass: "${loadBalancerClass}" is not a valid Kubernetes name`,
      );
    },
  );

  test('tells only speakers to ignore the exclude label', () => {
    expect(at(speakerOf({ ignoreExcludeLabel: true }), 'containers.0.args')).toContain('--ignore-exclude-lb');
    expect(at(controllerOf({ ignoreExcludeLabel: true }), 'containers.0.args')).not.toContain('--ignore-exclude-lb');
  });

  test('sets resources for the one that is named', () => {
    const expected = { requests: { cpu: '25m', memory: '64Mi' }, limits: { memory: '256Mi' } };
    expect(at(speakerOf({ speaker: { resources: smallResources } }), 'containers.0.resources')).toEqual(expected);
    expect(at(controllerOf({ speaker: { resources: smallResources } }), 'containers.0.resources')).toBeUndefined();
    expect(at(controllerOf({ controller: { resources: smallResources } }), 'containers.0.resources')).toEqual(expected);
  });

  test('adds tolerations to those of upstream', () => {
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
    expect(at(controllerOf({ controller: { tolerations } }), 'tolerations')).toEqual(tolerations);
    expect(at(speakerOf({ speaker: { tolerations } }), 'tolerations')).toEqual([
      { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
      ...tolerations,
    ]);
  });

  test('sets a priority class for each', () => {
    expect(at(controllerOf({ controller: { priorityClassName: 'a' } }), 'priorityClassName')).toBe('a');
    expect(at(speakerOf({ speaker: { priorityClassName: 'b' } }), 'priorityClassName')).toBe('b');
  });

  test('adds node labels to linux', () => {
    const nodeSelector = { edge: 'true' };
    const expected = { edge: 'true', 'kubernetes.io/os': 'linux' };
    expect(at(controllerOf({ controller: { nodeSelector } }), 'nodeSelector')).toEqual(expected);
    expect(at(speakerOf({ speaker: { nodeSelector } }), 'nodeSelector')).toEqual(expected);
  });

  test('writes the protocol of every port', () => {
    const objects = install();
    const ports = [
      at(find(objects, 'Service'), 'spec.ports'),
      at(controllerOf(), 'containers.0.ports'),
      at(speakerOf(), 'containers.0.ports'),
    ].flat();
    expect(ports).toHaveLength(6);
    expect(ports.every((port) => typeof at(port, 'protocol') === 'string')).toBe(true);
  });
});

describe('the annotations for GitOps', () => {
  const keep = {
    'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  };
  const off = { gitOpsAnnotations: false };
  const annotations = (build: Parameters<typeof synth>[0]) => [
    ...new Map(
      synth(build).map((object) => [
        JSON.stringify(at(object, 'metadata.annotations')),
        at(object, 'metadata.annotations'),
      ]),
    ).values(),
  ];

  test('keep every definition from being deleted', () => {
    expect(annotations((scope) => new MetalLbCrds(scope, 'crds'))).toEqual([keep]);
  });

  test('keep the namespace from being deleted', () => {
    expect(annotations((scope) => new MetalLbNamespace(scope, 'namespace'))).toEqual([keep]);
  });

  test('put the webhooks after everything else', () => {
    expect(annotations((scope) => new MetalLbWebhooks(scope, 'webhooks'))).toEqual([
      { 'argocd.argoproj.io/sync-wave': '1' },
    ]);
  });

  test('can be turned off', () => {
    expect(annotations((scope) => new MetalLbCrds(scope, 'crds', off))).toEqual([undefined]);
    expect(annotations((scope) => new MetalLbNamespace(scope, 'namespace', off))).toEqual([undefined]);
    expect(annotations((scope) => new MetalLbWebhooks(scope, 'webhooks', off))).toEqual([undefined]);
  });
});

describe('imports/metallb.crds.yaml', () => {
  /** Paths of schema nodes without a description, below one that must have it. */
  function undescribed(schema: unknown, path: string): string[] {
    const { description, properties, items } = schema as { description?: string; properties?: object; items?: unknown };
    const inner = [
      ...Object.entries(properties ?? {}).flatMap(([name, child]) => undescribed(child, `${path}.${name}`)),
      ...(at(items, 'properties') ? undescribed(items, `${path}[]`) : []),
    ];
    return description ? inner : [path, ...inner];
  }

  const schemas = readCrds().flatMap(({ metadata, spec }) =>
    (at(spec, 'versions') as { name: string; schema: unknown }[]).map(
      ({ name, schema }) => [`${metadata.name} ${name}`, at(schema, 'openAPIV3Schema') as object] as const,
    ),
  );

  test.each(schemas)('%s describes its kind and every field of spec and status', (name, schema) => {
    const { apiVersion, kind, metadata, ...described } = at(schema, 'properties') as Record<string, object>;
    expect(undescribed({ ...schema, properties: described }, name)).toEqual([]);
  });

  test.each(schemas)('%s describes a field in one line', (_name, schema) => {
    const texts = [...JSON.stringify(schema).matchAll(/"(?:description|message)":"((?:[^"\\]|\\.)*)"/g)].map(
      ([, text]) => text ?? '',
    );
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.includes('\\n') || text.length > 160)).toEqual([]);
  });

  test('names the version and the source at its head', () => {
    const head = readFileSync(join(root, 'imports/metallb.crds.yaml'), 'utf8').slice(0, 600);
    expect(head).toContain(`MetalLB ${METALLB.version}`);
    expect(head).toContain(`https://github.com/metallb/metallb/tree/${METALLB.version}/config`);
  });

  test('is what imports/metallb-metallb.io.ts was generated from', () => {
    const folder = mkdtempSync(join(tmpdir(), 'metallb-import-'));
    const args = ['import', 'metallb:=imports/metallb.crds.yaml', '-l', 'typescript', '-o', folder, '--no-save'];
    const options = { cwd: root, encoding: 'utf8', env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false' } } as const;
    expect(spawnSync(join(root, 'node_modules/.bin/cdk8s'), args, options).status).toBe(0);
    const generated = readFileSync(join(folder, 'metallb-metallb.io.ts'), 'utf8');
    // A plain comparison: a difference of two thousand lines would take jest minutes to show.
    expect(generated === readFileSync(join(root, 'imports/metallb-metallb.io.ts'), 'utf8')).toBe(true);
  }, 30_000);
});
