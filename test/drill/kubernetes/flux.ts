import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
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

/** The indented lines of docs/gitops.md that begin with these words. */
function linesOfTheGuide(first: string): string {
  const blocks = readFileSync('docs/gitops.md', 'utf8').match(/(?:^ {4}.*\n)+/gm) ?? [];
  const block = blocks.find((text) => text.startsWith(`    ${first}`));
  if (block === undefined) throw new Error(`docs/gitops.md has no lines that begin with ${first}`);
  return block.replace(/^ {4}/gm, '');
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
    await cluster.lines(folder, linesOfTheGuide('age-keygen'), program('flux', ''));
    await cluster.must(
      'create',
      '-f',
      cluster.file('flux.yaml', linesOfTheGuide('apiVersion: source.toolkit.fluxcd.io')),
    );
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

  /** Commits dist/ of a site and secrets/, waits until the Kustomization has it and is ready, and returns how long that took. */
  async push(scenario: Scenario, site: Site): Promise<number> {
    const { cluster, folder } = this;
    const startedAt = performance.now();
    const revision = `main@sha1:${String(++this.revision).padStart(40, '0')}`;
    const tree = join(folder, `tree-${this.revision}`);
    mkdirSync(join(tree, 'dist'), { recursive: true });
    for (const name of readdirSync(site.dist)) cpSync(join(site.dist, name), join(tree, 'dist', name));
    cpSync(join(folder, 'secrets'), join(tree, 'secrets'), { recursive: true });
    const name = `${this.revision}.tar.gz`;
    await command('tar', '-C', tree, '-czf', join(folder, name), 'dist', 'secrets');
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
  const installer = async (cluster: Cluster): Promise<void> => {
    controller = new Flux(cluster, scenario.folder('flux'));
    await controller.start();
    scenario.measure('first revision healthy', seconds(await controller.push(scenario, siteOf('power'))));
  };
  return withPowerSite(
    scenario,
    async ({ cluster }) => {
      if (!controller) throw new Error('Flux is not installed');
      const file = readFileSync(join(scenario.folder('flux'), 'secrets', 'nut-users.sops.yaml'), 'utf8');
      const stored = await cluster.must('-n', 'nut', 'get', 'secret', 'nut-users', '-o', 'jsonpath={.data.primary}');
      const password = Buffer.from(stored, 'base64').toString();
      scenario.check('the Secret arrives by SOPS', /^\w{16,}$/.test(password));
      scenario.check('its file in Git is encrypted', /^ +primary: ENC\[/m.test(file) && !file.includes(password));
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
    { installer },
  );
};
