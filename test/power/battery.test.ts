import { readFileSync } from 'node:fs';
import { batteryRange } from '../../lib/power';

const minutes = (watts: number, va: number) => {
  const range = batteryRange(watts, va);
  return range && [range.fromMinutes, range.toMinutes].map(Math.round);
};

describe('batteryRange', () => {
  test('is the chart of the manual at its upper end', () => {
    expect(batteryRange(500, 1400)?.toMinutes).toBeCloseTo(19);
  });

  test('covers the figures that makers state', () => {
    // nutdrv_qx(8): runtimecal 240,100,720,50, of a UPS of 0.6 W per VA; a Back-UPS BX1500M of 865 W: 3 min
    for (const [watts, va, stated] of [
      [600, 1000, 4],
      [300, 1000, 12],
      [865, 1500, 3],
    ] as const) {
      const { fromMinutes, toMinutes } = batteryRange(watts, va) ?? { fromMinutes: Infinity, toMinutes: 0 };
      expect(fromMinutes).toBeLessThanOrEqual(stated);
      expect(toMinutes).toBeGreaterThanOrEqual(stated);
    }
  });

  test('falls with the load and rises with the rating', () => {
    const loads = Array.from({ length: 50 }, (_, i) => batteryRange(40 + 10 * i, 1000));
    for (const key of ['fromMinutes', 'toMinutes'] as const) {
      const values = loads.map((range) => range?.[key] ?? 0);
      expect(values).toEqual(values.toSorted((a, b) => b - a));
      expect(values.at(-1)).toBeGreaterThan(0);
    }
    expect(batteryRange(100, 1500)?.fromMinutes).toBeGreaterThan(batteryRange(100, 500)?.fromMinutes ?? Infinity);
  });

  test.each([
    [620, 1000],
    [20, 1000],
    [0, 1000],
    [100, 0],
  ])('has no figure for %d W at %d VA', (watts, va) => {
    expect(batteryRange(watts, va)).toBeUndefined();
  });

  test('is what docs/power.md says', () => {
    const rows = [150, 300, 450].map((watts) => `${watts} W for ${minutes(watts, 1000)?.join(' to ')} min`);
    const [said] = readFileSync('docs/power.md', 'utf8').match(/150 W for [^.]*/) ?? [];
    expect(said).toBe(rows.join(', '));
  });
});
