import { basename, dirname, join, resolve } from 'node:path';
import type { Finding } from '../cluster';
import { FileError, type Files, writeOutputs } from '../files';
import { type DistSite, gitopsFiles } from '../gitops';
import { formerPools } from '../rules';
import { originOf, readSites } from '../site';
import { buildSite } from './app';
import { DIST, GITOPS, HOSTS } from './outputs';
import { Previous, type Upgrade, upgradeText } from './previous';

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
  /** Is called after each site with how many are done, and of how many. @default - nothing */
  readonly onSite?: (done: number, all: number) => void;
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
 * Reads and checks all sites, then builds and writes them one by one, so that their files are not kept in memory. Throws and leaves all
 * files as they were: a ClusterError for an invalid site, an Error of a construct, or a FileError.
 */
export function synth(options: SynthOptions = {}): SynthReport {
  const { distFolder = 'dist', hostsFolder = 'hosts' } = options;
  if (resolve(distFolder) === resolve(hostsFolder)) {
    throw new FileError(
      `${distFolder}: the folder is both that of the objects and that of the hosts; name two folders`,
    );
  }
  const read = readSites(options.clusterPath, options.keepGoing);
  const { several, sites, warnings, broken } = read;
  // an obsolete file may be that of a site whose name cannot be read
  const keepsObsolete = broken.length > 0;
  const gitopsFolder = join(dirname(distFolder), 'gitops');
  const built: DistSite[] = [];
  const former: Finding[] = [];
  const upgrades: Upgrade[] = [];
  function* parts(): Generator<readonly Files[]> {
    for (const [i, { file, cluster, place }] of sites.entries()) {
      const origin = originOf(file, cluster, read);
      const files = buildSite(cluster, origin);
      const previous = new Previous(join(distFolder, origin.folder), join(hostsFolder, origin.folder));
      former.push(...place(formerPools(cluster, previous.ranges())));
      const upgrade = previous.upgrade(files);
      if (upgrade) upgrades.push(upgrade);
      built.push({ cluster, folder: origin.folder, dist: new Set(files.dist.keys()) });
      yield [below(origin.folder, files.dist), below(origin.folder, files.hosts)];
      options.onSite?.(i + 1, sites.length);
    }
    // an ApplicationSet without the broken sites would delete their Applications
    const gitops = [...gitopsFiles(built)].filter(([name]) => !keepsObsolete || name !== 'argocd/site.yaml');
    if (gitops.length > 0 && basename(distFolder) !== 'dist') {
      throw new FileError(`${distFolder}: gitops/ has the paths of a folder dist/ beside it; write the objects to one`);
    }
    yield [new Map(), new Map(), new Map(gitops)];
  }
  const outputs = [
    { kind: DIST, folder: distFolder, several },
    { kind: HOSTS, folder: hostsFolder, several },
    { kind: GITOPS, folder: gitopsFolder, several },
  ];
  const counts = writeOutputs(outputs, parts(), keepsObsolete);
  const written = outputs.flatMap(({ folder }, i) => (counts[i] ? [`${folder}/: ${counts[i]} files`] : []));
  return {
    warnings: [...warnings, ...former],
    broken,
    summary: [...upgradeText(upgrades), written.join(', ')].join('\n'),
  };
}

const below = (folder: string, files: Files): Files => new Map([...files].map(([name, text]) => [folder + name, text]));
