import {
  APPLY,
  APPS,
  CORE,
  configMap,
  DEFINITION,
  DEFINITIONS,
  failed,
  MERGE,
  NAMESPACES,
  object,
  STRATEGIC,
  THINGS,
  thing,
  WEBHOOK,
  WEBHOOKS,
  workload,
} from './contract-objects';
import { REMOVED } from './contract-removed';
import type { Exchange } from './exchange';

const DISCOVERY: readonly Exchange[] = [
  { title: 'the version is served', send: 'GET /version', status: 200, facts: { major: '1' } },
  {
    title: 'the core group has version v1',
    send: 'GET /api',
    status: 200,
    facts: { kind: 'APIVersions', versions: ['v1'] },
  },
  {
    title: 'groups are listed with their preferred version',
    send: 'GET /apis',
    status: 200,
    facts: { kind: 'APIGroupList', 'groups.apps.preferredVersion.groupVersion': 'apps/v1' },
  },
  {
    title: 'the kinds of a group are listed with their resources',
    send: 'GET /apis/apps/v1',
    status: 200,
    facts: {
      kind: 'APIResourceList',
      'resources.daemonsets.kind': 'DaemonSet',
      'resources.daemonsets.namespaced': true,
    },
  },
  {
    title: 'OpenAPI v3 has a document for a group',
    send: 'GET /openapi/v3',
    status: 200,
    facts: { 'paths.apis/apps/v1.serverRelativeURL': /^\/openapi\/v3\/apis\/apps\/v1\b/ },
  },
  {
    title: 'a patch takes fieldValidation, so that kubectl leaves the validation to the server',
    send: 'GET /openapi/v3/apis/apps/v1',
    status: 200,
    facts: {
      'paths./apis/apps/v1/namespaces/{namespace}/daemonsets/{name}.patch.parameters.fieldValidation.in': 'query',
    },
  },
  { title: 'OpenAPI v2 is served', send: 'GET /openapi/v2', status: 200 },
];

const STORING: readonly Exchange[] = [
  { title: 'kube-system is there', send: `GET ${NAMESPACES}/kube-system`, status: 200, facts: { kind: 'Namespace' } },
  {
    title: 'nothing is stored in a namespace that is missing',
    send: `POST ${CORE}/configmaps`,
    body: configMap('settings', {}),
    ...failed(404, 'NotFound', /^namespaces "contract" not found$/),
  },
  {
    title: 'an object is created',
    send: `POST ${NAMESPACES}`,
    body: object('v1', 'Namespace', 'contract'),
    status: 201,
    facts: { 'metadata.name': 'contract', 'metadata.uid': /./, 'metadata.resourceVersion': /^\d+$/ },
  },
  {
    title: 'an object is not created twice',
    send: `POST ${NAMESPACES}`,
    body: object('v1', 'Namespace', 'contract'),
    ...failed(409, 'AlreadyExists', /^namespaces "contract" already exists$/),
  },
  {
    title: 'a Secret that is missing is not found',
    send: `GET ${CORE}/secrets/passwords`,
    ...failed(404, 'NotFound', /^secrets "passwords" not found$/),
  },
  {
    title: 'a dry run answers with the object',
    send: `POST ${CORE}/configmaps?dryRun=All`,
    body: configMap('settings', { a: '1' }),
    status: 201,
    facts: { 'metadata.namespace': 'contract', 'data.a': '1' },
  },
  {
    title: 'a dry run stores nothing',
    send: `GET ${CORE}/configmaps/settings`,
    ...failed(404, 'NotFound', /^configmaps "settings" not found$/),
  },
];

const PATCHES: readonly Exchange[] = [
  {
    title: 'a patch does not create',
    send: `PATCH ${CORE}/configmaps/settings`,
    type: STRATEGIC,
    body: { data: { a: '2' } },
    ...failed(404, 'NotFound', /^configmaps "settings" not found$/),
  },
  {
    title: 'an object is created in its namespace',
    send: `POST ${CORE}/configmaps?fieldManager=contract&fieldValidation=Strict`,
    body: configMap('settings', { a: '1', b: '1' }),
    status: 201,
    facts: { 'data.a': '1', 'data.b': '1' },
  },
  {
    title: 'a strategic merge patch merges and removes keys, and a watch brings the change',
    send: `PATCH ${CORE}/configmaps/settings`,
    type: STRATEGIC,
    body: { data: { a: '2', b: null, c: '3' } },
    status: 200,
    facts: { 'data.a': '2', 'data.b': undefined, 'data.c': '3' },
    watching: {
      path: `${CORE}/configmaps?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Dsettings`,
      events: [
        { type: 'ADDED', 'object.metadata.name': 'settings', 'object.data.a': '1' },
        { type: 'BOOKMARK', 'object.metadata.annotations': /"k8s.io\/initial-events-end":"true"/ },
        { type: 'MODIFIED', 'object.metadata.name': 'settings', 'object.data.a': '2', 'object.data.b': undefined },
      ],
    },
  },
  {
    title: 'server-side apply creates an object',
    send: `PATCH ${CORE}/configmaps/applied?fieldManager=contract&force=false`,
    type: APPLY,
    body: configMap('applied', { a: '1', b: '1' }),
    status: 201,
    facts: { 'data.a': '1', 'data.b': '1' },
  },
  {
    title: 'server-side apply removes what its field manager leaves out',
    send: `PATCH ${CORE}/configmaps/applied?fieldManager=contract&force=false`,
    type: APPLY,
    body: configMap('applied', { a: '2' }),
    status: 200,
    facts: { 'data.a': '2', 'data.b': undefined },
  },
];

