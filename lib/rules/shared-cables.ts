import { type Cluster, type Node, type Problem, upsesAt, warning } from '../cluster';

/** A machine with the cables of several UPSes takes upsd down with it, and then nobody hears of the others. */
export const sharedCables = (cluster: Cluster): Problem[] =>
  cluster.nodes.flatMap((node, n) => {
    const cables = upsesAt(cluster, node).map(({ name }) => name);
    const fatal = cables.find((name) => fallsWith(node, name));
    const [other] = cables.filter((name) => name !== fatal);
    if (fatal === undefined || other === undefined) return [];
    const elsewhere = cluster.nodes.filter((one) => one !== node && one.ups.some(({ name }) => name === other));
    return [
      warning(
        'cables-together',
        ['nodes', n, 'ups'],
        `${node.name} has the cables of ${cables.join(' and ')} and goes down with ${fatal}; upsd goes with it, so the shutdown of ${fatal} is one of ${other} as well`,
        elsewhere.length > 0
          ? `plug the cable of ${other} into ${elsewhere.map(({ name }) => name).join(' or ')}, which it feeds, and change ups[].node`
          : `feed another machine by ${other} and plug its cable in there`,
      ),
    ];
  });

/** Whether a machine has too few supplies left without this UPS. */
function fallsWith({ ups, minSupplies }: Node, name: string): boolean {
  const left = ups.filter((feed) => feed.name !== name).reduce((sum, { powerValue }) => sum + powerValue, 0);
  return left < minSupplies;
}
