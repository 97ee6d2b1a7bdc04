import { parse } from 'yaml';
import type { ClusterInput } from '../../../lib/cluster/schema';
import { hostFiles } from '../../../lib/hosts/hosts';
import { KILLPOWERD } from '../../../lib/hosts/killpower';
import { site } from '../../support/sites';
import type { Scenario } from '../scenario';
import { Machine } from './machine';

const DEADLINE_DIRECTORY = '/run/killpower';

/** A program on every machine that ignores SIGTERM. */
export const STUBBORN = '/usr/local/bin/stubborn';
const STUBBORN_SCRIPT = "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n";

export interface SystemdMachineProps {
  /** @default - in /run, which is empty after a boot */
  readonly killpowerPath?: string;
  /** Units of a test, by name; they are enabled. @default - none */
  readonly units?: Readonly<Record<string, string>>;
  /** Changes a synthesized file, for a negative control. @default - nothing */
  readonly change?: (text: string) => string;
  /** Changes of the site. @default - none */
  readonly changes?: Partial<ClusterInput>;
}

const textOf = (files: ReadonlyMap<string, string>, path: string): string => {
  const text = files.get(path);
  if (text === undefined) throw new Error(`synth writes no hosts/${path}`);
  return text;
};

/** Runs a scenario on a machine with systemd and the files of killpower/, where hosts/README.md wants them. */
export async function withSystemd(
  scenario: Scenario,
  { killpowerPath = DEADLINE_DIRECTORY, units = {}, change = (text) => text, changes }: SystemdMachineProps,
  body: (machine: Machine) => Promise<void>,
): Promise<void> {
  const files = hostFiles(site({ nut: { killpowerPath }, ...changes }));
  const machine = new Machine({ scenario, hostname: 'systemd', system: 'systemd', killpowerPath });
  await machine.install();
  machine.write(STUBBORN, STUBBORN_SCRIPT, 0o755);
  for (const [name, text] of Object.entries(units)) {
    machine.write(`/etc/systemd/system/${name}`, text);
    await machine.chroot('systemctl', 'enable', '--quiet', name);
  }
  const own = [...files.keys()].filter((path) => path.startsWith('killpower/'));
  if (own.length > 0) {
    machine.write(KILLPOWERD, textOf(files, 'killpower/killpowerd'), 0o755);
    const unit = textOf(files, 'killpower/killpowerd.service');
    machine.write('/etc/systemd/system/killpowerd.service', change(unit));
    await machine.chroot('systemctl', 'enable', '--quiet', 'killpowerd');
  }
  try {
    await body(machine);
  } finally {
    await machine.remove();
  }
}

/** As Alpine has it, and k3OS. */
const INITTAB = [
  '::sysinit:/sbin/openrc sysinit',
  '::sysinit:/sbin/openrc boot',
  '::wait:/sbin/openrc default',
  '::shutdown:/sbin/openrc shutdown',
  '',
].join('\n');

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
  readonly run_cmd: readonly string[];
}

export interface OpenrcMachineProps {
  /** @default - in /run, which is empty after a boot */
  readonly killpowerPath?: string;
  /** Services of a test, by name, in the runlevel default. @default - none */
  readonly services?: Readonly<Record<string, string>>;
  /** Changes the service of killpowerd, for a negative control. @default - nothing */
  readonly change?: (text: string) => string;
}

/** Runs a scenario on a machine with OpenRC that writes the files and runs the commands of k3os/server.yaml as k3OS does when it boots. */
export async function withK3os(
  scenario: Scenario,
  { killpowerPath = DEADLINE_DIRECTORY, services = {}, change = (text) => text }: OpenrcMachineProps,
  body: (machine: Machine) => Promise<void>,
): Promise<void> {
  const files = hostFiles(site({ nut: { killpowerPath } }));
  const config = parse(textOf(files, 'k3os/server.yaml'), { version: '1.1' }) as CloudConfig;
  const machine = new Machine({ scenario, hostname: 'openrc', system: 'openrc', killpowerPath });
  await machine.install();
  for (const name of ['init', 'poweroff']) await machine.chroot('ln', '-sf', '/bin/busybox', `/sbin/${name}`);
  machine.write('/etc/inittab', INITTAB);
  // Debian's own services are for machines that are no containers
  await machine.chroot('sh', '-c', 'rm -f /etc/runlevels/*/*');
  for (const { path, permissions, content } of config.write_files) {
    machine.write(path, path.startsWith('/etc/init.d/') ? change(content) : content, Number.parseInt(permissions, 8));
  }
  const commands = `start() {\n${config.run_cmd.map((line) => `  ${line}\n`).join('')}}\n`;
  const all = { ...services, 'k3os-run-cmd': `#!/sbin/openrc-run\n${commands}` };
  for (const [name, text] of Object.entries(all)) {
    machine.write(`/etc/init.d/${name}`, text, 0o755);
    await machine.chroot('rc-update', '--quiet', 'add', name, 'default');
  }
  try {
    await body(machine);
  } finally {
    await machine.remove();
  }
}
