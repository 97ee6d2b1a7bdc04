import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  type FSWatcher,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Mount } from './container-runner';
import type { HostProps, Workload } from './host-props';
import { KillpowerFolder } from './killpower-folder';
import type { Cable } from './network';
import type { Labels } from './node-affinity';
import { BackgroundProcess, command, run } from './processes';
import { sleep, until } from './timeline';

/** off: halted, with power. dark: without power. */
export type HostState = 'booting' | 'running' | 'halting' | 'off' | 'dark';

// the containers of a node that halts run until init kills all processes
const CONTAINERS_END_BEFORE_OFF_MS = 2000;

/**
 * A node: a network namespace with a cable, a private folder as its root, the script that powers it off, and a workload.
 * It halts when the script calls poweroff, is off at once when the script calls force, and boots when it gets power.
 */
export class Host {
  readonly name: string;
  readonly labels: Labels;
  readonly devices: ReadonlyMap<string, string>;
  /** When the power-off command was called, in this boot. */
  haltingAt: number | undefined;
  /** When it was off, in this boot. */
  haltedAt: number | undefined;
  /** When it was forced off, in this boot. */
  forcedAt: number | undefined;
  /** How often power was cut while it was not off. */
  dirtyCuts = 0;
  boots = 0;
  /** MAC address of its network interface, in hexadecimal digits. */
  mac = '';
  private current: HostState = 'dark';
  private readonly workloads: Workload[] = [];
  private namespace: BackgroundProcess | undefined;
  private watcher: BackgroundProcess | undefined;
  private link: Cable | undefined;
  private watches: FSWatcher[] = [];
  private folderOfBoot: KillpowerFolder | undefined;

  constructor(private readonly props: HostProps) {
    this.name = props.name;
    this.labels = props.labels;
    this.devices = props.devices ?? new Map();
  }

  get state(): HostState {
    return this.current;
  }

  /** A process in the network and UTS namespaces of the node. */
  get pid(): number {
    if (!this.namespace) throw new Error(`${this.name} is not connected`);
    return this.namespace.pid;
  }

  get cable(): Cable {
    if (!this.link) throw new Error(`${this.name} is not connected`);
    return this.link;
  }

  /** What was written to its power-off directory in this boot. */
  get killpower(): KillpowerFolder {
    if (!this.folderOfBoot) throw new Error(`${this.name} has not booted yet`);
    return this.folderOfBoot;
  }

  /** Mounts of every container: the boot ID of the node. */
  get mounts(): readonly Mount[] {
    return [{ source: this.bootFile('boot_id'), target: '/proc/sys/kernel/random/boot_id', readOnly: true }];
  }

  /** The seconds after which its RTC alarm wakes it; undefined if no alarm was set in this boot. */
  get wakesAfterSeconds(): number | undefined {
    const [, seconds] = /^\+(\d+)\n$/.exec(readFileSync(this.bootFile('rtc/rtc0/wakealarm'), 'utf8')) ?? [];
    return seconds === undefined ? undefined : Number(seconds);
  }

  /** The real path of a path on the node. */
  path(path: string): string {
    return join(this.props.folder, 'root', path);
  }

  run(workload: Workload): void {
    this.workloads.push(workload);
  }

  /** Connects the node to the network, without power. */
  async connect(): Promise<void> {
    const { name, network, addresses, folder } = this.props;
    const ready = join(folder, 'ready');
    // of an earlier lab in the same folder
    rmSync(ready, { force: true });
    mkdirSync(this.path('/dev/bus/usb'), { recursive: true });
    const script = 'hostname "$0" && ip link set lo up && : >"$1" && exec sleep infinity';
    this.namespace = new BackgroundProcess('unshare', ['--net', '--uts', 'sh', '-c', script, name, ready]);
    await until(() => existsSync(ready), 5000, `${name} gets a network namespace`);
    this.link = await network.connect(this.pid, ...addresses);
    const shown = await command('nsenter', `--net=/proc/${this.pid}/ns/net`, 'ip', '-o', 'link', 'show', 'eth0');
    this.mac = (/link\/ether (\S+)/.exec(shown)?.[1] ?? '').replaceAll(':', '');
    await this.link.pull();
  }

  /** Power returns: the node boots, unless it is on. */
  async powerOn(): Promise<void> {
    if (this.isIn('dark')) await this.boot('power');
  }

  /** Starts the node that is off and has power: by its button, or a magic packet. */
  async start(by: string): Promise<void> {
    if (this.isIn('off')) await this.boot(by);
  }

