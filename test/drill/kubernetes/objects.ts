import type { Cluster } from './cluster';

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** The objects of a folder as they are stored, without what changes by itself: the status, and what counts versions. */
export async function stored(cluster: Cluster, folder: string): Promise<Map<string, string>> {
  const list = JSON.parse(await cluster.must('get', '-f', folder, '-o', 'json')) as { items: KubeObject[] };
  return new Map(list.items.map((object) => [nameOf(object), JSON.stringify(lasting(object))]));
}

const nameOf = ({ kind, metadata: { namespace = '', name } }: KubeObject): string => `${kind} ${namespace}/${name}`;

function lasting(object: KubeObject): object {
  const { resourceVersion: _version, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object;
  // MetalLB's controller fills in the certificate of its webhook and of the conversion of its kinds
  const text = JSON.stringify({ ...rest, metadata: { ...metadata, managedFields: [], generation: 0 } });
  return JSON.parse(text, (key, value) => (key === 'caBundle' ? '' : value)) as object;
}

/** The names of what is different, sorted. */
export function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

/** The one kind of dist/ that k3s brings itself; any HelmChartConfig is taken. */
export const K3S_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'helmchartconfigs.helm.cattle.io' },
  spec: {
    group: 'helm.cattle.io',
    scope: 'Namespaced',
    names: { kind: 'HelmChartConfig', plural: 'helmchartconfigs', singular: 'helmchartconfig' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
