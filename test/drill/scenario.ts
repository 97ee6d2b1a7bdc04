import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Timeline, until, WaitedInVain } from './timeline';

/** A statement that passed or failed. */
export interface Check {
  readonly passed: boolean;
  readonly what: string;
  readonly detail: string;
}

/** A row of the table: what was measured, and a value per column; the column '' is for a single value. */
export interface Measurement {
  readonly what: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A wait of `reach` that timed out; its check has failed already. */
export class Unreached extends Error {}

/** A run of a scenario: its current step, measurements and checks. */
export class Scenario {
  readonly checks: Check[] = [];
  readonly measurements: Measurement[] = [];
  /** What it waits for now. */
  step = 'starting';
  stepStartedAt = performance.now();

  constructor(
    readonly name: string,
    readonly timeline: Timeline,
    private readonly baseFolder: string,
  ) {}

  /** A folder of this scenario, on a tmpfs that is removed with the drill. */
  folder(name: string): string {
    const path = join(this.baseFolder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** The folder of logs that may be kept. */
  get logFolder(): string {
    return this.folder('logs');
  }

  check(what: string, passed: boolean, detail = ''): void {
    this.checks.push({ passed, what, detail });
    this.timeline.log('drill', `${passed ? 'PASS' : 'FAIL'} ${what}${detail && ` (${detail})`}`);
  }

  /** A check that has to hold within the timeout. Otherwise throws Unreached, which ends the scenario. */
  async reach(what: string, timeoutMs: number, condition: () => boolean | Promise<boolean>): Promise<number> {
    try {
      const took = await this.wait(what, timeoutMs, condition);
      this.check(what, true);
      return took;
    } catch (error) {
      if (!(error instanceof WaitedInVain)) throw error;
      this.check(what, false, `timed out after ${(timeoutMs / 1000).toFixed(0)} s`);
      throw new Unreached(error.message);
    }
  }

  /** Waits for a condition that is not a check. */
  async wait(what: string, timeoutMs: number, condition: () => boolean | Promise<boolean>): Promise<number> {
    this.begin(what);
    return until(condition, timeoutMs, what);
  }

  /** Waits for a time. */
  async pass(what: string, milliseconds: number): Promise<void> {
    this.begin(what);
    const end = performance.now() + milliseconds;
    await until(() => performance.now() >= end, milliseconds + 60_000, what);
  }

  /** Runs a scenario without a cure: it has to fail, and first at the check `what`. */
  async failsFirstAt(what: string, run: (scenario: Scenario) => Promise<void>): Promise<void> {
    const control = new Control(this.name, this.timeline, this.baseFolder);
    try {
      await run(control);
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
    }
    const failed = control.checks.find(({ passed }) => !passed);
    this.check(`control: it fails at "${what}"`, failed?.what === what, failed?.detail ?? 'nothing failed');
  }

  measure(what: string, values: Readonly<Record<string, string>> | string): void {
    this.measurements.push({ what, values: typeof values === 'string' ? { '': values } : values });
  }

  private begin(what: string): void {
    this.step = what;
    this.stepStartedAt = performance.now();
  }
}

/** Ends at the first check that fails. */
class Control extends Scenario {
  override check(what: string, passed: boolean, detail = ''): void {
    super.check(what, passed, detail);
    if (!passed) throw new Unreached(what);
  }
}

/** A time for the table; a dash if it did not happen. */
export const seconds = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '-' : `${(milliseconds / 1000).toFixed(milliseconds < 100 ? 2 : 1)} s`;
