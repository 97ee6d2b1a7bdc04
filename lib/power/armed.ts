import type { Cluster } from '../cluster';

/** That this site is not armed, for the top of each text about power failures. Empty for a site that is, and without a UPS. */
export const notArmed = ({ power, ups }: Cluster): string[] =>
  power.armed || ups.length === 0
    ? []
    : [
        '**Not armed.** `power.armed` is false: in a power failure no node is powered off and no UPS is commanded. All nodes lose power while they run when the battery is empty. The log of `second` says what would have been done.',
      ];
