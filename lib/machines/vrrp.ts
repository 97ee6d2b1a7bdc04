/** How keepalived is set up here: times in seconds. Every server has the same priority, a high one, which makes the skew short. */
export const VRRP = { advertSeconds: 1, priority: 254, checkSeconds: 1, checkFailures: 2 } as const;

/** From one moment to another, in seconds. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

/** How much longer than its fellows a server waits, by its priority: RFC 5798 6.1. */
const skew = (VRRP.advertSeconds * (256 - VRRP.priority)) / 256;

/**
 * How long the address is away, by the timers of RFC 5798 and of the check: three advertisements missed, the last of which came some time
 * before the cable was lost; so many checks failed, the first some time after the API server died; a farewell, after which the others
 * wait for the skew alone.
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
