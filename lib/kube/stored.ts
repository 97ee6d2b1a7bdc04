/** JSON as an API object has it. */
type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/** Numbers that the API server stores only when they are not 0: no pointer, and omitempty in k8s.io/api. */
const ZERO_IS_ABSENT: ReadonlySet<string> = new Set(['minReadySeconds', 'initialDelaySeconds']);

/**
 * The object without the values that an API server drops when it stores it: empty texts, empty lists, and some zeros. With them in
 * the file, `kubectl apply` finds them missing each time and reports the object as configured.
 *
 * Custom resources and their definitions stay as they are, because they are stored as written, and so do the keys of a ConfigMap or Secret.
 */
export function asStored<T extends { readonly [key: string]: Json }>(object: T): T {
  const group = String(object['apiVersion']).split('/')[0] ?? '';
  const isBuiltIn = !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'apiextensions.k8s.io');
  return isBuiltIn ? (fieldsAsStored(object) as T) : object;
}

const fieldsAsStored = (fields: { readonly [key: string]: Json }): { [key: string]: Json } =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([key, value]) => !isAbsent(key, value))
      .map(([key, value]) => [key, key === 'data' || key === 'stringData' ? value : valueAsStored(value)]),
  );

function valueAsStored(value: Json): Json {
  if (isList(value)) return value.map(valueAsStored);
  return typeof value === 'object' && value !== null ? fieldsAsStored(value) : value;
}

const isAbsent = (key: string, value: Json): boolean =>
  value === '' || (isList(value) && value.length === 0) || (value === 0 && ZERO_IS_ABSENT.has(key));

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