const workloads = (image: string): readonly Exchange[] => [
  {
    title: 'a DaemonSet is created with the update strategy that kubectl rollout status wants',
    send: `POST ${APPS}/daemonsets`,
    body: workload('DaemonSet', 'everywhere', image),
    status: 201,
    facts: { 'metadata.generation': 1, 'spec.updateStrategy.type': 'RollingUpdate' },
  },
  {
    title: 'its status counts the nodes with a pod that is ready',
    send: `GET ${APPS}/daemonsets/everywhere`,
    eventually: true,
    status: 200,
    facts: {
      'status.observedGeneration': 1,
      'status.desiredNumberScheduled': /^[1-9]/,
      'status.updatedNumberScheduled': /^[1-9]/,
      'status.numberAvailable': /^[1-9]/,
    },
  },
  {
    title: 'the selector of a DaemonSet is not changed',
    send: `PATCH ${APPS}/daemonsets/everywhere`,
    type: STRATEGIC,
    body: {
      spec: { selector: { matchLabels: { app: 'other' } }, template: { metadata: { labels: { app: 'other' } } } },
    },
    ...failed(422, 'Invalid', /^DaemonSet.apps "everywhere" is invalid: spec.selector: .*: field is immutable$/),
  },
  {
    title: 'a change of the pods is a new generation',
    send: `PATCH ${APPS}/daemonsets/everywhere`,
    type: STRATEGIC,
    body: { spec: { template: { metadata: { annotations: { changed: 'true' } } } } },
    status: 200,
    facts: { 'metadata.generation': 2, 'spec.updateStrategy.type': 'RollingUpdate' },
  },
  {
    title: 'a Deployment is created',
    send: `POST ${APPS}/deployments`,
    body: workload('Deployment', 'somewhere', image),
    status: 201,
    facts: { 'metadata.generation': 1 },
  },
  {
    title: 'its status counts the replicas that are ready',
    send: `GET ${APPS}/deployments/somewhere`,
    eventually: true,
    status: 200,
    facts: {
      'status.observedGeneration': 1,
      'status.replicas': 1,
      'status.updatedReplicas': 1,
      'status.availableReplicas': 1,
    },
  },
];

const DEFINED: readonly Exchange[] = [
  { title: 'a kind without its definition is not served', send: `POST ${THINGS}`, body: thing('first'), status: 404 },
  {
    title: 'a definition is created and not Established at once',
    send: `POST ${DEFINITIONS}`,
    body: DEFINITION,
    status: 201,
    facts: { 'status.conditions.Established': undefined },
  },
  {
    title: 'a definition becomes Established',
    send: `GET ${DEFINITIONS}/things.example.org`,
    eventually: true,
    status: 200,
    facts: { 'status.conditions.Established.status': 'True' },
  },
  {
    title: 'its kind is then listed',
    send: 'GET /apis/example.org/v1',
    eventually: true,
    status: 200,
    facts: { 'resources.things.kind': 'Thing', 'resources.things.namespaced': true },
  },
  {
    title: 'its kind is then served',
    send: `POST ${THINGS}`,
    body: thing('first'),
    eventually: true,
    status: 201,
    facts: { 'spec.addresses': ['a', 'b'] },
  },
  {
    title: 'a merge patch replaces a list and leaves other fields',
    send: `PATCH ${THINGS}/first`,
    type: MERGE,
    body: { spec: { addresses: ['c'] } },
    status: 200,
    facts: { 'spec.addresses': ['c'], 'spec.size': 1 },
  },
];

const UNANSWERED =
  'failed calling webhook "things.example.org": failed to call webhook: Post "https://webhook.contract.svc:443/validate';

const WEBHOOK_AWAY: readonly Exchange[] = [
  { title: 'a webhook is created', send: `POST ${WEBHOOKS}`, body: WEBHOOK, status: 201 },
  {
    title: 'a webhook whose Service is missing refuses',
    send: `POST ${THINGS}?dryRun=All`,
    body: thing('second'),
    eventually: true,
    ...failed(
      500,
      'InternalError',
      new RegExp(`^Internal error occurred: ${UNANSWERED}.*": service "webhook" not found$`),
    ),
  },
  {
    title: 'its Service is created',
    send: `POST ${CORE}/services`,
    body: object('v1', 'Service', 'webhook', { spec: { selector: { app: 'nothing' }, ports: [{ port: 443 }] } }),
    status: 201,
  },
  {
    title: 'a webhook whose Service has no pod refuses',
    send: `POST ${THINGS}?dryRun=All`,
    body: thing('second'),
    eventually: true,
    ...failed(500, 'InternalError', new RegExp(`^Internal error occurred: ${UNANSWERED}.*": (?!service)`)),
  },
];

/**
 * Requests in turn to an empty cluster, and what matters of the answers: what the emulated API server and a real one have to have in
 * common, so that tests of `npm run apply` hold.
 *
 * @param image of pods that become ready
 */
export const contract = (image: string): readonly Exchange[] => [
  ...DISCOVERY,
  ...STORING,
  ...PATCHES,
  ...workloads(image),
  ...DEFINED,
  ...WEBHOOK_AWAY,
  ...REMOVED,
];