  private async boot(by: string): Promise<void> {
    this.props.timeline.log(this.name, `starts: ${by}`);
    const boot = ++this.boots;
    this.become('booting');
    await sleep(this.props.bootMs);
    if (!this.isIn('booting', boot)) return;
    this.haltingAt = this.haltedAt = this.forcedAt = undefined;
    // /run is in memory and starts empty
    const { killpowerPath, killpowerSize } = this.props;
    if (killpowerSize !== undefined) await run('umount', ['-l', this.path(killpowerPath)]);
    rmSync(this.path('/run'), { recursive: true, force: true });
    mkdirSync(this.path(killpowerPath), { recursive: true });
    if (killpowerSize !== undefined) {
      await command('mount', '-t', 'tmpfs', '-o', `size=${killpowerSize}`, 'tmpfs', this.path(killpowerPath));
    }
    this.prepareWatcher();
    const { argumentsFor, gateArgumentsFor } = this.props.watcher;
    const folder = this.path(killpowerPath);
    if (gateArgumentsFor) {
      this.watcher = this.watch(gateArgumentsFor(folder));
      await this.watcher.ended;
      if (!this.isIn('booting', boot)) return;
    }
    this.watcher = this.watch(argumentsFor(folder));
    await this.cable.plug();
    this.become('running');
    await Promise.all(this.workloads.map((workload) => workload.start()));
  }

  /** Power is cut, in any state. */
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

  /** Kills the script that powers the node off, for good. */
  async stopWatcher(): Promise<void> {
    this.props.timeline.log(this.name, 'killpowerd is stopped');
    await this.watcher?.kill();
  }

  /** Removes the node. */
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

  private bootFile(name: string): string {
    return join(this.props.folder, `boot-${this.boots}`, name);
  }

  private async endEverything(): Promise<void> {
    for (const watch of this.watches) watch.close();
    this.watches = [];
    this.folderOfBoot?.close();
    // first the cable: a node without power closes no connection
    await this.link?.pull();
    await Promise.all([this.watcher?.kill(), ...this.workloads.map((workload) => workload.kill())]);
  }

  /** Makes the files of this boot for the script that powers the node off, with the commands of this node. */
  private prepareWatcher(): void {
    const { name, timeline, watcher } = this.props;
    const bootId = randomUUID();
    mkdirSync(this.bootFile('rtc/rtc0'), { recursive: true });
    writeFileSync(this.bootFile('boot_id'), `${bootId}\n`);
    writeFileSync(this.bootFile('rtc/rtc0/wakealarm'), '');
    for (const command of ['poweroff', 'force']) {
      writeFileSync(this.bootFile(command), '#!/bin/sh\n: >"$0.called"\n', { mode: 0o755 });
    }
    const onCall = (_event: string, file: string | null) => {
      if (file === 'poweroff.called') void this.halt();
      if (file === 'force.called') void this.forceOff();
    };
    this.watches.push(watch(this.bootFile('.'), onCall));
    this.folderOfBoot = new KillpowerFolder(this.path(this.props.killpowerPath), name, bootId, timeline);
    writeFileSync(this.bootFile('killpowerd'), watcher.script);
  }

  /** Runs that script. */
  private watch(args: readonly string[]): BackgroundProcess {
    const log = openSync(join(this.props.logFolder, `${this.name}-killpower.log`), 'a');
    const watcher = new BackgroundProcess('sh', [this.bootFile('killpowerd'), ...args], {
      stdio: ['ignore', log, log],
      env: {
        PATH: '/usr/bin:/bin',
        KILLPOWERD_POWEROFF: this.bootFile('poweroff'),
        KILLPOWERD_FORCE: this.bootFile('force'),
        KILLPOWERD_SYSRQ: this.bootFile('sysrq'),
        KILLPOWERD_BOOT_ID: this.bootFile('boot_id'),
        KILLPOWERD_RTC: this.bootFile('rtc'),
        KILLPOWERD_RECORD: join(this.props.folder, 'disk', 'record'),
      },
    });
    closeSync(log);
    return watcher;
  }

  private async halt(): Promise<void> {
    // by the gate, when only the system runs
    if (this.isIn('booting')) return this.turnOff();
    if (this.current !== 'running') return;
    const { haltMs, timeline } = this.props;
    const boot = this.boots;
    this.current = 'halting';
    const hangs = haltMs === Number.POSITIVE_INFINITY;
    this.haltingAt = timeline.log(this.name, `halting, ${hangs ? 'which hangs' : `needs ${haltMs / 1000} s`}`);
    if (hangs) return;
    await sleep(Math.max(0, haltMs - CONTAINERS_END_BEFORE_OFF_MS));
    if (!this.isIn('halting', boot)) return;
    await Promise.all(this.workloads.map((workload) => workload.stop(CONTAINERS_END_BEFORE_OFF_MS / 2)));
    await sleep(Math.max(0, this.haltingAt + haltMs - timeline.now()));
    if (this.isIn('halting', boot)) await this.turnOff();
  }

  private async forceOff(): Promise<void> {
    if (this.current !== 'halting') return;
    this.forcedAt = this.props.timeline.log(this.name, 'is forced off');
    await this.turnOff();
  }

  private async turnOff(): Promise<void> {
    this.haltedAt = this.become('off');
    await this.endEverything();
  }
}
