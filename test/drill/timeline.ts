/** Something that happened, in milliseconds since the timeline began. */
export interface TimelineEvent {
  readonly at: number;
  /** Who: a machine, a container, the UPS, the drill itself. */
  readonly source: string;
  readonly text: string;
}

/** What happened, on a clock that no clock step touches. */
export class Timeline {
  readonly events: TimelineEvent[] = [];
  private readonly startedAt = performance.now();

  /** @param listener is told each event at once */
  constructor(private readonly listener: (event: TimelineEvent) => void = () => {}) {}

  /** Milliseconds since the timeline began. */
  now(): number {
    return performance.now() - this.startedAt;
  }

  /** Notes an event, by default one of now. Returns its time. */
  log(source: string, text: string, at = this.now()): number {
    const event = { at, source, text };
    this.events.push(event);
    this.listener(event);
    return at;
  }

  /** The time of this clock for a time stamp of the kernel, such as the mtime of a file. */
  atWallClock(milliseconds: number): number {
    return this.now() - (Date.now() - milliseconds);
  }

  /** All events in the order of their times, a line each. */
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

/** A condition did not come true in time. */
export class WaitedInVain extends Error {
  constructor(what: string, milliseconds: number) {
    super(`waited ${(milliseconds / 1000).toFixed(0)} s in vain: ${what}`);
    this.name = 'WaitedInVain';
  }
}

/** Waits for a condition and returns how many milliseconds it took. Throws WaitedInVain after the timeout. */
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
