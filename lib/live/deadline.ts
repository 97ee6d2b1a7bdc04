/** The time that there is for everything together, counted from when this is made. */
export class Deadline {
  private readonly startedAt = performance.now();

  constructor(private readonly milliseconds: number) {}

  /** All of it. */
  get seconds(): number {
    return this.milliseconds / 1000;
  }

  /** What is left of it; negative when it is over. */
  get remainingMs(): number {
    return this.startedAt + this.milliseconds - performance.now();
  }

  /** How much of it has gone by, to the second. */
  get elapsedSeconds(): number {
    return Math.round((performance.now() - this.startedAt) / 1000);
  }
}
