import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostFiles } from '../../lib/synth/hosts';
import { edited } from '../support/edited';
import { site } from '../support/sites';
import { until } from '../support/until';

export const BOOT_ID = '7a1f3c52-9d0e-4b6a-8c11-d3e5f7a9b1c3';

const script = hostFiles(site()).get('killpower/killpowerd') ?? '';

/**
 * killpowerd in a folder with stand-ins for everything it uses of the host. The clock stands still until a test moves it, and the
 * commands only record their calls.
 */
export class Killpowerd {
  readonly folder = mkdtempSync(join(tmpdir(), 'killpowerd-'));
  readonly directory = join(this.folder, 'state');
  log = '';
  private child: ChildProcess | undefined;

  constructor(private readonly shell: readonly string[]) {
    // beside that, it notes each poll
    const looks = join(this.folder, 'looks');
    const noting = edited(script, /(?<=\n) {2}pause "\$KILLPOWERD_POLL"\ndone\n$/, `  printf . >>"${looks}"\n$&`);
    writeFileSync(join(this.folder, 'killpowerd'), noting);
    writeFileSync(join(this.folder, 'boot_id'), `${BOOT_ID}\n`);
    writeFileSync(join(this.folder, 'sysrq'), '');
    for (const folder of ['state', 'rtc']) mkdirSync(join(this.folder, folder));
    this.command('poweroff', 'exit 0');
    this.command('force', 'exit 0');
    this.uptime(1000);
  }

  /** What a command does after it has recorded its call. An absolute path: busybox would run its own poweroff. */
  command(name: 'poweroff' | 'force', body: string): void {
    const text = `#!/bin/sh\necho ${name} >>"${this.folder}/calls"\n${body}\n`;
    writeFileSync(join(this.folder, `${name}.new`), text, { mode: 0o755 });
    renameSync(join(this.folder, `${name}.new`), join(this.folder, name));
  }

  /** Shortens its wait for each line of a log that hangs, from 1 s. */
  hurry(): void {
    writeFileSync(join(this.folder, 'killpowerd'), edited(this.read('killpowerd'), 'tries=50', 'tries=5'));
  }

  /** Sets the clock, atomically as the kernel does. */
  uptime(seconds: number): void {
    writeFileSync(join(this.folder, 'uptime.new'), `${seconds}.57 3021.11\n`);
    renameSync(join(this.folder, 'uptime.new'), join(this.folder, 'uptime'));
  }

  /** Writes a file of the directory. */
  put(file: string, text: string): void {
    writeFileSync(join(this.directory, `${file}.pod`), text);
    renameSync(join(this.directory, `${file}.pod`), join(this.directory, file));
  }

  set(file: 'deadline' | 'lease', at: number, haltSeconds = 60): void {
    this.put(file, `${BOOT_ID} ${at} ${haltSeconds} battery low\n`);
  }

  /** An RTC with a wake alarm. */
  alarm(): void {
    mkdirSync(join(this.folder, 'rtc', 'rtc0'));
    writeFileSync(join(this.folder, 'rtc', 'rtc0', 'wakealarm'), '');
  }

  read(file: string): string {
    return existsSync(join(this.folder, file)) ? readFileSync(join(this.folder, file), 'utf8') : '';
  }

  /** The commands that were called, in their order. */
  get calls(): string[] {
    return this.read('calls').split('\n').filter(Boolean);
  }

  start(args: readonly string[], log: 'pipe' | number = 'pipe'): ChildProcess {
    const [program = '', ...rest] = this.shell;
    this.log = '';
    // a process group of its own, so that all of it can be killed
    const child = spawn(program, [...rest, join(this.folder, 'killpowerd'), ...args], {
      env: this.environment,
      stdio: ['ignore', 'ignore', log],
      detached: true,
    });
    child.stderr?.on('data', (data) => {
      this.log += data;
    });
    this.child = child;
    return child;
  }

  /** Starts it and waits for its first poll. */
  async watch(...options: readonly string[]): Promise<void> {
    this.start([...options, this.directory]);
    await this.until('it watches', () => /watching|restarted/.test(this.log));
    await this.looked();
  }

  /** Starts it with a deadline that is reached, and waits for its power-off. */
  async powersOff(haltSeconds = 60, ...options: readonly string[]): Promise<void> {
    this.set('deadline', 1000, haltSeconds);
    await this.watch(...options);
    await this.poweredOff();
  }

  poweredOff(): Promise<void> {
    return this.until('it powers off', () => this.calls.length > 0);
  }

  /** Starts it with a log that is a pipe without a reader, filled up. */
  logsTo(pipe: string): void {
    const file = openSync(pipe, 'r+');
    spawnSync('dd', ['if=/dev/zero', `of=${pipe}`, 'bs=4096', 'count=64', 'oflag=nonblock'], { stdio: 'ignore' });
    this.start(['--wake', '1800', this.directory], file);
    closeSync(file);
  }

  /** Waits until it has polled the current files. A poll that is under way may have begun before. */
  async looked(): Promise<void> {
    const looks = this.read('looks').length;
    await this.until('it has looked again', () => this.read('looks').length >= looks + 2);
  }

  check(...files: readonly string[]): string {
    const { stdout, stderr, status } = this.run('--check', ...files);
    if (status !== 0 || stderr !== '') throw new Error(`--check exited with ${status}: ${stderr}`);
    return stdout;
  }

  /** Calls the script beside the one that runs. */
  run(...args: readonly string[]): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const [program = '', ...rest] = this.shell;
    const all = [...rest, join(this.folder, 'killpowerd'), ...args];
    return spawnSync(program, all, { env: this.environment, encoding: 'utf8' });
  }

  /** As kill -9 of it and of all its children. */
  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child?.pid === undefined) return;
    const gone =
      child.exitCode === null && child.signalCode === null && new Promise((done) => child.once('exit', done));
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // all of it had exited
    }
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    await until(what, holds).catch((error: Error) => {
      throw new Error(`${error.message}; called: ${this.calls}; log:\n${this.log}`);
    });
  }

  /** Always all of it: a command that is missing here would act on the host that runs the test. */
  private get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      KILLPOWERD_POWEROFF: join(this.folder, 'poweroff'),
      KILLPOWERD_FORCE: join(this.folder, 'force'),
      KILLPOWERD_SYSRQ: join(this.folder, 'sysrq'),
      KILLPOWERD_PATIENCE: '0.2',
      KILLPOWERD_POLL: '0.02',
      KILLPOWERD_BOOT_ID: join(this.folder, 'boot_id'),
      KILLPOWERD_UPTIME: join(this.folder, 'uptime'),
      KILLPOWERD_RTC: join(this.folder, 'rtc'),
      KILLPOWERD_RECORD: join(this.folder, 'disk', 'record'),
    };
  }
}
