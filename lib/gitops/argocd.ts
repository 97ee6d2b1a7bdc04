import type { Files } from '../files';
import { groupsOf } from './groups';
import { type GitOpsSite, inRepository, objectsText } from './site';

/** What differs between Applications. In the template of an ApplicationSet, each is a placeholder. */
const FIELDS = ['name', 'repoURL', 'targetRevision', 'path', 'include', 'cluster'] as const;
type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

const metadata = (name: string) => ({ name, namespace: 'argocd' });

/** https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/ */
const specOf = ({ repoURL, targetRevision, path, include, cluster }: Fields) => ({
  project: 'default',
  // a glob
  source: { repoURL, targetRevision, path, directory: { include } },
  // by the name that the cluster has in Argo CD
  destination: { name: cluster },
  syncPolicy: {
    automated: { prune: true, selfHeal: true },
    syncOptions: ['ServerSideApply=true'],
    // no Application waits for another: one that comes before its namespace is tried again, without a limit
    retry: { limit: -1, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
  },
});

/** Fields of an Application for each group of dist/, and for secrets/. */
function fieldsOf(site: GitOpsSite, cluster: string): Fields[] {
  const { name, gitops, folder } = site;
  if (gitops.url === undefined) throw new Error(`"${name}" has no gitops.url, which the rules require; set it`);
  const common = { repoURL: gitops.url, targetRevision: gitops.branch ?? 'main', cluster };
  const groups = groupsOf(site.files).map(({ name: group, files }) => ({
    ...common,
    name: `${name}-${group}`,
    path: inRepository(site, `dist/${folder}`),
    include: files.length === 1 ? files.join() : `{${files.join(',')}}`,
  }));
  if (!gitops.secrets) return groups;
  return [
    ...groups,
    { ...common, name: `${name}-secrets`, path: inRepository(site, `secrets/${folder}`), include: '*' },
  ];
}

/** The file below gitops/ for an Argo CD in the cluster of this site: `argocd/site.yaml` with its Applications. Pure. */
export const argoCdFiles = (site: GitOpsSite): Files =>
  new Map([
    [
      'argocd/site.yaml',
      objectsText(
        fieldsOf(site, 'in-cluster').map((fields) => ({
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Application',
          metadata: metadata(fields.name),
          spec: specOf(fields),
        })),
      ),
    ],
  ]);

/**
 * The file below gitops/ for one Argo CD that has the cluster of each site under the name of the site: `argocd/site.yaml` with an
 * ApplicationSet. Pure. Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-List/
 */
export function argoCdFleetFiles(sites: readonly GitOpsSite[]): Files {
  const placeholders = Object.fromEntries(FIELDS.map((field) => [field, `{{ .${field} }}`])) as Fields;
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: metadata('sites'),
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ list: { elements: sites.flatMap((site) => fieldsOf(site, site.name)) } }],
      // a site that leaves Git keeps its objects
      syncPolicy: { preserveResourcesOnDeletion: true },
      template: { metadata: { name: placeholders.name }, spec: specOf(placeholders) },
    },
  };
  return sites.length === 0 ? new Map() : new Map([['argocd/site.yaml', objectsText([set])]]);
}
