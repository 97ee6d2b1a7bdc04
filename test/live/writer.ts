import { isDeepStrictEqual } from 'node:util';
import { type Fields, fieldsAt, isFields, type KubeObject, listAt, valueAt } from './kube-object';
import { notEmulated, notFound, Refusal } from './refusal';
import { nameOf, type Resource } from './resources';
import type { Place, Store } from './store';

/** A request that wants to change something. */
export interface WriteRequest {
  readonly method: string;
  readonly resource: Resource;
  /** Where; without a name for a create. */
  readonly place: Place;
  readonly body: Fields;
  readonly contentType: string;
  readonly dryRun: boolean;
}

interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
}

/** Stores what a request asks for, unless the namespace is missing, the change is not allowed, or a webhook does not answer. */
export class Writer {
  private calls = 0;

  /** @param unansweredCalls how many calls of webhooks have no answer at first */
  constructor(
    private readonly store: Store,
    private readonly unansweredCalls: number,
  ) {}

  write(request: WriteRequest): Written {
    const { resource, place, dryRun } = request;
    const object = withUpdateStrategy(this.wanted(request));
    const at = { ...place, name: object.metadata.name };
    const before = this.store.get(at);
    this.refuseMissingNamespace(resource, at);
    if (before) refuseNewSelector(resource, before, object);
    this.callWebhooks(resource, before ? 'UPDATE' : 'CREATE');
    return { object: dryRun ? object : this.store.put(at, object), created: !before };
  }

  private wanted({ method, resource, place, body, contentType }: WriteRequest): KubeObject {
    const isApply = contentType.startsWith('application/apply-patch+yaml');
    if (method === 'POST' || (method === 'PATCH' && isApply)) {
      const object = objectOf(body, place);
      const before = this.store.get({ ...place, name: object.metadata.name });
      if (before && method === 'POST') {
        throw new Refusal(409, 'AlreadyExists', `${nameOf(resource)} "${object.metadata.name}" already exists`);
      }
      // there is one field manager, so that what it leaves out is removed
      return before?.['status'] === undefined ? object : { ...object, status: before['status'] };
    }
    if (method !== 'PATCH') throw notEmulated(method);
    const current = this.store.get(place);
    if (!current) throw notFound(`${nameOf(resource)} "${place.name}" not found`);
    const isStrategic = contentType.startsWith('application/strategic-merge-patch+json');
    // without lists and directives it is a merge patch
    if (isStrategic && hasListOrDirective(body)) throw notEmulated('strategic merge of lists');
    return mergePatch(current, body) as KubeObject;
  }

  /** https://github.com/kubernetes/apiserver/blob/master/pkg/admission/plugin/namespace/lifecycle/admission.go */
  private refuseMissingNamespace({ namespaced }: Resource, { namespace }: Place): void {
    if (!namespaced || this.store.get({ group: '', plural: 'namespaces', namespace: '', name: namespace })) return;
    throw notFound(`namespaces "${namespace}" not found`);
  }

  /**
   * A webhook that does not answer refuses the request, whatever its failurePolicy; one that answers agrees.
   * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy
   */
  private callWebhooks({ group, version, plural }: Resource, operation: string): void {
    const has = (list: unknown, value: string) => Array.isArray(list) && (list.includes(value) || list.includes('*'));
    const called = this.store
      .list('admissionregistration.k8s.io', 'validatingwebhookconfigurations')
      .flatMap((configuration) => listAt(configuration, 'webhooks'))
      .filter((webhook) =>
        listAt(webhook, 'rules').some(
          (rule) =>
            has(rule['apiGroups'], group) &&
            has(rule['apiVersions'], version) &&
            has(rule['resources'], plural) &&
            has(rule['operations'], operation),
        ),
      );
    for (const webhook of called) {
      const fault = this.call(fieldsAt(webhook, 'clientConfig.service'));
      if (fault === undefined) continue;
      const message = `Internal error occurred: failed calling webhook "${String(webhook['name'])}": failed to call webhook: ${fault}`;
      throw new Refusal(500, 'InternalError', message);
    }
  }

  /** Why a webhook does not answer; undefined when it does. */
  private call({ name, namespace, path, port = 443 }: Fields): string | undefined {
    const post = `Post "https://${String(name)}.${String(namespace)}.svc:${String(port)}${String(path)}"`;
    const place = { group: '', plural: 'services', namespace: String(namespace), name: String(name) };
    if (!this.store.get(place)) return `${post}: service "${String(name)}" not found`;
    return ++this.calls <= this.unansweredCalls ? `${post}: connect: connection refused` : undefined;
  }
}

/** The one default without which `kubectl rollout status` refuses to wait. */
const withUpdateStrategy = (object: KubeObject): KubeObject =>
  object.kind === 'DaemonSet'
    ? { ...object, spec: { updateStrategy: { type: 'RollingUpdate' }, ...fieldsAt(object, 'spec') } }
    : object;

/** ValidateDaemonSetUpdate in https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go */
function refuseNewSelector(resource: Resource, before: KubeObject, object: KubeObject): void {
  const [old, wanted] = [before, object].map((one) => valueAt(one, 'spec.selector'));
  if (resource.group !== 'apps' || isDeepStrictEqual(old, wanted)) return;
  const problem = `spec.selector: Invalid value: ${JSON.stringify(wanted)}: field is immutable`;
  const message = `${resource.kind}.apps "${object.metadata.name}" is invalid: ${problem}`;
  throw new Refusal(422, 'Invalid', message);
}

/** RFC 7396: null removes a key, an object is merged, anything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

const hasListOrDirective = (patch: unknown): boolean =>
  Array.isArray(patch) ||
  (isFields(patch) && Object.entries(patch).some(([key, value]) => key.startsWith('$') || hasListOrDirective(value)));

/** The body with its place in it. */
function objectOf(body: Fields, { namespace, name }: Place): KubeObject {
  const metadata = fieldsAt(body, 'metadata');
  const own = { name: name || metadata['name'], ...(namespace && { namespace }) };
  return { ...body, metadata: { ...metadata, ...own } } as KubeObject;
}
