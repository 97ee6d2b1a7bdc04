import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProjectFile } from '../../../lib/files/project';
import { K3OS_TOKEN_FILE } from '../../../lib/machines/k3os';
import { K3os, LOCAL_CONFIGS, SYSTEM_CONFIG } from '../k3os/k3os';
import { K3S, K3S_LOG } from '../k3os/services';
import { InitMachine } from '../machine/init-machine';
import type { Network } from '../network';
import { childrenOf, command, commandOf, familyOf, ownPidOf } from '../processes';
import type { Scenario } from '../scenario';
import { VIP } from './control-plane-lab';

export interface K3osServerProps {
  readonly scenario: Scenario;
  readonly hostname: string;
  readonly address: string;
  readonly network: Network;
}

const CLUSTER = '/var/lib/rancher/k3s/server/db/cluster';
/** Separates the boots in the log of k3s, which is kept as on k3OS. */
const BOOT_MARK = 'a boot\n';

/** A server with k3OS: real OpenRC, stand-ins for ccapply and k3s. */
export class K3osServer extends InitMachine {
  private readonly k3os: K3os;

  constructor({ scenario, hostname, address, network }: K3osServerProps) {
    const k3os = new K3os();
    const cable = { network, address: `${address}/24` };
    const logs = [K3S_LOG, '/var/log/killpowerd.log'];
    super({ scenario, hostname, system: 'openrc', cable, beforeInit: k3os.boot, logs });
    this.k3os = k3os;
  }

  /** Installs k3OS with this file as `k3os.install.config_url`, and files of this server in config.d. */
  async installWith(config: string, own: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.install();
    this.write(K3S, readProjectFile('test/drill/scripts/k3s-busybox.sh'), 0o755);
    this.configure(config, own);
  }

  /** Replaces the disk of the powered-off server, with the same installation. */
  replaceDisk(config: string, own: Readonly<Record<string, string>> = {}): void {
    for (const path of ['/k3os', '/var/lib/rancher', '/usr/local']) rmSync(this.disk(path), { recursive: true });
    this.configure(config, own);
  }

  /** Writes the token to the path of hosts/README.md; possible while the server runs. */
  putToken(token: string): void {
    this.write(K3OS_TOKEN_FILE, `${token}\n`, 0o600);
  }

  /** The content of its configuration file. */
  get config(): string {
    return readFileSync(this.disk(SYSTEM_CONFIG), 'utf8');
  }

  /** Powers it on, with additions to the kernel command line for this boot. */
  async powerOn(append = ''): Promise<void> {
    this.k3os.append = append;
    const log = this.disk(K3S_LOG);
    mkdirSync(dirname(log), { recursive: true });
    appendFileSync(log, BOOT_MARK);
    await this.boot();
  }

  /** The log of k3s since the boot. */
  said(): string[] {
    const ofThisBoot = readFileSync(this.disk(K3S_LOG), 'utf8').split(BOOT_MARK).at(-1) ?? '';
    return ofThisBoot.split('\n').map((line) => line.replace(/^k3s: /, ''));
  }

  /** How many log lines of k3s since the boot start with this. */
  times(what: string): number {
    return this.said().filter((line) => line.startsWith(what)).length;
  }

  /** The cluster of which it has data. */
  cluster(): string | undefined {
    const file = this.disk(CLUSTER);
    return existsSync(join(dirname(file), 'etcd/member/wal')) ? readFileSync(file, 'utf8').trim() : undefined;
  }

  /** Takes the VIP, as kube-vip does. */
  async takeVip(): Promise<void> {
    const inside = ['nsenter', `--net=/proc/${this.pid}/ns/net`, 'ip'] as const;
    await command(...inside, 'address', 'add', `${VIP}/32`, 'dev', 'eth0');
  }

  /** The process ID, inside the server, of the supervise-daemon of a service that runs this program; undefined without one. */
  supervisorOf(service: string, program: string): number | undefined {
    const supervisor = familyOf(this.pid).find((pid) => {
      const [name, ...args] = commandOf(pid);
      return name?.endsWith('supervise-daemon') && args.includes(service);
    });
    if (supervisor === undefined) return undefined;
    return childrenOf(supervisor).some((pid) => commandOf(pid).includes(program)) ? ownPidOf(supervisor) : undefined;
  }

  private configure(config: string, own: Readonly<Record<string, string>>): void {
    this.write(SYSTEM_CONFIG, config, 0o600);
    for (const [name, text] of Object.entries(own)) this.write(join(LOCAL_CONFIGS, name), text);
  }
}
