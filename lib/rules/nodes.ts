import { type Cluster, error, type Node, type Problem, subnetOf, warning } from '../cluster';
import { contains, reservedAs, sameAddress } from '../network';
import { familyProblems } from './families';

/** Each machine has an address of its own that a host in its network may have. */
export function nodes(cluster: Cluster): Problem[] {
  const { subnet, gateway = [], dhcp } = cluster.network;
  const all = cluster.nodes.flatMap((node, n) =>
    node.address.map((address, a) => ({ node, address, path: ['nodes', n, 'address', a] as const })),
  );
  const problems = all.flatMap(({ node, address, path }, index) => {
    const found: Problem[] = [];
    const network = subnetOf(cluster, address);
    if (!network || !contains(network, address)) {
      found.push(
        error(
          'node-outside-subnet',
          path,
          `${node.name} has ${address.text}, which is not in the node network ${subnet.map(({ text }) => text).join(' and ')}`,
          'correct the address or network.subnet',
        ),
      );
    } else {
      const reserved = reservedAs(network, address);
      if (reserved)
        found.push(
          error(
            'node-reserved-address',
            path,
            `${address.text} is the ${reserved} of ${network.text}`,
            'give the node a host address',
          ),
        );
    }
    if (gateway.some((router) => sameAddress(router, address))) {
      found.push(
        error(
          'node-is-gateway',
          path,
          `${node.name} has the address of the gateway, ${address.text}`,
          'give the node its own address',
        ),
      );
    }
    const owner = all.slice(0, index).find((other) => sameAddress(other.address, address));
    if (owner)
      found.push(
        error(
          'duplicate-address',
          path,
          `${address.text} is already the address of ${owner.node.name}`,
          'give each node its own address',
        ),
      );
    const range = dhcp.find((candidate) => contains(candidate, address));
    if (range) {
      found.push(
        warning(
          'node-in-dhcp',
          path,
          `${node.name} has ${address.text}, which is inside the DHCP range ${range.text}`,
          'reserve it in the DHCP server or move it out, or another machine may be given the same address',
        ),
      );
    }
    return found;
  });
  return [...problems, ...cluster.nodes.flatMap((node, n) => familiesOf(cluster, node, n))];
}

/** An address outside the node network has its own problem, so only nodes whose addresses are all inside are judged. */
function familiesOf(cluster: Cluster, node: Node, index: number): Problem[] {
  const inside = node.address.every((address) => cluster.network.subnet.some((subnet) => contains(subnet, address)));
  return inside
    ? familyProblems(cluster, `the address of ${node.name}`, node.address, ['nodes', index, 'address'])
    : [];
}
