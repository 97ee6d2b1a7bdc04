import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITE_LABEL, siteLabels, synthesize } from '../../lib/kube';
import { RESOURCES } from '../../lib/live/site-objects';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { buildApp, buildSite } from '../../lib/synth/app';
import { at } from '../metallb/support';
import { identity, objectsOf, type PlacedObject } from '../support/objects';
import { builtInProblems, objectProblems } from '../support/schema';
import { powerSite } from '../support/site-input';

const siteFiles = [
  'cluster.yaml',
  ...readdirSync('examples')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join('examples', name)),
];
const sites = siteFiles.map((file) => {
  const { cluster } = loadCluster(readFileSync(file, 'utf8'), file);
  return { file, cluster, ...buildSite(cluster) };
});

const withPods = ['Deployment', 'DaemonSet', 'StatefulSet'];
const podSpec = (object: JsonObject) =>
  at(object, 'spec.template.spec') as { containers: JsonObject[]; initContainers?: JsonObject[] };
const containers = (object: JsonObject) => [...podSpec(object).containers, ...(podSpec(object).initContainers ?? [])];

test.each(sites)('$file has the objects of its constructs, also where an earlier site had the same', ({ cluster }) => {
  for (const name of ['shop-2', 'no', '1e3']) {
    const named = { ...cluster, name };
    expect(buildSite(named).dist).toEqual(synthesize(buildApp(named)));
  }
});

test.each(sites)('no output of $file has a carriage return', ({ dist, hosts }) => {
  expect([...dist, ...hosts].filter(([, text]) => text.includes('\r')).map(([name]) => name)).toEqual([]);
});

test('the objects of the Prometheus operator are in a file of their own, after NUT', () => {
  const { dist } = buildSite(defineCluster(powerSite()));
  const files = objectsOf(dist).filter(({ object }) =>
    String(object['apiVersion']).startsWith('monitoring.coreos.com/'),
  );
  expect(files.length).toBeGreaterThan(1);
  expect(new Set(files.map(({ file }) => file))).toEqual(new Set(['70-monitoring.k8s.yaml']));
  expect(dist.get('50-nut.k8s.yaml')).toContain('name: exporter');
});

