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
    breaks: 'running',
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
    breaks: 'running',
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
    ups.nodes.filter(({ name }) => name === ups.ups.node).map((holder) => ({ holder, ups })),
  );
  for (const { path, first, all } of grouped(cables, ({ holder }) => holder.stagePath)) {
    const { stageSeconds } = first.holder;
    const nodes = all
      .flatMap(({ ups }) => ups.nodes)
      .sort((a, b) => b.stageSeconds - a.stageSeconds)
      .map((node) => ({ seconds: node.stageSeconds, text: `${labelOf(node)} (${node.stageSeconds} s)` }));
    const clients = all
      .flatMap(({ ups }) => ups.clients)
      .map(({ name }) => ({ seconds: CLIENT_POLL_SECONDS, text: `${name} (polls within ${CLIENT_POLL_SECONDS} s)` }));
    const missed = [...nodes, ...clients].filter(({ seconds }) => seconds > stageSeconds);
    if (missed.length === 0) continue;
    const least = Math.max(...missed.map(({ seconds }) => seconds));
    report(
      'ups-node-not-last',
      path,
      `the node with the UPS powers off after ${stageSeconds} s and stops upsd for ${[...new Set(missed.map(({ text }) => text))].join(' and ')}`,
      `set ${settingOf(path)} to ${least} or more`,
      [[{ path, value: least }]],
    );
  }

  const [server] = plan.nodes.filter(({ role }) => role === 'server').sort((a, b) => a.stageSeconds - b.stageSeconds);
  const late = plan.nodes.flatMap((agent) =>
    agent.role === 'agent' && server && agent.stageSeconds > server.stageSeconds ? [{ agent, server }] : [],
  );
  for (const { path, first } of grouped(late, ({ agent }) => agent.stagePath)) {
    report(
      'agents-last',
      path,
      `${powersOff(first.agent)} and ${labelOf(first.server)} after ${first.server.stageSeconds} s, so pods on agents stop without the API`,
      `set ${settingOf(path)} to ${first.server.stageSeconds} or less`,
      [[{ path, value: first.server.stageSeconds }]],
    );
  }

  // every node polls each pollOnBatterySeconds, and the one with the cable may be the last to receive the shutdown
  const needed = power.pollOnBatterySeconds + COMMAND_SECONDS;
  const early = plan.nodes.filter((node) => node.stageSeconds < needed && isCommandedElsewhere(plan, node));
  // these power off last
  const holders = cables.map(({ holder }) => holder).filter(({ stageSeconds }) => stageSeconds < needed);
  for (const { path, first } of grouped(early, ({ stagePath }) => stagePath)) {
    const later = grouped([first, ...holders], ({ stagePath }) => stagePath).map((group) => group.path);
    report(
      'stage-before-command',
      path,
      `${powersOff(first)}, but the UPS may be commanded only after ${power.pollOnBatterySeconds} pollOnBatterySeconds + ${COMMAND_SECONDS} = ${needed}`,
      `set ${later.map(settingOf).join(' and ')} to ${needed} or more`,
      [later.map((at) => ({ path: at, value: needed }))],
    );
  }

  const hosts = [...plan.nodes, ...plan.upses.flatMap(({ clients }) => clients)];
  const hasty = hosts.filter(({ haltSeconds }) => haltSeconds < SHORTEST_HALT_SECONDS);
  for (const { path, first } of grouped(hasty, ({ haltPath }) => haltPath)) {
    report(
      'halt-budget-short',
      path,
      first.role === 'client'
        ? `a host that needs more than ${first.haltSeconds} s to halt is cut while it runs`
        : `a node that needs more than ${first.haltSeconds} s to halt is powered off by force and loses unwritten data`,
      `measure a halt, and set more than that, at least ${SHORTEST_HALT_SECONDS} s`,
    );
  }

  // a holder that powers off without a handover is replaced while the pods of the other servers still stop
  const awaySeconds = controlPlane.lease.durationSeconds + AFTER_LEASE_SECONDS;
  const budget = budgetFor(awaySeconds);
  const short = haltBudgetsOf(cluster, 'server').filter(({ haltSeconds }) => haltSeconds < budget);
  const paths = grouped(short, ({ haltPath }) => haltPath).map(({ path }) => path);
  const [path] = paths;
  if (controlPlane.provider !== 'kube-vip' || serversOf(cluster).length < 2 || path === undefined) return;
  report(
    'drain-below-lease',
    path,
    `pods on a server that halts have ${gracefulShutdown(cluster, 'server').totalSeconds} s of ${shortestHaltBudget(cluster, 'server')} s, less than the ${awaySeconds} s of a VIP failover (durationSeconds ${controlPlane.lease.durationSeconds} + ${AFTER_LEASE_SECONDS})`,
    `set ${paths.map(settingOf).join(' and ')} to ${budget} or more, or lower lease.durationSeconds`,
    [paths.map((at) => ({ path: at, value: budget }))],
  );
});

/** What shares one setting, in the order of the first of each group. */
function grouped<T>(items: readonly T[], pathOf: (item: T) => Path) {
  const groups = new Map<string, { readonly path: Path; readonly first: T; readonly all: T[] }>();
  for (const item of items) {
    const path = pathOf(item);
    const group = groups.get(pathText(path));
    if (group) group.all.push(item);
    else groups.set(pathText(path), { path, first: item, all: [item] });
  }
  return [...groups.values()];
}

/** A node with its own stage, or all nodes of its role. */
const labelOf = ({ name, role, stagePath }: NodePlan): string => (hasOwn(stagePath) ? name : PLURALS[role]);

const powersOff = (node: NodePlan): string =>
  `${labelOf(node)} ${hasOwn(node.stagePath) ? 'powers' : 'power'} off after ${node.stageSeconds} s`;

const hasOwn = (path: Path): boolean => path[0] === 'nodes';

/** `stages.serverSeconds` or `nodes[0].stageSeconds`. */
const settingOf = (path: Path): string => pathText(path).replace(/^power\./, '');

/** Whether a UPS that feeds this node is commanded by another node. */
const isCommandedElsewhere = (plan: PowerPlan, { name }: NodePlan): boolean =>
  plan.upses.some(
    ({ ups, nodes }) => ups.node !== undefined && ups.node !== name && nodes.some((fed) => fed.name === name),
  );
