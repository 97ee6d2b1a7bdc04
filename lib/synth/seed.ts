import { type Cluster, rolesOf, systemsOf } from '../cluster';
import { type MachineFile, readSshKeys, readToken, type SeedSystem, seedFiles, seedSteps } from '../machines';
import { buildSite, serverAddOns } from './app';

/** What goes on installation media beside the site. */
export interface SeedOptions {
  /** File with the cluster token. */
  readonly tokenFile: string;
  /** Files with public SSH keys. */
  readonly sshKey?: readonly string[];
  /** @default - the first of `os` in cluster.yaml, else cloud-init */
  readonly os?: SeedSystem;
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
 * @throws InputError for a weak token or a wrong key; FileError for an unreadable file
 */
export function buildSeed(cluster: Cluster, options: SeedOptions): Seed {
  const token = readToken(options.tokenFile);
  const sshKeys = (options.sshKey ?? []).flatMap(readSshKeys);
  const system = options.os ?? systemsOf(cluster)[0] ?? 'plain';
  const addOns = serverAddOns(cluster, buildSite(cluster).dist);
  return {
    files: seedFiles(system, { cluster, addOns, secrets: { token, sshKeys } }),
    summary: [
      `${system} for ${cluster.name}, with the token and ${sshKeys.length} SSH key${sshKeys.length === 1 ? '' : 's'}`,
      system === 'k3os' ? K3OS_BOOTSTRAP : BOOTSTRAP,
    ],
    steps: (folder) => rolesOf(cluster).map((role) => seedSteps(system, folder, role)),
  };
}

const BOOTSTRAP = 'the servers bootstrap the cluster by themselves, as soon as a majority of them is up';
const K3OS_BOOTSTRAP =
  'no server bootstraps the cluster by itself: k3OS has no k3s-ha; bootstrap from the boot menu of one server, see hosts/README.md';
