import type { JsonObject } from '../../lib/live/verify/canonical';
import { objectProblems } from '../support/schema';
import { dotted, prune, schemaProblems } from './custom-schema';
import { type Fields, isFields, isSame, type KubeObject, valueAt } from './kube-object';
import { badRequest, invalid } from './refusal';
import type { Resource } from './resources';
import { podProblems, serviceProblems, workloadProblems } from './semantics';

/** What the query parameter fieldValidation asks for. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/**
 * Refuses what decoding refuses: values of the wrong type, and with Strict unknown fields, which are removed otherwise.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
 *
 * @returns warnings for the client
 */
export function decode(resource: Resource, object: KubeObject, mode: FieldValidation): string[] {
  const unknown = resource.schema ? prune(resource.schema, object) : pruneBuiltIn(object);
  const problems = unknown.map((path) => `unknown field "${path}"`);
  if (problems.length > 0 && mode === 'Strict') {
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${problems.join(', ')}`,
    );
  }
  return mode === 'Warn' ? problems : [];
}

function pruneBuiltIn(object: KubeObject): string[] {
  const problems = objectProblems(object as JsonObject);
  const unknown = problems.filter((problem) => problem.endsWith(' is unknown'));
  const wrong = problems.filter((problem) => !unknown.includes(problem));
  if (wrong.length > 0) {
    throw badRequest(`${object.kind} in version "${object.apiVersion}" cannot be handled: ${wrong.join(', ')}`);
  }
  const pointers = unknown.map((problem) => problem.slice(0, -' is unknown'.length));
  for (const pointer of pointers) remove(object, pointer.split('/').slice(1));
  return pointers.map(dotted);
}

function remove(object: Fields, [key = '', ...rest]: readonly string[]): void {
  const inner = object[key];
  if (rest.length === 0) delete object[key];
  else if (isFields(inner)) remove(inner, rest);
  else if (Array.isArray(inner)) {
    const [index = '', ...deeper] = rest;
    const item: unknown = inner[Number(index)];
    if (isFields(item)) remove(item, deeper);
  }
}

/** Refuses with 422 what the validation of the object itself refuses. `before` is what is stored under its name, if anything. */
export function validate(resource: Resource, object: KubeObject, before: KubeObject | undefined): void {
  const problems = [
    ...metadataProblems(object),
    ...(resource.schema ? schemaProblems(resource.schema, object) : []),
    ...(resource.kind === 'Service' ? serviceProblems(object) : []),
    ...(isWorkload(resource) ? [...workloadProblems(object), ...podProblems(object)] : []),
    ...(before ? immutableProblems(object, before) : []),
  ];
  if (problems.length > 0) {
    throw invalid(
      resource.group ? `${resource.kind}.${resource.group}` : resource.kind,
      object.metadata.name,
      problems,
    );
  }
}

const isWorkload = ({ group, kind }: Resource): boolean =>
  group === 'apps' && ['Deployment', 'DaemonSet'].includes(kind);

/** ValidateObjectMeta in https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go */
function metadataProblems({ kind, metadata }: KubeObject): string[] {
  // names of RBAC objects are path segments and may hold a colon
  const named = kind.includes('Role') ? /^[^/%]+$/ : /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
  const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
  const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
  const labels = Object.entries(metadata.labels ?? {});
  return [
    ...(named.test(metadata.name) ? [] : [`metadata.name: Invalid value: "${metadata.name}"`]),
    ...labels.filter(([key]) => !labelKey.test(key)).map(([key]) => `metadata.labels: Invalid value: "${key}"`),
    ...labels
      .filter(([, value]) => !labelValue.test(value))
      .map(([, value]) => `metadata.labels: Invalid value: "${value}"`),
  ];
}

/**
 * Fields that no update may change. Sources: ValidateDeploymentUpdate and ValidateDaemonSetUpdate in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go, ValidateRoleBindingUpdate in
 * pkg/apis/rbac/validation/validation.go, ValidateCustomResourceDefinitionUpdate in
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apis/apiextensions/validation/validation.go
 */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
  Service: ['spec.clusterIP'],
  Secret: ['type'],
  CustomResourceDefinition: ['spec.group', 'spec.scope', 'spec.names.kind', 'spec.names.plural'],
};

function immutableProblems(object: KubeObject, before: KubeObject): string[] {
  const changed = (IMMUTABLE[object.kind] ?? []).filter(
    (path) => !isSame(valueAt(object, path), valueAt(before, path)),
  );
  const stored = valueAt(before, 'status.storedVersions');
  const versions = valueAt(object, 'spec.versions');
  const lost =
    object.kind === 'CustomResourceDefinition' && Array.isArray(stored) && Array.isArray(versions)
      ? stored.filter((name) => !versions.some((version) => isFields(version) && version['name'] === name))
      : [];
  return [
    ...changed.map((path) => `${path}: Invalid value: field is immutable`),
    ...lost.map((name) => `status.storedVersions: Invalid value: "${String(name)}": must appear in spec.versions`),
  ];
}
