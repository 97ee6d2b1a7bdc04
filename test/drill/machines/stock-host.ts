import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readProjectFile } from '../../../lib/files/project';
import { INITTAB, LIKE_ALPINE } from '../k3os/k3os';
import { InitMachine } from '../machine/init-machine';
import type { RootFileSystem } from '../machine/root-file-systems';
import type { Network } from '../network';
import { command } from '../processes';
import type { Scenario } from '../scenario';

const script = (name: string): string => readProjectFile(`test/drill/scripts/${name}`);

/** The user of the hosts, who may use sudo without a password. */
export const USER = 'debian';
const SUDO = `/etc/sudoers.d/${USER}`;

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
  /** @default Debian 12 */
  readonly system?: RootFileSystem | undefined;
}

// with the programs of busybox instead of others, and without bash and ss
const LIKE_ALPINE_STOCK = [
  LIKE_ALPINE,
  'ln -sf busybox /bin/sh',
  '/bin/busybox --install -s /usr/local/bin',
  'ln -s /etc/init.d/ssh /etc/runlevels/default/ssh',
  'rm /bin/bash /bin/ss /usr/bin/apt-get',
].join(' && ');

/** A stock host with its real init, sshd and sudo, as after its installation. github.com, its package manager and k3s are stand-ins. */
export class StockHost extends InitMachine {
  /** Whether it has OpenRC and busybox, as Alpine. */
  readonly openrc: boolean;

  constructor(private readonly own: StockHostProps) {
    const { scenario, name, address, network, system = 'stock' } = own;
    super({ scenario, hostname: name, system, cable: { network, address: `${address}/24` } });
    this.openrc = system === 'openrc-stock';
  }

  get address(): string {
    return this.own.address;
  }

  override async install(): Promise<void> {
    await super.install();
    this.write('/etc/hostname', `${this.own.name}\n`);
    this.write('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${this.own.name}\n`);
    await this.chroot('useradd', '--create-home', '--shell', this.openrc ? '/bin/sh' : '/bin/bash', USER);
    this.sudo('NOPASSWD: ALL');
    this.write(`/home/${USER}/.ssh/authorized_keys`, this.own.sshKey);
    // as a stock installation has none
    await this.chroot('mv', '/usr/bin/curl', '/usr/local/share/curl');
    this.write('/usr/local/share/curl-stand-in', script('curl-github.sh'), 0o755);
    this.write(`/usr/local/sbin/${this.openrc ? 'apk' : 'apt-get'}`, script('apt-get-curl.sh'), 0o755);
    this.write('/usr/local/share/k3s-stand-in', script('k3s-stock.sh'), 0o755);
    this.write('/usr/local/share/k3s.yaml', this.own.k3sYaml, 0o600);
    this.release(script('get-k3s.sh'));
    // no time server is here, and all hosts have the clock of this computer
    if (!this.openrc) this.write('/usr/local/sbin/timedatectl', '#!/bin/sh\necho yes\n', 0o755);
    else await this.chroot('sh', '-c', LIKE_ALPINE_STOCK);
    if (this.openrc) this.write('/etc/inittab', INITTAB);
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

  /** What the user may do by sudo. */
  sudo(tag: string): void {
    this.write(SUDO, `${USER} ALL=(ALL) ${tag}\n`, 0o440);
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

  /** Which of killpowerd, k3s-ha and k3s run, or start at boot. */
  async services(which: 'run' | 'start at boot'): Promise<string> {
    const names = ['killpowerd', 'k3s-ha', 'k3s'];
    const condition = {
      run: this.openrc ? 'rc-service -q $s status' : 'systemctl is-active -q $u',
      'start at boot': this.openrc ? '[ -e /etc/runlevels/default/$s ]' : 'systemctl is-enabled -q $u',
    }[which];
    return this.ask(
      `echo $(for s in ${names.join(' ')}; do u=$s; [ $s != k3s-ha ] || u=k3s-ha.socket; ! ${condition} >/dev/null 2>&1 || echo $s; done)`,
    );
  }
}
