import { type Node, upsesAt } from '../cluster';
import { subject } from './subject';

const RULES = {
  'cables-together': {
    cause: 'A node with several UPS cables powers off with one UPS, and upsd for the others with it',
    severity: 'warning',
  },
} as const;

/** A node with the cables of several UPSes stops upsd for all of them when it powers off. */
export const sharedCables = subject(RULES, (cluster, report) => {
  for (const [n, node] of cluster.nodes.entries()) {
    const cables = upsesAt(cluster, node).map(({ name }) => name);
    const fatal = cables.find((name) => fallsWith(node, name));
    const [other] = cables.filter((name) => name !== fatal);
    if (fatal === undefined || other === undefined) continue;
    const elsewhere = cluster.nodes.filter((one) => one !== node && one.ups.some(({ name }) => name === other));
    report(
      'cables-together',
      ['nodes', n, 'ups'],
      `${node.name} has the cables of ${cables.join(' and ')} and powers off with ${fatal}, so the nodes on ${other} shut down as well`,
      elsewhere.length > 0
        ? `move the cable of ${other} to ${elsewhere.map(({ name }) => name).join(' or ')}, and change ups[].node`
        : `feed another node by ${other}, and move its cable there`,
    );
  }
});

/** Whether the node has too few supplies left without this UPS. */
function fallsWith({ ups, minSupplies }: Node, name: string): boolean {
  const left = ups.filter((feed) => feed.name !== name).reduce((sum, { powerValue }) => sum + powerValue, 0);
  return left < minSupplies;
}
