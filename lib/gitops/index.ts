import type { Cluster } from '../cluster';
import type { Files } from '../files';
import { argoCdFiles, argoCdFleetFiles } from './argocd';
import { fluxFiles } from './flux';
import type { GitOpsSite } from './site';

/** Folders below gitops/, or below its folder of a site. */
export const GITOPS_FOLDERS: readonly string[] = ['flux', 'argocd', 'base', 'power', 'network', 'monitoring'];

/** A site and the names of its files in dist/. */
export interface DistSite {
  readonly cluster: Pick<Cluster, 'name' | 'gitops'>;
  /** Folder of the site below dist/, with a trailing slash; empty if dist/ has one site. */
  readonly folder: string;
  readonly dist: { keys(): Iterable<string> };
}

/** The files of gitops/ for the sites of a repository: Flux runs in every cluster, and Argo CD in one for a folder of sites. Pure. */
export function gitopsFiles(all: readonly DistSite[]): Files {
  const sites = all.flatMap(({ cluster: { name, gitops }, folder, dist }): GitOpsSite[] =>
    gitops ? [{ name, gitops, folder, files: [...dist.keys()] }] : [],
  );
  const ofEngine = (engine: string) => sites.filter(({ gitops }) => gitops.engine === engine);
  const [only] = ofEngine('argocd').filter(({ folder }) => folder === '');
  return new Map([
    ...ofEngine('flux').flatMap((site) =>
      [...fluxFiles(site)].map(([name, text]) => [site.folder + name, text] as const),
    ),
    ...(only ? argoCdFiles(only) : argoCdFleetFiles(ofEngine('argocd'))),
  ]);
}
