import { type Files, WRITTEN_BY } from '../files';
import { type Group, groupsOf } from './groups';
import { type GitOpsSite, inRepository, objectsText } from './site';

const metadata = (name: string) => ({ name, namespace: 'flux-system' });

/** The repository that `flux bootstrap` makes. */
const BOOTSTRAP = 'flux-system';

/**
 * Groups that are ready when all their objects are. A pod of `power` is ready when killpowerd runs on its host, which a person
 * installs later.
 */
const WAIT: ReadonlySet<Group['name']> = new Set(['base', 'network']);

/**
 * The files below gitops/ for Flux: `flux/site.yaml` with a Kustomization for each group of dist/ and for secrets/, and the
 * kustomization.yaml of each group. Pure.
 */
export function fluxFiles(site: GitOpsSite): Files {
  const { gitops, folder } = site;
  const groups = groupsOf(site.files);
  const hasBase = groups.some(({ name }) => name === 'base');
  const source = gitops.url === undefined ? BOOTSTRAP : 'site';
  /** https://fluxcd.io/flux/components/kustomize/kustomizations/ */
  const kustomization = (name: string, path: string, more: object) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: metadata(`site-${name}`),
    spec: {
      interval: '1h',
      retryInterval: '1m',
      timeout: '5m',
      sourceRef: { kind: 'GitRepository', name: source },
      path: `./${inRepository(site, path)}`,
      ...(hasBase && name !== 'base' && { dependsOn: [{ name: 'site-base' }] }),
      wait: false,
      prune: true,
      // of its objects, which the default would delete with it
      deletionPolicy: 'Orphan',
      ...more,
    },
  });
  return new Map([
    [
      'flux/site.yaml',
      objectsText([
        ...(gitops.url === undefined ? [] : [gitRepository(source, gitops.url, gitops.branch)]),
        ...groups.map(({ name }) => kustomization(name, `gitops/${folder}${name}`, { wait: WAIT.has(name) })),
        ...(gitops.secrets
          ? [kustomization('secrets', `secrets/${folder}`, gitops.secrets === 'sops' ? SOPS : {})]
          : []),
      ]),
    ],
    ...groups.map(({ name, files }) => [`${name}/kustomization.yaml`, resources(name, files, folder)] as const),
  ]);
}

const SOPS = { decryption: { provider: 'sops', secretRef: { name: 'sops-age' } } } as const;

/** https://fluxcd.io/flux/components/source/gitrepositories/ */
const gitRepository = (name: string, url: string, branch = 'main') => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: metadata(name),
  spec: { interval: '5m', url, ref: { branch }, ...(url.startsWith('ssh:') && { secretRef: { name: 'site-git' } }) },
});

/** The kustomization.yaml of a group. Flux's kustomize reads files outside of its folder. */
function resources(group: string, files: readonly string[], folder: string): string {
  const dist = `${'../'.repeat(`gitops/${folder}${group}`.split('/').length)}dist/${folder}`;
  return [
    `# ${WRITTEN_BY}`,
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'resources:',
    ...files.map((file) => `  - ${dist}${file}`),
    '',
  ].join('\n');
}
