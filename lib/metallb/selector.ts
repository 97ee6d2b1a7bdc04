/** A condition on one label, as Kubernetes writes it. */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' };

/**
 * A choice of objects by their labels; all parts must match. It is Kubernetes' own LabelSelector
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/) with its four operators as types.
 */
export interface LabelSelector {
  /** @default - no label is asked for by value */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** @default - no conditions */
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** The selector as the generated bindings want it. */
export interface PlainSelector {
  readonly matchLabels?: { [key: string]: string };
  readonly matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/**
 * Copies a selector into the form of the bindings.
 *
 * @param what name of the prop, for the message.
 * @throws Error when the selector is empty and so would match everything, or `In` and `NotIn` have no values.
 */
export function plainSelector(what: string, selector: LabelSelector): PlainSelector {
  const { matchLabels, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels ?? {}).length === 0 && matchExpressions.length === 0) {
    throw new Error(
      `${what}: a selector without labels and conditions matches everything; leave it out or name a label`,
    );
  }
  return {
    matchLabels: matchLabels && { ...matchLabels },
    matchExpressions:
      matchExpressions.length === 0
        ? undefined
        : matchExpressions.map((requirement) => plainRequirement(what, requirement)),
  };
}

function plainRequirement(
  what: string,
  requirement: LabelRequirement,
): { key: string; operator: string; values?: string[] } {
  const { key, operator } = requirement;
  if (!('values' in requirement)) return { key, operator };
  if (requirement.values.length === 0) {
    throw new Error(
      `${what}: condition "${key} ${operator}" has no values; name at least one, or use Exists or DoesNotExist`,
    );
  }
  return { key, operator, values: [...requirement.values] };
}
