import type { InvalidSite } from '../../support/site-input';

/** A row for each way to break a rule: nodes that are shed. */
export const shed: readonly InvalidSite[] = [
  {
    says: 'shedding without a limit is refused',
    changes: { 'nodes[1].shed': {} },
    problems: [
      'error nodes[1].shed: shed-empty: shed of k3s-2 has no limit and does nothing; set onBatterySeconds, chargeBelowPercent or runtimeBelowSeconds, or remove shed',
    ],
  },
  {
    says: 'shedding of a node without a UPS is refused',
    changes: { 'nodes[3].shed': { onBatterySeconds: 300 } },
    problems: ['error nodes[3].shed: shed-not-fed: no UPS feeds k3s-4; set ups of the node, or remove shed'],
  },
  {
    says: 'shedding of the node with the cable is refused',
    changes: { 'nodes[0].shed': { onBatterySeconds: 300 } },
    problems: [
      'error nodes[0].shed: shed-ups-node: k3s-1 has the cable of ups1 and would stop upsd for the other nodes; remove shed, or move the cable to another node and change ups[].node',
    ],
  },
  {
    says: 'shedding of more servers than the quorum leaves is refused',
    changes: { 'nodes[1].shed': { onBatterySeconds: 300 }, 'nodes[2].shed': { chargeBelowPercent: 50 } },
    problems: [
      'error nodes[2].shed: shed-quorum: 2 of 3 servers are shed, and the other 1 are no quorum, which needs 2; remove shed from a server',
    ],
  },
  {
    says: 'limits of shedding that come with or after those of the early shutdown are warned about',
    changes: {
      'nodes[1].shed': { onBatterySeconds: 600, chargeBelowPercent: 40, runtimeBelowSeconds: 901 },
      power: { earlyShutdown: { onBatterySeconds: 600, chargeBelowPercent: 40, runtimeBelowSeconds: 900 } },
    },
    problems: [
      'warning nodes[1].shed.onBatterySeconds: shed-not-first: onBatterySeconds 600 of k3s-2 is not reached before that of power.earlyShutdown, 600; set it below 600',
      'warning nodes[1].shed.chargeBelowPercent: shed-not-first: chargeBelowPercent 40 of k3s-2 is not reached before that of power.earlyShutdown, 40; set it above 40',
    ],
  },
];
