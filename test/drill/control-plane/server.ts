import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProjectFile } from '../../../lib/files/project';
import { K3S_HA_PORT } from '../../../lib/releases';
import type { Cable, Network } from '../network';
import { BackgroundProcess, command, type Result, run, SYSTEM_PATH, signal } from '../processes';
import type { Scenario } from '../scenario';
import { until } from '../timeline';

/** The tools that k3s-ha supports: dash with coreutils and iproute2, or busybox only. */
export type Tools = 'dash' | 'busybox';
const SHELLS: Readonly<Record<Tools, string>> = { dash: 'dash', busybox: 'busybox sh' };

export interface ServerProps {
  readonly name: string;
  readonly address: string;
  readonly scenario: Scenario;
  readonly network: Network;
  /** The synthesized files of this site. */
  readonly files: ReadonlyMap<string, string>;
  /** @default 'dash' */
  readonly tools?: Tools;
}

/** The last line and the exit status of a command. */
export interface Verdict {
  readonly code: number;
  readonly line: string;
}

/** The folders that a server has for itself; all others are those of the host of the drill. */
const OWN = ['etc', 'var/lib', 'usr/local'] as const;
/** A cluster as the stand-in stores it. */
export interface StoredCluster {
  readonly id: string;
  readonly how: string;
  readonly ca: string;
  /** The address of the etcd peer URL after a reset. */
  readonly peer?: string;
}

const INSTALL: readonly (readonly [file: string, path: string, mode: number])[] = [
  ['server/config.yaml', '/etc/rancher/k3s/config.yaml', 0o600],
  ['server/k3s-ha.conf', '/etc/rancher/k3s/k3s-ha.conf', 0o644],
  ['server/k3s-ha', '/usr/local/sbin/k3s-ha', 0o755],
];

/**
 * A server: a host name, a network interface and folders of its own, with the files of hosts/ installed. k3s-ha, curl, arping and ip are
 * real; k3s and systemctl are stand-ins.
 */
export class Server {
  readonly name: string;
  readonly address: string;
  private holder: BackgroundProcess | undefined;
  private link: Cable | undefined;
  private listener: BackgroundProcess | undefined;

  constructor(private readonly props: ServerProps) {
    this.name = props.name;
    this.address = props.address;
  }

  /** First boot after the installation. */
  async install(): Promise<void> {
    const { name, scenario, network, address } = this.props;
    const folder = scenario.folder(`${name}-${Math.random().toString(36).slice(2, 8)}`);
    const overlays = OWN.map((path) => {
      for (const part of ['upper', 'work']) mkdirSync(join(folder, path, part), { recursive: true });
      return `mount -t overlay -o lowerdir=/${path},upperdir=${folder}/${path}/upper,workdir=${folder}/${path}/work overlay /${path}`;
    });
    // /sys has the interfaces of the namespace in which it is mounted
    const mounts = [...overlays, 'mount -t sysfs sysfs /sys', 'mount -t tmpfs -o mode=0755 tmpfs /run'];
    const script = `hostname ${name} && ip link set lo up && ${mounts.join(' && ')} && : >/run/ready && exec sleep infinity`;
    const namespaces = ['--net', '--uts', '--mount', '--propagation', 'private'];
    const log = { stdio: ['ignore', 'ignore', 'inherit'] } as const;
    this.holder = new BackgroundProcess('unshare', [...namespaces, 'sh', '-c', script], { stdio: [...log.stdio] });
    await until(() => existsSync(this.path('/run/ready')), 10_000, `${name} gets its namespaces and folders`);
    this.link = await network.connect(this.pid, `${address}/24`);
    this.installFiles();
    this.installStandIns();
    await this.listen();
  }

  /** Answers the other servers: socat stands for the socket unit of systemd; with busybox, `k3s-ha listen` does it. */
  async listen(): Promise<void> {
    const socat = `socat TCP-LISTEN:${K3S_HA_PORT},fork,reuseaddr EXEC:'/usr/local/sbin/k3s-ha answer'`;
    this.listener = this.background(this.props.tools === 'busybox' ? '/usr/local/sbin/k3s-ha listen' : socat);
    await until(
      async () => (await this.sh(`ss -Hltn sport = :${K3S_HA_PORT}`)).stdout !== '',
      10_000,
      `${this.name} listens`,
    );
  }

  /** Ends the listener, as on a server without the socket unit. */
  async unlisten(): Promise<void> {
    await this.listener?.kill();
  }

  get pid(): number {
    if (!this.holder) throw new Error(`${this.name} is not installed`);
    return this.holder.pid;
  }

  get cable(): Cable {
    if (!this.link) throw new Error(`${this.name} is not installed`);
    return this.link;
  }

