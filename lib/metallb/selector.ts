import { checkLabel, checkNodeName, checkNotEmpty, checkUnique, Faults } from './checks';

/** A condition on one label. */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' };

/**
 * Kubernetes' LabelSelector (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/) with its four operators as
 * types. All parts must match.
 */
export interface LabelSelector {
  /** @default - none */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** The selector in the form of the generated bindings. */
export interface PlainSelector {
  readonly matchLabels?: { [key: string]: string };
  readonly matchExpressions?: PlainRequirement[];
}

/**
 * Converts a selector into the form of the bindings.
 *
 * @param what name of the prop, for the message
 * @throws Error for an empty selector, which matches everything, for `In` and `NotIn` without values, an invalid label, and a duplicate
 * condition or value, for which MetalLB drops its whole configuration
 */
function plainSelector(what: string, selector: LabelSelector): PlainSelector {
  const { matchLabels, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels ?? {}).length === 0 && matchExpressions.length === 0) {
    throw new Error(`${what}: a selector without labels and conditions matches everything; remove it, or name a label`);
  }
  for (const [key, value] of Object.entries(matchLabels ?? {})) checkLabel(what, key, [value]);
  const requirements = matchExpressions.map((requirement) => plainRequirement(what, requirement));
  checkUnique(`${what}: the list of conditions`, requirements.map(requirementText));
  return {
    matchLabels: matchLabels && { ...matchLabels },
    matchExpressions: requirements.length === 0 ? undefined : requirements,
  };
}

type PlainRequirement = { key: string; operator: string; values?: string[] };

function plainRequirement(what: string, requirement: LabelRequirement): PlainRequirement {
  const { key, operator } = requirement;
  checkLabel(what, key, 'values' in requirement ? requirement.values : []);
  if (!('values' in requirement)) return { key, operator };
  if (requirement.values.length === 0) {
    throw new Error(
      `${what}: condition "${key} ${operator}" has no values; name at least one, or use Exists or DoesNotExist`,
    );
  }
  checkUnique(`${what}: condition "${key} ${operator}"`, requirement.values);
  return { key, operator, values: [...requirement.values] };
}

/** Canonical text of a condition: `zone In (a, b)`. */
const requirementText = ({ key, operator, values }: PlainRequirement): string =>
  values ? `${key} ${operator} (${values.toSorted().join(', ')})` : `${key} ${operator}`;

/** Canonical text of a selector: `app=web, zone In (a, b)`. */
const selectorText = ({ matchLabels = {}, matchExpressions = [] }: PlainSelector): string =>
  [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...matchExpressions.map(requirementText)]
    .sort()
    .join(', ');

/** Nodes by name, by labels, or both; one match is enough. */
export interface NodeChoice {
  /**
   * Nodes, by the value of their label `kubernetes.io/hostname`.
   *
   * @default - every node, unless nodeSelectors are given
   */
  readonly nodes?: readonly string[];
  /**
   * Nodes, by their labels.
   *
   * @default - every node, unless nodes are given
   */
  readonly nodeSelectors?: readonly LabelSelector[];
}

/**
 * The selectors for a choice of nodes; undefined for every node.
 *
 * @param label owner of the choice, for the message
 * @throws Error with everything that is wrong: an empty list, a duplicate, an invalid name or selector
 */
export function plainNodeSelectors(label: string, { nodes, nodeSelectors }: NodeChoice): PlainSelector[] | undefined {
  const faults = new Faults();
  faults.check(
    () => checkNotEmpty(`${label}: nodes`, nodes),
    () => checkUnique(`${label}: nodes`, nodes),
    ...(nodes ?? []).map((name) => () => checkNodeName(`${label}: nodes`, name)),
  );
  const chosen = faults.attempt(() => plainSelectors(`${label}: nodeSelectors`, nodeSelectors));
  faults.throwAll();
  const byName: PlainSelector[] = nodes
    ? [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [...nodes] }] }]
    : [];
  const selectors = [...byName, ...(chosen ?? [])];
  checkUnique(`${label}: the list of nodes and nodeSelectors`, selectors.map(selectorText));
  return selectors.length > 0 ? selectors : undefined;
}

/**
 * Converts selectors into the form of the bindings.
 *
 * @throws Error with everything that is wrong: an empty list, a duplicate, an invalid selector
 */
export function plainSelectors(
  what: string,
  selectors: readonly LabelSelector[] | undefined,
): PlainSelector[] | undefined {
  const faults = new Faults();
  faults.check(() => checkNotEmpty(what, selectors));
  const copies = selectors?.flatMap((selector) => faults.attempt(() => plainSelector(what, selector)) ?? []);
  faults.check(() => checkUnique(what, copies?.map(selectorText)));
  faults.throwAll();
  return copies;
}

/** Whether the selector matches the labels. */
export const selects = (selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels[requirement.key]));

function meets(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
