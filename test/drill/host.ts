import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  type FSWatcher,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Cable, Network } from './network';
import type { Labels } from './node-affinity';
import { BackgroundProcess } from './processes';
import { sleep, type Timeline, until } from './timeline';

/** What a machine runs once it is up: the kubelet with its pods, or anything else. */
export interface Workload {
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
  kill(): Promise<void>;
}

export interface HostProps {
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly labels: Labels;
  /** An empty folder on a tmpfs. */
  readonly folder: string;
  readonly logFolder: string;
  readonly network: Network;
  readonly timeline: Timeline;
  /** Directory of the machine with the power-off flag. */
  readonly killpowerPath: string;
  /** What watches the flag on the machine: a shell script that is given the directory. */
  readonly killpowerWatcher: string;
  /** Path on the machine to the real path, such as a pseudo-terminal. */
  readonly devices?: ReadonlyMap<string, string>;
  /** From `poweroff` to off. */
  readonly haltMs: number;
  /** From power to the start of the pods. */
  readonly bootMs: number;
}

/** off: halted, under power. dark: without power. */
export type HostState = 'booting' | 'running' | 'halting' | 'off' | 'dark';

// the containers of a machine that halts run on until its init ends all processes
const CONTAINERS_END_BEFORE_OFF_MS = 2000;

/**
 * A machine: a network namespace at a cable, a private folder as its root, the watcher of the power-off flag, and a workload.
 * It halts when the watcher calls poweroff, and boots when power comes.
 */
export class Host {
  readonly name: string;
  readonly labels: Labels;
  readonly devices: ReadonlyMap<string, string>;
  /** When the power-off flag was raised in this boot. */
  flagRaisedAt: number | undefined;
  /** When the machine was told to power off in this boot. */
  haltingAt: number | undefined;
  /** When it was off, in this boot. */
  haltedAt: number | undefined;
  /** How often power was cut before it was off. */
  dirtyCuts = 0;
  boots = 0;
  private current: HostState = 'dark';
  private readonly workloads: Workload[] = [];
  private namespace: BackgroundProcess | undefined;
  private watcher: BackgroundProcess | undefined;
  private link: Cable | undefined;
  private watches: FSWatcher[] = [];

  constructor(private readonly props: HostProps) {
    this.name = props.name;
    this.labels = props.labels;
    this.devices = props.devices ?? new Map();
  }

  get state(): HostState {
    return this.current;
  }

  /** A process in the network and UTS namespaces of the machine. */
  get pid(): number {
    if (!this.namespace) throw new Error(`${this.name} is not connected`);
    return this.namespace.pid;
  }

  get cable(): Cable {
    if (!this.link) throw new Error(`${this.name} is not connected`);
    return this.link;
  }

  get flagIsUp(): boolean {
    return existsSync(join(this.path(this.props.killpowerPath), 'killpower'));
  }

  /** Where a path of the machine is. */
  path(path: string): string {
    return join(this.props.folder, 'root', path);
  }

  run(workload: Workload): void {
    this.workloads.push(workload);
  }

  /** Puts the machine on the network, without power. */
  async connect(): Promise<void> {
    const { name, network, address, prefixLength, folder } = this.props;
    const ready = join(folder, 'ready');
    mkdirSync(this.path('/dev/bus/usb'), { recursive: true });
    const script = 'hostname "$0" && ip link set lo up && : >"$1" && exec sleep infinity';
    this.namespace = new BackgroundProcess('unshare', ['--net', '--uts', 'sh', '-c', script, name, ready]);
    await until(() => existsSync(ready), 5000, `${name} gets a network namespace`);
    this.link = await network.connect(this.pid, address, prefixLength);
    await this.link.pull();
  }

