import type { Deadline } from './deadline';
import { ApplyError, type Ended, type Kubectl } from './kubectl';
import { type Hindrance, hindranceOf, linesOf } from './problems';
import type { Progress } from './progress';

/** Something to do with kubectl. */
export interface Task {
  /** What is being done, such as `applying 50-nut`. */
  readonly doing: string;
  /** What is the case when it can't be done, such as `dist/50-nut.k8s.yaml is not applied`. */
  readonly undone: string;
  /** The arguments of kubectl, made anew for each try, since less time is left then. */
  readonly args: () => readonly string[];
}

/** How the last try ended. */
export interface EndedAtLast extends Ended {
  /** What the tries before it wrote. */
  readonly earlier: string;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/** kubectl that is tried again while the API server or a webhook is away, until the time is over. */
export class PatientKubectl {
  constructor(
    private readonly kubectl: Kubectl,
    private readonly deadline: Deadline,
    private readonly progress: Progress,
  ) {}

  /**
   * How kubectl ended: well, or with something that does not pass by itself.
   *
   * @throws ApplyError with its cure when what stands in the way is still there when the time is over
   */
  async run({ doing, undone, args }: Task): Promise<EndedAtLast> {
    const startedAt = performance.now();
    let earlier = '';
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const ended = await this.progress.during(() => doing, this.kubectl.run(args(), this.deadline));
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
      this.progress.line(`${doing}: ${hindrance.what} ${hindrance.state}, next try in ${Math.ceil(wait / 1000)} s`);
      await this.progress.during(() => `waiting for ${hindrance.what}`, sleep(wait));
    }
  }

  private gaveUp({ what, cure }: Hindrance, seconds: number, { stderr }: Ended): string {
    const last = linesOf(stderr).at(-1);
    const said = last === undefined ? '' : ` (${last})`;
    return `${what} stood in the way for ${seconds} s, until --timeout ${this.deadline.seconds} was over${said}; ${cure}`;
  }
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
