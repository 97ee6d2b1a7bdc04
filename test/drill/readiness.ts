import type { Probe } from './manifests';
import type { Result } from './processes';

/** The kubelet's default for periodSeconds. */
const DEFAULT_PERIOD_SECONDS = 10;

/** Runs the readiness probe of a container periodically, as the kubelet does. */
export class Readiness {
  private clock: NodeJS.Timeout | undefined;
  private answer = false;

  constructor(
    private readonly probe: Probe,
    private readonly exec: (...command: readonly string[]) => Promise<Result>,
  ) {}

  get ready(): boolean {
    return this.answer;
  }

  start(): void {
    this.stop();
    this.clock = setInterval(() => void this.ask(), (this.probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1000);
  }

  stop(): void {
    clearInterval(this.clock);
    this.answer = false;
  }

  private async ask(): Promise<void> {
    const { clock } = this;
    const { code } = await this.exec(...this.probe.exec.command);
    // the result of a probe that was stopped meanwhile does not count
    if (clock === this.clock) this.answer = code === 0;
  }
}
