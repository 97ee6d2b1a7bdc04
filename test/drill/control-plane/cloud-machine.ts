import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MachineFile } from '../../../lib/hosts/machine-files';
import { readProjectFile } from '../../../lib/project-file';
import type { Network } from '../network';
import { BackgroundProcess, type Result, run, SYSTEM_PATH } from '../processes';
import type { Scenario } from '../scenario';
import { removeControlGroups } from './control-groups';
import { unpackRootFileSystem } from './root-file-system';

export interface CloudMachineProps {
  readonly scenario: Scenario;
  readonly hostname: string;
  readonly address: string;
  readonly network: Network;
  /** user-data and meta-data as `npm run hosts` writes them. */
  readonly seed: readonly MachineFile[];
}

/** What container engines leave to root, and the network of its own namespace. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE NET_ADMIN NET_RAW SYS_CHROOT KILL AUDIT_WRITE'
    .split(' ')
    .map((name) => `CAP_${name}`);

const tmpfs = (destination: string, mode: string) => ({
  destination,
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', `mode=${mode}`],
});

/** Debian with a real systemd and a real cloud-init in a container, from an image that was never booted. k3s is a stand-in. */
export class CloudMachine {
  private readonly folder: string;
  private readonly root: string;
  private readonly name: string;
  private runc: BackgroundProcess | undefined;

  constructor(private readonly props: CloudMachineProps) {
    this.name = `${props.scenario.name.replace('/', '-')}-${props.hostname}`;
    this.folder = props.scenario.folder(props.hostname);
    this.root = join(this.folder, 'root');
  }

  /** Puts the image on the disk and the seed beside it. */
  async install(): Promise<void> {
    mkdirSync(this.root);
    await unpackRootFileSystem(this.root);
    for (const { path, content } of this.props.seed) {
      this.write(`/var/lib/cloud/seed/nocloud/${path.replace(/^.*\//, '')}`, content);
    }
    // without locales, which this small image lacks
    this.write('/etc/cloud/cloud.cfg.d/90-drill.cfg', 'datasource_list: [NoCloud]\nlocale: false\n');
    // there is no internet: get.k3s.io is a file, and everything else goes to the real curl
    this.write('/usr/local/sbin/curl', readProjectFile('test/drill/scripts/curl.sh'), 0o755);
    this.write('/usr/local/share/get.k3s.io', readProjectFile('test/drill/scripts/get-k3s.sh'));
  }

  /** Power: it boots, and its cable is plugged in. */
  async boot(): Promise<void> {
    const { scenario, network, address } = this.props;
    writeFileSync(join(this.folder, 'config.json'), JSON.stringify(this.spec()));
    const log = openSync(join(scenario.logFolder, `${this.props.hostname}-console.log`), 'a');
    const args = ['run', '--bundle', this.folder, '--pid-file', this.pidFile, this.name];
    this.runc = new BackgroundProcess('runc', [...this.runcRoot, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    await scenario.wait('the machine starts', 10_000, () => existsSync(this.pidFile) || this.runc?.alive === false);
    await network.connect(Number(readFileSync(this.pidFile, 'utf8')), address, 24);
  }

  /** Runs a shell script on the machine. */
  async sh(script: string, timeoutMs = 20_000): Promise<Result> {
    return run('runc', [...this.runcRoot, 'exec', this.name, 'sh', '-c', `PATH=${SYSTEM_PATH}; ${script}`], timeoutMs);
  }

  /** What a command prints, without the line break. */
  async ask(script: string): Promise<string> {
    const { stdout, stderr } = await this.sh(script);
    return `${stdout}${stderr}`.trim();
  }

  /** Takes the machine away and keeps its journal. */
  async remove(): Promise<void> {
    const journal = await this.sh('journalctl --output=short-precise --quiet; cat /var/log/cloud-init-output.log');
    writeFileSync(join(this.props.scenario.logFolder, `${this.props.hostname}-journal.log`), journal.stdout);
    await run('runc', [...this.runcRoot, 'delete', '--force', this.name]);
    await this.runc?.kill();
    await removeControlGroups();
  }

  /** Writes a file while the machine is off. */
  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text, { mode });
  }

  private get pidFile(): string {
    return join(this.folder, 'init.pid');
  }

  private get runcRoot(): readonly string[] {
    return ['--root', join(this.folder, 'runc')];
  }

  /** https://systemd.io/CONTAINER_INTERFACE. It sees nothing of the machine the drill runs on that it could change. */
  private spec(): object {
    return {
      ociVersion: '1.0.2',
      hostname: this.props.hostname,
      root: { path: this.root, readonly: false },
      process: {
        args: ['/sbin/init'],
        cwd: '/',
        user: { uid: 0, gid: 0 },
        env: [`PATH=${SYSTEM_PATH}`, 'container=oci'],
        capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      },
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        tmpfs('/dev', '755'),
        {
          destination: '/dev/pts',
          type: 'devpts',
          source: 'devpts',
          options: ['newinstance', 'ptmxmode=0666', 'gid=5'],
        },
        tmpfs('/dev/shm', '1777'),
        { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
        { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev'] },
        tmpfs('/run', '755'),
        tmpfs('/run/lock', '1777'),
        tmpfs('/tmp', '1777'),
      ],
      linux: {
        cgroupsPath: `/drill-control-plane/${this.name}`,
        namespaces: ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'].map((type) => ({ type })),
        resources: { devices: [{ allow: false, access: 'rwm' }] },
        maskedPaths: ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
        readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      },
    };
  }
}
