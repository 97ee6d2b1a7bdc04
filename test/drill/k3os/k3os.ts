import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { InitMachine } from '../machine/init-machine';
import { command } from '../processes';
import { fromCommandLine, fromFile, type K3osConfig, merged } from './config';
import { ccapplyService, K3S, K3S_SERVICE, k3sArguments, k3sService } from './services';

/** The installed file of `k3os.install.config_url`. */
export const SYSTEM_CONFIG = '/k3os/system/config.yaml';
const LOCAL_CONFIG = '/var/lib/rancher/k3os/config.yaml';
/** Files of one host. */
export const LOCAL_CONFIGS = '/var/lib/rancher/k3os/config.d';

/** As on Alpine and k3OS. */
export const INITTAB = [
  '::sysinit:/sbin/openrc sysinit',
  '::sysinit:/sbin/openrc boot',
  '::wait:/sbin/openrc default',
  '::shutdown:/sbin/openrc shutdown',
  '',
].join('\n');

// without Debian's services, which do not run in a container
export const LIKE_ALPINE =
  'for name in init poweroff; do ln -sf /bin/busybox "/sbin/$name"; done; rm -f /etc/runlevels/*/*';

/**
 * Stands for the boot script and ccapply (`k3os config`) of k3OS on a host with real OpenRC, after its documentation and
 * https://github.com/rancher/k3os/tree/master/pkg/cc. Before init starts, it recreates /etc, and writes the files of write_files, the
 * service of k3s, and before it a service with the commands of run_cmd.
 */
export class K3os {
  /** What a person appends in the boot menu: an addition to the kernel command line of the next boot only. */
  append = '';

  /** @param services services of a test by name, in the runlevel default */
  constructor(private readonly services: Readonly<Record<string, string>> = {}) {}

  /** For `beforeInit` of a host with OpenRC. */
  readonly boot = async (machine: InitMachine): Promise<void> => {
    const config = configOf(machine, this.append);
    this.append = '';
    rmSync(machine.disk('/etc'), { recursive: true });
    await command('cp', '-a', join(machine.image, 'etc'), machine.disk('/'));
    await machine.chroot('sh', '-c', LIKE_ALPINE);
    machine.write('/etc/inittab', INITTAB);
    const { write_files = [], run_cmd = [] } = config;
    for (const { path, permissions, content } of write_files) {
      machine.write(path, content, Number.parseInt(permissions, 8));
    }
    const services = { ...this.services, ccapply: ccapplyService(run_cmd) };
    for (const [name, text] of Object.entries(services)) addService(machine, name, text);
    // without k3s there is no service for it
    if (!existsSync(machine.disk(K3S))) return;
    addService(machine, K3S_SERVICE, k3sService(k3sArguments(config)));
    machine.write(`/etc/conf.d/${K3S_SERVICE}`, 'rc_after="ccapply"\n');
  };
}

/** The configuration of the host: the sources in the order of k3OS, later ones take precedence. */
function configOf(machine: InitMachine, commandLine: string): K3osConfig {
  const read = (path: string): K3osConfig => {
    const file = machine.disk(path);
    return existsSync(file) ? fromFile(readFileSync(file, 'utf8')) : {};
  };
  const folder = machine.disk(LOCAL_CONFIGS);
  const own = existsSync(folder) ? readdirSync(folder).sort() : [];
  return merged(
    read(SYSTEM_CONFIG),
    fromCommandLine(commandLine),
    read(LOCAL_CONFIG),
    ...own.map((name) => read(join(LOCAL_CONFIGS, name))),
  );
}

function addService(machine: InitMachine, name: string, text: string): void {
  machine.write(`/etc/init.d/${name}`, text, 0o755);
  symlinkSync(`/etc/init.d/${name}`, machine.disk(`/etc/runlevels/default/${name}`));
}
