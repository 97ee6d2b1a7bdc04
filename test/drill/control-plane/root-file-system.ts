import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { command, run } from '../processes';

/** Debian as its cloud images have it: systemd, cloud-init and the programs that k3s-ha calls. */
const PACKAGES = [
  'systemd-sysv',
  'dbus',
  'cloud-init',
  'iproute2',
  'curl',
  'iputils-arping',
  'procps',
  'udev',
] as const;
const SUITE = 'bookworm';
const CACHE = resolve('build/drill-cache');
const BUILD_TIMEOUT_MS = 300_000;

// in namespaces of its own, with all temporary files in memory: ended in whatever way, it leaves nothing
const BUILD = [
  'mount -t tmpfs tmpfs /mnt && cd /mnt || exit 1',
  'TMPDIR=/mnt mmdebstrap --quiet --variant=minbase --include="$1" "$2" root.tar && cp root.tar "$3"',
].join('\n');

const key = createHash('sha256')
  .update(`${SUITE} ${PACKAGES.join(' ')}`)
  .digest('hex')
  .slice(0, 8);
const TAR = join(CACHE, `cloud-init-${key}.tar`);

/** Builds the root file system when build/drill-cache/ has none yet, with packages from Debian. Needs the network. */
export async function buildRootFileSystem(): Promise<void> {
  if (existsSync(TAR)) return;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${TAR}.new`;
  for (const file of readdirSync(CACHE)) {
    if (/^cloud-init-.*\.(tar|new)$/.test(file)) rmSync(join(CACHE, file));
  }
  console.log('building Debian with cloud-init from packages; build/drill-cache/ keeps it');
  const { code, stderr } = await run(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
      ...['sh', '-c', BUILD, 'build', PACKAGES.join(','), SUITE, unfinished],
    ],
    BUILD_TIMEOUT_MS,
  );
  if (code !== 0) throw new Error(`mmdebstrap cannot build Debian with cloud-init: ${stderr.trim()}`);
  renameSync(unfinished, TAR);
}

/** Unpacks it into an empty folder. */
export async function unpackRootFileSystem(folder: string): Promise<void> {
  const { code, stderr } = await run('tar', ['--extract', '--file', TAR, '--directory', folder], 60_000);
  if (code !== 0) throw new Error(`cannot unpack ${TAR}: ${stderr.trim()}; remove it, and it is built again`);
  // an image that was never booted
  await command('sh', '-c', ': >"$1/etc/machine-id"', 'sh', folder);
}
