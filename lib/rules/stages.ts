import { serversOf } from '../cluster';
import {
  budgetFor,
  gracefulShutdown,
  haltBudgetsOf,
  type NodePlan,
  type PowerPlan,
  type PowerRole,
  powerPlan,
  SHORTEST_HALT_SECONDS,
  shortestHaltBudget,
} from '../power';
import { subject } from './subject';

const RULES = {
  'ups-node-not-last': { cause: 'Agents or servers power off after the node with the UPS, which stops upsd for them' },
  'agents-last': {
    cause: 'Agents power off after servers, so their pods stop without the Kubernetes API',
    severity: 'warning',
  },
  'stage-before-command': {
    cause: 'A node may power off before its UPS is commanded',
    cure: 'Set 3, or more with a longer `pollOnBatterySeconds`',
    severity: 'warning',
  },
  'halt-budget-short': {
    cause: 'A halt budget is below 10 s',
    cure: 'Measure a halt, and set more than that',
    severity: 'warning',
  },
  'drain-below-lease': {
    cause: 'Pods on a server that halts have less time than a VIP failover (lease `durationSeconds` + 5 s)',
    severity: 'warning',
  },
} as const;

/** What the node with the cable needs to command its UPS after it has received the shutdown. */
const COMMAND_SECONDS = 1;
/** After the lease expires: the next holder polls it, and its announcement reaches the network. */
const AFTER_LEASE_SECONDS = 5;
const PLURALS: Readonly<Record<PowerRole, string>> = {
  agent: 'agents',
  server: 'servers',
  upsNode: 'nodes with a UPS',
};

/** Nodes power off in an order that keeps upsd and the API running, after the UPS is commanded, with enough time to halt. */
export const stages = subject(RULES, (cluster, report) => {
  const { power, controlPlane } = cluster;
  const plan = powerPlan(cluster);
  const roles = [...new Set(plan.nodes.map(({ role }) => role))];
  const stageOf = (role: PowerRole): number => power.stages[`${role}Seconds`];
  const isLater = (role: PowerRole, than: PowerRole): boolean =>
    roles.includes(role) && roles.includes(than) && stageOf(role) > stageOf(than);

  const [last, ...others] = (['agent', 'server'] as const)
    .filter((role) => isLater(role, 'upsNode'))
    .sort((a, b) => stageOf(b) - stageOf(a));
  if (last) {
    const later = [last, ...others].map((role) => `${PLURALS[role]} (${stageOf(role)} s)`).join(' and ');
    report(
      'ups-node-not-last',
      ['power', 'stages', 'upsNodeSeconds'],
      `the node with the UPS powers off after ${stageOf('upsNode')} s and stops upsd for ${later}`,
      `set stages.upsNodeSeconds to ${stageOf(last)} or more`,
    );
  }
  if (isLater('agent', 'server')) {
    report(
      'agents-last',
      ['power', 'stages', 'agentSeconds'],
      `agents power off after ${stageOf('agent')} s and servers after ${stageOf('server')} s, so pods on agents stop without the API`,
      `set stages.agentSeconds to ${stageOf('server')} or less`,
    );
  }

  // every node polls each pollOnBatterySeconds, and the one with the cable may be the last to receive the shutdown
  const needed = power.pollOnBatterySeconds + COMMAND_SECONDS;
  const early = plan.nodes.filter((node) => node.stageSeconds < needed && isCommandedElsewhere(plan, node));
  for (const role of new Set(early.map((node) => node.role))) {
    report(
      'stage-before-command',
      ['power', 'stages', `${role}Seconds`],
      `${PLURALS[role]} power off after ${stageOf(role)} s, but their UPS may be commanded only after ${power.pollOnBatterySeconds} pollOnBatterySeconds + ${COMMAND_SECONDS} = ${needed}`,
      `set stages.${role}Seconds to ${needed} or more`,
    );
  }

  for (const role of roles) {
    const budget = power.haltBudget[`${role}Seconds`];
    if (budget >= SHORTEST_HALT_SECONDS) continue;
    report(
      'halt-budget-short',
      ['power', 'haltBudget', `${role}Seconds`],
      `a node that needs more than ${budget} s to halt is powered off by force and loses unwritten data`,
      `measure a halt, and set more than that, at least ${SHORTEST_HALT_SECONDS} s`,
    );
  }

  // a holder that powers off without a handover is replaced while the pods of the other servers still stop
  const awaySeconds = controlPlane.lease.durationSeconds + AFTER_LEASE_SECONDS;
  const budget = budgetFor(awaySeconds);
  const short = [...haltBudgetsOf(cluster, 'server')].filter(([, seconds]) => seconds < budget);
  const keys = short.map(([role]) => `${role}Seconds`);
  const [first] = keys;
  if (controlPlane.provider !== 'kube-vip' || serversOf(cluster).length < 2 || first === undefined) return;
  report(
    'drain-below-lease',
    ['power', 'haltBudget', first],
    `pods on a server that halts have ${gracefulShutdown(cluster, 'server').totalSeconds} s of ${shortestHaltBudget(cluster, 'server')} s, less than the ${awaySeconds} s of a VIP failover (durationSeconds ${controlPlane.lease.durationSeconds} + ${AFTER_LEASE_SECONDS})`,
    `set ${keys.map((key) => `haltBudget.${key}`).join(' and ')} to ${budget} or more, or lower lease.durationSeconds`,
  );
});

/** Whether a UPS that feeds this node is commanded by another node. */
const isCommandedElsewhere = (plan: PowerPlan, { node }: NodePlan): boolean =>
  plan.upses.some(
    ({ ups, nodes }) => ups.node !== undefined && ups.node !== node.name && nodes.some((fed) => fed.node === node),
  );
