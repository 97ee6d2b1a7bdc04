import { ApiObject, App, Chart } from 'cdk8s';
import type { GitOps } from '../cluster';
import { WRITTEN_BY } from '../files';
import { synthesize } from '../kube';

/** A site as its controller sees it. */
export interface GitOpsSite {
  readonly name: string;
  readonly gitops: GitOps;
  /** Folder of the site below dist/, gitops/ and secrets/, with a trailing slash; empty if they have one site. */
  readonly folder: string;
  /** Names of the files in dist/. */
  readonly files: readonly string[];
}

/** A folder from the root of the repository, without a trailing slash. */
export const inRepository = ({ gitops }: GitOpsSite, folder: string): string =>
  `${gitops.path ? `${gitops.path}/` : ''}${folder.replace(/\/$/, '')}`;

/** An object for a controller. */
interface ControllerObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** The text of a file of gitops/. */
export function objectsText(objects: readonly ControllerObject[]): string {
  const app = new App();
  const chart = new Chart(app, 'gitops', { disableResourceNameHashes: true });
  for (const object of objects) new ApiObject(chart, `${object.kind}-${object.metadata.name}`, object);
  return [`# ${WRITTEN_BY}\n`, ...synthesize(app).values()].join('');
}
