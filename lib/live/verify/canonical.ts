import { createHash } from 'node:crypto';
import { GITOPS_ANNOTATION_NAMES, siteLabels } from '../../kube';

/** Defaults of the API server for a field of a list's items. */
const DEFAULTS: Readonly<Record<string, { readonly field: string; readonly value: string }>> = {
  ports: { field: 'protocol', value: 'TCP' },
  // of a webhook; the rules of RBAC have no scope
  rules: { field: 'scope', value: '*' },
};

/** A value JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

const SITE_LABEL_NAMES = Object.keys(siteLabels(''));

/** Fields of a CustomResourceDefinition that are prose. */
const PROSE_FIELDS = ['description', 'deprecationWarning'];

/** Lists that are sets: their order has no meaning. */
const SET_FIELDS = ['required', 'verbs'];

/**
 * A canonical form of a Kubernetes object: equal for manifests of equal meaning. Used to compare our objects with MetalLB's manifest
 * without a copy of it.
 *
 * Left out, in every object:
 * - `metadata.creationTimestamp`;
 * - the annotations of this project for Flux and Argo CD (`GITOPS_ANNOTATION_NAMES`), and the labels of a site (`siteLabels`);
 * - `protocol: TCP` in `ports` and `scope: "*"` in `rules`, the defaults of the API server.
 *
 * Left out, in a CustomResourceDefinition only:
 * - every `description` and `deprecationWarning` that is a text (a schema property of that name stays);
 * - the `message` of an entry with a CEL `rule`; the rule itself stays;
 * - all `metadata.annotations`, which name upstream's generator.
 *
 * Sorted: keys, and the lists `required` and `verbs`. Absent and undefined fields are equal.
 */
export function canonicalForm(object: JsonObject): JsonObject {
  const isCrd = object['kind'] === 'CustomResourceDefinition';
  const { metadata, ...rest } = object;
  const withMetadata = isObject(metadata) ? { ...rest, metadata: withoutNotes(metadata, isCrd) } : rest;
  return canonicalObject(withMetadata, isCrd);
}

/** SHA-256 of the canonical form, in hexadecimal. */
export const canonicalHash = (object: JsonObject): string =>
  createHash('sha256')
    .update(JSON.stringify(canonicalForm(object)))
    .digest('hex');

/**
 * The identity of an object: `Kind namespace/name`, or `Kind name` without a namespace.
 *
 * @throws Error if the object has no kind or no name.
 */
export function objectKey(object: JsonObject): string {
  const { kind, metadata } = object;
  const { name, namespace } = isObject(metadata) ? metadata : {};
  if (typeof kind !== 'string' || typeof name !== 'string') {
    throw new Error(`an object has kind ${JSON.stringify(kind)} and name ${JSON.stringify(name)}; give both as texts`);
  }
  return typeof namespace === 'string' ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/**
 * Objects by their identity, in their order.
 *
 * @throws Error for a duplicate
 */
export function objectsByKey(objects: readonly JsonObject[]): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const object of objects) {
    const key = objectKey(object);
    if (found.has(key)) throw new Error(`"${key}" is a duplicate; give one manifest at a time`);
    found.set(key, object);
  }
  return found;
}

function withoutNotes(metadata: JsonObject, isCrd: boolean): JsonObject {
  const { creationTimestamp: _, annotations, labels, ...rest } = metadata;
  return {
    ...rest,
    ...without('labels', labels, SITE_LABEL_NAMES),
    ...(isCrd ? {} : without('annotations', annotations, GITOPS_ANNOTATION_NAMES)),
  };
}

/** A group without some of its keys, or nothing if no other is left. */
function without(group: string, value: Json | undefined, names: readonly string[]): JsonObject {
  const kept = Object.entries(isObject(value) ? value : {}).filter(([name]) => !names.includes(name));
  return kept.length > 0 ? { [group]: Object.fromEntries(kept) } : {};
}

function canonicalObject(object: JsonObject, isCrd: boolean): JsonObject {
  const entries = Object.entries(object)
    .filter(([key, value]) => value !== undefined && !(isCrd && isProse(object, key, value)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, canonicalField(key, value, isCrd)]));
}

function canonicalField(key: string, value: Json, isCrd: boolean): Json {
  if (isObject(value)) return canonicalObject(value, isCrd);
  if (!isList(value)) return value;
  const items = value.map((item) => canonicalItem(key, item, isCrd));
  return SET_FIELDS.includes(key) && items.every((item) => typeof item === 'string') ? items.sort() : items;
}

function canonicalItem(key: string, item: Json, isCrd: boolean): Json {
  if (!isObject(item)) return isList(item) ? item.map((inner) => canonicalItem('', inner, isCrd)) : item;
  const { [DEFAULTS[key]?.field ?? '']: value, ...rest } = item;
  return canonicalObject(value === DEFAULTS[key]?.value ? rest : item, isCrd);
}

/** Whether a field of a CustomResourceDefinition is prose. */
function isProse(object: JsonObject, key: string, value: Json): boolean {
  if (typeof value !== 'string') return false;
  return PROSE_FIELDS.includes(key) || (key === 'message' && typeof object['rule'] === 'string');
}

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);
