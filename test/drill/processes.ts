import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How a program ended and what it said. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** PATH of everything the drill starts: the system's own folders, whatever the caller's shell has. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a program to its end, at most for `timeoutMs`. Never throws for a program that fails. */
export function run(program: string, args: readonly string[], timeoutMs = 10_000): Promise<Result> {
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', env: { PATH: SYSTEM_PATH } } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a program that has to succeed. Throws an Error with what it said when it does not. */
export async function command(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`"${[program, ...args].join(' ')}" failed with ${code}: ${stderr.trim()}`);
  return stdout;
}

/** A program in the background, in a process group of its own. */
export class BackgroundProcess {
  readonly pid: number;
  /** Resolves with the exit status, or the name of the signal that ended it. */
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
    // without a pid the program could not be started, and `ended` tells
    this.pid = this.child.pid ?? 0;
  }

  get alive(): boolean {
    return !this.hasEnded;
  }

  /** Ends the whole process group, and waits for its leader. */
  async kill(): Promise<void> {
    if (this.hasEnded || this.pid === 0) return;
    signal(-this.pid, 'SIGKILL');
    await this.ended;
  }
}

/** Sends a signal; that the process is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The children of a process; none when it is gone. */
export function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The command line of a process; empty when it is gone. */
export function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The process ID as the process itself sees it. In a PID namespace that is new they only go up. */
export function ownPidOf(pid: number): number {
  return Number(/^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** A process and everything below it, parents first. */
export const familyOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(familyOf)];
