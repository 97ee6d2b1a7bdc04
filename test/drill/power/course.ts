import type { UpsPlan } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import { type PowerLab, perMachine } from './power-lab';
import { MACHINES, UPS } from './site';

/** What the times of a table count from. */
export interface Zero {
  readonly at: number;
  readonly name: string;
}

/** The mains fail, and upsd sees it. */
export async function failMains(scenario: Scenario, lab: PowerLab, ups = UPS): Promise<number> {
  const failed = lab.ups(ups).mains(false);
  await scenario.wait('upsd sees the UPS on battery', 15_000, async () => (await lab.upsStatus(ups)).includes('OB'));
  // each upsmon has to have seen it as well: it looks every 5 s, and one that last saw the mains waits for ever
  await scenario.pass('every machine sees it too', 6000);
  return failed;
}

/** The mains fail and the battery gets low. */
export async function lowBattery(scenario: Scenario, lab: PowerLab): Promise<Zero> {
  await failMains(scenario, lab);
  return { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
}

/** Waits until so many machines have their deadline. */
export const committed = (scenario: Scenario, lab: PowerLab, names: readonly string[] = MACHINES): Promise<number> =>
  scenario.reach(`committed: ${names.join(', ')}`, 40_000, () =>
    names.every((name) => lab.host(name).killpower.deadline !== undefined),
  );

/** The commands that cut the load of a UPS. */
export const shutdownsOf = (lab: PowerLab, ups = UPS) =>
  lab.ups(ups).commands.filter(({ text }) => text.startsWith('S'));

export const commanded = (scenario: Scenario, lab: PowerLab): Promise<number> =>
  scenario.reach('the UPS is told to cut its load', 40_000, () => shutdownsOf(lab).length > 0);

export interface DescentOptions {
  /** @default - all */
  readonly machines?: readonly string[];
  readonly ups?: string;
  /** Machines that hear nothing of the others: they keep no order, and may go before the UPS has its command. @default - none */
  readonly alone?: readonly string[];
  /** When the shutdown began for a machine. @default - when the first machine was committed */
  readonly beganFor?: (name: string) => number;
  /** Whether the pod that told the UPS may have died before it could say so, and the next one told it once more. @default false */
  readonly mayBeToldTwice?: boolean;
  /** How long after zero the first machine may be committed. @default - what the plan gives driver and upsmon to notice low battery */
  readonly beginsWithinSeconds?: number;
}

/** Waits until the load is cut, measures how everybody went down, and checks that it was clean and in time. */
export async function descent(
  scenario: Scenario,
  lab: PowerLab,
  zero: Zero,
  options: DescentOptions = {},
): Promise<void> {
  const { machines = MACHINES, ups = UPS, alone = [], beganFor = () => lab.firstCommitOf(machines) } = options;
  await scenario.reach('the UPS cuts its load', 130_000, () => !lab.ups(ups).loadOn);
  const cutAt = lab.ups(ups).loadChanges[0]?.at ?? Number.NaN;
  const since = (at: number | undefined) => seconds(at === undefined ? undefined : at - zero.at);
  const row = (what: string, at: (name: string) => number | undefined) =>
    scenario.measure(
      `${what} after ${zero.name}`,
      perMachine((name) => since(at(name)), machines),
    );
  row('committed', (name) => lab.host(name).killpower.deadlines[0]?.at);
  row('powers off', (name) => lab.host(name).haltingAt);
  row('is off', (name) => lab.host(name).haltedAt);
  scenario.measure(
    'powers off for',
    perMachine((name) => lab.host(name).killpower.called ?? '-', machines),
  );
  scenario.measure(`UPS command after ${zero.name}`, { [ups]: since(shutdownsOf(lab, ups)[0]?.at) });
  scenario.measure(`load off after ${zero.name}`, { [ups]: since(cutAt) });

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
  scenario.check(`they go in the order ${others(machines, alone).join(', ')}`, isSorted);
}

/** All other times count from the first commit, so it must not be late itself. The battery is reckoned to last for this wait. */
export function checkBegin(
  scenario: Scenario,
  lab: PowerLab,
  zero: Zero,
  options: { readonly machines?: readonly string[]; readonly ups?: string; readonly withinSeconds?: number } = {},
): void {
  const { machines = MACHINES, ups = UPS, withinSeconds = planOf(lab, ups).noticeSeconds } = options;
  const took = (lab.firstCommitOf(machines) - zero.at) / 1000;
  scenario.check(
    `the first machine is committed within ${withinSeconds.toFixed(0)} s after ${zero.name}`,
    took <= withinSeconds,
    `${took.toFixed(1)} s`,
  );
}

function planOf(lab: PowerLab, ups: string): UpsPlan {
  const plan = lab.plan.upses.find((candidate) => candidate.ups.name === ups);
  if (!plan) throw new Error(`the power plan knows no UPS "${ups}"`);
  return plan;
}

const others = (machines: readonly string[], alone: readonly string[]) =>
  machines.filter((name) => !alone.includes(name));

const haltingAt = (lab: PowerLab, name: string): number => lab.host(name).haltingAt ?? Number.NaN;

function checkClean(scenario: Scenario, lab: PowerLab, machines: readonly string[], cutAt: number): void {
  const margins = machines.map((name) => cutAt - (lab.host(name).haltedAt ?? Number.POSITIVE_INFINITY));
  const margin = Math.min(...margins);
  scenario.measure('margin between the last machine off and load off', seconds(margin));
  const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
  scenario.check('every machine is off before the load is', margin > 0 && dirty === 0, `${dirty} dirty cuts`);
  const torn = lab.hosts.flatMap(({ killpower }) => killpower.torn);
  scenario.check('no file was ever half a line', torn.length === 0, torn.join(' '));
}

/** One command, with the delays that synth reckons with, before the first machine halts. */
function checkCommand(scenario: Scenario, lab: PowerLab, ups: string, firstHaltAt: number, most: 1 | 2): void {
  const plan = planOf(lab, ups);
  const commands = shutdownsOf(lab, ups);
  const texts = [...new Set(commands.map(({ text }) => text))].join(' ');
  const [, minutes, pause] = /^S([\d.]+)R(\d+)$/.exec(texts) ?? [];
  scenario.check(
    `${ups} gets ${most === 1 ? 'one command' : 'one command or the same twice'}, with the offdelay and the ondelay of the plan`,
    commands.length >= 1 &&
      commands.length <= most &&
      Number(minutes) * 60 === plan.offDelaySeconds &&
      Number(pause) * 60 === plan.onDelaySeconds,
    `${texts || 'none'} for ${plan.offDelaySeconds} s and ${plan.onDelaySeconds} s`,
  );
  const lead = firstHaltAt - (commands[0]?.at ?? Number.NaN);
  scenario.check(`${ups} gets it before the first machine halts`, lead > 0, seconds(lead));
}

/** No machine is later than the power plan says. */
function checkTimes(
  scenario: Scenario,
  lab: PowerLab,
  machines: readonly string[],
  beganFor: (name: string) => number,
): void {
  for (const name of machines) {
    const plan = lab.plan.nodes.find(({ node }) => node.name === name);
    if (!plan) throw new Error(`the power plan knows no machine "${name}"`);
    const { haltedAt } = lab.host(name);
    const [off, down] = [haltingAt(lab, name), haltedAt ?? Number.NaN].map((at) => (at - beganFor(name)) / 1000);
    scenario.check(
      `${name} powers off within ${plan.deadlineSeconds} s and is off within ${plan.downSeconds} s`,
      off !== undefined && down !== undefined && off <= plan.deadlineSeconds && down <= plan.downSeconds,
      `${off?.toFixed(1)} s, ${down?.toFixed(1)} s`,
    );
  }
}

/** The mains come back: everything boots, logs in, and nothing of the shutdown is left. */
export async function ascent(
  scenario: Scenario,
  lab: PowerLab,
  options: { readonly machines?: readonly string[]; readonly ups?: string; readonly wrongPassword?: number } = {},
): Promise<void> {
  const { machines = MACHINES, ups = UPS, wrongPassword = 0 } = options;
  await scenario.pass('the site is dark', 2000);
  const back = lab.ups(ups).mains(true);
  await scenario.reach('the load comes back by itself', 20_000, () => lab.ups(ups).loadOn);
  await scenario.reach('every machine boots', 20_000, () => lab.hosts.every(({ state }) => state === 'running'));
  const logins = lab.logins(ups) - wrongPassword;
  await scenario.reach('every upsmon logs in again', 40_000, async () => (await lab.clients(ups)).length === logins);
  scenario.measure('all logged in after the mains are back', seconds(scenario.timeline.now() - back));
  await scenario.pass('nothing happens after the boot', 5000);
  const stayed = machines.every((name) => lab.host(name).state === 'running' && lab.host(name).boots === 2);
  const since = shutdownsOf(lab, ups).filter(({ at }) => at > back);
  scenario.check('every machine stays on', stayed && since.length === 0);
  checkDisarmed(scenario, lab, machines);
}

/** No deadline, no lease, and no mark that a UPS was told. */
export function checkDisarmed(scenario: Scenario, lab: PowerLab, machines: readonly string[] = MACHINES): void {
  const left = machines.flatMap((name) => lab.host(name).killpower.armed.map((file) => `${name}:${file}`));
  scenario.check('nothing is armed', left.length === 0, left.join(' '));
}
