import { error, type Problem, warning } from '../problem';
import { upsesAt } from '../queries';
import type { Cluster } from '../schema';
import { unknownName } from './unknown-name';

/** Every UPS has its cable at a node it feeds, and every node is fed by a UPS that exists. */
export function power(cluster: Cluster): Problem[] {
  const upsNames = cluster.ups.map(({ name }) => name);
  const nodeNames = cluster.nodes.map(({ name }) => name);
  const unknownUps = cluster.nodes.flatMap(({ ups }, n) =>
    ups === undefined ? [] : unknownName('ups', ups, upsNames, ['nodes', n, 'ups']),
  );
  const cables = cluster.ups.flatMap((ups, u) => {
    const node = cluster.nodes.find(({ name }) => name === ups.node);
    const path = ['ups', u, 'node'];
    if (!node) return unknownName('node', ups.node, nodeNames, path, ` for the cable of "${ups.name}"`);
    if (node.ups !== ups.name) {
      return [
        error(
          'ups-node-not-fed',
          path,
          `the cable of "${ups.name}" goes to ${node.name}, which ${node.ups === undefined ? 'no UPS feeds' : `${JSON.stringify(node.ups)} feeds`}`,
          `plug the cable into a node that "${ups.name}" feeds, or set ups: ${ups.name} there`,
        ),
      ];
    }
    return [];
  });
  const crowded = cluster.nodes.flatMap((node) =>
    upsesAt(cluster, node)
      .slice(1)
      .map((ups) =>
        error(
          'two-cables',
          ['ups', cluster.ups.indexOf(ups), 'node'],
          `${node.name} already has the cable of another UPS`,
          'plug each cable into a node of its own, one that the UPS feeds',
        ),
      ),
  );
  const idle = cluster.ups.flatMap((ups, u) =>
    cluster.nodes.some((node) => node.ups === ups.name)
      ? []
      : [
          warning(
            'ups-feeds-nobody',
            ['ups', u, 'name'],
            `no node says that "${ups.name}" feeds it`,
            `set ups: ${ups.name} at the nodes plugged into it`,
          ),
        ],
  );
  return [...unknownUps, ...cables, ...crowded, ...idle];
}
