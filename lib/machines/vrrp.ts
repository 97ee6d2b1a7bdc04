/** The settings of keepalived: times in seconds. Every server has the same priority, a high one for a short skew. */
export const VRRP = { advertSeconds: 1, priority: 254, checkSeconds: 1, checkFailures: 2 } as const;

/** The least and the most seconds that something takes. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

/** The additional wait of a server by its priority: RFC 5798 6.1. */
const skew = (VRRP.advertSeconds * (256 - VRRP.priority)) / 256;

/**
 * The failover time by the timers of RFC 5798 and of the check. `silence`: three advertisements are missed, the last sent up to one
 * interval before the loss. `failedCheck`: the checks fail, the first up to one interval after the failure. `farewell`: the holder
 * resigns, and the others wait for the skew alone.
 */
export const vrrpHandover = (): Readonly<Record<'silence' | 'failedCheck' | 'farewell', Span>> => {
  const missed = 3 * VRRP.advertSeconds + skew;
  const failed = VRRP.checkFailures * VRRP.checkSeconds + skew;
  return {
    silence: { least: missed - VRRP.advertSeconds, most: missed },
    failedCheck: { least: failed - VRRP.checkSeconds, most: failed },
    farewell: { least: 0, most: skew },
  };
};
