const SHOW_AFTER_MS = 2000;
const REPEAT_AFTER_MS = 30_000;

/** Shows what is being waited for after 2 s: in place on a terminal, else as a line every 30 s. */
export class Progress {
  private shown = '';

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly terminal = out.isTTY === true,
  ) {}

  /** A permanent line. */
  line(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
  }

  /** Awaits `work`; `what` is the text to show. */
  async during<T>(what: () => string, work: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let saidAt = Number.NEGATIVE_INFINITY;
    const clock = setInterval(
      () => {
        const now = performance.now();
        if (now - startedAt < SHOW_AFTER_MS) return;
        const text = `... ${what()}, ${Math.floor((now - startedAt) / 1000)} s`;
        if (this.terminal) this.redraw(text);
        else if (now - saidAt >= REPEAT_AFTER_MS) {
          saidAt = now;
          this.out.write(`${text}\n`);
        }
      },
      this.terminal ? 200 : 500,
    );
    try {
      return await work;
    } finally {
      clearInterval(clock);
      this.clear();
    }
  }

  private redraw(text: string): void {
    this.clear();
    this.shown = text.slice(0, (this.out.columns ?? 80) - 1);
    this.out.write(this.shown);
  }

  private clear(): void {
    if (this.shown === '') return;
    this.out.write('\r\x1b[K');
    this.shown = '';
  }
}
