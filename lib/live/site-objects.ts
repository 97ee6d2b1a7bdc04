import { SITE_LABEL } from '../kube';
import { METALLB } from '../releases';
import { type DistFile, manifestsOf } from './dist';
import type { PatientKubectl } from './patient-kubectl';
import { type JsonObject, objectKey } from './verify/canonical';

/** An object of the cluster; `key` is `Kind namespace/name`. */
export interface LiveObject {
  readonly key: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly unknown[];
  };
  readonly object: JsonObject;
}

const POOLS = 'ipaddresspools.metallb.io';

/**
 * Every resource that dist/ has or had, in the order in which its objects can be deleted: webhooks before their server, what selects
 * before what is selected, rights after the pods that use them, namespaces and definitions last.
 */
export const RESOURCES = [
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'helmchartconfigs.helm.cattle.io',
  'podmonitors.monitoring.coreos.com',
  'prometheusrules.monitoring.coreos.com',
  'bgpadvertisements.metallb.io',
  'l2advertisements.metallb.io',
  'bgppeers.metallb.io',
  'bfdprofiles.metallb.io',
  'communities.metallb.io',
  POOLS,
  'daemonsets.apps',
  'deployments.apps',
  'poddisruptionbudgets.policy',
  'networkpolicies.networking.k8s.io',
  'services',
  'configmaps',
  'secrets',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'serviceaccounts',
  'namespaces',
  'customresourcedefinitions.apiextensions.k8s.io',
] as const;

/**
 * The site that a dist/ belongs to.
 *
 * @throws Error if its objects have no label of a site, or several
 */
export function siteOf(files: readonly DistFile[]): string {
  const [name, ...others] = new Set(manifestsOf(files).map(({ labels }) => labels[SITE_LABEL]));
  if (typeof name !== 'string' || others.length > 0) {
    throw new Error(`not every object of dist/ has the same label ${SITE_LABEL}; run npm run synth`);
  }
  return name;
}

/** The objects of the cluster, as kubectl lists them. */
export class ClusterObjects {
  constructor(private readonly kubectl: PatientKubectl) {}

  /** Every object of a site, in the order of `RESOURCES`. */
  async ofSite(site: string): Promise<LiveObject[]> {
    const served = await this.resources();
    const wanted = RESOURCES.filter((resource) => served.includes(resource));
    const found = await this.list('the objects of the site', [
      wanted.join(','),
      '--all-namespaces',
      `--selector=${SITE_LABEL}=${site}`,
    ]);
    // what a controller made from ours, such as an EndpointSlice, has our labels too
    return found.filter(({ metadata }) => !metadata.ownerReferences?.length);
  }

  /** The nodes, Services, DaemonSets and pools of the cluster, whoever made them. */
  async surroundings(): Promise<LiveObject[]> {
    const pools = (await this.resources()).includes(POOLS) ? [POOLS] : [];
    const wanted = ['nodes', 'services', 'daemonsets.apps', ...pools];
    return this.list('nodes, Services and pools', [wanted.join(','), '--all-namespaces']);
  }

  /** The Services with an address of one of these pools of MetalLB, as `namespace/name address (pool)`. */
  async holders(pools: readonly string[]): Promise<string[]> {
    if (pools.length === 0) return [];
    const services = await this.list('the Services', ['services', '--all-namespaces']);
    return services.flatMap(({ metadata, object }) => {
      const pool = metadata.annotations?.[METALLB.annotations.allocatedFrom] ?? '';
      const addresses = addressesOf(object);
      if (!pools.includes(pool) || addresses.length === 0) return [];
      return [`${metadata.namespace}/${metadata.name} ${addresses.join(', ')} (pool ${pool})`];
    });
  }

  /** The objects of other people that would be deleted with namespaces or definitions of ours, by the key of these. */
  async deletedWith(containers: readonly LiveObject[], site: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const [namespaces, definitions] = [containers.filter(isNamespace), containers.filter((one) => !isNamespace(one))];
    const kinds = namespaces.length > 0 ? (await this.resources('--namespaced')).join(',') : '';
    const names = definitions.map(({ metadata: { name } }) => name).join(',');
    const queries = [
      ...namespaces.map(({ metadata: { name } }) => [kinds, `--namespace=${name}`]),
      ...(names === '' ? [] : [[names, '--all-namespaces']]),
    ];
    const found: LiveObject[] = [];
    for (const query of queries) found.push(...(await this.list(`what is deleted with ${query.at(-1)}`, query)));
    const others = found.filter((object) => !isOfSite(object, site) && !isMadeByCluster(object));
    const held = containers.map(({ key, ...one }) => [key, others.filter((object) => isIn(object, one))] as const);
    return new Map(
      held.filter(([, list]) => list.length > 0).map(([key, list]) => [key, list.map((object) => object.key)]),
    );
  }

  /** The objects that a query of `kubectl get` finds; those that do not exist are left out. */
  async list(what: string, query: readonly string[], input?: string): Promise<LiveObject[]> {
    const args = ['get', ...query, '--ignore-not-found', '--output=json'];
    const task = { doing: `listing ${what}`, undone: `could not list ${what}`, args: () => args, input };
    return objectsIn(await this.kubectl.must(task));
  }

  private async resources(...options: readonly string[]): Promise<string[]> {
    const undone = 'could not list the resources that the API server has';
    const args = ['api-resources', '--verbs=list,delete', '--output=name', ...options];
    const stdout = await this.kubectl.must({ doing: 'listing resources', undone, args: () => args });
    return stdout.split('\n').filter(Boolean);
  }
}

/** The objects in the output of kubectl: nothing, one, or a List. */
export function objectsIn(json: string): LiveObject[] {
  if (json.trim() === '') return [];
  const value = JSON.parse(json) as JsonObject;
  const items = value['kind'] === 'List' ? (value['items'] as readonly JsonObject[]) : [value];
  return items.map((object) => ({
    ...(object as unknown as Pick<LiveObject, 'kind' | 'apiVersion' | 'metadata'>),
    key: objectKey(object),
    object,
  }));
}

const isNamespace = ({ kind }: LiveObject): boolean => kind === 'Namespace';

/** Whether an object is in a namespace, or of the kind of a definition. */
function isIn(object: LiveObject, container: Omit<LiveObject, 'key'>): boolean {
  if (container.kind === 'Namespace') return object.metadata.namespace === container.metadata.name;
  const { group, names } = container.object['spec'] as { group: string; names: { kind: string } };
  return object.kind === names.kind && object.apiVersion.startsWith(`${group}/`);
}

const isOfSite = ({ metadata }: LiveObject, site: string): boolean => metadata.labels?.[SITE_LABEL] === site;

/** Kinds in which MetalLB and Kubernetes write down what they do. */
const RECORDS = [
  'Event',
  'Endpoints',
  'Lease',
  'ServiceL2Status',
  'ServiceBGPStatus',
  'ConfigurationState',
  'PodMetrics',
];
/** What Kubernetes puts into every namespace. */
const IN_EVERY_NAMESPACE = ['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default'];

const isMadeByCluster = ({ kind, metadata: { name, ownerReferences } }: LiveObject): boolean =>
  RECORDS.includes(kind) || IN_EVERY_NAMESPACE.includes(`${kind}/${name}`) || (ownerReferences?.length ?? 0) > 0;

export function addressesOf({ status }: JsonObject): string[] {
  const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: readonly { ip?: string }[] } };
  return (loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
}
