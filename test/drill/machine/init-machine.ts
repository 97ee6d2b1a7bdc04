import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Network } from '../network';
import { BackgroundProcess, command, type Result, run } from '../processes';
import type { Scenario } from '../scenario';
import { containerSpec } from './container-spec';
import { controlGroupOf } from './control-groups';
import { type RootFileSystem, rootFileSystem } from './root-file-systems';

export interface InitMachineProps {
  readonly scenario: Scenario;
  readonly hostname: string;
  /** Its installation. */
  readonly system: RootFileSystem;
  /** The network of its cable, and its address with prefix length. @default - no cable */
  readonly cable?: { readonly network: Network; readonly address: string };
  /** Runs between power-on and init, as in an initramfs. @default - nothing */
  readonly beforeInit?: (machine: InitMachine) => Promise<void>;
  /** Files of its disk to keep with the logs, beside console and journal. @default - none */
  readonly logs?: readonly string[];
}

/** The exit status of runc after reboot(RB_POWER_OFF), which is SIGINT: see reboot(2), "Behavior inside PID namespaces". */
const POWERED_OFF = 130;

/** A host with a real init system, in a container. Its disk keeps its content while it is off; /run does not. */
export class InitMachine {
  readonly hostname: string;
  /** Its boot ID. */
  bootId = '';
  /** When it was off, on the timeline of the scenario. */
  offAt: number | undefined;
  /** The root file system of its installation. */
  image = '';
  private readonly name: string;
  private readonly folder: string;
  private readonly root: string;
  private runc: BackgroundProcess | undefined;

  constructor(private readonly props: InitMachineProps) {
    const { scenario, hostname } = props;
    this.hostname = hostname;
    this.name = `${scenario.name.replace('/', '-')}-${hostname}`;
    this.folder = scenario.folder(hostname);
    this.root = join(this.folder, 'root');
  }

  /** Installs it anew. It is off. */
  async install(): Promise<void> {
    const { system, scenario } = this.props;
    this.image = await rootFileSystem(system, scenario);
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.folder, name), { recursive: true });
    const options = `lowerdir=${this.image},upperdir=${this.folder}/upper,workdir=${this.folder}/work`;
    await command('mount', '-t', 'overlay', '-o', options, 'overlay', this.root);
    // systemd keeps its journal on disk if this folder exists
    mkdirSync(this.disk('/var/log/journal'), { recursive: true });
  }

  /** Removes its disk, while it is off. */
  protected async wipe(): Promise<void> {
    await command('umount', '--recursive', this.root);
    for (const name of ['upper', 'work']) rmSync(join(this.folder, name), { recursive: true });
  }

  /** The path on this host for a path on its disk, on or off. A path in memory, such as /run, is not there. */
  disk(path: string): string {
    return join(this.root, path);
  }

  /** Writes a file on its disk. */
  write(path: string, text: string, mode = 0o644): void {
    const file = this.disk(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  /** Runs a command of the installation while the host is off. Throws if it fails. */
  async chroot(...args: readonly string[]): Promise<void> {
    await command('chroot', this.root, ...args);
  }

  /** Powers it on: it boots with a new boot ID, and its cable is plugged in. */
  async boot(): Promise<void> {
    const { scenario, hostname, cable, beforeInit } = this.props;
    await beforeInit?.(this);
    this.bootId = randomUUID();
    this.offAt = undefined;
    const bootIdFile = join(this.folder, 'boot_id');
    writeFileSync(bootIdFile, `${this.bootId}\n`);
    const spec = containerSpec({ hostname, root: this.root, bootIdFile, cgroup: controlGroupOf(this.name) });
    writeFileSync(join(this.folder, 'config.json'), JSON.stringify(spec));
    // of the previous boot
    rmSync(this.pidFile, { force: true });
    const log = openSync(join(scenario.logFolder, `${hostname}-console.log`), 'a');
    scenario.timeline.log(hostname, 'boots');
    const args = ['run', '--bundle', this.folder, '--pid-file', this.pidFile, this.name];
    const runc = new BackgroundProcess('runc', [...this.runcRoot, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.runc = runc;
    void runc.ended.then((status) => {
      // not after a power cut
      if (this.runc === runc) this.hasEnded(status);
    });
    await scenario.wait('the host starts', 10_000, () => existsSync(this.pidFile) || !runc.alive);
    if (cable) await cable.network.connect(this.pid, cable.address);
  }

  get isOff(): boolean {
    return this.offAt !== undefined;
  }

  /** The process ID of its PID 1 on this host. */
  get pid(): number {
    return Number(readFileSync(this.pidFile, 'utf8'));
  }

  /** The path on this host for a path of the running host. */
  path(path: string): string {
    return join(`/proc/${this.pid}/root`, path);
  }

  /** Runs a shell script on the running host. */
  async exec(script: string, timeoutMs = 20_000): Promise<Result> {
    return run('runc', [...this.runcRoot, 'exec', this.name, 'sh', '-c', script], timeoutMs);
  }

  /** Cuts its power. */
  async cutPower(): Promise<void> {
    const { runc } = this;
    this.runc = undefined;
    if (runc?.alive) {
      await run('runc', [...this.runcRoot, 'delete', '--force', this.name]);
      this.offAt = this.props.scenario.timeline.log(this.hostname, 'power cut');
    }
    await runc?.kill();
  }

  /** Removes the host and keeps its logs. */
  async remove(): Promise<void> {
    const { scenario, system, logs = [] } = this.props;
    await this.cutPower();
    const log = (name: string) => join(scenario.logFolder, `${this.hostname}-${name}`);
    for (const path of logs) if (existsSync(this.disk(path))) cpSync(this.disk(path), log(basename(path)));
    if (system.startsWith('openrc')) return;
    const { stdout } = await run('chroot', [this.root, 'journalctl', '--merge', '--output=short-precise', '--quiet']);
    writeFileSync(log('journal.log'), stdout);
  }

  private hasEnded(status: number | string): void {
    const { timeline } = this.props.scenario;
    const inGoodOrder = status === POWERED_OFF;
    this.offAt = timeline.log(this.hostname, inGoodOrder ? 'is off' : `exited with ${status}`);
    if (!inGoodOrder) this.props.scenario.check('the host ends by a power-off', false, `status ${status}`);
  }

  private get pidFile(): string {
    return join(this.folder, 'init.pid');
  }

  private get runcRoot(): readonly string[] {
    return ['--root', join(this.folder, 'runc')];
  }
}
