import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { gitopsFiles } from '../../lib/gitops';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { buildSite } from '../../lib/synth/app';
import { GITOPS } from '../../lib/synth/outputs';
import { at } from '../metallb/support';
import { kubectlPath } from '../support/kubectl';
import { identity, objectsOf } from '../support/objects';
import { ipv4Site, powerSite } from '../support/site-input';

const URL = 'https://git.example.com/you/site';

const everything = (): ClusterInput => {
  const { loadBalancer } = ipv4Site();
  return {
    ...powerSite(),
    loadBalancer: loadBalancer && { ...loadBalancer, traefik: true, advertisements: undefined },
  };
};
const { dist } = buildSite(defineCluster(everything()));

/** A site of a repository; `folder` is empty for the only one. */
const site = (gitops: ClusterInput['gitops'], folder = '') => ({
  cluster: defineCluster({ ...everything(), gitops, ...(folder && { name: folder.replace('/', '') }) }),
  folder,
  dist,
});
type Site = ReturnType<typeof site>;

const objectsIn = (sites: readonly Site[], name: string): JsonObject[] =>
  objectsOf(new Map([[name, gitopsFiles(sites).get(name) ?? 'null']])).map(({ object }) => object);
const spec = (object: JsonObject | undefined) => object?.['spec'] as Record<string, unknown>;

/** The paths below the repository that a kustomization.yaml of a site lists. */
const listed = (files: ReadonlyMap<string, string>, folder: string): string[] =>
  parse(files.get(`${folder}/kustomization.yaml`) ?? '').resources.map((path: string) => join('gitops', folder, path));

const examples = ['cluster.yaml', ...readdirSync('examples').map((name) => join('examples', name))];
test.each(examples)('each file of dist/ of %s is in one group', (file) => {
  const { cluster } = loadCluster(`${readFileSync(file, 'utf8')}\ngitops: flux\n`, file);
  const built = buildSite(cluster).dist;
  const files = gitopsFiles([{ cluster, folder: '', dist: built }]);
  const groups = [...files.keys()].filter((name) => name.endsWith('kustomization.yaml')).map(dirname);
  expect(groups.flatMap((group) => listed(files, group)).sort()).toEqual(
    [...built.keys()].map((name) => `dist/${name}`),
  );
});

test('a site without gitops has no file', () => expect(gitopsFiles([site(undefined)])).toEqual(new Map()));

