/** A time limit for several steps together, from the creation of this object. */
export class Deadline {
  private readonly startedAt = performance.now();

  constructor(private readonly milliseconds: number) {}

  /** The whole limit. */
  get seconds(): number {
    return this.milliseconds / 1000;
  }

  /** The remaining time; negative once the limit has passed. */
  get remainingMs(): number {
    return this.startedAt + this.milliseconds - performance.now();
  }

  /** The elapsed time, rounded. */
  get elapsedSeconds(): number {
    return Math.round((performance.now() - this.startedAt) / 1000);
  }
}
