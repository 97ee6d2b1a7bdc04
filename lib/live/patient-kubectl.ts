import type { Deadline } from './deadline';
import { ApplyError, type Ended, type Kubectl } from './kubectl';
import { explained, type Hindrance, hindranceOf, linesOf } from './problems';
import type { Progress } from './progress';

/** A call of kubectl. */
export interface Task {
  /** For progress lines, such as `applying 50-nut`. */
  readonly doing: string;
  /** For an error, such as `dist/50-nut.k8s.yaml is only partly applied`. */
  readonly undone: string;
  /** Arguments of kubectl, computed for each attempt, because the remaining time shrinks. */
  readonly args: () => readonly string[];
  /** Its standard input. @default - nothing */
  readonly input?: string | undefined;
}

/** Result of the last attempt. */
export interface EndedAtLast extends Ended {
  /** Output of the attempts before it. */
  readonly earlier: string;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/** kubectl with retries while the API server or a webhook is unavailable, until the deadline. */
export class PatientKubectl {
  constructor(
    private readonly kubectl: Kubectl,
    private readonly deadline: Deadline,
    private readonly progress: Progress,
  ) {}

  /**
   * The result of kubectl: success, or a permanent error.
   *
   * @throws ApplyError if a temporary error persists until the deadline
   */
  async run({ doing, undone, args, input }: Task): Promise<EndedAtLast> {
    const startedAt = performance.now();
    let earlier = '';
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const ended = await this.progress.during(() => doing, this.kubectl.run(args(), this.deadline, input));
      if (ended.code === 0) return { ...ended, earlier };
      const hindrance = hindranceOf(ended);
      if (!hindrance) return { ...ended, earlier };
      earlier += ended.stdout;
      const { remainingMs } = this.deadline;
      if (remainingMs <= 0) {
        const seconds = Math.round((performance.now() - startedAt) / 1000);
        throw new ApplyError(`${undone}: ${this.gaveUp(hindrance, seconds, ended)}`);
      }
      const wait = Math.min(pause, remainingMs);
      this.progress.line(`${doing}: ${hindrance.what} ${hindrance.state}; retry in ${Math.ceil(wait / 1000)} s`);
      await this.progress.during(() => `waiting for ${hindrance.what}`, sleep(wait));
    }
  }

  /**
   * What kubectl prints.
   *
   * @throws ApplyError if it fails
   */
  async must(task: Task): Promise<string> {
    const { code, stdout, stderr } = await this.run(task);
    if (code !== 0) throw new ApplyError([`${task.undone}:`, ...explained(stderr)].join('\n'));
    return stdout;
  }

  private gaveUp({ what, cure }: Hindrance, seconds: number, { stderr }: Ended): string {
    const last = linesOf(stderr).at(-1);
    const said = last === undefined ? '' : ` (${last})`;
    return `${what} was unavailable for ${seconds} s, until --timeout ${this.deadline.seconds} expired${said}; ${cure}`;
  }
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
