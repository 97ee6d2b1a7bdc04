import type { UpsPlan } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import { type PowerLab, perMachine } from './power-lab';
import { MACHINES, UPS } from './site';

/** The event that the times of a table count from. */
export interface Zero {
  readonly at: number;
  readonly name: string;
}

/** Mains power fails, and every node detects it. */
export async function failMains(scenario: Scenario, lab: PowerLab, ups = UPS): Promise<number> {
  const failed = lab.ups(ups).mains(false);
  await scenario.wait('upsd reports on battery (OB)', 15_000, async () => (await lab.upsStatus(ups)).includes('OB'));
  // every upsmon has to see it too: it polls every 5 s, and ignores the loss of a UPS that it last saw on line
  await scenario.pass('every upsmon polls', 6000);
  return failed;
}

/** Mains power fails, then the UPS reports low battery. */
export async function lowBattery(scenario: Scenario, lab: PowerLab): Promise<Zero> {
  await failMains(scenario, lab);
  return { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
}

/** Waits until these nodes have their deadline. */
export const committed = (scenario: Scenario, lab: PowerLab, names: readonly string[] = MACHINES): Promise<number> =>
  scenario.reach(`committed: ${names.join(', ')}`, 40_000, () =>
    names.every((name) => lab.host(name).killpower.deadline !== undefined),
  );

/** The commands to a UPS to cut its output. */
export const shutdownsOf = (lab: PowerLab, ups = UPS) =>
  lab.ups(ups).commands.filter(({ shutdown }) => shutdown !== undefined);

export const commanded = (scenario: Scenario, lab: PowerLab): Promise<number> =>
  scenario.reach('the UPS is commanded to cut its output', 40_000, () => shutdownsOf(lab).length > 0);

/** The check of a descent that controls fail at. */
export const CUT_CLEAN = 'every node is off before the output is cut';

export interface DescentOptions {
  /** @default - all */
  readonly machines?: readonly string[];
  readonly ups?: string;
  /** Nodes cut off from the others: they keep no order, and may power off before the UPS is commanded. @default - none */
  readonly alone?: readonly string[];
  /** When the shutdown began for a node. @default - at the first commit */
  readonly beganFor?: (name: string) => number;
  /** Whether a pod may be killed between its command to the UPS and its mark, so that the next one repeats the command. @default false */
  readonly mayBeToldTwice?: boolean;
  /** Seconds from zero to the first commit, at most. @default - the plan's time for driver and upsmon to detect low battery */
  readonly beginsWithinSeconds?: number;
}

/** Waits until the output is cut, measures the power-off of each node, and checks that it was clean and in time. */
export async function descent(
  scenario: Scenario,
  lab: PowerLab,
  zero: Zero,
  options: DescentOptions = {},
): Promise<void> {
  const { machines = MACHINES, ups = UPS, alone = [], beganFor = () => lab.firstCommitOf(machines) } = options;
  await scenario.reach('the UPS cuts its output', 130_000, () => !lab.ups(ups).loadOn);
  const cutAt = lab.ups(ups).loadChanges[0]?.at ?? Number.NaN;
  const since = (at: number | undefined) => seconds(at === undefined ? undefined : at - zero.at);
  const row = (what: string, at: (name: string) => number | undefined) =>
    scenario.measure(
      `${what} after ${zero.name}`,
      perMachine((name) => since(at(name)), machines),
    );
  row('committed', (name) => lab.host(name).killpower.deadlines[0]?.at);
  row('powers off', (name) => lab.host(name).haltingAt);
  row('off', (name) => lab.host(name).haltedAt);
  scenario.measure(
    'cause of the power-off',
    perMachine((name) => lab.host(name).killpower.called ?? '-', machines),
  );
  scenario.measure(`UPS command after ${zero.name}`, { [ups]: since(shutdownsOf(lab, ups)[0]?.at) });
  scenario.measure(`output off after ${zero.name}`, { [ups]: since(cutAt) });

  checkBegin(scenario, lab, zero, {
    machines: others(machines, alone),
    ups,
    withinSeconds: options.beginsWithinSeconds,
  });
  checkClean(scenario, lab, machines, cutAt);
  const firstHaltAt = Math.min(...others(machines, alone).map((name) => haltingAt(lab, name)));
  checkCommand(scenario, lab, ups, firstHaltAt, options.mayBeToldTwice ? 2 : 1);
  checkTimes(scenario, lab, machines, beganFor);
  const inOrder = others(machines, alone).map((name) => haltingAt(lab, name));
  if (inOrder.length < 2) return;
  const isSorted = inOrder.every((at, i) => i === 0 || at > (inOrder[i - 1] ?? Number.NaN));
  scenario.check(`they power off in the order ${others(machines, alone).join(', ')}`, isSorted);
}

/** All other times count from the first commit, so that must not be late. The plan reserves battery runtime for it. */
export function checkBegin(
  scenario: Scenario,
  lab: PowerLab,
  zero: Zero,
  options: { readonly machines?: readonly string[]; readonly ups?: string; readonly withinSeconds?: number } = {},
): void {
  const { machines = MACHINES, ups = UPS, withinSeconds = planOf(lab, ups).noticeSeconds } = options;
  const took = (lab.firstCommitOf(machines) - zero.at) / 1000;
  scenario.check(
    `the first node is committed within ${withinSeconds.toFixed(0)} s after ${zero.name}`,
    took <= withinSeconds,
    `${took.toFixed(1)} s`,
  );
}

function planOf(lab: PowerLab, ups: string): UpsPlan {
  const plan = lab.plan.upses.find((candidate) => candidate.ups.name === ups);
  if (!plan) throw new Error(`the power plan has no UPS "${ups}"`);
  return plan;
}

const others = (machines: readonly string[], alone: readonly string[]) =>
  machines.filter((name) => !alone.includes(name));

const haltingAt = (lab: PowerLab, name: string): number => lab.host(name).haltingAt ?? Number.NaN;

function checkClean(scenario: Scenario, lab: PowerLab, machines: readonly string[], cutAt: number): void {
  const margins = machines.map((name) => cutAt - (lab.host(name).haltedAt ?? Number.POSITIVE_INFINITY));
  const margin = Math.min(...margins);
  scenario.measure('margin from the last node off to output off', seconds(margin));
  const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
  scenario.check(CUT_CLEAN, margin > 0 && dirty === 0, `${dirty} cut while running`);
  const torn = lab.hosts.flatMap(({ killpower }) => killpower.torn);
  scenario.check('every file was a complete line at all times', torn.length === 0, torn.join(' '));
}

/** One command, with the delays of the plan, before the first node powers off. */
function checkCommand(scenario: Scenario, lab: PowerLab, ups: string, firstHaltAt: number, most: 1 | 2): void {
  const plan = planOf(lab, ups);
  const commands = shutdownsOf(lab, ups);
  const delays = commands.map(({ shutdown }) => `${shutdown?.cutSeconds} s and ${shutdown?.restoreSeconds} s`);
  const planned = `${plan.offDelaySeconds} s and ${plan.onDelaySeconds} s`;
  scenario.check(
    `${ups} gets ${most === 1 ? 'one command' : 'one command, or the same twice'}, with offdelay and ondelay of the plan`,
    commands.length >= 1 && commands.length <= most && delays.every((delay) => delay === planned),
    `${delays.join('; ') || 'none'} for ${planned}`,
  );
  const lead = firstHaltAt - (commands[0]?.at ?? Number.NaN);
  scenario.check(`${ups} gets it before the first node powers off`, lead > 0, seconds(lead));
}

/** No node is later than the power plan. */
function checkTimes(
  scenario: Scenario,
  lab: PowerLab,
  machines: readonly string[],
  beganFor: (name: string) => number,
): void {
  for (const name of machines) {
    const plan = lab.plan.nodes.find(({ node }) => node.name === name);
    if (!plan) throw new Error(`the power plan has no node "${name}"`);
    const { haltedAt } = lab.host(name);
    const [off, down] = [haltingAt(lab, name), haltedAt ?? Number.NaN].map((at) => (at - beganFor(name)) / 1000);
    scenario.check(
      `${name} powers off within ${plan.deadlineSeconds} s and is off within ${plan.downSeconds} s`,
      off !== undefined && down !== undefined && off <= plan.deadlineSeconds && down <= plan.downSeconds,
      `${off?.toFixed(1)} s, ${down?.toFixed(1)} s`,
    );
  }
}

/** Mains power returns: every node boots and logs in, and nothing of the shutdown is left. */
export async function ascent(
  scenario: Scenario,
  lab: PowerLab,
  options: { readonly machines?: readonly string[]; readonly ups?: string; readonly wrongPassword?: number } = {},
): Promise<void> {
  const { machines = MACHINES, ups = UPS, wrongPassword = 0 } = options;
  await scenario.pass('the site is without power', 2000);
  const back = lab.ups(ups).mains(true);
  await scenario.reach('the UPS restores its output', 20_000, () => lab.ups(ups).loadOn);
  await scenario.reach('every node boots', 40_000, () => lab.hosts.every(({ state }) => state === 'running'));
  const logins = lab.logins(ups) - wrongPassword;
  await scenario.reach('every upsmon logs in again', 40_000, async () => (await lab.clients(ups)).length === logins);
  scenario.measure('all logged in after mains power returned', seconds(scenario.timeline.now() - back));
  await scenario.pass('nothing more happens after the boot', 5000);
  const stayed = machines.every((name) => lab.host(name).state === 'running' && lab.host(name).boots === 2);
  const since = shutdownsOf(lab, ups).filter(({ at }) => at > back);
  scenario.check('every node stays up, and the UPS gets no command', stayed && since.length === 0);
  checkDisarmed(scenario, lab, machines);
}

/** Low battery after a fault that is over is as without the fault. */
export async function thenLowBattery(scenario: Scenario, lab: PowerLab): Promise<void> {
  await scenario.reach('every upsmon is logged in', 30_000, () => lab.loggedIn());
  scenario.check(
    'no node is committed',
    lab.hosts.every(({ killpower }) => killpower.deadlines.length === 0),
  );
  const low = { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
  await descent(scenario, lab, low);
  await ascent(scenario, lab);
}

/** No deadline, no lease, and no mark of a command to a UPS. */
export function checkDisarmed(scenario: Scenario, lab: PowerLab, machines: readonly string[] = MACHINES): void {
  const left = machines.flatMap((name) => lab.host(name).killpower.armed.map((file) => `${name}:${file}`));
  scenario.check('nothing is armed', left.length === 0, left.join(' '));
}