test('docs/gitops.md has the Kustomizations of a site with everything', () => {
  const files = gitopsFiles([site({ engine: 'flux', secrets: 'sops' })]);
  const rows = objectsIn([site({ engine: 'flux', secrets: 'sops' })], 'flux/site.yaml').map((object) => {
    const {
      path,
      dependsOn = [],
      wait,
    } = spec(object) as { path: string; dependsOn?: { name: string }[]; wait: boolean };
    const folder = path.replace('./gitops/', '');
    const content = files.has(`${folder}/kustomization.yaml`)
      ? listed(files, folder).map((name) => `\`${name.replace(/^dist\/|\.k8s\.yaml$/g, '')}\``)
      : [`\`${folder.replace('./', '')}/\``];
    const after = dependsOn.map(({ name }) => `\`${name}\``).join();
    return `| \`${at(object, 'metadata.name')}\` | ${content.join(', ')} | ${after} | ${wait ? 'all is healthy' : 'it is applied'} |`;
  });
  expect(rows).toHaveLength(5);
  const page = readFileSync('docs/gitops.md', 'utf8');
  expect(page.match(/^\| `site-.*$/gm)).toEqual(rows);
});

describe('Flux', () => {
  const kustomizations = (gitops: ClusterInput['gitops'], folder?: string) =>
    objectsIn([site(gitops, folder)], `${folder ?? ''}flux/site.yaml`).filter(({ kind }) => kind === 'Kustomization');

  test('reads the repository of flux bootstrap unless the site names another', () => {
    expect(kustomizations('flux').map((object) => at(object, 'spec.sourceRef.name'))).toContain('flux-system');
    const [source] = objectsIn([site({ engine: 'flux', url: URL, branch: 'live' })], 'flux/site.yaml');
    expect(source).toMatchObject({ kind: 'GitRepository', spec: { url: URL, ref: { branch: 'live' } } });
  });

  test('gets the Secret with the key of an ssh:// repository', () => {
    const [source] = objectsIn([site({ engine: 'flux', url: 'ssh://git@git.example.com/you/site' })], 'flux/site.yaml');
    expect(at(source, 'spec.secretRef.name')).toBe('site-git');
  });

  test('prunes, and deletes nothing with a Kustomization', () => {
    for (const object of kustomizations('flux')) {
      expect(spec(object)).toMatchObject({ prune: true, deletionPolicy: 'Orphan' });
    }
  });

  test('waits for no namespace where a site has none', () => {
    const bare = { ...site('flux'), dist: new Map([['20-kube-vip.k8s.yaml', '']]) };
    const [only, ...others] = objectsIn([bare], 'flux/site.yaml');
    expect([at(only, 'metadata.name'), spec(only)['dependsOn'], others]).toEqual(['site-network', undefined, []]);
  });

  test.each([
    ['sops', { provider: 'sops', secretRef: { name: 'sops-age' } }],
    ['sealed', undefined],
    ['external', undefined],
  ] as const)('decrypts %s: %j', (secrets, decryption) => {
    const last = kustomizations({ engine: 'flux', secrets }).at(-1);
    expect(spec(last)).toMatchObject({ path: './secrets' });
    expect(spec(last)['decryption']).toEqual(decryption);
  });

  test('finds a site of several in a folder of the repository', () => {
    const paths = kustomizations({ engine: 'flux', path: 'a/b', secrets: 'sops' }, 'north/').map(
      (one) => spec(one)['path'],
    );
    expect([paths[0], paths.at(-1)]).toEqual(['./a/b/gitops/north/base', './a/b/secrets/north']);
  });

  // Flux's kustomize reads files outside of a folder, which this option allows kubectl
  test.each(['', 'north/'])('kustomize builds every object of dist/%s once', (folder) => {
    const one = site('flux', folder);
    const repository = mkdtempSync(join(tmpdir(), 'gitops-'));
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(repository, path)), { recursive: true });
      writeFileSync(join(repository, path), text);
    };
    for (const [name, text] of dist) write(`dist/${folder}${name}`, text);
    for (const [name, text] of gitopsFiles([one])) write(`gitops/${name}`, text);
    const built = ['base', 'power', 'network', 'monitoring'].flatMap((group) => {
      const words = ['kustomize', '--load-restrictor=LoadRestrictionsNone', join(repository, 'gitops', folder, group)];
      const { stdout } = spawnSync(kubectlPath(), words, { encoding: 'utf8' });
      return objectsOf(new Map([[group, stdout]])).map(({ object }) => identity(object));
    });
    expect(built.sort()).toEqual(
      objectsOf(dist)
        .map(({ object }) => identity(object))
        .sort(),
    );
  });
});

describe('Argo CD', () => {
  const settings = { engine: 'argocd', url: URL, secrets: 'sealed' } as const;

  test('has an Application for each group, which includes its files', () => {
    const one = site(settings);
    const applications = objectsIn([one], 'argocd/site.yaml');
    const included = applications
      .slice(0, -1)
      .flatMap((object) => String(at(object, 'spec.source.directory.include')).replace(/[{}]/g, '').split(','));
    expect(included.sort()).toEqual([...dist.keys()]);
    expect(at(applications.at(-1), 'spec.source.path')).toBe('secrets');
    for (const object of applications) {
      expect(at(object, 'spec.syncPolicy')).toMatchObject({ automated: { prune: true }, retry: { limit: -1 } });
    }
  });

  test('gets an ApplicationSet for several sites, which makes the Applications of each in its cluster', () => {
    const sites = ['north/', 'south/'].map((folder) => site({ ...settings, path: 'clusters' }, folder));
    const [set, ...others] = objectsIn(sites, 'argocd/site.yaml');
    expect(others).toEqual([]);
    expect(at(set, 'spec.syncPolicy')).toEqual({ preserveResourcesOnDeletion: true });
    const elements = at(set, 'spec.generators.0.list.elements') as Record<string, string>[];
    const made = elements.map((element) =>
      JSON.parse(
        JSON.stringify(at(set, 'spec.template')).replace(/\{\{ \.(\w+) \}\}/g, (_, field) => String(element[field])),
      ),
    );
    const alone = objectsIn([site(settings, '')], 'argocd/site.yaml');
    expect(made).toHaveLength(2 * alone.length);
    expect(at(made[1], 'metadata.name')).toBe('north-power');
    expect(at(made[1], 'spec.destination')).toEqual({ name: 'north' });
    const { source, ...policy } = spec(alone[1]);
    expect(at(made[1], 'spec')).toEqual({
      ...policy,
      destination: { name: 'north' },
      source: { ...(source as object), path: 'clusters/dist/north' },
    });
  });
});

test('synth recognizes every file that it writes, and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gitops-'));
  const isOurs = (text: string) => {
    writeFileSync(join(folder, 'file'), text);
    return GITOPS.isOurs(join(folder, 'file'));
  };
  const sites = [site('flux', 'north/'), site({ engine: 'argocd', url: URL }, 'south/')];
  const files = gitopsFiles(sites);
  expect([...files.keys()].filter((name) => !GITOPS.folders.includes(name.split('/').at(-2) ?? ''))).toEqual([]);
  expect([...files.values()].every(isOurs)).toBe(true);
  expect(isOurs('kind: Kustomization\n')).toBe(false);
});
