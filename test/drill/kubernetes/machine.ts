import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Station } from '../control-plane/station';
import { controlGroupOf } from '../machine/control-groups';
import type { Network } from '../network';
import { type BackgroundProcess, commandOf, signal } from '../processes';
import type { Scenario } from '../scenario';
import { sleep, until } from '../timeline';
import type { SiteNode } from './site';

const CGROUPS = '/sys/fs/cgroup';
/** Folders in which a kubelet, a container runtime and their network have state at fixed paths. */
const OWN_FOLDERS = ['/var/log', '/var/lib'];
/** Settings of the whole kernel that a kubelet writes; a machine here writes into files of its own. */
const KERNEL_SETTINGS = [
  ...['kernel/keys/root_maxbytes', 'kernel/keys/root_maxkeys', 'kernel/panic', 'kernel/panic_on_oops'],
  ...['vm/overcommit_memory', 'vm/panic_on_oom'],
];

// /dev without USB becomes one with it, and without the logs and consoles of this machine
const OWN_DEVICES = `
mkdir -p /run/dev && mount -t tmpfs -o mode=0755 tmpfs /run/dev && cd /run/dev
for name in null zero full random urandom tty; do : >$name; mount --bind /dev/$name $name; done
for name in pts shm mqueue; do [ -d /dev/$name ] || continue; mkdir $name; mount --rbind /dev/$name $name; done
ln -s pts/ptmx ptmx; ln -s /proc/self/fd fd; : >kmsg; mount --bind /dev/null kmsg
mkdir -p bus/usb; cd /; mount --move /run/dev /dev`;

const ownSetting = (path: string): string =>
  `f=/run/settings-${path.replaceAll('/', '-')}; cat /proc/sys/${path} >$f; mount --bind $f /proc/sys/${path}`;

/** A machine of a site: namespaces, a cable, folders and a control group of its own, and what runs on it. */
export class KubernetesMachine {
  readonly station: Station;
  /** Commands that give it its routes; an interface that goes down loses them. */
  routes: readonly string[] = [];
  /** Hardware address of its interface. */
  mac = '';
  private readonly started = new Map<string, BackgroundProcess>();

  /** @param folder for everything that is on its disk */
  constructor(
    readonly node: SiteNode,
    private readonly scenario: Scenario,
    readonly folder: string,
  ) {
    this.station = new Station(node.name, node.addresses, scenario, OWN_FOLDERS);
  }

  get name(): string {
    return this.node.name;
  }

  get address(): string {
    return this.node.addresses[0];
  }

  async start(network: Network): Promise<void> {
    await this.station.start(network);
    this.mac = await this.station.mac();
    await this.shell(['set -e', OWN_DEVICES, ...KERNEL_SETTINGS.map(ownSetting)].join('\n'));
    await this.shell('sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1');
    this.makeControlGroup();
  }

  /** Gives it the routes that it does not have. */
  async addRoutes(): Promise<void> {
    await this.shell(this.routes.map((route) => `ip route replace ${route}`).join('\n'));
  }

  /** Its control group, a path below each hierarchy. */
  get controlGroup(): string {
    return controlGroupOf(`${this.scenario.name.replaceAll('/', '-')}-${this.name}`);
  }

  /** Runs shell commands on it, which have to succeed. */
  async shell(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.station.run('sh', ['-c', script], 30_000);
    if (code !== 0) throw new Error(`${this.name}: "${script.trim().split('\n').at(-1)}" failed: ${stderr.trim()}`);
    return stdout;
  }

  /** Starts a program in the background and remembers it by the last part of its path. */
  run(program: string, ...args: readonly string[]): void {
    const [name = ''] = program.split('/').slice(-1);
    this.started.set(name, this.station.background(program, ...args));
  }

  /** The same for one that ends when it loses a lease, and is started again, as k3s is. */
  keep(program: string, ...args: readonly string[]): void {
    const [name = ''] = program.split('/').slice(-1);
    const again = 'while :; do "$@"; sleep 1; done';
    this.started.set(name, this.station.background('sh', '-c', again, 'sh', program, ...args));
  }

  /** Ends a program that `run` has started, without a word to it. */
  async kill(name: string): Promise<void> {
    const process = this.started.get(name);
    if (!process?.alive) throw new Error(`${this.name} runs no ${name}`);
    await process.kill();
    this.scenario.timeline.log(this.name, `${name} killed`);
  }

  /** A file of the machine as this process sees it. */
  path(inside: string): string {
    return join(`/proc/${this.station.pid}/root`, inside);
  }

  /** Sends a signal to the programs with this path in their containers. Throws when there is none. */
  signal(path: string, name: NodeJS.Signals): void {
    const found = this.running(path);
    if (found.length === 0) throw new Error(`${this.name} runs no ${path}`);
    for (const pid of found) signal(pid, name);
    this.scenario.timeline.log(this.name, `${path} gets ${name}`);
  }

  /** Process IDs of the programs with this path. */
  running(path: string): number[] {
    return this.processes().filter((pid) => commandOf(pid)[0] === path);
  }

  /** Waits until no program with this path runs. */
  async ended(path: string, timeoutMs: number): Promise<void> {
    await until(() => this.running(path).length === 0, timeoutMs, `${path} ends on ${this.name}`);
  }

  /** Ends everything on it at once, as the cut of its power does. */
  async cutPower(): Promise<void> {
    await this.station.cable.pull();
    for (let left = this.processes(); left.length > 0; left = this.processes()) {
      for (const pid of left) signal(pid, 'SIGKILL');
      await sleep(100);
    }
    this.scenario.timeline.log(this.name, 'power is cut');
  }

  async stop(): Promise<void> {
    // a machine that did not come up has neither a cable nor a program
    if (this.mac !== '') await this.cutPower();
    await this.station.stop();
  }

  /** What runs on it, but for the process that holds its namespaces. Containers have mounts of their own and its control group. */
  private processes(): number[] {
    const holder = this.station.pid;
    const mounts = mountsOf(holder);
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== holder)
      .filter((pid) => {
        const own = mountsOf(pid);
        // one that has ended and that nobody waits for has none any more
        return own === mounts || (own !== '' && cgroupsOf(pid).includes(`${this.controlGroup}/`));
      });
  }

  private makeControlGroup(): void {
    const controllers = readdirSync(CGROUPS).filter((name) => existsSync(join(CGROUPS, name, 'cgroup.procs')));
    const isUnified = existsSync(join(CGROUPS, 'cgroup.controllers'));
    for (const hierarchy of isUnified ? [CGROUPS] : controllers.map((name) => join(CGROUPS, name))) {
      const folder = join(hierarchy, this.controlGroup);
      mkdirSync(folder, { recursive: true });
      // a new group of this controller has no processor and no memory until somebody gives it some
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        if (isUnified || !existsSync(join(folder, file))) continue;
        const all = readFileSync(join(hierarchy, file));
        writeFileSync(join(folder, '..', file), all);
        writeFileSync(join(folder, file), all);
      }
    }
  }
}

const mountsOf = (pid: number): string => textOf(() => readlinkSync(`/proc/${pid}/ns/mnt`));
const cgroupsOf = (pid: number): string => textOf(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8'));

/** A process may end while it is looked at. */
function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
