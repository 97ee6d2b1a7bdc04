import { canonicalForm, isList, isObject, type Json, type JsonObject, objectsByKey } from './canonical';

/** A path at which two objects differ. The value of a side without the path is undefined. */
export interface Difference {
  /** Such as `spec.template.spec.containers[controller].image`. */
  readonly path: string;
  readonly ours: Json | undefined;
  readonly theirs: Json | undefined;
}

/** An object of both sides with its differences. */
export interface ChangedObject {
  /** `Kind namespace/name`. */
  readonly object: string;
  readonly differences: readonly Difference[];
}

/** The comparison of two sets of objects in their canonical form. */
export interface Comparison {
  readonly equal: readonly string[];
  readonly different: readonly ChangedObject[];
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
}

/**
 * Compares object by object, in our order.
 *
 * @throws Error if a side has a duplicate, or something that is not an object
 */
export function compareObjects(ours: readonly JsonObject[], theirs: readonly JsonObject[]): Comparison {
  const [our, their] = [objectsByKey(ours), objectsByKey(theirs)];
  const shared = [...our].flatMap(([object, one]) => {
    const other = their.get(object);
    return other ? [{ object, differences: differencesOf(canonicalForm(one), canonicalForm(other)) }] : [];
  });
  return {
    equal: shared.filter(({ differences }) => differences.length === 0).map(({ object }) => object),
    different: shared.filter(({ differences }) => differences.length > 0),
    onlyOurs: [...our.keys()].filter((object) => !their.has(object)),
    onlyTheirs: [...their.keys()].filter((object) => !our.has(object)),
  };
}

export const isEqual = ({ different, onlyOurs, onlyTheirs }: Comparison): boolean =>
  different.length + onlyOurs.length + onlyTheirs.length === 0;

/** The paths at which two values differ. */
export function differencesOf(ours: Json | undefined, theirs: Json | undefined, path = ''): Difference[] {
  if (isObject(ours) && isObject(theirs)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
    return keys.flatMap((key) => differencesOf(ours[key], theirs[key], joined(path, key)));
  }
  if (isList(ours) && isList(theirs)) return listDifferences(ours, theirs, path);
  return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ path, ours, theirs }];
}

/** Matches items by their names, so an extra container is one difference; matches items without names by their index. */
function listDifferences(ours: readonly Json[], theirs: readonly Json[], path: string): Difference[] {
  const [ourNames, theirNames] = [names(ours), names(theirs)];
  if (!ourNames || !theirNames) {
    return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) =>
      differencesOf(ours[i], theirs[i], `${path}[${i}]`),
    ).flat();
  }
  const all = [...new Set([...ourNames, ...theirNames])];
  const inside = all.flatMap((name) =>
    differencesOf(ours[ourNames.indexOf(name)], theirs[theirNames.indexOf(name)], `${path}[${name}]`),
  );
  const shared = (own: readonly string[], other: readonly string[]) => own.filter((name) => other.includes(name));
  const [one, other] = [shared(ourNames, theirNames), shared(theirNames, ourNames)];
  const isReordered = one.join('\n') !== other.join('\n');
  return isReordered ? [...inside, { path: `${path} (order)`, ours: ourNames, theirs: theirNames }] : inside;
}

/** The names of the items, if all have unique ones. */
function names(items: readonly Json[]): string[] | undefined {
  const found = items.map((item) => (isObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined));
  const known = found.filter((name) => name !== undefined);
  return known.length === items.length && new Set(known).size === known.length ? known : undefined;
}

const joined = (path: string, key: string): string => {
  if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
  return path === '' ? key : `${path}.${key}`;
};
