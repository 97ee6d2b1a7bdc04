import { fieldsAt, type KubeObject, listAt } from './kube-object';

/** A kind, and where it is served. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const builtIn = (groupVersion: string, kind: string, plural: string, namespaced = true): Resource => {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  return { group, version, plural, kind, namespaced };
};

/** The kinds of dist/ that a cluster serves before anything is applied. */
const BUILT_IN: readonly Resource[] = [
  builtIn('v1', 'Namespace', 'namespaces', false),
  builtIn('v1', 'Node', 'nodes', false),
  builtIn('v1', 'Pod', 'pods'),
  builtIn('v1', 'ConfigMap', 'configmaps'),
  builtIn('v1', 'Secret', 'secrets'),
  builtIn('v1', 'Service', 'services'),
  builtIn('v1', 'ServiceAccount', 'serviceaccounts'),
  builtIn('apps/v1', 'DaemonSet', 'daemonsets'),
  builtIn('apps/v1', 'Deployment', 'deployments'),
  // k3s defines it before it serves anybody: https://docs.k3s.io/add-ons/helm
  builtIn('helm.cattle.io/v1', 'HelmChartConfig', 'helmchartconfigs'),
  builtIn('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false),
  builtIn('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  builtIn('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  builtIn('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  builtIn('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  builtIn(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    false,
  ),
];

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'watch'];

export const groupVersionOf = ({ group, version }: Resource): string => (group ? `${group}/${version}` : version);
/** `deployments.apps`, as messages name a resource. */
export const nameOf = ({ plural, group }: Resource): string => (group ? `${plural}.${group}` : plural);
const pathOf = (groupVersion: string): string =>
  groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;

/** Every kind that is served now: the built-in ones and those of the definitions that are Established. */
export const servedResources = (established: readonly KubeObject[]): Resource[] => [
  ...BUILT_IN,
  ...established.flatMap((definition) =>
    listAt(definition, 'spec.versions')
      .filter(({ served }) => served === true)
      .map(
        (version): Resource => ({
          group: String(fieldsAt(definition, 'spec')['group']),
          version: String(version['name']),
          plural: String(fieldsAt(definition, 'spec.names')['plural']),
          kind: String(fieldsAt(definition, 'spec.names')['kind']),
          namespaced: fieldsAt(definition, 'spec')['scope'] === 'Namespaced',
        }),
      ),
  ),
];

/** The discovery document at a path, or undefined. Not aggregated: clients fall back to these. */
export function discovery(path: string, resources: readonly Resource[]): object | undefined {
  const versions = [...new Set(resources.map(groupVersionOf))];
  if (path === '/version') return { major: '1', minor: '35', gitVersion: 'v1.35.0', platform: 'linux/amd64' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups(resources) };
  if (path === '/openapi/v3') {
    const link = (version: string) => ({ serverRelativeURL: `/openapi/v3/${pathOf(version)}` });
    return { paths: Object.fromEntries(versions.map((version) => [pathOf(version), link(version)])) };
  }
  const openApiOf = versions.find((version) => path === `/openapi/v3/${pathOf(version)}`);
  if (openApiOf !== undefined) return openApi(openApiOf, resources);
  const listed = versions.find((version) => path === `/${pathOf(version)}`);
  if (listed === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: listed,
    resources: inVersion(listed, resources).map(({ plural, kind, namespaced }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: VERBS,
    })),
  };
}

const inVersion = (groupVersion: string, resources: readonly Resource[]): Resource[] =>
  resources.filter((resource) => groupVersionOf(resource) === groupVersion);

function groups(resources: readonly Resource[]): object[] {
  const names = [...new Set(resources.map(({ group }) => group))].filter(Boolean);
  return names.map((name) => {
    const versions = [...new Set(resources.filter(({ group }) => group === name).map(({ version }) => version))]
      // the newest first, as https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/ says
      .sort((a, b) => (a < b ? 1 : -1))
      .map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  });
}

/**
 * As much of OpenAPI v3 as kubectl looks for: whether a PATCH takes the parameter fieldValidation. With it kubectl leaves the
 * validation to the server and sends fieldValidation=Strict; without it kubectl would want every schema and check by itself.
 */
const openApi = (groupVersion: string, resources: readonly Resource[]): object => ({
  openapi: '3.0.0',
  info: { title: 'Kubernetes', version: 'v1.35.0' },
  paths: Object.fromEntries(
    inVersion(groupVersion, resources).map(({ group, version, plural, kind, namespaced }) => [
      `/${pathOf(groupVersion)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`,
      {
        patch: {
          parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
          'x-kubernetes-group-version-kind': { group, version, kind },
        },
      },
    ]),
  ),
});
