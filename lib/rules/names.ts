import { type Cluster, error, type Path, type Problem } from '../cluster';

/** Names are what other parts of the site refer to, so each may stand once in its list. */
export function names(cluster: Cluster): Problem[] {
  const { pools = [], advertisements = [], bgp } = cluster.loadBalancer ?? {};
  return [
    ...repeated(['nodes'], cluster.nodes),
    ...twice([], { os: cluster.os }),
    // upsd compares UPS names without regard to case
    ...repeated(['ups'], cluster.ups, (name) => name.toLowerCase()),
    ...repeated(['loadBalancer', 'pools'], pools),
    ...repeated(['loadBalancer', 'advertisements'], advertisements),
    ...BGP_LISTS.flatMap((list) => repeated(['loadBalancer', 'bgp', list], bgp?.[list] ?? [])),
    ...pools.flatMap(({ serviceAllocation }, i) =>
      twice(['loadBalancer', 'pools', i, 'serviceAllocation'], { namespaces: serviceAllocation?.namespaces }),
    ),
    ...advertisements.flatMap(({ pools: own, nodes, interfaces }, i) =>
      twice(['loadBalancer', 'advertisements', i], { pools: own, nodes, interfaces }),
    ),
    ...(bgp?.peers ?? []).flatMap(({ nodes }, i) => twice(['loadBalancer', 'bgp', 'peers', i], { nodes })),
    ...(bgp?.advertisements ?? []).flatMap(({ pools: own, peers, nodes, communities }, i) =>
      twice(['loadBalancer', 'bgp', 'advertisements', i], { pools: own, peers, nodes, communities }),
    ),
  ];
}

const BGP_LISTS = ['peers', 'advertisements', 'communities'] as const;

/** An entry that stands twice is one too many or another one misspelt; MetalLB refuses its whole configuration for it. */
const twice = (path: Path, lists: Readonly<Record<string, readonly string[] | undefined>>): Problem[] =>
  Object.entries(lists).flatMap(([key, list = []]) =>
    list.flatMap((entry, index) =>
      list.indexOf(entry) === index
        ? []
        : [
            error(
              'duplicate-entry',
              [...path, key, index],
              `"${entry}" is entry ${list.indexOf(entry) + 1} already`,
              'keep one of the two',
            ),
          ],
    ),
  );

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
