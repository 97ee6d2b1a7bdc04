import { spawn } from 'node:child_process';

/** How a run of kubectl ended and what it said. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How an object came out of an apply, in kubectl's words. */
export type Outcome = 'created' | 'configured' | 'unchanged' | 'serverside-applied';

/** How many objects came out how. */
export type Counts = Readonly<Partial<Record<Outcome, number>>>;

/** What stands in the way, and what to do about it. */
export class ApplyError extends Error {}

/** kubectl with the options that every call shares. */
export class Kubectl {
  constructor(
    readonly program: string,
    private readonly options: readonly string[],
  ) {}

  /** @throws ApplyError when there is no such program */
  run(...args: string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.program, [...this.options, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
      child.once('error', ({ code }: NodeJS.ErrnoException) => {
        reject(
          new ApplyError(
            `${this.program}: ${code === 'ENOENT' ? 'there is no such program' : `cannot be run (${code})`}; install kubectl (https://kubernetes.io/docs/tasks/tools/) or say where it is with --kubectl`,
          ),
        );
      });
      child.once('close', (code) => resolve({ code: code ?? 1, stdout: stdout(), stderr: stderr() }));
    });
  }
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Counts the lines of `kubectl apply`, such as `service/nut-upsd created`, in a dry run with a note behind. */
export function countOutcomes(stdout: string): Counts {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const [, outcome] of stdout.matchAll(/^\S+ (created|configured|unchanged|serverside-applied)\b/gm)) {
    counts[outcome as Outcome] = (counts[outcome as Outcome] ?? 0) + 1;
  }
  return counts;
}

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
