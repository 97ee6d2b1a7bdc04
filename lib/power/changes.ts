import { type Cluster, type Path, pathText } from '../cluster';
import type { PowerRole, UpsPlan } from './plan';

/** A number of the site that could be another one. */
export interface Change {
  readonly path: Path;
  readonly value: number;
}

/** A halt budget below this is too little for a clean halt of a machine with containers on it, so none such is proposed. */
export const SHORTEST_HALT_SECONDS = 10;

/**
 * The smallest lowering of halt budgets after which every machine of this UPS is off in time, or undefined when no halt budget
 * that a machine could live with does it.
 *
 * @param latestDownSeconds when the last of them has to be off
 */
export function lowerBudgets(plan: UpsPlan, latestDownSeconds: number): Change[] | undefined {
  const budgets = new Map<PowerRole, number>();
  for (const { role, haltSeconds, downSeconds } of plan.nodes) {
    const excess = downSeconds - latestDownSeconds;
    if (excess > 0) budgets.set(role, haltSeconds - excess);
  }
  if ([...budgets.values()].some((seconds) => seconds < SHORTEST_HALT_SECONDS)) return undefined;
  return [...budgets].map(([role, value]) => ({ path: ['power', 'haltBudget', `${role}Seconds`], value }));
}

/**
 * The smallest change of delay and halt budgets after which the load is cut early enough, or undefined when there is none.
 *
 * @param latestCutSeconds how long offdelay may be
 * @param latestDownSeconds when the last machine has to be off @default - with the margin before the cut
 */
export function cutEarlier(
  cluster: Cluster,
  plan: UpsPlan,
  latestCutSeconds: number,
  latestDownSeconds = latestCutSeconds,
): Change[] | undefined {
  const { ups, stepSeconds, allDownSeconds } = plan;
  const offDelaySeconds = Math.floor(latestCutSeconds / stepSeconds) * stepSeconds;
  // one that fits stays, where it is only the machines that are off too late
  const isKept = ups.options['offdelay'] === undefined || plan.offDelaySeconds <= latestCutSeconds;
  const stated = isKept ? [] : [offDelayOf(cluster, plan, offDelaySeconds)];
  const latest = Math.min(offDelaySeconds - cluster.power.marginSeconds, latestDownSeconds);
  if (allDownSeconds <= latest) return stated;
  const budgets = lowerBudgets(plan, latest);
  return budgets && [...stated, ...budgets];
}

/** The change of the delay that the owner gives as a driver option. */
export const offDelayOf = (cluster: Cluster, { ups }: UpsPlan, value: number): Change => ({
  path: ['ups', cluster.ups.indexOf(ups), 'options', 'offdelay'],
  value,
});

/** `set power.haltBudget.serverSeconds to 41 and power.haltBudget.upsNodeSeconds to 36`; nothing for no change. */
export const changeText = (changes: readonly Change[]): string =>
  changes.length === 0 ? '' : `set ${changes.map(({ path, value }) => `${pathText(path)} to ${value}`).join(' and ')}`;
