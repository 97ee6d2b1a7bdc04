import { type Path, pathText, serversOf } from '../cluster';
import {
  budgetFor,
  CLIENT_TIMING,
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
  'ups-node-not-last': {
    cause: 'Nodes power off, or hosts outside the cluster poll, after the node with the UPS, which stops upsd for them',
  },
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
/** A client receives the shutdown at its next poll. */
const CLIENT_POLL_SECONDS = CLIENT_TIMING.pollFreq + COMMAND_SECONDS;
const PLURALS: Readonly<Record<PowerRole, string>> = {
  agent: 'agents',
  server: 'servers',
  upsNode: 'nodes with a UPS',
};

/** Nodes power off in an order that keeps upsd and the API running, after the UPS is commanded, with enough time to halt. */
export const stages = subject(RULES, (cluster, report) => {
  const { power, controlPlane } = cluster;
  const plan = powerPlan(cluster);

  const cables = plan.upses.flatMap((ups) =>
    ups.nodes.filter(({ name }) => name === ups.ups.node).map((holder) => ({ holder, ups, path: holder.stagePath })),
  );
  for (const group of byPath(cables)) {
    const [{ holder, path }] = group;
    const later = group
      .flatMap(({ ups }) => ups.nodes)
      .filter(({ stageSeconds }) => stageSeconds > holder.stageSeconds)
      .sort((a, b) => b.stageSeconds - a.stageSeconds)
      .map((node) => ({
        seconds: node.stageSeconds,
        text: `${labelOf(node, node.stagePath)} (${node.stageSeconds} s)`,
      }));
    const polling = group
      .flatMap(({ ups }) => ups.clients)
      .filter(() => CLIENT_POLL_SECONDS > holder.stageSeconds)
      .map(({ name }) => ({ seconds: CLIENT_POLL_SECONDS, text: `${name} (polls within ${CLIENT_POLL_SECONDS} s)` }));
    const missed = [...later, ...polling];
    if (missed.length === 0) continue;
    report(
      'ups-node-not-last',
      path,
      `the node with the UPS powers off after ${holder.stageSeconds} s and stops upsd for ${[...new Set(missed.map(({ text }) => text))].join(' and ')}`,
      `set ${settingOf(path)} to ${Math.max(...missed.map(({ seconds }) => seconds))} or more`,
    );
  }

  const [first] = plan.nodes.filter(({ role }) => role === 'server').sort((a, b) => a.stageSeconds - b.stageSeconds);
  const late = plan.nodes.filter(
    ({ role, stageSeconds }) => role === 'agent' && first && stageSeconds > first.stageSeconds,
  );
  for (const [agent] of byPath(late.map((node) => ({ ...node, path: node.stagePath })))) {
    if (!first) break;
    report(
      'agents-last',
      agent.path,
      `${powersOff(agent, agent.path)} and ${labelOf(first, first.stagePath)} after ${first.stageSeconds} s, so pods on agents stop without the API`,
      `set ${settingOf(agent.path)} to ${first.stageSeconds} or less`,
    );
  }

  // every node polls each pollOnBatterySeconds, and the one with the cable may be the last to receive the shutdown
  const needed = power.pollOnBatterySeconds + COMMAND_SECONDS;
  const early = plan.nodes.filter((node) => node.stageSeconds < needed && isCommandedElsewhere(plan, node));
  for (const [node] of byPath(early.map((one) => ({ ...one, path: one.stagePath })))) {
    report(
      'stage-before-command',
      node.path,
      `${powersOff(node, node.path)}, but the UPS may be commanded only after ${power.pollOnBatterySeconds} pollOnBatterySeconds + ${COMMAND_SECONDS} = ${needed}`,
      `set ${settingOf(node.path)} to ${needed} or more`,
    );
  }

  const short = [...plan.nodes, ...plan.upses.flatMap(({ clients }) => clients)].filter(
    ({ haltSeconds }) => haltSeconds < SHORTEST_HALT_SECONDS,
  );
  for (const [{ path, role, haltSeconds }] of byPath(short.map((host) => ({ ...host, path: host.haltPath })))) {
    report(
      'halt-budget-short',
      path,
      role === 'client'
        ? `a host that needs more than ${haltSeconds} s to halt is cut while it runs`
        : `a node that needs more than ${haltSeconds} s to halt is powered off by force and loses unwritten data`,
      `measure a halt, and set more than that, at least ${SHORTEST_HALT_SECONDS} s`,
    );
  }

  // a holder that powers off without a handover is replaced while the pods of the other servers still stop
  const awaySeconds = controlPlane.lease.durationSeconds + AFTER_LEASE_SECONDS;
  const budget = budgetFor(awaySeconds);
  const tight = haltBudgetsOf(cluster, 'server').filter(({ haltSeconds }) => haltSeconds < budget);
  const groups = byPath(tight.map(({ haltPath: path }) => ({ path })));
  const [[one] = []] = groups;
  if (controlPlane.provider !== 'kube-vip' || serversOf(cluster).length < 2 || one === undefined) return;
  report(
    'drain-below-lease',
    one.path,
    `pods on a server that halts have ${gracefulShutdown(cluster, 'server').totalSeconds} s of ${shortestHaltBudget(cluster, 'server')} s, less than the ${awaySeconds} s of a VIP failover (durationSeconds ${controlPlane.lease.durationSeconds} + ${AFTER_LEASE_SECONDS})`,
    `set ${groups.map(([{ path }]) => settingOf(path)).join(' and ')} to ${budget} or more, or lower lease.durationSeconds`,
  );
});

/** The hosts that share one setting, in the order of their first. */
function byPath<T extends { readonly path: Path }>(hosts: readonly T[]): (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const host of hosts) {
    const group = groups.get(pathText(host.path));
    if (group) group.push(host);
    else groups.set(pathText(host.path), [host]);
  }
  return [...groups.values()];
}

/** A node with a setting of its own, or all nodes of its role. */
const labelOf = ({ name, role }: NodePlan, path: Path): string => (path[0] === 'nodes' ? name : PLURALS[role]);

const powersOff = (node: NodePlan, path: Path): string =>
  `${labelOf(node, path)} ${path[0] === 'nodes' ? 'powers' : 'power'} off after ${node.stageSeconds} s`;

/** `stages.serverSeconds` or `nodes[0].stageSeconds`. */
const settingOf = (path: Path): string => pathText(path).replace(/^power\./, '');

/** Whether a UPS that feeds this node is commanded by another node. */
const isCommandedElsewhere = (plan: PowerPlan, { name }: NodePlan): boolean =>
  plan.upses.some(
    ({ ups, nodes }) => ups.node !== undefined && ups.node !== name && nodes.some((fed) => fed.name === name),
  );
