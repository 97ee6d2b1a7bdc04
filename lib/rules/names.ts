import type { Cluster, Path } from '../cluster';
import { subject } from './subject';

const RULES = {
  'duplicate-name': { cause: 'Two objects of one list have the same name; case does not distinguish UPS names' },
  'duplicate-entry': { cause: 'A list has an entry twice' },
  'unknown-node': { cause: 'A reference to a name that does not exist' },
  'unknown-ups': { cause: 'A reference to a name that does not exist' },
  'unknown-pool': { cause: 'A reference to a name that does not exist' },
  'unknown-peer': { cause: 'A reference to a name that does not exist' },
  'unknown-community': { cause: 'A reference to a name that does not exist' },
} as const;

interface Named {
  readonly name: string;
}

/** Each name stands once in its list, and each reference has its object. */
export const names = subject(RULES, (cluster, report) => {
  const { pools = [], advertisements = [], bgp } = cluster.loadBalancer ?? {};
  const { peers = [], advertisements: routes = [], communities = [] } = bgp ?? {};

  const repeated = (path: Path, list: readonly Named[], sameAs = (name: string) => name): void => {
    const keys = list.map(({ name }) => sameAs(name));
    for (const [index, { name }] of list.entries()) {
      const first = keys.indexOf(sameAs(name));
      if (first === index) continue;
      const otherCase = list[first]?.name === name ? '' : ', in other case';
      report(
        'duplicate-name',
        [...path, index, 'name'],
        `"${name}" is already the name of entry ${first + 1}${otherCase}`,
        'give each its own name',
      );
    }
  };
  repeated(['nodes'], cluster.nodes);
  repeated(['network', 'others'], cluster.network.others);
  for (const [o, { nodes = [] }] of cluster.network.others.entries()) {
    repeated(['network', 'others', o, 'nodes'], nodes);
  }
  repeated(['ups'], cluster.ups, (name) => name.toLowerCase());
  repeated(['loadBalancer', 'pools'], pools);
  repeated(['loadBalancer', 'advertisements'], advertisements);
  repeated(['loadBalancer', 'bgp', 'peers'], peers);
  repeated(['loadBalancer', 'bgp', 'advertisements'], routes);
  repeated(['loadBalancer', 'bgp', 'communities'], communities);

  const refer =
    (rule: keyof typeof RULES, what: string, known: readonly Named[], key: string) => (name: string, path: Path) => {
      if (known.some((one) => one.name === name)) return;
      const all = known.map((one) => one.name).join(', ');
      report(rule, path, `${what} "${name}" does not exist`, all ? `use one of ${all}` : `define it under ${key}`);
    };
  const references = {
    nodes: refer('unknown-node', 'node', cluster.nodes, 'nodes'),
    pools: refer('unknown-pool', 'pool', pools, 'pools'),
    peers: refer('unknown-peer', 'BGP peer', peers, 'peers'),
    communities: refer('unknown-community', 'BGP community', communities, 'communities'),
  };
  const isReference = (key: string): key is keyof typeof references => key in references;
  for (const [path, key, list] of listsOf(cluster)) {
    for (const [index, entry] of list.entries()) {
      const first = list.indexOf(entry);
      const at = [...path, key, index];
      if (first < index)
        report('duplicate-entry', at, `"${entry}" is already entry ${first + 1}`, 'keep one of the two');
      // a community may be written as its value
      else if (isReference(key) && !entry.includes(':')) references[key](entry, at);
    }
  }
  const upses = refer('unknown-ups', 'UPS', cluster.ups, 'ups');
  for (const [n, { ups }] of cluster.nodes.entries()) {
    for (const [f, { name }] of ups.entries()) upses(name, ['nodes', n, 'ups', f]);
  }
  for (const [o, { nodes = [] }] of cluster.network.others.entries()) {
    for (const [n, { name }] of nodes.entries()) references.nodes(name, ['network', 'others', o, 'nodes', n]);
  }
  for (const [u, { node }] of cluster.ups.entries()) {
    if (node !== undefined) references.nodes(node, ['ups', u, 'node']);
  }
});

/** Every list of names, with the path to its group and its key. */
function listsOf({ os, loadBalancer }: Cluster): (readonly [Path, string, readonly string[]])[] {
  const { pools = [], advertisements = [], bgp } = loadBalancer ?? {};
  const groups: readonly (readonly [Path, Readonly<Record<string, readonly string[] | undefined>>])[] = [
    [[], { os }],
    ...pools.map(
      ({ serviceAllocation }, i) =>
        [['loadBalancer', 'pools', i, 'serviceAllocation'], { namespaces: serviceAllocation?.namespaces }] as const,
    ),
    ...advertisements.map(
      ({ pools: own, nodes, interfaces }, i) =>
        [['loadBalancer', 'advertisements', i], { pools: own, nodes, interfaces }] as const,
    ),
    ...(bgp?.peers ?? []).map(({ nodes }, i) => [['loadBalancer', 'bgp', 'peers', i], { nodes }] as const),
    ...(bgp?.advertisements ?? []).map(
      ({ pools: own, peers, nodes, communities }, i) =>
        [['loadBalancer', 'bgp', 'advertisements', i], { pools: own, peers, nodes, communities }] as const,
    ),
  ];
  return groups.flatMap(([path, lists]) => Object.entries(lists).map(([key, list = []]) => [path, key, list] as const));
}
