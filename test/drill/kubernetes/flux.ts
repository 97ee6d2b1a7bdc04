import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { command } from '../processes';
import { type Scenario, seconds } from '../scenario';
import type { Cluster } from './cluster';
import { nutReady, withPowerSite } from './power-site';
import { program } from './programs';
import type { Site } from './site';
import { siteOf } from './sites';

const READY_MS = 330_000;
const ARTIFACT_PORT = 8090;
const NAMESPACE = 'flux-system';
const SERVER = `require('node:http').createServer((request, response) =>
  response.end(require('node:fs').readFileSync(process.argv[1] + request.url))).listen(${ARTIFACT_PORT})`;

/** A kind of source as far as the kustomize-controller reads it; the drill stands for the source-controller. */
const sourceDefinition = (kind: string, plural: string): string =>
  stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.source.toolkit.fluxcd.io` },
    spec: {
      group: 'source.toolkit.fluxcd.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });

/** It waits until all of them are served. */
const SOURCE_DEFINITIONS = [
  sourceDefinition('GitRepository', 'gitrepositories'),
  sourceDefinition('OCIRepository', 'ocirepositories'),
  sourceDefinition('Bucket', 'buckets'),
].join('---\n');

interface FluxObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly ignore?: string };
}

/** The objects that docs/gitops.md prints for Flux. */
function objectsOfTheGuide(): FluxObject[] {
  const section =
    readFileSync('docs/gitops.md', 'utf8')
      .split(/^## /m)
      .find((text) => text.startsWith('Flux\n')) ?? '';
  const block = section.split('\n').filter((line) => /^ {4}(?!kubectl)/.test(line));
  return parseAllDocuments(block.map((line) => line.slice(4)).join('\n')).map(
    (document) => document.toJS() as FluxObject,
  );
}

/** The GitRepository and the Kustomization `site` of a cluster, and what is in the repository. */
class Flux {
  private revision = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly folder: string,
  ) {}

  /** Starts the kustomize-controller at the client, with what docs/gitops.md prints. The repository is empty yet. */
  async start(): Promise<void> {
    const { cluster, folder } = this;
    const definitions = join(program('flux', 'definitions'), 'kustomize.toolkit.fluxcd.io_kustomizations.yaml');
    await cluster.must('create', 'namespace', NAMESPACE);
    await cluster.must('create', '-f', definitions, '-f', cluster.file('source.yaml', SOURCE_DEFINITIONS));
    await cluster.must('wait', '--for=condition=Established', 'crd', '--all', '--timeout=50s');
    const guide = objectsOfTheGuide().map((object) => stringify(object));
    await cluster.must('create', '-f', cluster.file('flux.yaml', guide.join('---\n')));
    cluster.client.background(process.execPath, '-e', SERVER, folder);
    const environment = [`KUBECONFIG=${cluster.kubeconfigFile}`, `RUNTIME_NAMESPACE=${NAMESPACE}`, `TMPDIR=${folder}`];
    cluster.client.background(
      'env',
      ...environment,
      program('flux', 'kustomize-controller'),
      '--metrics-addr=0',
      '--health-addr=0',
    );
  }

  /** Commits dist/ of a site, waits until the Kustomization has it and is ready, and returns how long that took. */
  async push(scenario: Scenario, site: Site): Promise<number> {
    const { cluster, folder } = this;
    const startedAt = performance.now();
    const revision = `main@sha1:${String(++this.revision).padStart(40, '0')}`;
    const tree = join(folder, `tree-${this.revision}`);
    mkdirSync(join(tree, 'dist'), { recursive: true });
    for (const name of readdirSync(site.dist)) cpSync(join(site.dist, name), join(tree, 'dist', name));
    const name = `${this.revision}.tar.gz`;
    await command('tar', '-C', tree, '-czf', join(folder, name), 'dist');
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    const artifact = {
      revision,
      path: name,
      digest: `sha256:${digest}`,
      size: statSync(join(folder, name)).size,
      url: `http://127.0.0.1:${ARTIFACT_PORT}/${name}`,
      lastUpdateTime: new Date().toISOString().replace(/\.\d+/, ''),
    };
    const status = JSON.stringify({ status: { artifact } });
    await cluster.must(
      '-n',
      NAMESPACE,
      'patch',
      'gitrepository',
      'site',
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    );
    await scenario.reach(`Flux: revision ${this.revision} is applied and healthy`, READY_MS, async () => {
      const columns = 'jsonpath={.status.lastAppliedRevision} {.status.conditions[?(@.type=="Ready")].status}';
      const { stdout } = await cluster.kubectl('-n', NAMESPACE, 'get', 'kustomization', 'site', '-o', columns);
      return stdout === `${revision} True`;
    });
    return performance.now() - startedAt;
  }
}

/** Names of objects of a kind, such as `configmap/nut-config`. */
async function namesOf(cluster: Cluster, ...words: readonly string[]): Promise<string[]> {
  const { stdout } = await cluster.kubectl('get', ...words, '-o', 'name');
  return stdout.split('\n').filter(Boolean);
}

/** Flux's kustomize-controller applies dist/ with what docs/gitops.md prints: first, a change, a removal. */
export const flux = (scenario: Scenario): Promise<void> => {
  let controller: Flux | undefined;
  const install = async (cluster: Cluster): Promise<void> => {
    controller = new Flux(cluster, scenario.folder('flux'));
    await controller.start();
    // before the Secret is there, nothing can be healthy: it comes as soon as the namespace is there
    const secret = cluster.npm('secret:nut');
    const pushed = controller.push(scenario, siteOf('power'));
    await scenario.reach(
      'the namespace nut is there',
      READY_MS,
      async () => (await cluster.kubectl('get', 'namespace', 'nut')).code === 0,
    );
    await cluster.must('apply', '-f', cluster.file('secret.yaml', (await secret).stdout));
    scenario.measure('first revision healthy', seconds(await pushed));
  };
  return withPowerSite(
    scenario,
    async ({ cluster }) => {
      if (!controller) throw new Error('Flux is not installed');
      const memberlist = ['-n', 'metallb-system', 'configmap', 'metallb-memberlist-config', '--ignore-not-found'];
      scenario.check(
        'control: what only the next revision has is not there',
        (await namesOf(cluster, ...memberlist)).length === 0,
      );
      scenario.measure('change healthy', seconds(await controller.push(scenario, siteOf('power-memberlist-fast'))));
      scenario.check('a change arrives', (await namesOf(cluster, ...memberlist)).length === 1);

      const pods = await cluster.must('-n', 'nut', 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
      scenario.measure('removal healthy', seconds(await controller.push(scenario, siteOf('power-only'))));
      const left = await namesOf(cluster, '-n', 'metallb-system', 'deployment,daemonset,ipaddresspool.metallb.io');
      scenario.check('what has left dist/ is pruned', left.length === 0, left.join(', '));
      const definitions = await namesOf(cluster, 'crd', 'ipaddresspools.metallb.io', '--ignore-not-found');
      scenario.check('but no definition', definitions.length === 1);
      const same = await cluster.must('-n', 'nut', 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
      scenario.check('the pods of NUT are the same', same === pods && (await nutReady(cluster)));
    },
    install,
  );
};