  /** The path on this host for a path of the server. */
  path(path: string): string {
    return join(`/proc/${this.pid}/root`, path);
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text, { mode });
  }

  /** Runs a shell script on the server. */
  async sh(script: string, timeoutMs = 60_000): Promise<Result> {
    return run('nsenter', [...this.namespaces, 'sh', '-c', `export PATH=${SYSTEM_PATH}; ${script}`], timeoutMs);
  }

  /** Runs a shell script on the server in the background. */
  background(script: string): BackgroundProcess {
    return new BackgroundProcess('nsenter', [...this.namespaces, 'sh', '-c', script]);
  }

  /** Runs k3s-ha and returns its last line. */
  async ha(...args: readonly string[]): Promise<Verdict> {
    const { code, stdout, stderr } = await this.sh(`/usr/local/sbin/k3s-ha ${args.join(' ')} 2>&1`);
    const lines = `${stdout}${stderr}`.trim().split('\n');
    for (const line of lines) this.props.scenario.timeline.log(this.name, `${args[0]}: ${line} (${code})`);
    return { code, line: (lines.at(-1) ?? '').replace(/^k3s-ha: /, '') };
  }

  /** Runs `systemctl start k3s`, restart or stop. */
  async systemctl(verb: 'start' | 'restart' | 'stop'): Promise<Verdict> {
    const { code, stdout } = await this.sh(`systemctl ${verb} k3s 2>&1`);
    const line = stdout.trim().split('\n').at(-1) ?? '';
    this.props.scenario.timeline.log(this.name, `systemctl ${verb} k3s: ${line} (${code})`);
    return { code, line: line.replace(/^k3s-ha: /, '') };
  }

  /** Starts k3s until it runs, as systemd does. */
  async keepStarting(timeoutMs = 90_000): Promise<void> {
    const { stdout } = await this.sh('until systemctl start k3s 2>&1; do sleep 0.5; done', timeoutMs);
    for (const line of new Set(stdout.trim().split('\n'))) this.props.scenario.timeline.log(this.name, line);
  }

  /** The cluster of which this server has data. */
  cluster(): StoredCluster | undefined {
    const file = this.path('/var/lib/rancher/k3s/server/db/cluster.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredCluster) : undefined;
  }

  /** Adds or removes an address, as kube-vip does. */
  async address32(verb: 'add' | 'del', address: string): Promise<void> {
    await command('nsenter', ...this.namespaces, 'ip', 'address', verb, `${address}/32`, 'dev', 'eth0');
  }

  /** Adds (-A) or deletes (-D) a rule of the firewall for what is sent to this server. @default - drops every new connection */
  async firewall(verb: '-A' | '-D', rule = '-i eth0 -p tcp --syn -j DROP'): Promise<void> {
    await command('nsenter', ...this.namespaces, 'iptables', verb, 'INPUT', ...rule.split(' '));
  }

  /** Drops (-A) what another server sends to this one, except ARP, or no longer (-D). */
  drop(verb: '-A' | '-D', { address }: Server): Promise<void> {
    return this.firewall(verb, `-s ${address} -j DROP`);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** The state of a new disk: k3s stopped, no data, the files of hosts/ as installed. */
  async reinstall(): Promise<void> {
    await this.wipe();
    await this.sh('rm -rf /etc/rancher');
    this.installFiles();
  }

  /** k3s stopped, no data, no vote: a new disk after a power cycle. */
  async wipe(): Promise<void> {
    await this.kill();
    await this.sh('rm -rf /var/lib/rancher /run/k3s-ha /etc/rancher/k3s/config.yaml.d');
  }

  /** Kills k3s. */
  async kill(): Promise<void> {
    await this.systemctl('stop');
  }

  /** Removes the server and all its files. */
  async remove(): Promise<void> {
    const pidFile = this.path('/run/k3s.pid');
    if (existsSync(pidFile)) signal(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    await this.listener?.kill();
    await this.link?.remove();
    await this.holder?.kill();
  }

  private get namespaces(): readonly string[] {
    return ['--target', String(this.pid), '--net', '--uts', '--mount'];
  }

  private textOf(file: string): string {
    const text = this.props.files.get(file);
    if (text === undefined) throw new Error(`synth writes no hosts/${file}`);
    // the busybox shell prefers its own ip, arping and others to those of PATH
    return file === 'server/k3s-ha' ? text.replace('#!/bin/sh', `#!/bin/${SHELLS[this.props.tools ?? 'dash']}`) : text;
  }

  private installFiles(): void {
    for (const [file, path, mode] of INSTALL) this.write(path, this.textOf(file), mode);
    this.write('/etc/rancher/k3s/token', 'a-token-of-the-drill\n', 0o600);
  }

  private installStandIns(): void {
    const standIn = join(process.cwd(), 'test/drill/scripts/k3s-stand-in.js');
    const log = join(this.props.scenario.logFolder, `${this.name}-k3s.log`);
    this.write(
      '/run/stand-in.env',
      `NODE='${process.execPath}'\nSTAND_IN='${standIn}'\nLOG='${log}'\nexport NODE STAND_IN\n`,
    );
    this.write('/usr/local/bin/systemctl', readProjectFile('test/drill/scripts/systemctl.sh'), 0o755);
    this.write('/usr/local/bin/k3s', readProjectFile('test/drill/scripts/k3s.sh'), 0o755);
  }
}
