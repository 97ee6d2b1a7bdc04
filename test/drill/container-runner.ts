import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProjectFile } from '../../lib/files/project';
import type { Container } from './manifests';
import { BackgroundProcess, childrenOf, familyOf, type Result, run, SYSTEM_PATH, signal } from './processes';
import { Readiness } from './readiness';
import { sleep, type Timeline } from './timeline';

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface ContainerRunnerProps {
  readonly spec: Container;
  /** Its name in the log. */
  readonly title: string;
  /** Its root file system, which stays as it is. */
  readonly image: string;
  /** A process whose network and UTS namespaces the container shares. */
  readonly hostPid: number;
  /** An empty folder on a tmpfs for its root file systems. */
  readonly folder: string;
  /** Its output is appended to this file. */
  readonly logFile: string;
  readonly mounts: readonly Mount[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeline: Timeline;
}

// the kubelet backs off for 10 s to 5 min; a drill is shorter
const FIRST_BACK_OFF_MS = 300;
const LONGEST_BACK_OFF_MS = 3000;
const RESET_BACK_OFF_AFTER_MS = 10_000;

/** What a container runtime leaves to root: https://github.com/containerd/containerd/blob/main/pkg/oci/spec.go. */
const DEFAULT_CAPABILITIES =
  'chown dac_override fsetid fowner mknod net_raw setgid setuid setfcap setpcap net_bind_service sys_chroot kill audit_write';

/**
 * A container with its image under a temporary overlay, in its own mount and PID namespaces. When it exits, it is
 * restarted after a back-off, with a new root file system and the same volumes.
 */
export class ContainerRunner {
  restarts = 0;
  private process: BackgroundProcess | undefined;
  private stopping = false;
  private loop: Promise<void> | undefined;
  private readonly script = readProjectFile('test/drill/scripts/container.sh');
  private readonly readiness: Readiness | undefined;

  constructor(private readonly props: ContainerRunnerProps) {
    const { readinessProbe } = props.spec;
    this.readiness = readinessProbe && new Readiness(readinessProbe, (...command) => this.exec(...command));
  }

  /** The last result of its readiness probe; without a probe, whether it runs. */
  get ready(): boolean {
    return this.readiness ? this.readiness.ready : this.firstPid !== undefined;
  }

  start(): void {
    this.stopping = false;
    this.readiness?.start();
    this.loop = this.keepRunning();
  }

  /** Sends SIGTERM to PID 1, and SIGKILL after the grace period. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.readiness?.stop();
    const pid = this.firstPid;
    if (pid !== undefined) signal(pid, 'SIGTERM');
    const ended = this.process?.ended ?? Promise.resolve(0);
    await Promise.race([ended, sleep(graceMs)]);
    await this.process?.kill();
    await this.loop;
  }

  /** Kills it at once and for good, as a power cut does. */
  async kill(): Promise<void> {
    this.stopping = true;
    this.readiness?.stop();
    await this.process?.kill();
    await this.loop;
  }

  /** Kills PID 1 and with it all processes. The container restarts. */
  crash(): void {
    this.props.timeline.log(this.props.title, 'is killed');
    const pid = this.firstPid;
    if (pid !== undefined) signal(pid, 'SIGKILL');
  }

  /** Stops all processes (SIGSTOP); they keep their sockets. */
  freeze(): void {
    this.props.timeline.log(this.props.title, 'is frozen');
    for (const pid of this.firstPid === undefined ? [] : familyOf(this.firstPid)) signal(pid, 'SIGSTOP');
  }

  /** Runs a command inside, with all privileges. Exit status 125 if the container does not run. */
  async exec(...command: readonly string[]): Promise<Result> {
    const pid = this.firstPid;
    if (pid === undefined) return { code: 125, stdout: '', stderr: 'the container does not run' };
    const namespaces = ['--target', String(pid), '--mount', '--pid', '--net', '--uts', '--root', '--wd'];
    return run('nsenter', [...namespaces, ...this.withEnvironment(command)]);
  }

  private get firstPid(): number | undefined {
    return this.process?.alive ? childrenOf(this.process.pid)[0] : undefined;
  }

  private async keepRunning(): Promise<void> {
    const { timeline, title } = this.props;
    for (let backOff = FIRST_BACK_OFF_MS; ; ) {
      const startedAt = timeline.now();
      this.process = this.launch();
      const status = await this.process.ended;
      if (this.stopping) return;
      timeline.log(title, `exited with ${status}, restarts in ${backOff} ms`);
      await sleep(backOff);
      if (this.stopping) return;
      const ranLong = timeline.now() - startedAt > RESET_BACK_OFF_AFTER_MS;
      backOff = ranLong ? FIRST_BACK_OFF_MS : Math.min(backOff * 2, LONGEST_BACK_OFF_MS);
      this.restarts++;
    }
  }

  private launch(): BackgroundProcess {
    const { spec, image, hostPid, logFile } = this.props;
    const folder = join(this.props.folder, `root-${this.restarts}`);
    mkdirSync(folder, { recursive: true });
    const table = join(folder, 'mounts');
    writeFileSync(table, this.mountTable());
    const input = openSync(table, 'r');
    const log = openSync(logFile, 'a');
    try {
      const access = spec.securityContext?.readOnlyRootFilesystem ? 'ro' : 'rw';
      const command = [...(spec.command ?? []), ...(spec.args ?? [])];
      if (command.length === 0) throw new Error(`container ${spec.name} has no command; the drill has no images`);
      return new BackgroundProcess(
        'nsenter',
        [
          ...[`--net=/proc/${hostPid}/ns/net`, `--uts=/proc/${hostPid}/ns/uts`],
          ...['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--propagation', 'private'],
          ...['sh', '-c', this.script, 'container.sh', image, folder, access],
          ...privilegeArguments(spec.securityContext),
          ...this.withEnvironment(command),
        ],
        { stdio: [input, log, log] },
      );
    } finally {
      closeSync(input);
      closeSync(log);
    }
  }

  private withEnvironment(command: readonly string[]): string[] {
    const environment = Object.entries({ PATH: SYSTEM_PATH, ...this.props.environment });
    return ['env', '-i', ...environment.map(([name, value]) => `${name}=${value}`), ...command];
  }

  private mountTable(): string {
    const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((name) => `/dev/${name}`);
    // with hostNetwork, the kubelet mounts the /etc/hosts of the node; upsc without a host name asks for localhost
    return [
      ...[...devices, '/etc/hosts'].map((path) => ({ source: path, target: path, readOnly: false })),
      ...this.props.mounts,
    ]
      .map(({ source, target, readOnly }) => `${source}\t${target}\t${readOnly ? 'ro' : 'rw'}\n`)
      .join('');
  }
}

/** The command before a container's command that drops the privileges its securityContext drops. */
export function privilegeArguments(context: Container['securityContext'] = {}): string[] {
  if (context.privileged) return [];
  const drop = new Set(context.capabilities?.drop?.map((name) => name.toLowerCase()));
  const add = context.capabilities?.add?.map((name) => name.toLowerCase()) ?? [];
  const kept = drop.has('all') ? add : [...DEFAULT_CAPABILITIES.split(' ').filter((name) => !drop.has(name)), ...add];
  return [
    'setpriv',
    `--bounding-set=${['-all', ...new Set(kept.map((name) => `+${name}`))].join(',')}`,
    '--inh-caps=-all',
    '--ambient-caps=-all',
    ...(context.allowPrivilegeEscalation === false ? ['--no-new-privs'] : []),
  ];
}
