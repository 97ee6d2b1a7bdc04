import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** Exit status and output of a program. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** PATH of all programs that the drill starts: the folders of the system, independent of the caller's shell. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a program to its end, for at most `timeoutMs`. Does not throw for a program that fails. */
export function run(program: string, args: readonly string[], timeoutMs = 10_000): Promise<Result> {
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', env: { PATH: SYSTEM_PATH } } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a program and returns its output. Throws an Error with its error output if it fails. */
export async function command(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`"${[program, ...args].join(' ')}" failed with ${code}: ${stderr.trim()}`);
  return stdout;
}

/** A program in the background, in a process group of its own. */
export class BackgroundProcess {
  readonly pid: number;
  /** Resolves with the exit status, or the name of the signal that killed it. */
  readonly ended: Promise<number | string>;
  private readonly child: ChildProcess;
  private hasEnded = false;

  constructor(program: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(program, args, { env: { PATH: SYSTEM_PATH }, stdio: 'ignore', ...options, detached: true });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.hasEnded = true;
        resolve(code ?? signal ?? 1);
      });
      this.child.once('error', () => {
        this.hasEnded = true;
        resolve(127);
      });
    });
    // without a pid the program did not start, and `ended` resolves with 127
    this.pid = this.child.pid ?? 0;
  }

  /** Its standard output, if `options` has a pipe for it. */
  get output(): Readable | null {
    return this.child.stdout;
  }

  get alive(): boolean {
    return !this.hasEnded;
  }

  /** Kills the whole process group, and waits for its leader. */
  async kill(): Promise<void> {
    if (this.hasEnded || this.pid === 0) return;
    signal(-this.pid, 'SIGKILL');
    await this.ended;
  }
}

/** Sends a signal, if the process still runs. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The children of a process; none if it has exited. */
export function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The command line of a process; empty if it has exited. */
export function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The process ID in the PID namespace of the process. In a new namespace they only increase. */
export function ownPidOf(pid: number): number {
  return Number(/^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** A process and all its descendants, parents first. */
export const familyOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(familyOf)];
