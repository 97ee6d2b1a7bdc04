import type { ClusterInput } from '../../../lib/cluster/schema';
import { KILLPOWERD } from '../../../lib/machines/killpower';
import { hostFiles } from '../../../lib/synth/hosts';
import { site } from '../../support/sites';
import { K3os, SYSTEM_CONFIG } from '../k3os/k3os';
import type { Scenario } from '../scenario';
import { Machine } from './machine';

const DEADLINE_DIRECTORY = '/run/killpower';

/** A program on every host that ignores SIGTERM. */
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

/** Runs a scenario on a host with systemd, with the files of killpower/ installed as in hosts/README.md. */
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

export interface OpenrcMachineProps {
  /** @default - in /run, which is empty after a boot */
  readonly killpowerPath?: string;
  /** Services of a test, by name, in the runlevel default. @default - none */
  readonly services?: Readonly<Record<string, string>>;
  /** Changes k3os/server.yaml, for a negative control. @default - nothing */
  readonly change?: (text: string) => string;
}

/** Runs a scenario on a host with OpenRC that applies k3os/server.yaml at boot as k3OS does. It has no k3s. */
export async function withK3os(
  scenario: Scenario,
  { killpowerPath = DEADLINE_DIRECTORY, services = {}, change = (text) => text }: OpenrcMachineProps,
  body: (machine: Machine) => Promise<void>,
): Promise<void> {
  const config = textOf(hostFiles(site({ nut: { killpowerPath } })), 'k3os/server.yaml');
  const beforeInit = new K3os(services).boot;
  const machine = new Machine({ scenario, hostname: 'openrc', system: 'openrc', killpowerPath, beforeInit });
  await machine.install();
  machine.write(SYSTEM_CONFIG, change(config));
  try {
    await body(machine);
  } finally {
    await machine.remove();
  }
}
