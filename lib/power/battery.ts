/** Load in VA and minutes. */
type Chart = readonly (readonly [va: number, minutes: number])[];

export const BATTERY_SOURCE = 'https://www.manualsdir.com/manuals/45036/apc-650-1400-1000-420.html?page=22';
/** Typical on-battery run times of the APC Smart-UPS 420 and 1400, of their manual. The 650 and 1000 are in between. */
const SMALL: Chart = [
  [50, 41],
  [75, 27],
  [100, 21],
  [150, 14],
  [200, 10],
  [250, 7.5],
  [300, 6.2],
  [350, 5.1],
  [400, 4.3],
];
const LARGE: Chart = [
  [50, 306],
  [75, 236],
  [100, 190],
  [150, 133],
  [200, 99],
  [250, 74],
  [300, 60],
  [350, 50],
  [400, 42],
  [500, 29],
  [550, 26],
  [600, 23],
  [700, 19],
  [800, 16],
  [900, 13],
  [1000, 11],
  [1200, 8.8],
];
const SMALL_VA = 420;
const LARGE_VA = 1400;
/** The same manual counts 1.4 VA for each watt. */
const VA_PER_WATT = 1.4;
/**
 * Today's small UPSes have less battery: a Back-UPS BX850M has 12 V x 9 Ah for 850 VA, the Smart-UPS 420 had 12 V x 7 Ah. Run time
 * grows with the capacity to Peukert's exponent, about 1.2 for these batteries.
 */
const LEAST_BATTERY = ((12 * 9) / 850 / ((12 * 7) / SMALL_VA)) ** 1.2;
/** IEEE 1188 replaces a battery at this part of its capacity. */
const WORN = 0.8;

/** How long a charged battery lasts. */
export interface BatteryRange {
  /** A small UPS with a worn battery. */
  readonly fromMinutes: number;
  /** A large UPS with a new one. */
  readonly toMinutes: number;
}

/**
 * How long the charged lead-acid battery of a UPS carries a load, without further battery packs. A range and no figure: UPSes of one
 * rating differ by a factor of four and more. Only a measurement counts for the plan.
 *
 * @param watts of everything on the UPS
 * @param ratedVa of the UPS
 * @returns undefined outside the published loads: 3 to 61 % of the rating, in watts per VA
 */
export function batteryRange(watts: number, ratedVa: number): BatteryRange | undefined {
  const load = (watts * VA_PER_WATT) / ratedVa;
  const most = minutesAt(LARGE, load * LARGE_VA);
  const [lightest] = SMALL;
  // a lighter load lasts longer than the lightest of the chart
  const least = minutesAt(SMALL, Math.max(load * SMALL_VA, lightest?.[0] ?? 0));
  if (most === undefined || least === undefined) return undefined;
  return { fromMinutes: least * LEAST_BATTERY * WORN, toMinutes: most };
}

/** Between two loads of a chart, by a power law as Peukert's. */
function minutesAt(chart: Chart, va: number): number | undefined {
  const next = chart.findIndex(([load]) => load >= va);
  const [above, below] = [chart[next], chart[next - 1]];
  if (!above) return undefined;
  if (above[0] === va) return above[1];
  if (!below) return undefined;
  const part = Math.log(va / below[0]) / Math.log(above[0] / below[0]);
  return below[1] * (above[1] / below[1]) ** part;
}
