import { type Node, type Path, quorumOf, serversOf, upsesAt } from '../cluster';
import { type Report, subject } from './subject';

const RULES = {
  'shed-empty': { cause: '`shed` has no limit and does nothing' },
  'shed-not-fed': { cause: '`shed` of a node that no UPS feeds' },
  'shed-ups-node': { cause: 'The node with a UPS cable would stop upsd for the others' },
  'shed-quorum': { cause: 'The servers without `shed` are no quorum', cure: 'Remove `shed` from a server' },
  'shed-not-first': {
    cause: 'A limit of `shed` is not reached before the same limit of `power.earlyShutdown`',
    severity: 'warning',
  },
} as const;

/** A node that is shed goes before the others, keeps upsd running for them, and leaves a quorum. */
export const shed = subject(RULES, (cluster, report) => {
  const early = cluster.power.earlyShutdown ?? {};
  for (const [n, node] of cluster.nodes.entries()) {
    const path = ['nodes', n, 'shed'];
    if (node.shed === undefined) continue;
    const [cable] = upsesAt(cluster, node);
    if (Object.keys(node.shed).length === 0) {
      const cure = 'set onBatterySeconds, chargeBelowPercent or runtimeBelowSeconds, or remove shed';
      report('shed-empty', path, `shed of ${node.name} has no limit and does nothing`, cure);
    }
    if (node.ups.length === 0) {
      report('shed-not-fed', path, `no UPS feeds ${node.name}`, 'set ups of the node, or remove shed');
    }
    if (cable) {
      report(
        'shed-ups-node',
        path,
        `${node.name} has the cable of ${cable.name} and would stop upsd for the other nodes`,
        `remove shed, or move the cable to another node and change ups[].node`,
      );
    }
    checkFirst(node, early, path, report);
  }
  const servers = serversOf(cluster);
  const stay = servers.filter((node) => node.shed === undefined).length;
  const quorum = quorumOf(servers.length);
  if (servers.length === 0 || stay >= quorum) return;
  report(
    'shed-quorum',
    ['nodes', cluster.nodes.findLastIndex((node) => node.role === 'server' && node.shed !== undefined), 'shed'],
    `${servers.length - stay} of ${servers.length} servers are shed, and the other ${stay} are no quorum, which needs ${quorum}`,
    'remove shed from a server',
  );
});

type Limits = NonNullable<Node['shed']>;

function checkFirst({ name, shed = {} }: Node, early: Limits, path: Path, report: Report<typeof RULES>): void {
  const isFirst: Readonly<Record<keyof Limits, (own: number, all: number) => boolean>> = {
    onBatterySeconds: (own, all) => own < all,
    chargeBelowPercent: (own, all) => own > all,
    runtimeBelowSeconds: (own, all) => own > all,
  };
  for (const key of ['onBatterySeconds', 'chargeBelowPercent', 'runtimeBelowSeconds'] as const) {
    const [own, all] = [shed[key], early[key]];
    if (own === undefined || all === undefined || isFirst[key](own, all)) continue;
    report(
      'shed-not-first',
      [...path, key],
      `${key} ${own} of ${name} is not reached before that of power.earlyShutdown, ${all}`,
      `set it ${key === 'onBatterySeconds' ? 'below' : 'above'} ${all}`,
    );
  }
}
