import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_PATH } from './processes';

/** A program and the Debian package that brings it. */
export interface Program {
  readonly name: string;
  readonly debianPackage: string;
}

/** What every drill needs. */
export const FRAMEWORK_PROGRAMS: readonly Program[] = [
  { name: 'ip', debianPackage: 'iproute2' },
  { name: 'nsenter', debianPackage: 'util-linux' },
  { name: 'unshare', debianPackage: 'util-linux' },
  { name: 'setpriv', debianPackage: 'util-linux' },
  { name: 'mount', debianPackage: 'mount' },
  { name: 'hostname', debianPackage: 'hostname' },
];

/** What keeps the drill from running here, a line each with its cure; empty when nothing does. */
export function missingRequirements(programs: readonly Program[]): string[] {
  if (process.platform !== 'linux') return ['a drill needs the namespaces of Linux; run it on a Debian machine'];
  const missing = programs.filter(({ name }) => !isInstalled(name));
  if (missing.length > 0) {
    const names = [...new Set(missing.map(({ name }) => name))];
    const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))].sort();
    return [
      `not installed: ${names.join(', ')}; install with`,
      `  apt-get install --no-install-recommends ${packages.join(' ')}`,
    ];
  }
  if (process.getuid?.() !== 0) return ['a drill makes namespaces and mounts, so it needs root; run it with sudo'];
  const trial = spawnSync('unshare', ['--mount', '--pid', '--net', '--uts', '--fork', '--mount-proc', 'true']);
  if (trial.status === 0) return [];
  const said = trial.stderr?.toString().trim();
  return [`root may not make namespaces here (${said}); in a container, give it --privileged`];
}

function isInstalled(name: string): boolean {
  return SYSTEM_PATH.split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
