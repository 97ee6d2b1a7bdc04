import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type Fields, isFields, type KubeObject } from './kube-object';

const ajv = addFormats(new Ajv({ strict: false, allErrors: true, useDefaults: true }));
const compiled = new WeakMap<object, ValidateFunction>();

/** What is wrong with a custom resource by the schema in its definition. Fills in the schema's defaults, as the API server does. */
export function schemaProblems(schema: Fields, object: KubeObject): string[] {
  const validate = compiled.get(schema) ?? ajv.compile(withoutNames(schema));
  compiled.set(schema, validate);
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${dotted(instancePath)}: Invalid value: ${String(message)}`,
  );
}

/**
 * Removes the fields that the schema does not name, and returns their paths: what pruning does with them.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
export function prune(schema: Fields, value: unknown, path = ''): string[] {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  if (Array.isArray(value)) {
    const items = isFields(schema['items']) ? schema['items'] : {};
    return value.flatMap((item, i) => prune(items, item, `${path}[${i}]`));
  }
  if (!isFields(value)) return [];
  const properties = isFields(schema['properties']) ? schema['properties'] : {};
  const additional = schema['additionalProperties'];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path ? `${path}.${key}` : key;
    // these are the API server's own, whatever the schema says
    if (path === '' && ['apiVersion', 'kind', 'metadata'].includes(key)) return [];
    const known = properties[key];
    if (isFields(known)) return prune(known, inner, at);
    if (isFields(additional)) return prune(additional, inner, at);
    if (additional === true) return [];
    delete value[key];
    return [at];
  });
}

/** Ajv takes `metadata: {type: object}` as it stands, but would read the schema's `$id`, if a CRD had one. */
const withoutNames = ({ $id: _, ...schema }: Fields): Fields => schema;

/** `/spec/ports/0/port` as Kubernetes writes it: `spec.ports[0].port`. */
export const dotted = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