describe.each(sites)('dist/ of $file', ({ dist, cluster }) => {
  const placed = objectsOf(dist);
  const objects = placed.map(({ object }) => object);
  const workloads = objects.filter(({ kind }) => withPods.includes(String(kind)));
  const ofKind = (kind: string) => objects.filter((object) => object['kind'] === kind);

  test('holds objects', () => expect(objects.length).toBeGreaterThanOrEqual(4));

  test.each(placed.map((entry) => [`${entry.file} ${identity(entry.object)}`, entry] as const))(
    '%s is valid and has no unknown field',
    (_name, { object }: PlacedObject) => {
      const problems = objectProblems(object);
      expect(problems).toEqual([]);
    },
  );

  test('has the labels of the site on every object, and on no pod and in no selector', () => {
    const isLabelled = (object: JsonObject) =>
      Object.entries(siteLabels(cluster.name)).every(
        ([name, value]) => name.endsWith('/part-of') || at(object, ['metadata', 'labels', name]) === value,
      );
    expect(objects.filter((object) => !isLabelled(object)).map(identity)).toEqual([]);
    const inside = workloads.filter((object) => JSON.stringify(object['spec']).includes(SITE_LABEL));
    expect(inside.map(identity)).toEqual([]);
  });

  test('has only kinds that plan and uninstall look for', () => {
    const resource = ({ apiVersion, kind }: JsonObject) => {
      const group = String(apiVersion).match(/^(.+)\//)?.[1];
      const plural = `${String(kind).toLowerCase()}s`.replace(/ys$/, 'ies');
      return group ? `${plural}.${group}` : plural;
    };
    expect(objects.map(resource).filter((name) => !RESOURCES.some((known) => known === name))).toEqual([]);
  });

  test('limits the system calls of every pod to those of the default profile of the runtime', () => {
    const unlimited = workloads.filter(
      (object) => at(podSpec(object), 'securityContext.seccompProfile.type') !== 'RuntimeDefault',
    );
    expect(unlimited.map(identity)).toEqual([]);
  });

  // https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go: whole, with the largest suffix
  test('has every quantity in the form that the API server returns, which kubectl takes for no change', () => {
    const texts = workloads.flatMap((object) => [
      ...JSON.stringify(object).matchAll(/"(?:cpu|memory|sizeLimit)":"?([^",}]+)/g),
    ]);
    const isCanonical = (text: string) => {
      const [, digits, suffix = ''] = text.match(/^([1-9]\d*)(m|[kMGTPE]|[KMGTPE]i)?$/) ?? [];
      return digits !== undefined && Number(digits) % (suffix.endsWith('i') ? 1024 : 1000) !== 0;
    };
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.map(([, text = '']) => text).filter((text) => !isCanonical(text))).toEqual([]);
  });

  test('has no two objects of one kind, namespace and name', () => {
    const all = objects.map(identity);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });

  test('puts nothing into the namespace default', () => {
    const clusterScoped = [
      'CustomResourceDefinition',
      'Namespace',
      'ClusterRole',
      'ClusterRoleBinding',
      'ValidatingWebhookConfiguration',
    ];
    const homeless = objects.filter(({ kind, metadata }) => {
      const { namespace } = metadata as { namespace?: string };
      return clusterScoped.includes(String(kind))
        ? namespace !== undefined
        : namespace === undefined || namespace === 'default';
    });
    expect(homeless.map(identity)).toEqual([]);
  });

  test('every namespace says how much its pods may do', () => {
    for (const namespace of ofKind('Namespace')) {
      for (const mode of ['enforce', 'audit', 'warn']) {
        expect(at(namespace, ['metadata', 'labels', `pod-security.kubernetes.io/${mode}`])).toBe('privileged');
      }
    }
  });

  test('no capability has the prefix that container runtimes add', () =>
    expect([...dist.values()].join()).not.toContain('CAP_'));

  test('every image is pinned and none is the latest', () => {
    for (const image of workloads.flatMap(containers).map((container) => String(container['image']))) {
      expect(image).toMatch(/:(?!latest$)[\w][\w.-]*$|@sha256:[0-9a-f]{64}$/);
    }
  });

  test('no container is pulled again while its image is there', () => {
    const always = workloads.flatMap(containers).filter((container) => container['imagePullPolicy'] === 'Always');
    expect(always).toEqual([]);
  });

  test('every container asks for resources and is bounded in memory', () => {
    for (const container of workloads.flatMap(containers)) {
      expect(at(container, 'resources.requests.cpu')).toBeTruthy();
      expect(at(container, 'resources.requests.memory')).toBeTruthy();
      expect(at(container, 'resources.limits.memory')).toBeTruthy();
    }
  });

  test('every selector is explicit and matches the labels of its pods', () => {
    for (const workload of workloads) {
      const selector = at(workload, 'spec.selector.matchLabels') as Record<string, string>;
      expect(Object.keys(selector)).not.toHaveLength(0);
      expect(at(workload, 'spec.template.metadata.labels')).toMatchObject(selector);
    }
  });

  test('no hash of a construct path is in any object', () =>
    expect([...dist.values()].join()).not.toContain('cdk8s.io/'));

  test('no Secret holds data', () => {
    for (const secret of ofKind('Secret'))
      expect(Object.keys(secret).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  test('every port of a Service names its protocol', () => {
    const ports = ofKind('Service').flatMap((service) => at(service, 'spec.ports') as JsonObject[]);
    expect(ports.filter((port) => port['protocol'] === undefined)).toEqual([]);
  });

  test('every volume that is mounted is there, and every volume is mounted', () => {
    for (const workload of workloads) {
      const volumes = ((podSpec(workload) as { volumes?: JsonObject[] }).volumes ?? []).map((volume) => volume['name']);
      const mounts = containers(workload).flatMap((container) =>
        ((container['volumeMounts'] ?? []) as JsonObject[]).map((mount) => mount['name']),
      );
      expect(new Set(mounts)).toEqual(new Set(volumes));
    }
  });

  test('every ConfigMap and Secret that a pod needs is in dist/ or is documented as made elsewhere', () => {
    const present = objects.filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret').map(identity);
    const elsewhere = ['Secret metallb-system/memberlist', 'Secret nut/nut-users'];
    for (const workload of workloads) {
      const namespace = String(at(workload, 'metadata.namespace'));
      for (const volume of (podSpec(workload) as { volumes?: JsonObject[] }).volumes ?? []) {
        const [kind, name] = [
          at(volume, 'configMap.name') ? 'ConfigMap' : 'Secret',
          at(volume, 'configMap.name') ?? at(volume, 'secret.secretName'),
        ];
        if (name === undefined || at(volume, 'configMap.optional') === true) continue;
        expect([...present, ...elsewhere]).toContain(`${kind} ${namespace}/${String(name)}`);
      }
    }
  });

  test('files are named after their charts and hold nothing else', () => {
    for (const [file, text] of dist) {
      expect(file).toMatch(
        /^(00-crds|10-namespaces|20-kube-vip|30-metallb|40-metallb-config|50-nut|60-ingress|90-metallb-webhooks)\.k8s\.yaml$/,
      );
      expect(text.length).toBeGreaterThan(0);
    }
  });

  test('definitions stand alone in the first file and the webhook alone in the last', () => {
    const kindsIn = (file: string) =>
      new Set(placed.filter((entry) => entry.file === file).map(({ object }) => object['kind']));
    if (!dist.has('00-crds.k8s.yaml')) return;
    expect(kindsIn('00-crds.k8s.yaml')).toEqual(new Set(['CustomResourceDefinition']));
    expect(kindsIn('90-metallb-webhooks.k8s.yaml')).toEqual(new Set(['ValidatingWebhookConfiguration']));
    expect(objects.filter(({ kind }) => kind === 'CustomResourceDefinition')).toHaveLength(9);
  });

  test('a ConfigMap with a script is kept from the variable substitution of Flux', () => {
    const scripts = ofKind('ConfigMap').filter((map) =>
      Object.values(map['data'] as object).some((text) => String(text).startsWith('#!')),
    );
    for (const map of scripts) {
      expect(at(map, ['metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/substitute'])).toBe('disabled');
    }
  });
});

describe('the checks of this file', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ port: 1 }] } };

  test('accept a right object', () => expect(builtInProblems(service)).toEqual([]));
  test('refuse a wrong type', () => {
    expect(builtInProblems({ ...service, spec: { ports: [{ port: '1' }] } })).toEqual([
      '/spec/ports/0/port type {"type":"integer"}',
    ]);
  });
  test('refuse an unknown field however deep', () => {
    expect(builtInProblems({ ...service, spec: { ports: [{ port: 1, porto: 2 }] } })).toEqual([
      '/spec/ports/0/porto is unknown',
    ]);
  });
  test('refuse an unknown field at the top', () => {
    expect(builtInProblems({ ...service, specs: {} })).toEqual(['/specs is unknown']);
  });
});

