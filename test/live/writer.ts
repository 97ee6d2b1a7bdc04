import type { Controllers } from './controllers';
import { fillIn } from './defaults';
import { fieldsAt, isFields, type KubeObject, listAt } from './kube-object';
import { mergePatch, strategicMergePatch } from './patch';
import { badRequest, notFound, Refusal } from './refusal';
import { groupVersionOf, nameOf, type Resource } from './resources';
import type { Place, Store } from './store';
import { decode, type FieldValidation, validate } from './validation';

/** A request that wants to change something. */
export interface WriteRequest {
  readonly method: string;
  readonly resource: Resource;
  /** Where; without a name for a create. */
  readonly place: Place;
  readonly body: unknown;
  readonly contentType: string;
  readonly dryRun: boolean;
  readonly fieldValidation: string | null;
}

export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/**
 * Stores what a request asks for, in the order in which a real server refuses: what cannot be decoded, the namespace that is not there
 * (NamespaceLifecycle), what the validation of the kind refuses, and last the webhooks.
 */
export class Writer {
  constructor(
    private readonly store: Store,
    private readonly controllers: Controllers,
  ) {}

  write(request: WriteRequest): Written {
    const { method, resource, place, dryRun } = request;
    if (method === 'DELETE') return this.remove(request);
    const wanted = this.wanted(request);
    const at = { ...place, name: wanted.metadata.name };
    const before = this.store.get(at);
    if (method === 'POST' && before) {
      throw new Refusal(409, 'AlreadyExists', `${nameOf(resource)} "${at.name}" already exists`);
    }
    const object = before ? withSystemFields(wanted, before) : wanted;
    const warnings = decode(resource, object, fieldValidationOf(request));
    this.refuseMissingNamespace(resource, at);
    fillIn(object);
    validate(resource, object, before);
    this.callWebhooks(resource, before ? 'UPDATE' : 'CREATE');
    return { object: dryRun ? object : this.store.put(at, object), created: !before, warnings };
  }

  /** The object as it shall be, before anything is checked. */
  private wanted({ method, resource, place, body, contentType }: WriteRequest): KubeObject {
    if (method === 'POST' || method === 'PUT') return asObject(body, resource, place);
    if (method !== 'PATCH') throw new Refusal(405, 'MethodNotAllowed', `the server does not allow ${method}`);
    const current = this.store.get(place);
    if (contentType.startsWith('application/apply-patch+yaml')) {
      return asObject(current ? strategicMergePatch(current, body) : body, resource, place);
    }
    if (!current) throw notFound(`${nameOf(resource)} "${place.name}" not found`);
    if (contentType.startsWith('application/merge-patch+json'))
      return asObject(mergePatch(current, body), resource, place);
    if (contentType.startsWith('application/strategic-merge-patch+json')) {
      if (resource.schema)
        throw new Refusal(415, 'UnsupportedMediaType', 'a custom resource takes no strategic merge patch');
      return asObject(strategicMergePatch(current, body), resource, place);
    }
    throw new Refusal(415, 'UnsupportedMediaType', `the body of the request was in an unknown format: ${contentType}`);
  }

  private remove({ resource, place, dryRun }: WriteRequest): Written {
    const object = dryRun ? this.store.get(place) : this.store.delete(place);
    if (!object) throw notFound(`${nameOf(resource)} "${place.name}" not found`);
    return { object, created: false, warnings: [] };
  }

  /** https://github.com/kubernetes/apiserver/blob/master/pkg/admission/plugin/namespace/lifecycle/admission.go */
  private refuseMissingNamespace({ namespaced }: Resource, { namespace }: Place): void {
    // these four are there in every cluster
    if (!namespaced || ['default', 'kube-system', 'kube-public', 'kube-node-lease'].includes(namespace)) return;
    if (!this.store.get({ group: '', plural: 'namespaces', namespace: '', name: namespace })) {
      throw notFound(`namespaces "${namespace}" not found`);
    }
  }

  /**
   * A webhook with failurePolicy Fail that does not answer refuses the request.
   * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy
   */
  private callWebhooks({ group, version, plural }: Resource, operation: string): void {
    const webhooks = this.store
      .list('admissionregistration.k8s.io', 'validatingwebhookconfigurations')
      .flatMap((configuration) => listAt(configuration, 'webhooks'));
    const has = (list: unknown, value: string) => Array.isArray(list) && (list.includes(value) || list.includes('*'));
    const called = webhooks.filter((webhook) =>
      listAt(webhook, 'rules').some(
        (rule) =>
          has(rule['apiGroups'], group) &&
          has(rule['apiVersions'], version) &&
          has(rule['resources'], plural) &&
          has(rule['operations'], operation),
      ),
    );
    for (const webhook of called) {
      const { name, namespace, path, port } = fieldsAt(webhook, 'clientConfig.service');
      const fault = this.controllers.webhookFault(String(namespace), String(name));
      if (fault === undefined || webhook['failurePolicy'] === 'Ignore') continue;
      const url = `https://${String(name)}.${String(namespace)}.svc:${String(port)}${String(path)}?timeout=10s`;
      throw new Refusal(
        500,
        'InternalError',
        `Internal error occurred: failed calling webhook "${String(webhook['name'])}": failed to call webhook: Post "${url}": ${fault}`,
      );
    }
  }
}

const fieldValidationOf = ({ fieldValidation }: WriteRequest): FieldValidation =>
  fieldValidation === 'Strict' || fieldValidation === 'Ignore' ? fieldValidation : 'Warn';

/** Checks that a body is the object that the path means. */
function asObject(body: unknown, resource: Resource, { namespace, name }: Place): KubeObject {
  const metadata = isFields(body) ? body['metadata'] : undefined;
  if (!isFields(body) || !isFields(metadata)) throw badRequest('the body is no object');
  const object = structuredClone(body) as KubeObject;
  const { metadata: inner } = object;
  if (name !== '') inner.name ??= name;
  if (typeof inner.name !== 'string') throw badRequest('name or generateName is required');
  if (name !== '' && inner.name !== name) {
    throw badRequest(`the name of the object (${inner.name}) does not match the name on the URL (${name})`);
  }
  if (resource.namespaced) inner.namespace ??= namespace;
  if ((inner.namespace ?? '') !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (object.kind !== resource.kind) throw badRequest(`the kind is ${object.kind}, not ${resource.kind}`);
  // what is stored may have come in another version of its kind
  object.apiVersion = groupVersionOf(resource);
  return object;
}

/** What the system set stays, unless the request says otherwise. */
const withSystemFields = (object: KubeObject, before: KubeObject): KubeObject => {
  const { uid, creationTimestamp, generation, resourceVersion } = before.metadata;
  return {
    ...object,
    ...(before['status'] !== undefined && { status: before['status'] }),
    metadata: { ...object.metadata, uid, creationTimestamp, generation, resourceVersion } as KubeObject['metadata'],
  };
};
