import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readProjectFile } from '../../../lib/files/project';
import { InitMachine } from '../machine/init-machine';
import type { Network } from '../network';
import { command } from '../processes';
import type { Scenario } from '../scenario';

const script = (name: string): string => readProjectFile(`test/drill/scripts/${name}`);

/** The user of the hosts, who may use sudo without a password. */
export const USER = 'debian';

export interface StockHostProps {
  readonly scenario: Scenario;
  readonly name: string;
  readonly address: string;
  readonly network: Network;
  /** The public SSH key of the person. */
  readonly sshKey: string;
  /** Whether k3s has a real etcd. */
  readonly etcd: boolean;
  /** What k3s writes to k3s.yaml. */
  readonly k3sYaml: string;
}

/** A stock Debian with real systemd, sshd and sudo, as after its installation. github.com, apt-get and k3s are stand-ins. */
export class StockHost extends InitMachine {
  constructor(private readonly own: StockHostProps) {
    const { scenario, name, address, network } = own;
    super({ scenario, hostname: name, system: 'stock', cable: { network, address: `${address}/24` } });
  }

  get address(): string {
    return this.own.address;
  }

  override async install(): Promise<void> {
    await super.install();
    this.write('/etc/hostname', `${this.own.name}\n`);
    this.write('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${this.own.name}\n`);
    // no time server is here, and all hosts have the clock of this computer
    this.write('/usr/local/sbin/timedatectl', '#!/bin/sh\necho yes\n', 0o755);
    await this.chroot('useradd', '--create-home', '--shell', '/bin/bash', USER);
    this.write(`/etc/sudoers.d/${USER}`, `${USER} ALL=(ALL) NOPASSWD: ALL\n`, 0o440);
    this.write(`/home/${USER}/.ssh/authorized_keys`, this.own.sshKey);
    // as a stock installation has none
    await this.chroot('mv', '/usr/bin/curl', '/usr/local/share/curl');
    this.write('/usr/local/share/curl-stand-in', script('curl-github.sh'), 0o755);
    this.write('/usr/local/sbin/apt-get', script('apt-get-curl.sh'), 0o755);
    this.write('/usr/local/share/k3s-stand-in', script('k3s-stock.sh'), 0o755);
    this.write('/usr/local/share/k3s.yaml', this.own.k3sYaml, 0o600);
    this.release(script('get-k3s.sh'));
    // the stand-in for k3s runs in node
    mkdirSync(this.disk('/opt/drill'), { recursive: true });
    writeFileSync(this.disk('/opt/node'), '');
    await command('mount', '--bind', '-o', 'ro', process.cwd(), this.disk('/opt/drill'));
    await command('mount', '--bind', '-o', 'ro', process.execPath, this.disk('/opt/node'));
    if (!this.own.etcd) return;
    writeFileSync(this.disk('/opt/etcd'), '');
    await command('mount', '--bind', '-o', 'ro', '/usr/bin/etcd', this.disk('/opt/etcd'));
  }

  /** A new host takes its place, with the same name and address, and an SSH key of its own. */
  async replace(): Promise<void> {
    await this.cutPower();
    await this.wipe();
    await this.install();
    const key = this.disk('/etc/ssh/ssh_host_ed25519_key');
    rmSync(key);
    await command('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key);
  }

  /** What github.com serves as the installer; its checksum is that of `signed`. */
  release(installer: string, signed = installer): void {
    this.write('/usr/local/share/github/install.sh', installer);
    const sum = createHash('sha256').update(signed).digest('hex');
    this.write('/usr/local/share/github/install.sh.sha256sum', `${sum}  install.sh\n`);
  }

  /** The output of a command, without the line break. */
  async ask(text: string): Promise<string> {
    const { stdout, stderr } = await this.exec(text);
    return `${stdout}${stderr}`.trim();
  }
}
