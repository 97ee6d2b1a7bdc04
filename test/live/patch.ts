import { type Fields, isFields } from './kube-object';

/** RFC 7396: null removes a key, an object is merged, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/**
 * The key by which the items of a list are matched, for the lists that the kinds served here have. Lists that are not here are
 * replaced as a whole. Source: the `patchMergeKey` tags of https://github.com/kubernetes/api/tree/master, core/v1, apps/v1 and
 * admissionregistration/v1.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  webhooks: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  // of a container, of a Service
  ports: ['containerPort', 'port'],
  conditions: ['type'],
  topologySpreadConstraints: ['topologyKey'],
  ownerReferences: ['uid'],
};

/** Lists of plain values that are merged as sets. */
const MERGED_SETS = ['finalizers'];

/**
 * Strategic merge patch as kubectl sends it:
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  if (patch['$patch'] === 'replace') return without(patch, ['$patch']);
  const base: Fields = isFields(target) ? { ...target } : {};
  const retained = patch['$retainKeys'];
  const result: Fields = Array.isArray(retained) ? only(base, retained) : base;
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null || (isFields(value) && value['$patch'] === 'delete')) delete result[key];
    else if (Array.isArray(value)) result[key] = mergedList(key, result[key], value);
    else result[key] = strategicMergePatch(result[key], value);
  }
  for (const [key, value] of Object.entries(patch)) applyDirective(result, key, value);
  return result;
}

function applyDirective(result: Fields, key: string, value: unknown): void {
  const [, directive, list = ''] = key.match(/^\$(setElementOrder|deleteFromPrimitiveList)\/(.*)$/) ?? [];
  const items = result[list];
  if (!directive || !Array.isArray(items) || !Array.isArray(value)) return;
  if (directive === 'deleteFromPrimitiveList') {
    result[list] = items.filter((item) => !value.includes(item));
    return;
  }
  const identity = (item: unknown) => (isFields(item) ? item[mergeKey(list, [...items, ...value]) ?? ''] : item);
  const order = value.map(identity);
  const place = (item: unknown) => order.indexOf(identity(item));
  // what the patch does not name stays, behind
  const rank = (item: unknown) => (place(item) < 0 ? order.length : place(item));
  result[list] = items.toSorted((a, b) => rank(a) - rank(b));
}

function mergedList(name: string, target: unknown, patch: readonly unknown[]): unknown {
  const base: unknown[] = Array.isArray(target) ? target : [];
  if (MERGED_SETS.includes(name)) return [...new Set([...base, ...patch])];
  const key = mergeKey(name, [...base, ...patch]);
  if (key === undefined || patch.some((item) => isFields(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isFields(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1));
  }
  const result = [...base];
  for (const item of patch) {
    if (!isFields(item)) continue;
    const at = result.findIndex((candidate) => isFields(candidate) && candidate[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategicMergePatch(result[at], item);
    else result.push(strategicMergePatch({}, item));
  }
  return result;
}

/** The merge key of a list; of several, the one that its items have. */
const mergeKey = (list: string, items: readonly unknown[]): string | undefined =>
  MERGE_KEYS[list]?.find((key) => items.some((item) => isFields(item) && key in item));

const without = (fields: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));

const only = (fields: Fields, keys: readonly unknown[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => keys.includes(key)));
