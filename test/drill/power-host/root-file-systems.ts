import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { command, run } from '../processes';
import type { Scenario } from '../scenario';

/** The init systems a machine may have. */
export type InitSystem = 'systemd' | 'openrc';

/** Debian with the init system as its own packages bring it. OpenRC runs under the init of busybox, as on Alpine and k3OS. */
const PACKAGES: Readonly<Record<InitSystem, readonly string[]>> = {
  systemd: ['systemd-sysv', 'dbus'],
  openrc: ['openrc', 'busybox'],
};
const SUITE = 'bookworm';
const CACHE = resolve('build/drill-cache');
const BUILD_TIMEOUT_MS = 300_000;

// in namespaces of its own, with all temporary files in memory: ended in whatever way, it leaves nothing
const BUILD = [
  'mount -t tmpfs tmpfs /mnt && cd /mnt || exit 1',
  'TMPDIR=/mnt mmdebstrap --quiet --variant=minbase --include="$1" "$2" root.tar && cp root.tar "$3"',
].join('\n');

const tarOf = (system: InitSystem): string => {
  const key = createHash('sha256')
    .update(`${SUITE} ${PACKAGES[system].join(' ')}`)
    .digest('hex')
    .slice(0, 8);
  return join(CACHE, `${system}-${key}.tar`);
};

/** Builds the root file systems that are not in build/drill-cache/ yet, with packages from Debian. Needs the network. */
export async function buildRootFileSystems(): Promise<void> {
  const systems = (Object.keys(PACKAGES) as InitSystem[]).filter((system) => !existsSync(tarOf(system)));
  if (systems.length === 0) return;
  mkdirSync(CACHE, { recursive: true });
  for (const file of readdirSync(CACHE)) if (file.endsWith('.new')) rmSync(join(CACHE, file));
  console.log(`building Debian with ${systems.join(' and with ')} from packages; build/drill-cache/ keeps it`);
  await Promise.all(systems.map(build));
}

async function build(system: InitSystem): Promise<void> {
  const unfinished = `${tarOf(system)}.new`;
  const { code, stderr } = await run(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
      ...['sh', '-c', BUILD, 'build', PACKAGES[system].join(','), SUITE, unfinished],
    ],
    BUILD_TIMEOUT_MS,
  );
  if (code !== 0) throw new Error(`mmdebstrap cannot build Debian with ${system}: ${stderr.trim()}`);
  renameSync(unfinished, tarOf(system));
}

const unpacked = new Map<InitSystem, Promise<string>>();

/** A folder with the root file system. All scenarios of this run share it, each below an overlay of its own. */
export function rootFileSystem(system: InitSystem, scenario: Scenario): Promise<string> {
  const known = unpacked.get(system);
  if (known) return known;
  const folder = scenario.folder(join('..', `debian-${system}`));
  const promise = command('tar', '--extract', '--file', tarOf(system), '--directory', folder).then(() => folder);
  unpacked.set(system, promise);
  return promise;
}
