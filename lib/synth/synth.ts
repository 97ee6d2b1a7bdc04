import { resolve } from 'node:path';
import type { Finding } from '../cluster';
import { FileError, type Files, writeOutputs } from '../files';
import { type Findings, inputsOf, originOf, sitesOf } from '../site';
import { buildSite } from './app';
import { DIST, HOSTS } from './outputs';

/** Input and output paths. */
export interface SynthOptions {
  /** A file or a folder of files. @default - CLUSTER, else clusters/ if it exists, else cluster.yaml */
  readonly clusterPath?: string;
  /** @default 'dist' */
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
  readonly summary: string;
}

/**
 * Reads, checks, builds and writes, site by site, so that memory does not grow with their number. Throws and leaves all files as they were:
 * a ClusterError for an invalid site, an Error of a construct, or a FileError.
 */
export function synth(options: SynthOptions = {}): SynthReport {
  const { distFolder = 'dist', hostsFolder = 'hosts' } = options;
  if (resolve(distFolder) === resolve(hostsFolder)) {
    throw new FileError(
      `${distFolder}: the folder is both that of the objects and that of the hosts; name two folders`,
    );
  }
  const { keepGoing = false, onSite } = options;
  const inputs = inputsOf(options.clusterPath);
  const { several, files } = inputs;
  const found: Findings = { warnings: [], broken: [] };
  function* parts(): Generator<readonly Files[]> {
    let done = 0;
    for (const { file, cluster } of sitesOf(inputs, found, keepGoing)) {
      const origin = originOf(file, cluster, inputs);
      const { dist, hosts } = buildSite(cluster, origin);
      yield [below(origin.folder, dist), below(origin.folder, hosts)];
      done += 1;
      onSite?.(done, files.length);
    }
  }
  const [objects, machines] = writeOutputs(
    [
      { kind: DIST, folder: distFolder, several },
      { kind: HOSTS, folder: hostsFolder, several },
    ],
    parts(),
    // an obsolete file may be that of a site whose name cannot be read
    () => found.broken.length > 0,
  );
  return { ...found, summary: `${distFolder}/: ${objects} files, ${hostsFolder}/: ${machines} files` };
}

const below = (folder: string, files: Files): Files => new Map([...files].map(([name, text]) => [folder + name, text]));
