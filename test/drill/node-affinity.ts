/** A requirement on the labels of a node: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/. */
interface NodeSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
}

export type Labels = Readonly<Record<string, string>>;

/** Whether a node has the labels that a pod requires: one term of several, and all expressions of it. */
export function nodeMatches(terms: readonly NodeSelectorTerm[] | undefined, labels: Labels): boolean {
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [] }) => {
    // Kubernetes: a term without expressions matches no node
    return matchExpressions.length > 0 && matchExpressions.every((expression) => holds(expression, labels));
  });
}

function holds({ key, operator, values = [] }: NodeSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    default:
      throw new Error(
        `node affinity with the operator "${operator}" is not emulated; use Exists, DoesNotExist, In or NotIn`,
      );
  }
}
