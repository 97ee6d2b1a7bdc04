import { type ChildProcess, spawn } from 'node:child_process';
import type { Deadline } from './deadline';

/** Exit status and output of kubectl. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was killed after the deadline. */
  readonly isKilled: boolean;
}

/** Result for an object, in kubectl's words. */
export type Outcome = 'created' | 'configured' | 'unchanged' | 'serverside-applied';

/** Number of objects by result. */
export type Counts = Readonly<Partial<Record<Outcome, number>>>;

/** Why apply cannot continue, and what to do. */
export class ApplyError extends Error {}

/** Time for kubectl beyond the deadline: for a call that does not wait, and to report its own timeout. */
const SHORTEST_RUN_MS = 1000;
const LAST_WORDS_MS = 3000;

/** kubectl with the options that every call shares. */
export class Kubectl {
  constructor(
    readonly program: string,
    private readonly options: readonly string[],
  ) {}

  /** A copy with more options. */
  with(...options: string[]): Kubectl {
    return new Kubectl(this.program, [...this.options, ...options]);
  }

  /**
   * Runs it, and kills it a few seconds after the deadline: it has no timeout for a server that accepts a request and does not answer.
   *
   * @param input its standard input
   * @throws ApplyError if the program cannot be started
   */
  run(args: readonly string[], deadline: Deadline, input = ''): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.program, [...this.options, ...args], { stdio: 'pipe', env: process.env });
      // a program that ends before it has read everything says why by itself
      child.stdin.once('error', () => undefined).end(input);
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
            `${this.program}: ${code === 'ENOENT' ? 'the program does not exist' : `cannot be run (${code})`}; install kubectl (https://kubernetes.io/docs/tasks/tools/), or name it with --kubectl`,
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

/** Closes the streams too: a credential plugin may still hold them open. */
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
 * Counts the objects in the output of `kubectl apply`, such as `service/nut-upsd created`; a dry run adds a note.
 *
 * @param earlier output of earlier attempts; an object that they changed does not count as unchanged
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

/** `9 created, 2 unchanged`, without outcomes that did not occur. */
export function countsText(counts: Counts): string {
  const order: readonly Outcome[] = ['created', 'configured', 'unchanged', 'serverside-applied'];
  const parts = order.flatMap((outcome) => {
    const count = counts[outcome];
    return count ? [`${count} ${outcome === 'serverside-applied' ? 'server-side applied' : outcome}`] : [];
  });
  return parts.join(', ') || 'nothing';
}
