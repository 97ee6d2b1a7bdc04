import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from '../processes';
import type { Scenario } from '../scenario';

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  systemd: ['systemd-sysv', 'dbus'],
  // with the init of busybox, as on Alpine and k3OS
  openrc: ['openrc', 'busybox'],
  // and the programs that k3s-ha calls
  'cloud-init': ['systemd-sysv', 'dbus', 'cloud-init', 'iproute2', 'curl', 'procps', 'udev'],
  // and sshd, sudo and openssl, which the stand-in for k3s calls
  stock: ['systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'iproute2', 'procps', 'udev', 'curl', 'openssl'],
  // and the firewall of Ubuntu
  'ufw-stock': [
    'systemd-sysv',
    'dbus',
    'openssh-server',
    'sudo',
    'iproute2',
    'procps',
    'udev',
    'curl',
    'openssl',
    'ufw',
  ],
  'openrc-stock': ['openrc', 'busybox', 'openssh-server', 'sudo', 'iproute2', 'procps', 'curl', 'openssl'],
  nut: ['nut-server', 'nut-client', 'nut-snmp', 'busybox', 'etherwake', 'procps'],
};
const SUITE = 'bookworm';

/** Debian with one of two init systems, with the packages of its cloud images, stock ones, or with NUT; of another release as `nut@sid`. */
export type RootFileSystem =
  | 'systemd'
  | 'openrc'
  | 'openrc-stock'
  | 'cloud-init'
  | 'stock'
  | 'ufw-stock'
  | `${'stock' | 'nut'}@${string}`;

function contentOf(system: string) {
  const [name = '', suite = SUITE] = system.split('@');
  return { suite, packages: PACKAGES[name] ?? [] };
}

const CACHE = resolve('build/drill-cache');
const BUILD_TIMEOUT_MS = 300_000;
const UNPACK_TIMEOUT_MS = 60_000;

// in namespaces of its own with all temporary files in memory, so that it leaves nothing when it is killed. A mirror may be some weeks
// behind; its signatures are checked all the same
const BUILD = [
  'mount -t tmpfs tmpfs /mnt && cd /mnt || exit 1',
  `TMPDIR=/mnt mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --include="$1" "$2" root.tar &&`,
  'cp root.tar "$3"',
].join('\n');

function tarOf(system: string): string {
  const { suite, packages } = contentOf(system);
  const key = createHash('sha256')
    .update(`${suite} ${packages.join(' ')}`)
    .digest('hex')
    .slice(0, 8);
  return join(CACHE, `${system}-${key}.tar`);
}

/** Builds the root file systems that are not in build/drill-cache/, from Debian packages. Needs network access. */
export async function buildRootFileSystems(...systems: readonly RootFileSystem[]): Promise<void> {
  const missing = systems.filter((system) => !existsSync(tarOf(system)));
  if (missing.length === 0) return;
  mkdirSync(CACHE, { recursive: true });
  removeUnused();
  console.log(`building root file systems for ${missing.join(' and ')} from Debian packages into build/drill-cache/`);
  await Promise.all(missing.map(build));
}

/** Removes root file systems of other versions of this list, and unfinished ones. */
function removeUnused(): void {
  for (const name of readdirSync(CACHE)) {
    if (tarOf(name.slice(0, name.lastIndexOf('-'))) !== join(CACHE, name)) rmSync(join(CACHE, name));
  }
}

async function build(system: RootFileSystem): Promise<void> {
  const unfinished = `${tarOf(system)}.new`;
  const { suite, packages } = contentOf(system);
  const { code, stderr } = await run(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
      ...['sh', '-c', BUILD, 'build', packages.join(','), suite, unfinished],
    ],
    BUILD_TIMEOUT_MS,
  );
  if (code !== 0) throw new Error(`mmdebstrap cannot build the root file system for ${system}: ${stderr.trim()}`);
  renameSync(unfinished, tarOf(system));
}

/** The version of a package in a root file system that is built. */
export async function packageVersion(system: RootFileSystem, name: string): Promise<string> {
  const { stdout } = await run('tar', ['--extract', '--to-stdout', '--file', tarOf(system), './var/lib/dpkg/status']);
  const entry = stdout.split('\n\n').find((text) => text.startsWith(`Package: ${name}\n`));
  return /^Version: (.*)$/m.exec(entry ?? '')?.[1] ?? 'unknown';
}

const unpacked = new Map<RootFileSystem, Promise<string>>();

/** The root file system. All hosts of this run share it, each with an overlay of its own. */
export function rootFileSystem(system: RootFileSystem, scenario: Scenario): Promise<string> {
  const known = unpacked.get(system);
  if (known) return known;
  const promise = unpack(tarOf(system), scenario.folder(join('..', `debian-${system}`)));
  unpacked.set(system, promise);
  return promise;
}

async function unpack(tar: string, folder: string): Promise<string> {
  const args = ['--extract', '--file', tar, '--directory', folder];
  const { code, stderr } = await run('tar', args, UNPACK_TIMEOUT_MS);
  if (code !== 0)
    throw new Error(`cannot unpack ${tar}: ${stderr.trim()}; remove it, so that the next run builds it again`);
  return folder;
}
