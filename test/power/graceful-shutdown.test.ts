import fc from 'fast-check';
import { budgetFor, withinBudget } from '../../lib/power/graceful-shutdown';

const seconds = (least: number) => fc.integer({ min: least, max: 3600 });

describe('what pods have of a halt budget', () => {
  test.each([
    [60, 45, 15],
    [45, 33, 11],
    [10, 7, 2],
    [120, 105, 15],
    [1, 0, 0],
  ])('of %i s they have %i s, the critical ones %i s', (budget, totalSeconds, criticalSeconds) => {
    expect(withinBudget(budget)).toEqual({ totalSeconds, criticalSeconds });
  });

  test('is less than the budget, and more of it is for ordinary pods than for critical ones', () => {
    fc.assert(
      fc.property(seconds(1), (budget) => {
        const { totalSeconds, criticalSeconds } = withinBudget(budget);
        return totalSeconds < budget && 2 * criticalSeconds <= totalSeconds;
      }),
    );
  });

  test('is never less for a longer budget', () => {
    fc.assert(
      fc.property(seconds(1), (budget) => withinBudget(budget + 1).totalSeconds >= withinBudget(budget).totalSeconds),
    );
  });

  test('takes the smallest budget that is proposed for it', () => {
    fc.assert(
      fc.property(seconds(1), (total) => {
        const budget = budgetFor(total);
        return withinBudget(budget).totalSeconds >= total && withinBudget(budget - 1).totalSeconds < total;
      }),
    );
  });
});
