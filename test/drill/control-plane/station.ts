import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cable, Network } from '../network';
import { BackgroundProcess, type Result, run } from '../processes';
import type { Scenario } from '../scenario';
import { until } from '../timeline';

const prefixLength = (address: string): number => (address.includes(':') ? 64 : 24);

/** A host with a cable and some folders of its own; all other files are those of the host of the drill. */
export class Station {
  private holder: BackgroundProcess | undefined;
  private link: Cable | undefined;
  private readonly processes: BackgroundProcess[] = [];

  /**
   * @param addresses of either family
   * @param folders its own folders, empty at the start
   */
  constructor(
    readonly name: string,
    private readonly addresses: readonly [string, ...string[]],
    private readonly scenario: Scenario,
    private readonly folders: readonly string[] = [],
  ) {}

  async start(network: Network): Promise<void> {
    const ready = join(this.scenario.folder('stations'), `${this.name}.ready`);
    rmSync(ready, { force: true });
    const mounts = ['/run', ...this.folders].map((folder) => `mount -t tmpfs -o mode=0755 tmpfs ${folder}`);
    const script = ['hostname "$0"', 'ip link set lo up', ...mounts, ': >"$1"', 'exec sleep infinity'].join(' && ');
    const namespaces = ['--net', '--uts', '--mount', '--propagation', 'private'];
    this.holder = new BackgroundProcess('unshare', [...namespaces, 'sh', '-c', script, this.name, ready]);
    await until(() => existsSync(ready), 10_000, `${this.name} gets its namespaces`);
    this.link = await network.connect(this.pid, ...this.addresses.map((one) => `${one}/${prefixLength(one)}`));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.link?.remove();
    await this.holder?.kill();
  }

  get address(): string {
    return this.addresses[0];
  }

  get pid(): number {
    if (!this.holder) throw new Error(`${this.name} is not started`);
    return this.holder.pid;
  }

  get cable(): Cable {
    if (!this.link) throw new Error(`${this.name} is not started`);
    return this.link;
  }

  write(path: string, text: string, mode = 0o644): void {
    const file = join(`/proc/${this.pid}/root`, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
  }

  /** Runs a program to its end. */
  run(program: string, args: readonly string[], timeoutMs?: number): Promise<Result> {
    return run('nsenter', [...this.namespaces(), program, ...args], timeoutMs);
  }

  /** Runs a program in the background, with its output in a file. */
  background(program: string, ...args: readonly string[]): BackgroundProcess {
    const log = this.logOf(program);
    const shell = ['sh', '-c', `exec "$@" >>${log} 2>&1`, 'sh', program, ...args];
    const process = new BackgroundProcess('nsenter', [...this.namespaces(), ...shell]);
    this.processes.push(process);
    return process;
  }

  /** The file with the output of a program in the background. */
  logOf(program: string): string {
    return join(this.scenario.logFolder, `${this.name}-${program.split('/').at(-1)}.log`);
  }

  /** Whether eth0 has this address. */
  async has(address: string): Promise<boolean> {
    const { stdout } = await this.run('ip', ['-oneline', 'address', 'show', 'dev', 'eth0']);
    return stdout.includes(` ${address}/`);
  }

  /** The MAC address of eth0. */
  async mac(): Promise<string> {
    const { stdout } = await this.run('ip', ['-oneline', 'link', 'show', 'dev', 'eth0']);
    return /link\/ether (\S+)/.exec(stdout)?.[1] ?? '';
  }

  /** The MAC address in the neighbour table for an address. */
  async neighbour(address: string): Promise<string> {
    const { stdout } = await this.run('ip', ['neighbour', 'show', address]);
    return /lladdr (\S+)/.exec(stdout)?.[1] ?? '';
  }

  private namespaces(): string[] {
    return ['--target', String(this.pid), '--net', '--uts', '--mount', '--'];
  }
}

/** The log of a prober: which server answered at what time. */
export class Probes {
  constructor(private readonly file: string) {}

  /** The first answer after this time, of a server other than `but`; undefined without one. */
  firstAfter(time: number, but?: string): { readonly at: number; readonly who: string } | undefined {
    return this.all().find(({ at, who }) => at > time && who !== '-' && who !== but);
  }

  /** The longest time without an answer that began after this time, in milliseconds. */
  longestGapSince(time: number): number {
    const answered = this.all().filter(({ at, who }) => at > time && who !== '-');
    return Math.max(0, ...answered.slice(1).map(({ at }, i) => at - (answered[i]?.at ?? at)));
  }

  private all(): { at: number; who: string }[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => ({ at: Number(line.split(' ')[0]), who: line.split(' ')[1] ?? '-' }));
  }
}
