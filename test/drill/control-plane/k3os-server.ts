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
/** Divides the log of k3s; the log is kept over a boot, as on k3OS. */
const BOOT_MARK = 'a boot\n';

/** A server with k3OS: OpenRC is real, ccapply and k3s are stand-ins. */
export class K3osServer extends InitMachine {
  private readonly k3os: K3os;

  constructor({ scenario, hostname, address, network }: K3osServerProps) {
    const k3os = new K3os();
    const cable = { network, address: `${address}/24` };
    const logs = [K3S_LOG, '/var/log/killpowerd.log'];
    super({ scenario, hostname, system: 'openrc', cable, beforeInit: k3os.boot, logs });
    this.k3os = k3os;
  }

  /** Installs k3OS with this file as `k3os.install.config_url`, and with files of its own in config.d. */
  async installWith(config: string, own: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.install();
    this.write(K3S, readProjectFile('test/drill/scripts/k3s-busybox.sh'), 0o755);
    this.configure(config, own);
  }

  /** Another disk with the same installation, whose power is off. */
  replaceDisk(config: string, own: Readonly<Record<string, string>> = {}): void {
    for (const path of ['/k3os', '/var/lib/rancher', '/usr/local']) rmSync(this.disk(path), { recursive: true });
    this.configure(config, own);
  }

  /** Puts the token where hosts/README.md says, also while the machine runs. */
  putToken(token: string): void {
    this.write(K3OS_TOKEN_FILE, `${token}\n`, 0o600);
  }

  /** The bytes of the file it was installed with. */
  get config(): string {
    return readFileSync(this.disk(SYSTEM_CONFIG), 'utf8');
  }

  /** Power, with something appended to the command line of the kernel for this one boot. */
  async powerOn(append = ''): Promise<void> {
    this.k3os.append = append;
    const log = this.disk(K3S_LOG);
    mkdirSync(dirname(log), { recursive: true });
    appendFileSync(log, BOOT_MARK);
    await this.boot();
  }

  /** What k3s has said since the machine booted. */
  said(): string[] {
    const ofThisBoot = readFileSync(this.disk(K3S_LOG), 'utf8').split(BOOT_MARK).at(-1) ?? '';
    return ofThisBoot.split('\n').map((line) => line.replace(/^k3s: /, ''));
  }

  /** How often k3s has said something like this since the machine booted. */
  times(what: string): number {
    return this.said().filter((line) => line.startsWith(what)).length;
  }

  /** The cluster that it has data of. */
  cluster(): string | undefined {
    const file = this.disk(CLUSTER);
    return existsSync(join(dirname(file), 'etcd/member/wal')) ? readFileSync(file, 'utf8').trim() : undefined;
  }

  /** Takes the virtual IP, as kube-vip does. */
  async takeVip(): Promise<void> {
    const inside = ['nsenter', `--net=/proc/${this.pid}/ns/net`, 'ip'] as const;
    await command(...inside, 'address', 'add', `${VIP}/32`, 'dev', 'eth0');
  }

  /** The process ID, as the machine sees it, of the supervise-daemon of a service below which this program runs; undefined without. */
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
