import { type Cluster, error, type Problem, serversOf, warning } from '../cluster';
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

/** The machines go off in an order that leaves nobody alone, after the UPS has its command and with time to halt. */
export function stages(cluster: Cluster): Problem[] {
  const plan = powerPlan(cluster);
  return [...order(cluster, plan), ...commands(cluster, plan), ...halts(cluster, plan), ...handovers(cluster)];
}

function order({ power }: Cluster, plan: PowerPlan): Problem[] {
  const roles = rolesOf(plan);
  const stageOf = (role: PowerRole): number => power.stages[`${role}Seconds`];
  const isLater = (role: PowerRole, than: PowerRole): boolean =>
    roles.includes(role) && roles.includes(than) && stageOf(role) > stageOf(than);
  const [last, ...others] = (['agent', 'server'] as const)
    .filter((role) => isLater(role, 'upsNode'))
    .sort((a, b) => stageOf(b) - stageOf(a));
  return [
    ...(last
      ? [
          error(
            'ups-node-not-last',
            ['power', 'stages', 'upsNodeSeconds'],
            `the node with the UPS powers off after ${stageOf('upsNode')} s and ${[last, ...others].map((role) => `${role}s after ${stageOf(role)} s`).join(', ')}: they would lose upsd while they wait, and with it what the UPS says`,
            `set stages.upsNodeSeconds to ${stageOf(last)} or more`,
          ),
        ]
      : []),
    ...(isLater('agent', 'server')
      ? [
          warning(
            'agents-last',
            ['power', 'stages', 'agentSeconds'],
            `agents power off after ${stageOf('agent')} s and servers after ${stageOf('server')} s, so the pods on agents lose the API while they stop`,
            `set stages.agentSeconds to ${stageOf('server')} or less`,
          ),
        ]
      : []),
  ];
}

const rolesOf = (plan: PowerPlan): PowerRole[] => [...new Set(plan.nodes.map(({ role }) => role))];

/** What the node with the cable needs to tell its UPS, once it has heard of the shutdown. */
const COMMAND_SECONDS = 1;
const PLURALS: Readonly<Record<PowerRole, string>> = {
  agent: 'agents',
  server: 'servers',
  upsNode: 'nodes with a UPS',
};

/** Every machine looks each pollOnBatterySeconds, and the one with the cable may be the last to hear of the shutdown. */
function commands({ power }: Cluster, plan: PowerPlan): Problem[] {
  const needed = power.pollOnBatterySeconds + COMMAND_SECONDS;
  const early = plan.nodes.filter((node) => node.stageSeconds < needed && isToldElsewhere(plan, node));
  return [...new Set(early.map(({ role }) => role))].map((role) =>
    warning(
      'stage-before-command',
      ['power', 'stages', `${role}Seconds`],
      `${PLURALS[role]} power off ${power.stages[`${role}Seconds`]} s after they hear of the shutdown, and their UPS may have its command only after ${power.pollOnBatterySeconds} pollOnBatterySeconds + ${COMMAND_SECONDS} to give it = ${needed}; if the node with its cable dies in between, nobody cuts and restores their power, and they stay off`,
      `set stages.${role}Seconds to ${needed} or more`,
    ),
  );
}

/** True when a UPS that feeds this machine is commanded by another one of the cluster. */
const isToldElsewhere = (plan: PowerPlan, { node }: NodePlan): boolean =>
  plan.upses.some(
    ({ ups, nodes }) => ups.node !== undefined && ups.node !== node.name && nodes.some((fed) => fed.node === node),
  );

const halts = ({ power }: Cluster, plan: PowerPlan): Problem[] =>
  rolesOf(plan)
    .filter((role) => power.haltBudget[`${role}Seconds`] < SHORTEST_HALT_SECONDS)
    .map((role) =>
      warning(
        'halt-budget-short',
        ['power', 'haltBudget', `${role}Seconds`],
        `a machine that needs more than ${power.haltBudget[`${role}Seconds`]} s to halt is forced off, and what it has not written by then is lost`,
        `measure what a halt takes and give that and some more, ${SHORTEST_HALT_SECONDS} s at least`,
      ),
    );

/** Beside the lease itself: the look at which the next holder finds it over, and the network that has to hear of it. */
const AFTER_LEASE_SECONDS = 5;

/** A holder that goes off without handing the virtual IP over is replaced while the pods of the other servers still stop. */
function handovers(cluster: Cluster): Problem[] {
  const { provider, lease } = cluster.controlPlane;
  const awaySeconds = lease.durationSeconds + AFTER_LEASE_SECONDS;
  const needed = budgetFor(awaySeconds);
  const short = [...haltBudgetsOf(cluster, 'server')].filter(([, seconds]) => seconds < needed);
  const keys = short.map(([role]) => `${role}Seconds`);
  const [first] = keys;
  if (provider !== 'kube-vip' || serversOf(cluster).length < 2 || first === undefined) return [];
  const { totalSeconds } = gracefulShutdown(cluster, 'server');
  return [
    warning(
      'drain-below-lease',
      ['power', 'haltBudget', first],
      `pods on a server that halts have ${totalSeconds} s of its ${shortestHaltBudget(cluster, 'server')} s, and without its holder the virtual IP is away for ${awaySeconds} s (durationSeconds ${lease.durationSeconds} + ${AFTER_LEASE_SECONDS}), so they would end without having reached the API`,
      `set ${keys.map((key) => `haltBudget.${key}`).join(' and ')} to ${needed} or more, or lower durationSeconds of the lease`,
    ),
  ];
}
