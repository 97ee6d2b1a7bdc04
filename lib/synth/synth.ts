import { basename, dirname, join, resolve } from 'node:path';
import type { Finding } from '../cluster';
import { FileError, type Files, writeOutputs } from '../files';
import { gitopsFiles } from '../gitops';
import { formerPools } from '../rules';
import { originOf, readSites } from '../site';
import { buildSite, type SiteFiles } from './app';
import { DIST, GITOPS, HOSTS } from './outputs';
import { Previous, upgradeText } from './previous';

/** Input and output paths. */
export interface SynthOptions {
  /** A file or a folder of files. @default - CLUSTER, else clusters/ if it exists, else cluster.yaml */
  readonly clusterPath?: string;
  /** gitops/ is beside it. @default 'dist' */
  readonly distFolder?: string;
  /** @default 'hosts' */
  readonly hostsFolder?: string;
  /** Writes the valid sites of a folder if others are invalid. Obsolete files then stay. @default false */
  readonly keepGoing?: boolean;
}

/** Result of a synth. */
export interface SynthReport {
  readonly warnings: readonly Finding[];
  /** Errors of sites that were left out. */
  readonly broken: readonly Finding[];
  /** What a newer version of this program changed, and the number of files. */
  readonly summary: string;
}

/**
 * Reads, checks, builds and writes. Throws before anything is written: a ClusterError for an invalid site, an Error of a construct, or
 * a FileError.
 */
export function synth(options: SynthOptions = {}): SynthReport {
  const { distFolder = 'dist', hostsFolder = 'hosts' } = options;
  if (resolve(distFolder) === resolve(hostsFolder)) {
    throw new FileError(
      `${distFolder}: the folder is both that of the objects and that of the hosts; name two folders`,
    );
  }
  const read = readSites(options.clusterPath, options.keepGoing);
  const { several, warnings, broken } = read;
  // an obsolete file may be that of a site whose name cannot be read
  const keepsObsolete = broken.length > 0;
  const sites = read.sites.map(({ file, cluster, place }) => {
    const origin = originOf(file, cluster, read);
    const files = buildSite(cluster, origin);
    const previous = new Previous(join(distFolder, origin.folder), join(hostsFolder, origin.folder));
    const former = place(formerPools(cluster, previous.ranges()));
    return { cluster, folder: origin.folder, former, upgrade: previous.upgrade(files), ...files };
  });
  const dist = gathered(sites, 'dist');
  const hosts = gathered(sites, 'hosts');
  // an ApplicationSet without the broken sites would delete their Applications
  const gitops = new Map([...gitopsFiles(sites)].filter(([name]) => !keepsObsolete || name !== 'argocd/site.yaml'));
  const gitopsFolder = join(dirname(distFolder), 'gitops');
  if (gitops.size > 0 && basename(distFolder) !== 'dist') {
    throw new FileError(`${distFolder}: gitops/ has the paths of a folder dist/ beside it; write the objects to one`);
  }
  writeOutputs([
    { kind: DIST, folder: distFolder, several, keepsObsolete, files: dist },
    { kind: HOSTS, folder: hostsFolder, several, keepsObsolete, files: hosts },
    { kind: GITOPS, folder: gitopsFolder, several, keepsObsolete, files: gitops },
  ]);
  const written = [[distFolder, dist] as const, [hostsFolder, hosts] as const, [gitopsFolder, gitops] as const];
  return {
    warnings: [...warnings, ...sites.flatMap(({ former }) => former)],
    broken,
    summary: [
      ...upgradeText(sites.flatMap(({ upgrade }) => upgrade ?? [])),
      written.flatMap(([folder, { size }]) => (size > 0 ? [`${folder}/: ${size} files`] : [])).join(', '),
    ].join('\n'),
  };
}

const gathered = (sites: readonly (SiteFiles & { readonly folder: string })[], part: keyof SiteFiles): Files =>
  new Map(
    sites.flatMap(({ folder, [part]: files }) => [...files].map(([name, text]) => [folder + name, text] as const)),
  );