  /** Power comes: the machine boots, unless it is on already. */
  async powerOn(): Promise<void> {
    if (!this.isIn('dark')) return;
    const boot = ++this.boots;
    this.become('booting');
    await sleep(this.props.bootMs);
    if (!this.isIn('booting', boot)) return;
    // /run is in memory; what was there is gone
    rmSync(this.path('/run'), { recursive: true, force: true });
    mkdirSync(this.path(this.props.killpowerPath), { recursive: true });
    this.flagRaisedAt = this.haltingAt = this.haltedAt = undefined;
    this.watchFlag();
    this.startWatcher();
    await this.cable.plug();
    this.become('running');
    await Promise.all(this.workloads.map((workload) => workload.start()));
  }

  /** Power is gone, whatever the machine is doing. */
  async cutPower(): Promise<void> {
    if (this.current === 'dark') return;
    const was = this.current;
    this.become('dark');
    if (was !== 'off') {
      this.dirtyCuts++;
      this.props.timeline.log(this.name, `DIRTY: power was cut while ${was}`);
    }
    await this.endEverything();
  }

  /** Takes the machine away. */
  async remove(): Promise<void> {
    this.current = 'dark';
    await this.endEverything();
    await this.link?.remove();
    await this.namespace?.kill();
  }

  private isIn(state: HostState, boot = this.boots): boolean {
    return this.current === state && boot === this.boots;
  }

  private become(state: HostState): number {
    this.current = state;
    return this.props.timeline.log(this.name, state);
  }

  private async endEverything(): Promise<void> {
    for (const watch of this.watches) watch.close();
    this.watches = [];
    // first the cable: a machine without power closes no connection
    await this.link?.pull();
    await Promise.all([this.watcher?.kill(), ...this.workloads.map((workload) => workload.kill())]);
  }

  private watchFlag(): void {
    const folder = this.path(this.props.killpowerPath);
    const onEvent = (_event: string, name: string | null) => {
      if (name !== 'killpower' || this.flagRaisedAt !== undefined) return;
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      const { timeline } = this.props;
      // the machine's watcher may have taken it away again already
      const at = stat ? timeline.atWallClock(stat.mtimeMs) : timeline.now();
      this.flagRaisedAt = timeline.log(this.name, 'power-off flag is raised', at);
    };
    this.watches.push(watch(folder, onEvent));
  }

  /** Runs the watcher that the machine would run, with a poweroff that halts this machine. */
  private startWatcher(): void {
    const folder = join(this.props.folder, `boot-${this.boots}`);
    mkdirSync(folder, { recursive: true });
    const poweroff = join(folder, 'poweroff');
    const bootId = join(folder, 'boot_id');
    writeFileSync(poweroff, '#!/bin/sh\n: >"$0.called"\n', { mode: 0o755 });
    writeFileSync(bootId, `${randomUUID()}\n`);
    this.watches.push(watch(folder, (_event, name) => name === 'poweroff.called' && void this.halt()));

    const log = openSync(join(this.props.logFolder, `${this.name}-killpower.log`), 'a');
    this.watcher = new BackgroundProcess(
      'sh',
      ['-c', this.props.killpowerWatcher, 'killpower-watch', this.path(this.props.killpowerPath)],
      {
        stdio: ['ignore', log, log],
        env: { PATH: '/usr/bin:/bin', KILLPOWER_POWEROFF: poweroff, KILLPOWER_BOOT_ID: bootId },
      },
    );
    closeSync(log);
  }

  private async halt(): Promise<void> {
    if (this.current !== 'running') return;
    const { haltMs, timeline } = this.props;
    const boot = this.boots;
    this.current = 'halting';
    this.haltingAt = timeline.log(this.name, `halting, needs ${haltMs / 1000} s`);
    await sleep(Math.max(0, haltMs - CONTAINERS_END_BEFORE_OFF_MS));
    if (!this.isIn('halting', boot)) return;
    await Promise.all(this.workloads.map((workload) => workload.stop(CONTAINERS_END_BEFORE_OFF_MS / 2)));
    await sleep(Math.max(0, this.haltingAt + haltMs - timeline.now()));
    if (!this.isIn('halting', boot)) return;
    this.haltedAt = this.become('off');
    await this.endEverything();
  }
}
