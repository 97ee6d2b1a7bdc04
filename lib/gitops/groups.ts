const GROUPS = ['base', 'power', 'network', 'monitoring'] as const;

/** Files of dist/ that a controller applies together. */
export interface Group {
  readonly name: (typeof GROUPS)[number];
  readonly files: readonly string[];
}

/**
 * The groups of a site, without empty ones. `base` has what every other one needs: definitions and namespaces. NUT is a group of its own,
 * so that the power-off waits neither for MetalLB's webhook nor for the definitions of the Prometheus operator.
 *
 * @param files names of the files in dist/
 */
export const groupsOf = (files: readonly string[]): Group[] =>
  GROUPS.map((name) => ({ name, files: files.filter((file) => groupOf(file) === name) })).filter(
    (group) => group.files.length > 0,
  );

function groupOf(file: string): Group['name'] {
  if (/^[01]0-/.test(file)) return 'base';
  if (file.startsWith('50-')) return 'power';
  return file.startsWith('70-') ? 'monitoring' : 'network';
}
