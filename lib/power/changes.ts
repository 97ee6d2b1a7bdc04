import { type Change, type Cluster, type Fix, pathText } from '../cluster';
import { hostsOn, type UpsPlan } from './plan';

/** The shortest halt budget that is proposed, seconds: a node with containers does not halt cleanly in less. */
export const SHORTEST_HALT_SECONDS = 10;

/**
 * The smallest reduction of halt budgets with which every host of this UPS is off in time; undefined when one would fall below
 * SHORTEST_HALT_SECONDS.
 *
 * @param latestDownSeconds when the last host must be off
 */
export function lowerBudgets(plan: UpsPlan, latestDownSeconds: number): Change<number>[] | undefined {
  const budgets = new Map<string, Change<number>>();
  for (const { haltPath, haltSeconds, downSeconds } of hostsOn(plan)) {
    const value = haltSeconds - (downSeconds - latestDownSeconds);
    const key = pathText(haltPath);
    // nodes of one role and different stages share a budget
    if (value < (budgets.get(key)?.value ?? haltSeconds)) budgets.set(key, { path: haltPath, value });
  }
  const changes = [...budgets.values()];
  return changes.some(({ value }) => value < SHORTEST_HALT_SECONDS) ? undefined : changes;
}

/**
 * The smallest change of delay and halt budgets with which the output is cut early enough; undefined when there is none.
 *
 * @param latestCutSeconds the longest offdelay
 * @param latestDownSeconds when the last node must be off @default - the margin before the cut
 */
export function cutEarlier(
  cluster: Cluster,
  plan: UpsPlan,
  latestCutSeconds: number,
  latestDownSeconds = latestCutSeconds,
): Change[] | undefined {
  const { ups, stepSeconds, allDownSeconds } = plan;
  const offDelaySeconds = Math.floor(latestCutSeconds / stepSeconds) * stepSeconds;
  // an offdelay that fits is kept: only the nodes are off too late
  const isKept = ups.options['offdelay'] === undefined || plan.offDelaySeconds <= latestCutSeconds;
  const stated = isKept ? [] : [offDelayOf(cluster, plan, offDelaySeconds)];
  const latest = Math.min(offDelaySeconds - cluster.power.marginSeconds, latestDownSeconds);
  if (allDownSeconds <= latest) return stated;
  const budgets = lowerBudgets(plan, latest);
  return budgets && [...stated, ...budgets];
}

/** The change of `offdelay` in the driver options. */
export const offDelayOf = (cluster: Cluster, { ups }: UpsPlan, value: number): Change<number> => ({
  path: ['ups', cluster.ups.indexOf(ups), 'options', 'offdelay'],
  value,
});

/** `set power.haltBudget.serverSeconds to 41 and power.haltBudget.upsNodeSeconds to 36`; empty for no change. */
export const changeText = (changes: Fix): string =>
  changes.length === 0 ? '' : `set ${changes.map(({ path, value }) => `${pathText(path)} to ${value}`).join(' and ')}`;
