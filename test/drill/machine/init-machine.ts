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
  /** What is installed on it. */
  readonly system: RootFileSystem;
  /** Where its network cable leads, and its address there with prefix length. @default - it has none */
  readonly cable?: { readonly network: Network; readonly address: string };
  /** What happens between power and init, as an initramfs may do it. @default - nothing */
  readonly beforeInit?: (machine: InitMachine) => Promise<void>;
  /** Files of its disk that are kept with the logs, beside console and journal. @default - none */
  readonly logs?: readonly string[];
}

/** runc reports a machine that called reboot(RB_POWER_OFF) as ended by SIGINT: see reboot(2), "Behavior inside PID namespaces". */
const POWERED_OFF = 130;

/** A machine with a real init system, in a container. What it has on disk stays when it is off; /run does not. */
export class InitMachine {
  readonly hostname: string;
  /** ID of the boot, as the machine sees it. */
  bootId = '';
  /** When it was off, on the clock of the scenario. */
  offAt: number | undefined;
  /** Folder with the root file system it was installed from. */
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

  /** Gives it a fresh installation. It is off. */
  async install(): Promise<void> {
    const { system, scenario } = this.props;
    this.image = await rootFileSystem(system, scenario);
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.folder, name), { recursive: true });
    const options = `lowerdir=${this.image},upperdir=${this.folder}/upper,workdir=${this.folder}/work`;
    await command('mount', '-t', 'overlay', '-o', options, 'overlay', this.root);
    // with this folder systemd keeps its journal on disk
    mkdirSync(this.disk('/var/log/journal'), { recursive: true });
  }

  /** Where a path of its disk is, whether it is on or off. What it has in memory, such as /run, is not there. */
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

  /** Runs a command of the installation while the machine is off. It has to succeed. */
  async chroot(...args: readonly string[]): Promise<void> {
    await command('chroot', this.root, ...args);
  }

  /** Power: it boots, with another boot ID than before, and its cable is plugged in. */
  async boot(): Promise<void> {
    const { scenario, hostname, cable, beforeInit } = this.props;
    await beforeInit?.(this);
    this.bootId = randomUUID();
    this.offAt = undefined;
    const bootIdFile = join(this.folder, 'boot_id');
    writeFileSync(bootIdFile, `${this.bootId}\n`);
    const spec = containerSpec({ hostname, root: this.root, bootIdFile, cgroup: controlGroupOf(this.name) });
    writeFileSync(join(this.folder, 'config.json'), JSON.stringify(spec));
    // that of the boot before
    rmSync(this.pidFile, { force: true });
    const log = openSync(join(scenario.logFolder, `${hostname}-console.log`), 'a');
    scenario.timeline.log(hostname, 'boots');
    const args = ['run', '--bundle', this.folder, '--pid-file', this.pidFile, this.name];
    const runc = new BackgroundProcess('runc', [...this.runcRoot, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.runc = runc;
    void runc.ended.then((status) => {
      // nobody has taken the power away
      if (this.runc === runc) this.hasEnded(status);
    });
    await scenario.wait('the machine starts', 10_000, () => existsSync(this.pidFile) || !runc.alive);
    if (cable) await cable.network.connect(this.pid, cable.address);
  }

  get isOff(): boolean {
    return this.offAt !== undefined;
  }

  /** Its PID 1 in the numbers of this side. */
  get pid(): number {
    return Number(readFileSync(this.pidFile, 'utf8'));
  }

  /** Where a path of the running machine is. */
  path(path: string): string {
    return join(`/proc/${this.pid}/root`, path);
  }

  /** Runs a shell script on the running machine. */
  async exec(script: string, timeoutMs = 20_000): Promise<Result> {
    return run('runc', [...this.runcRoot, 'exec', this.name, 'sh', '-c', script], timeoutMs);
  }

  /** Takes the power away. */
  async cutPower(): Promise<void> {
    const { runc } = this;
    this.runc = undefined;
    if (runc?.alive) {
      await run('runc', [...this.runcRoot, 'delete', '--force', this.name]);
      this.offAt = this.props.scenario.timeline.log(this.hostname, 'has no power');
    }
    await runc?.kill();
  }

  /** Takes the machine away and keeps its logs. */
  async remove(): Promise<void> {
    const { scenario, system, logs = [] } = this.props;
    await this.cutPower();
    const log = (name: string) => join(scenario.logFolder, `${this.hostname}-${name}`);
    for (const path of logs) if (existsSync(this.disk(path))) cpSync(this.disk(path), log(basename(path)));
    if (system === 'openrc') return;
    const { stdout } = await run('chroot', [this.root, 'journalctl', '--merge', '--output=short-precise', '--quiet']);
    writeFileSync(log('journal.log'), stdout);
  }

  private hasEnded(status: number | string): void {
    const { timeline } = this.props.scenario;
    const inGoodOrder = status === POWERED_OFF;
    this.offAt = timeline.log(this.hostname, inGoodOrder ? 'is off' : `ended with ${status}`);
    if (!inGoodOrder) this.props.scenario.check('the machine ends by a power-off', false, `status ${status}`);
  }

  private get pidFile(): string {
    return join(this.folder, 'init.pid');
  }

  private get runcRoot(): readonly string[] {
    return ['--root', join(this.folder, 'runc')];
  }
}
