import { type Cluster, error, type Path, type Problem } from '../cluster';
import type { Family } from '../network';

/**
 * With two IP families, k3s and Kubernetes take the first entry of each list for the main family. So a list must have the
 * families of network.subnet, each once and in the same order: https://docs.k3s.io/networking/basic-network-options#dual-stack-ipv4--ipv6-networking.
 *
 * @param what the list in words, such as `network.pods 10.42.0.0/16`
 */
export function familyProblems(
  cluster: Cluster,
  what: string,
  list: readonly { readonly family: Family }[],
  path: Path,
): Problem[] {
  const found = list.map(({ family }) => family);
  const wanted = cluster.network.subnet.map(({ family }) => family);
  if (new Set(found).size < found.length) return [duplicateFamily(what, path)];
  // A subnet with one family twice has a problem of its own, and no order to keep.
  if (new Set(wanted).size < wanted.length || found.join() === wanted.join()) return [];
  return [
    error(
      'family-mismatch',
      path,
      `${what} is ${named(found)}, and network.subnet is ${named(wanted)}`,
      'give one for each family of network.subnet, in the same order',
    ),
  ];
}

/** The problem that a list has two entries of one family. */
export const duplicateFamily = (what: string, path: Path): Problem =>
  error('duplicate-family', path, `${what} has two entries of one IP family`, 'give one for each family');

const named = (families: readonly Family[]): string => families.map((family) => `IPv${family}`).join(' and ');
