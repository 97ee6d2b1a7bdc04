import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { command } from '../processes';
import { type Scenario, seconds } from '../scenario';
import type { Cluster } from './cluster';
import { nutReady, withPowerSite } from './power-site';
import { program } from './programs';
import { define, guide, namesOf, putSite } from './repository';
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

const GROUPS = ['site-base', 'site-power', 'site-network'];
const SECRETS = 'site-secrets';

/** Flux in a cluster, and the repository that it reads. */
class Flux {
  private revision = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly scenario: Scenario,
    /** The repository of the person, with what docs/gitops.md makes there. */
    readonly folder: string,
  ) {}

  /** Starts the kustomize-controller at the client. */
  async start(): Promise<void> {
    const { cluster, folder } = this;
    const definitions = join(program('flux', 'definitions'), 'kustomize.toolkit.fluxcd.io_kustomizations.yaml');
    await cluster.must('create', 'namespace', NAMESPACE);
    await define(cluster, this.scenario, [definitions, cluster.file('source.yaml', SOURCE_DEFINITIONS)]);
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

  /** Runs lines of docs/gitops.md in the repository. */
  run(first: string): Promise<void> {
    return this.cluster.lines(this.folder, guide(first), program('flux', ''));
  }

  /** Commits the repository, and waits until these Kustomizations are ready with it. Returns how long that took. */
  async push(names: readonly string[]): Promise<number> {
    const { cluster, folder } = this;
    const startedAt = performance.now();
    const revision = `main@sha1:${String(++this.revision).padStart(40, '0')}`;
    const name = `${this.revision}.tar.gz`;
    const folders = ['dist', 'gitops', 'secrets'].filter((one) => existsSync(join(folder, one)));
    await command('tar', '-C', folder, '-czf', join(folder, name), ...folders);
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
    const patch = ['patch', 'gitrepository', 'site', '--subresource=status', '--type=merge', '-p', status];
    await cluster.must('-n', NAMESPACE, ...patch);
    await this.scenario.reach(`Flux: revision ${this.revision} is ready: ${names.join(', ')}`, READY_MS, async () => {
      const ready = await this.ready(revision);
      return names.every((one) => ready.includes(one));
    });
    return performance.now() - startedAt;
  }

  /** The Kustomizations that are ready with a revision. */
  private async ready(revision: string): Promise<string[]> {
    const columns =
      'jsonpath={range .items[*]}{.metadata.name} {.status.lastAppliedRevision} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const { stdout } = await this.cluster.kubectl('-n', NAMESPACE, 'get', 'kustomizations', '-o', columns);
    return stdout.split('\n').flatMap((line) => (line.endsWith(` ${revision} True`) ? line.split(' ', 1) : []));
  }
}

/** Flux's kustomize-controller applies dist/ by what synth wrote to gitops/: without a Secret, with it, a change, a removal. */
export const flux = (scenario: Scenario): Promise<void> => {
  let started: Flux | undefined;
  const installer = async (cluster: Cluster): Promise<void> => {
    const controller = new Flux(cluster, scenario, scenario.folder('flux'));
    started = controller;
    await controller.start();
    putSite(controller.folder, siteOf('flux'));
    await controller.run('kubectl apply -f gitops/flux/');
    scenario.measure('first revision ready', seconds(await controller.push(GROUPS)));
    scenario.check('which waits for no Secret, without which no pod of NUT is ready', !(await nutReady(cluster)));
    await controller.run('age-keygen');
    scenario.measure('Secret applied', seconds(await controller.push([...GROUPS, SECRETS])));
  };
  return withPowerSite(
    scenario,
    async ({ cluster }) => {
      const controller = started;
      if (!controller) throw new Error('Flux is not installed');
      const file = readFileSync(join(controller.folder, 'secrets', 'nut-users.sops.yaml'), 'utf8');
      const stored = async () => {
        const columns = ['-o', 'jsonpath={.data.primary}'];
        return Buffer.from(
          await cluster.must('-n', 'nut', 'get', 'secret', 'nut-users', ...columns),
          'base64',
        ).toString();
      };
      const password = await stored();
      scenario.check('the Secret arrives by SOPS', /^\w{16,}$/.test(password));
      scenario.check('its file in Git is encrypted', /^ +primary: ENC\[/m.test(file) && !file.includes(password));
      const memberlist = ['-n', 'metallb-system', 'configmap', 'metallb-memberlist-config', '--ignore-not-found'];
      scenario.check(
        'control: what only the next revision has is not there',
        (await namesOf(cluster, ...memberlist)).length === 0,
      );
      const pods = await cluster.must('-n', 'nut', 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
      putSite(controller.folder, siteOf('flux-memberlist-fast'));
      await controller.run('export SOPS_AGE_KEY_FILE');
      scenario.measure('change ready', seconds(await controller.push([...GROUPS, SECRETS])));
      scenario.check('a change arrives', (await namesOf(cluster, ...memberlist)).length === 1);
      await scenario.reach('so do new passwords', READY_MS, async () => (await stored()) !== password);

      putSite(controller.folder, siteOf('flux-power-only'));
      scenario.measure('removal ready', seconds(await controller.push([...GROUPS, SECRETS])));
      const left = await namesOf(cluster, '-n', 'metallb-system', 'deployment,daemonset,ipaddresspool.metallb.io');
      scenario.check('what has left dist/ is pruned', left.length === 0, left.join(', '));
      const definitions = await namesOf(cluster, 'crd', 'ipaddresspools.metallb.io', '--ignore-not-found');
      scenario.check('but no definition', definitions.length === 1);

      await cluster.must('-n', NAMESPACE, 'delete', 'kustomizations', '--all');
      await scenario.reach('every NUT pod is ready', READY_MS, () => nutReady(cluster));
      const same = await cluster.must('-n', 'nut', 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
      scenario.check('without the Kustomizations, the pods of NUT are the same', same === pods);
    },
    { installer, name: 'flux' },
  );
};
