/** An object of any kind. */
export const object = (apiVersion: string, kind: string, name: string, content: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name },
  ...content,
});
export const configMap = (name: string, data: object) => object('v1', 'ConfigMap', name, { data });
/** A custom resource. */
export const thing = (name: string) =>
  object('example.org/v1', 'Thing', name, { spec: { addresses: ['a', 'b'], size: 1 } });

/** The definition of its kind. */
export const DEFINITION = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'things.example.org', {
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

/** A webhook that checks the creation of it. */
export const WEBHOOK = object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'contract', {
  webhooks: [
    {
      name: 'things.example.org',
      rules: [{ apiGroups: ['example.org'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }],
      clientConfig: { service: { namespace: 'contract', name: 'webhook', path: '/validate' } },
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Fail',
      sideEffects: 'None',
      timeoutSeconds: 5,
    },
  ],
});

/**
 * A DaemonSet or a Deployment.
 *
 * @param image of its one container
 */
export function workload(kind: string, name: string, image: string): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  return object('apps/v1', kind, name, { spec: { selector: { matchLabels: labels }, template } });
}

export const NAMESPACES = '/api/v1/namespaces';
export const CORE = `${NAMESPACES}/contract`;
export const APPS = '/apis/apps/v1/namespaces/contract';
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
export const THINGS = '/apis/example.org/v1/namespaces/contract/things';

export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

export const failed = (code: number, reason: string, message: RegExp) => ({
  status: code,
  facts: { kind: 'Status', status: 'Failure', code, reason, message },
});
