/** An unvalidated JSON object. */
export type Fields = Record<string, unknown>;

interface Metadata extends Fields {
  name: string;
  namespace?: string;
  uid?: string;
  creationTimestamp?: string;
  generation?: number;
}

/** A Kubernetes object as it goes over the wire. */
export interface KubeObject extends Fields {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path such as `spec.containers.web.image`, where `web` is the name or type of an item; undefined without one. */
export const valueAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner.find((item) => isFields(item) && (item['name'] ?? item['type']) === key);
    return isFields(inner) ? inner[key] : undefined;
  }, value);

/** The object at a path; an empty one where there is none, so that a reader needs no case for it. */
export function fieldsAt(value: unknown, path: string): Fields {
  const found = valueAt(value, path);
  return isFields(found) ? found : {};
}

/** The list of objects at a path; an empty one where there is none. */
export function listAt(value: unknown, path: string): Fields[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.filter(isFields) : [];
}
