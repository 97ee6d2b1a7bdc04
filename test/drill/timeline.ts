/** An event, in milliseconds since the start of the timeline. */
export interface TimelineEvent {
  readonly at: number;
  /** A node, a container, the UPS, or the drill itself. */
  readonly source: string;
  readonly text: string;
}

/** Events on a monotonic clock. */
export class Timeline {
  readonly events: TimelineEvent[] = [];
  private readonly startedAt = performance.now();

  /** @param listener receives each event at once */
  constructor(private readonly listener: (event: TimelineEvent) => void = () => {}) {}

  /** Milliseconds since the start of the timeline. */
  now(): number {
    return performance.now() - this.startedAt;
  }

  /** Adds an event, by default with the current time. Returns its time. */
  log(source: string, text: string, at = this.now()): number {
    const event = { at, source, text };
    this.events.push(event);
    this.listener(event);
    return at;
  }

  /** The time of this clock for a wall-clock time, such as the mtime of a file. */
  atWallClock(milliseconds: number): number {
    return this.now() - (Date.now() - milliseconds);
  }

  /** All events in the order of their times, one line each. */
  toString(): string {
    return this.events
      .toSorted((a, b) => a.at - b.at)
      .map(eventLine)
      .join('\n');
  }
}

export const eventLine = ({ at, source, text }: TimelineEvent): string =>
  `${(at / 1000).toFixed(2).padStart(8)}  ${source.padEnd(16)} ${text}`;

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** A condition that was not met in time. */
export class WaitedInVain extends Error {
  constructor(what: string, milliseconds: number) {
    super(`timed out after ${(milliseconds / 1000).toFixed(0)} s: ${what}`);
    this.name = 'WaitedInVain';
  }
}

/** Waits for a condition. Returns the milliseconds it took, or throws WaitedInVain after the timeout. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what: string,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    if (await condition()) return performance.now() - startedAt;
    if (performance.now() - startedAt > timeoutMs) throw new WaitedInVain(what, timeoutMs);
    await sleep(50);
  }
}
