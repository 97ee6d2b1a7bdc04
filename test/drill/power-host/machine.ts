import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { KILLPOWERD } from '../../../lib/hosts/killpower';
import { BackgroundProcess, command, familyOf, type Result, run } from '../processes';
import type { Scenario } from '../scenario';
import { containerSpec } from './container-spec';
import { controlGroupOf } from './control-groups';
import { type InitSystem, rootFileSystem } from './root-file-systems';

export interface MachineProps {
  readonly scenario: Scenario;
  readonly system: InitSystem;
  /** Directory of the machine with the deadline. */
  readonly killpowerPath: string;
}

/** runc reports a machine that called reboot(RB_POWER_OFF) as ended by SIGINT: see reboot(2), "Behavior inside PID namespaces". */
const POWERED_OFF = 130;

/** A machine with a real init system, in a container. What it has on disk stays when it is off; /run does not. */
export class Machine {
  /** ID of the boot, as the machine sees it. */
  bootId = '';
  /** When it was off, on the clock of the scenario. */
  offAt: number | undefined;
  private readonly name: string;
  private readonly folder: string;
  private readonly root: string;
  private removed = false;
  private runc: BackgroundProcess | undefined;

  private constructor(private readonly props: MachineProps) {
    this.name = props.scenario.name.replace('/', '-');
    this.folder = props.scenario.folder('machine');
    this.root = join(this.folder, 'root');
  }

  /** A machine with a fresh installation, off. */
  static async install(props: MachineProps): Promise<Machine> {
    const machine = new Machine(props);
    const lower = await rootFileSystem(props.system, props.scenario);
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(machine.folder, name), { recursive: true });
    const options = `lowerdir=${lower},upperdir=${machine.folder}/upper,workdir=${machine.folder}/work`;
    await command('mount', '-t', 'overlay', '-o', options, 'overlay', machine.root);
    // with this folder systemd keeps its journal on disk
    mkdirSync(join(machine.root, '/var/log/journal'), { recursive: true });
    return machine;
  }

  /** Writes a file while the machine is off. */
  write(path: string, text: string, mode = 0o644): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  /** Runs a command of the installation while the machine is off. It has to succeed. */
  async chroot(...args: readonly string[]): Promise<void> {
    await command('chroot', this.root, ...args);
  }

  /** Power: it boots, with another boot ID than before. */
  async boot(): Promise<void> {
    const { scenario } = this.props;
    this.bootId = randomUUID();
    this.offAt = undefined;
    const bootIdFile = join(this.folder, 'boot_id');
    writeFileSync(bootIdFile, `${this.bootId}\n`);
    const spec = containerSpec({
      hostname: this.props.system,
      root: this.root,
      bootIdFile,
      cgroup: controlGroupOf(this.name),
    });
    writeFileSync(join(this.folder, 'config.json'), JSON.stringify(spec));
    const log = openSync(join(scenario.logFolder, 'console.log'), 'a');
    scenario.timeline.log(this.name, 'boots');
    const args = ['run', '--bundle', this.folder, '--pid-file', this.pidFile, this.name];
    const runc = new BackgroundProcess('runc', ['--root', this.runcRoot, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.runc = runc;
    void runc.ended.then((status) => {
      if (this.removed) return;
      this.offAt = scenario.timeline.log(this.name, status === POWERED_OFF ? 'is off' : `ended with ${status}`);
      if (status !== POWERED_OFF) scenario.check('the machine ends by a power-off', false, `status ${status}`);
    });
    await scenario.wait('the machine starts', 10_000, () => existsSync(this.pidFile) || !runc.alive);
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

  /** Runs a command inside, with a shell. */
  async exec(script: string): Promise<Result> {
    return run('runc', ['--root', this.runcRoot, 'exec', this.name, 'sh', '-c', script]);
  }

  /** Writes a file of the power-off directory as a pod does, in one step. */
  put(file: string, text: string): void {
    const path = this.path(join(this.props.killpowerPath, file));
    writeFileSync(`${path}.pod`, text);
    renameSync(`${path}.pod`, path);
  }

  /** Sets the deadline or the lease. Returns when it was set. */
  set(file: 'deadline' | 'lease', inSeconds: number, haltSeconds: number): number {
    this.put(file, `${this.bootId} ${uptime() + inSeconds} ${haltSeconds} drill\n`);
    return this.props.scenario.timeline.log('drill', `${file} in ${inSeconds} s, halt budget ${haltSeconds} s`);
  }

  /** Age of the heartbeat in seconds; undefined when there is none of this boot. */
  heartbeatAge(): number | undefined {
    const file = this.path(join(this.props.killpowerPath, 'heartbeat'));
    const line = existsSync(file) ? /^(\S+) (\d+)\n$/.exec(readFileSync(file, 'utf8')) : undefined;
    return line?.[1] === this.bootId ? uptime() - Number(line[2]) : undefined;
  }

  /** The process ID of killpowerd on this side; undefined when it does not run. */
  killpowerd(): number | undefined {
    return familyOf(this.pid).find((pid) => commandOf(pid).includes(KILLPOWERD) && !commandOf(pid).includes('--start'));
  }

  /** Takes the power away and keeps what systemd wrote to its journal. */
  async remove(): Promise<void> {
    this.removed = true;
    if (this.runc?.alive) await run('runc', ['--root', this.runcRoot, 'delete', '--force', this.name]);
    await this.runc?.kill();
    if (this.props.system !== 'systemd') return;
    const { stdout } = await run('chroot', [this.root, 'journalctl', '--merge', '--output=short-precise', '--quiet']);
    writeFileSync(join(this.props.scenario.logFolder, 'journal.log'), stdout);
  }

  private get pidFile(): string {
    return join(this.folder, 'init.pid');
  }

  private get runcRoot(): string {
    return join(this.folder, 'runc');
  }
}

/** Whole seconds, the same for all machines in containers. */
const uptime = (): number => Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
