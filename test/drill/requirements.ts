import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { SYSTEM_PATH } from './processes';

/** A program and its Debian package. */
export interface Program {
  /** Found in SYSTEM_PATH, or a path. */
  readonly name: string;
  readonly debianPackage: string;
}

/** Programs that every drill needs. */
export const FRAMEWORK_PROGRAMS: readonly Program[] = [
  { name: 'ip', debianPackage: 'iproute2' },
  { name: 'nsenter', debianPackage: 'util-linux' },
  { name: 'unshare', debianPackage: 'util-linux' },
  { name: 'setpriv', debianPackage: 'util-linux' },
  { name: 'mount', debianPackage: 'mount' },
  { name: 'hostname', debianPackage: 'hostname' },
];

/** Why the drill cannot run here, one line per reason with its cure; empty if it can. */
export function missingRequirements(programs: readonly Program[]): string[] {
  if (process.platform !== 'linux') return ['a drill needs Linux namespaces; run it on Debian'];
  const missing = programs.filter(({ name }) => !isInstalled(name));
  if (missing.length > 0) {
    const names = [...new Set(missing.map(({ name }) => name))];
    const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))].sort();
    return [
      `not installed: ${names.join(', ')}; run`,
      `  apt-get install --no-install-recommends ${packages.join(' ')}`,
    ];
  }
  if (process.getuid?.() !== 0) return ['a drill creates namespaces and mounts, which needs root; run it with sudo'];
  const trial = spawnSync('unshare', ['--mount', '--pid', '--net', '--uts', '--fork', '--mount-proc', 'true']);
  if (trial.status === 0) return [];
  const said = trial.stderr?.toString().trim();
  return [`root cannot create namespaces here (${said}); in a container, run it with --privileged`];
}

function isInstalled(name: string): boolean {
  return SYSTEM_PATH.split(':').some((folder) => {
    try {
      accessSync(resolve(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
