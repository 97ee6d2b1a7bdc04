import type { Scenario } from './scenario';

const SHOW_AFTER_MS = 2000;

/**
 * Prints what the scenarios wait for after 2 s: in place on a terminal, otherwise one line per wait.
 */
export class Progress {
  private readonly startedAt = performance.now();
  private readonly said = new Map<Scenario, number>();
  private clock: NodeJS.Timeout | undefined;
  private shown = false;

  constructor(
    private readonly running: () => readonly Scenario[],
    private readonly out: NodeJS.WriteStream,
    private readonly terminal: boolean,
  ) {}

  start(): void {
    this.clock = setInterval(() => (this.terminal ? this.redraw() : this.sayNew()), 500);
  }

  stop(): void {
    clearInterval(this.clock);
    this.clear();
  }

  /** Prints lines in place of the progress line. */
  print(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
  }

  private slow(): Scenario[] {
    const now = performance.now();
    return this.running().filter(({ stepStartedAt }) => now - stepStartedAt > SHOW_AFTER_MS);
  }

  private redraw(): void {
    const slow = this.slow();
    if (slow.length === 0) {
      this.clear();
      return;
    }
    const elapsed = ((performance.now() - this.startedAt) / 1000).toFixed(0);
    const text = `${elapsed} s  ${slow.map(({ name, step }) => `${name}: ${step}`).join(' | ')}`;
    this.out.write(`\r\x1b[2K${text.slice(0, (this.out.columns || 80) - 1)}`);
    this.shown = true;
  }

  private clear(): void {
    if (this.shown) this.out.write('\r\x1b[2K');
    this.shown = false;
  }

  private sayNew(): void {
    const elapsed = ((performance.now() - this.startedAt) / 1000).toFixed(0);
    for (const scenario of this.slow()) {
      if (this.said.get(scenario) === scenario.stepStartedAt) continue;
      this.said.set(scenario, scenario.stepStartedAt);
      this.print(`${elapsed.padStart(4)} s  ${scenario.name}: ${scenario.step}`);
    }
  }
}
