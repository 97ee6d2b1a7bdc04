import { type Cluster, rolesOf, systemsOf } from '../cluster';
import {
  foundingAdvice,
  InputError,
  type MachineFile,
  type Permission,
  parseDuration,
  readSshKeys,
  readToken,
  type SeedSystem,
  seedFiles,
  seedSteps,
} from '../machines';
import { permissionProblems } from '../rules';
import { buildSite, serverAddOns } from './app';

/** What goes on installation media beside the site. */
export interface SeedOptions {
  /** File with the cluster token. */
  readonly tokenFile: string;
  /** Files with public SSH keys. */
  readonly sshKey?: readonly string[];
  /** @default - the first of `os` in cluster.yaml, else cloud-init */
  readonly os?: SeedSystem;
  /** Server that may bootstrap the cluster by itself; needs `for`. @default - `bootstrap` of cluster.yaml */
  readonly permitInit?: string;
  /** Duration of `permitInit`, such as 24h. */
  readonly for?: string;
}

/** The files for installation media, which hold the token, and what to tell the person. */
export interface Seed {
  readonly files: readonly MachineFile[];
  readonly summary: readonly string[];
  /** What to do with the files once they are in a folder. */
  readonly steps: (folder: string) => string[];
}

/**
 * Reads the secrets and builds the files. Nothing is written.
 *
 * @throws InputError for a weak token, a wrong key or a permission that the rules refuse; FileError for an unreadable file
 */
export function buildSeed(cluster: Cluster, options: SeedOptions, now: Date): Seed {
  const token = readToken(options.tokenFile);
  const sshKeys = (options.sshKey ?? []).flatMap(readSshKeys);
  const system = options.os ?? systemsOf(cluster)[0] ?? 'plain';
  const permission = permissionOf(options, cluster, system, now);
  const addOns = serverAddOns(cluster, buildSite(cluster).dist);
  return {
    files: seedFiles(system, { cluster, addOns, secrets: { token, sshKeys, permission } }),
    summary: [
      `${system} for ${cluster.name}, with the token and ${sshKeys.length} SSH key${sshKeys.length === 1 ? '' : 's'}`,
      permission
        ? `${permission.node} may bootstrap the cluster by itself until ${permission.notAfter.toISOString()}`
        : `no server bootstraps the cluster by itself: ${system === 'k3os' ? K3OS_BOOTSTRAP : `${foundingAdvice(cluster)}, once`}`,
    ],
    steps: (folder) => rolesOf(cluster).map((role) => seedSteps(system, folder, role)),
  };
}

const K3OS_BOOTSTRAP = 'k3OS has no k3s-ha; bootstrap from the boot menu of one server, see hosts/README.md';

function permissionOf(
  { permitInit: node, for: time }: SeedOptions,
  cluster: Cluster,
  system: SeedSystem,
  now: Date,
): Permission | undefined {
  if (node === undefined && time === undefined) return system === 'k3os' ? undefined : cluster.bootstrap;
  if (system === 'k3os') throw new InputError(`remove --permit-init and --for: ${K3OS_BOOTSTRAP}`);
  if (node === undefined || time === undefined)
    throw new InputError('--permit-init and --for belong together; give both or none');
  // whole seconds, which is what the node compares
  const notAfter = new Date(Math.floor((now.getTime() + parseDuration(time)) / 1000) * 1000);
  const permission = { node, notAfter };
  const [problem] = permissionProblems({ ...cluster, os: undefined, bootstrap: permission }, now);
  if (problem) throw new InputError(`--permit-init ${node} --for ${time}: ${problem.message}; ${problem.cure}`);
  return permission;
}
