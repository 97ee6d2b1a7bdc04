import type { ScenarioPlan } from '../drill';
import type { Scenario } from '../scenario';

const LONGEST_WAIT_MS = 900_000;

/**
 * The same scenarios, of which only so many run at a time, in this order. Those that measure times, or for which seconds count, must not
 * share a small machine with all the others.
 */
export function inTurns(atATime: number, plans: readonly ScenarioPlan[]): ScenarioPlan[] {
  const waiting = new Set<ScenarioPlan>();
  let running = 0;
  const isNext = (plan: ScenarioPlan) => running < atATime && [...waiting][0] === plan;
  return plans.map((plan) => ({
    ...plan,
    run: async (scenario: Scenario) => {
      waiting.add(plan);
      await scenario.wait('its turn', LONGEST_WAIT_MS, () => isNext(plan));
      waiting.delete(plan);
      running++;
      try {
        await plan.run(scenario);
      } finally {
        running--;
      }
    },
  }));
}
