import { type ChildProcess, spawn } from 'node:child_process';
import type { Deadline } from './deadline';

/** How a run of kubectl ended and what it said. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was ended, because it went on after the time was over. */
  readonly isKilled: boolean;
}

/** How an object came out of an apply, in kubectl's words. */
export type Outcome = 'created' | 'configured' | 'unchanged' | 'serverside-applied';

/** How many objects came out how. */
export type Counts = Readonly<Partial<Record<Outcome, number>>>;

/** What stands in the way, and what to do about it. */
export class ApplyError extends Error {}

/** What kubectl gets after the time is over: to answer what needs no waiting, and to say itself that the time is over. */
const SHORTEST_RUN_MS = 1000;
const LAST_WORDS_MS = 3000;

/** kubectl with the options that every call shares. */
export class Kubectl {
  constructor(
    readonly program: string,
    private readonly options: readonly string[],
  ) {}

  /** The same with more options. */
  with(...options: string[]): Kubectl {
    return new Kubectl(this.program, [...this.options, ...options]);
  }

  /**
   * Runs it, and ends it a few seconds after the deadline: it waits without end for a server that takes a request and answers nothing.
   *
   * @throws ApplyError when there is no such program
   */
  run(args: readonly string[], deadline: Deadline): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.program, [...this.options, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
      let isKilled = false;
      const clock = setTimeout(() => {
        isKilled = true;
        end(child);
      }, Math.max(SHORTEST_RUN_MS, deadline.remainingMs) + LAST_WORDS_MS);
      child.once('error', ({ code }: NodeJS.ErrnoException) => {
        clearTimeout(clock);
        reject(
          new ApplyError(
            `${this.program}: ${code === 'ENOENT' ? 'there is no such program' : `cannot be run (${code})`}; install kubectl (https://kubernetes.io/docs/tasks/tools/) or say where it is with --kubectl`,
          ),
        );
      });
      child.once('close', (code) => {
        clearTimeout(clock);
        resolve({ code: code ?? 1, stdout: stdout(), stderr: stderr(), isKilled });
      });
    });
  }
}

/** A program that it started for credentials may live on and hold its output open, so that is not waited for either. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/**
 * Counts the objects in what `kubectl apply` wrote, such as `service/nut-upsd created`, in a dry run with a note behind.
 *
 * @param earlier what tries before this one wrote: what they made counts as made, and not as unchanged
 */
export function countOutcomes(stdout: string, earlier = ''): Counts {
  const made = new Map(outcomesIn(earlier).filter(([, outcome]) => outcome !== 'unchanged'));
  return addCounts(
    outcomesIn(stdout).map(([object, outcome]) => ({
      [outcome === 'unchanged' ? (made.get(object) ?? outcome) : outcome]: 1,
    })),
  );
}

const outcomesIn = (stdout: string): [string, Outcome][] =>
  [...stdout.matchAll(/^(\S+) (created|configured|unchanged|serverside-applied)\b/gm)].map(
    ([, object = '', outcome]) => [object, outcome as Outcome],
  );

export const addCounts = (all: readonly Counts[]): Counts =>
  all.reduce<Partial<Record<Outcome, number>>>((sum, counts) => {
    for (const [outcome, count] of Object.entries(counts)) {
      sum[outcome as Outcome] = (sum[outcome as Outcome] ?? 0) + count;
    }
    return sum;
  }, {});

/** `9 created, 2 unchanged`; nothing is said about outcomes that did not occur. */
export function countsText(counts: Counts): string {
  const order: readonly Outcome[] = ['created', 'configured', 'unchanged', 'serverside-applied'];
  const parts = order.flatMap((outcome) => {
    const count = counts[outcome];
    return count ? [`${count} ${outcome === 'serverside-applied' ? 'applied by the server' : outcome}`] : [];
  });
  return parts.join(', ') || 'nothing';
}
