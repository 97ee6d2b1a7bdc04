import { error, type Path, type Problem } from '../problem';
import type { Cluster } from '../schema';

/** Names are what other parts of the site refer to, so each may stand once in its list. */
export function names(cluster: Cluster): Problem[] {
  return [
    ...repeated(['nodes'], cluster.nodes),
    // upsd compares UPS names without regard to case
    ...repeated(['ups'], cluster.ups, (name) => name.toLowerCase()),
    ...repeated(['loadBalancer', 'pools'], cluster.loadBalancer?.pools ?? []),
    ...repeated(['loadBalancer', 'advertisements'], cluster.loadBalancer?.advertisements ?? []),
  ];
}

function repeated(
  path: Path,
  list: readonly { readonly name: string }[],
  sameAs: (name: string) => string = (name) => name,
): Problem[] {
  const keys = list.map(({ name }) => sameAs(name));
  return list.flatMap(({ name }, index) => {
    const first = keys.indexOf(sameAs(name));
    return first === index
      ? []
      : [
          error(
            'duplicate-name',
            [...path, index, 'name'],
            `"${name}" is already the name of entry ${first + 1}${list[first]?.name === name ? '' : ', in other case'}`,
            'give each its own name',
          ),
        ];
  });
}