describe('what is committed', () => {
  const [shipped] = sites;
  const committed = (folder: string): Map<string, string> =>
    new Map(
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name))
            .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')])
        : [],
    );

  test.each(['dist', 'hosts'] as const)('%s/ is what synth writes, byte for byte and file for file', (folder) => {
    expect(Object.fromEntries(committed(folder))).toEqual(Object.fromEntries(shipped?.[folder] ?? []));
  });

  test('synth twice gives the same bytes', () => {
    const again = buildSite(loadCluster(readFileSync('cluster.yaml', 'utf8'), 'cluster.yaml').cluster);
    expect([...again.dist]).toEqual([...(shipped?.dist ?? [])]);
    expect([...again.hosts]).toEqual([...(shipped?.hosts ?? [])]);
  });

  /** What `diff` prints of a text and a committed file, without the hashes that any change of a script changes. */
  const difference = (file: string, text: string) => {
    const args = ['--unified=0', '--new-file', file, '-'];
    const { status, stdout, stderr } = spawnSync('diff', args, { input: text, encoding: 'utf8' });
    if (status !== 0 && status !== 1) throw new Error(stderr);
    const [, , ...lines] = stdout.replace(/(?<=must be `|checksum\/config: )[0-9a-f]+/g, 'HASH').split('\n');
    return lines.join('\n').replace(/^@@.*@@$/gm, '@@') || 'the same';
  };

  test.each(['dist', 'hosts'] as const)("%s/ of the notes' own cluster, but for its name, differs so", (folder) => {
    const howto = sites.find(({ file }) => file.endsWith('howto-k3os.yaml'));
    // files/ has hashes of scripts, the images carry what is here already, and test/pictures reads the pictures
    const own = [...(howto?.[folder] ?? [])].filter(([name]) => !/files$|cloud-init|kairos|svg$/.test(name));
    const named = own.map(([name, text]) => [name, text.replaceAll('howto-k3os', 'home')] as const);
    const differences = named.map(([name, text]) => [name, difference(join(folder, name), text)]);
    expect(Object.fromEntries(differences)).toMatchSnapshot();
  });
});
