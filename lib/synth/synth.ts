import { basename, dirname, join, resolve } from 'node:path';
import type { Finding } from '../cluster';
import { FileError, type Files, writeOutputs } from '../files';
import { gitopsFiles } from '../gitops';
import { formerPools, packed, unpacked } from '../rules';
import { originOf, type Place, placeOf, type SiteOfFile, SiteReader } from '../site';
import { buildSite } from './app';
import { DIST, GITOPS, HOSTS } from './outputs';
import { Previous, type Upgrade, upgradeText } from './previous';
import { type Stamp, Stamps, type Unfinished } from './stamp';

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
 * Reads, checks, builds and writes the sites one by one, so that neither they nor their files are kept in memory. A site is left alone if
 * its files are as the last synth left them. Throws and leaves all files as they were: a ClusterError for an invalid site, an Error of a
 * construct, or a FileError.
 */
export function synth(options: SynthOptions = {}): SynthReport {
  const { distFolder = 'dist', hostsFolder = 'hosts' } = options;
  if (resolve(distFolder) === resolve(hostsFolder)) {
    throw new FileError(
      `${distFolder}: the folder is both that of the objects and that of the hosts; name two folders`,
    );
  }
  return new Synth(placeOf(options.clusterPath), distFolder, hostsFolder, options).run();
}

class Synth {
  private readonly outputs;
  private readonly stamps: Stamps;
  private readonly reader = new SiteReader();
  private readonly done: Unfinished[] = [];
  private readonly former: Finding[] = [];
  private readonly upgrades: Upgrade[] = [];

  constructor(
    private readonly place: Place,
    private readonly distFolder: string,
    private readonly hostsFolder: string,
    private readonly options: SynthOptions,
  ) {
    this.outputs = [
      { kind: DIST, folder: distFolder },
      { kind: HOSTS, folder: hostsFolder },
      { kind: GITOPS, folder: join(dirname(distFolder), 'gitops') },
    ].map((output) => ({ ...output, several: place.several, kept: new Set<string>() }));
    this.stamps = new Stamps(
      this.outputs.map(({ folder }) => folder),
      place,
    );
  }

  run(): SynthReport {
    const { outputs, done, reader } = this;
    const written = writeOutputs(outputs, this.parts(), () => reader.hasErrors);
    this.stamps.write(done);
    const counts = outputs.map(({ folder, kept }, o) => {
      const stayed = done.filter((site) => kept.has(site.folder)).map((site) => site.outputs[o]?.length ?? 0);
      const count = stayed.reduce((sum, one) => sum + one, written[o] ?? 0);
      return count > 0 ? [`${folder}/: ${count} files`] : [];
    });
    const { warnings, broken } = reader.findings(true);
    return {
      warnings: [...warnings, ...this.former],
      broken,
      summary: [...upgradeText(this.upgrades), counts.flat().join(', ')].join('\n'),
    };
  }

  private *parts(): Generator<readonly Files[]> {
    const { place, reader, options, done } = this;
    const stamps = this.stamps.unchanged();
    const isSame = stamps.every((stamp) => stamp !== undefined);
    for (const [i, file] of place.files.entries()) {
      const stamp = stamps[i];
      if (stamp) this.keep(stamp, isSame);
      else {
        const input = this.stamps.inputOf(file);
        const site = reader.read(file);
        // the errors of others are still wanted
        if (site && (options.keepGoing || !reader.hasErrors)) yield this.build(file, site, input);
      }
      options.onSite?.(i + 1, place.files.length);
    }
    reader.findings(options.keepGoing === true && done.length > 0);
    // an ApplicationSet without the broken sites would delete their Applications
    const fleet: Files = reader.hasErrors ? new Map() : fleetFiles(done);
    const hasGitops = fleet.size > 0 || done.some(({ outputs: [, , gitops = []] }) => gitops.length > 0);
    if (hasGitops && basename(this.distFolder) !== 'dist') {
      throw new FileError(
        `${this.distFolder}: gitops/ has the paths of a folder dist/ beside it; write the objects to one`,
      );
    }
    yield [new Map(), new Map(), fleet];
  }

  private keep(stamp: Stamp, isSame: boolean): void {
    if (!this.reader.add(stamp.file, stamp.warnings, isSame ? undefined : unpacked(stamp.claims))) return;
    this.done.push(stamp);
    for (const [o, { kept }] of this.outputs.entries()) if (stamp.outputs[o]?.length) kept.add(stamp.folder);
  }

  private build(file: string, { cluster, claims, warnings, place }: SiteOfFile, input?: string): Files[] {
    const { name, gitops } = cluster;
    const origin = originOf(file, cluster, this.place);
    const { folder } = origin;
    const { dist, hosts } = buildSite(cluster, origin);
    const previous = new Previous(join(this.distFolder, folder), join(this.hostsFolder, folder));
    const found = place(formerPools(cluster, previous.ranges()));
    this.former.push(...found);
    const upgrade = previous.upgrade({ dist, hosts });
    if (upgrade) this.upgrades.push(upgrade);
    const ofGitops = isOfFleet({ gitops, folder }) ? new Map() : gitopsFiles([{ cluster, folder, dist }]);
    this.done.push({
      ...{ file, folder, name, gitops, warnings, claims: packed(claims) },
      outputs: [[...dist.keys()], [...hosts.keys()], [...ofGitops.keys()].map((path) => path.slice(folder.length))],
      // the next synth may not find the same
      input: found.length === 0 ? input : undefined,
    });
    return [below(folder, dist), below(folder, hosts), ofGitops];
  }
}

/** Whether one Argo CD has this site among others. */
const isOfFleet = ({ gitops, folder }: Pick<Stamp, 'gitops' | 'folder'>): boolean =>
  gitops?.engine === 'argocd' && folder !== '';

const fleetFiles = (sites: readonly Unfinished[]): Files =>
  gitopsFiles(
    sites.filter(isOfFleet).map(({ name, gitops, folder, outputs: [dist = []] }) => ({
      cluster: { name, gitops },
      folder,
      dist: new Set(dist),
    })),
  );

const below = (folder: string, files: Files): Files => new Map([...files].map(([name, text]) => [folder + name, text]));
