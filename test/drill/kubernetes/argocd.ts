import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readIfThere } from '../../../lib/files';
import { command } from '../processes';
import { type Scenario, seconds } from '../scenario';
import type { Cluster } from './cluster';
import { nutReady, withPowerSite } from './power-site';
import { program } from './programs';
import { define, guide, namesOf, putSite } from './repository';
import { siteOf } from './sites';

const READY_MS = 330_000;
const FIRST_PORT = 9001;

interface Application {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly source: { readonly path: string; readonly directory: { readonly include: string } } };
}

/** The engine of Argo CD, a process for each Application of gitops/. The drill stands for the repo-server, which picks the files. */
class ArgoCd {
  /** The files of each Application, in a folder with its name. */
  private readonly picked: string;

  constructor(
    private readonly cluster: Cluster,
    private readonly scenario: Scenario,
    private readonly repository: string,
  ) {
    this.picked = scenario.folder('picked');
  }

  /** The kinds of Argo CD, and the Applications as docs/gitops.md applies them. The API server refuses an unknown field. */
  async install(): Promise<void> {
    const { cluster } = this;
    const definitions = ['application', 'applicationset'].map((kind) =>
      join(program('argocd', 'definitions'), `${kind}-crd.yaml`),
    );
    await cluster.must('create', 'namespace', 'argocd');
    await define(cluster, this.scenario, definitions);
    const text = readFileSync(join(this.repository, 'gitops/argocd/site.yaml'), 'utf8');
    const wrong = cluster.file('wrong.yaml', text.replace('repoURL:', 'repoUrl:'));
    const { code, stderr } = await cluster.kubectl('apply', '-f', wrong);
    this.scenario.check(
      'control: an Application with an unknown field is refused',
      code !== 0 && stderr.includes('repoUrl'),
    );
    await cluster.lines(this.repository, guide('kubectl apply -f gitops/argocd/'));
    const [sites, fleet] = [dirname(cluster.site.clusterFile), this.scenario.folder('fleet')];
    const { code: written } = await cluster.npm('synth', '--cluster', sites, '--out', fleet);
    const set = await cluster.kubectl('apply', '-f', join(fleet, 'gitops/argocd/site.yaml'));
    this.scenario.check(
      'the ApplicationSet of a folder of sites is accepted',
      written === 0 && /^applicationset\S+ created$/m.test(set.stdout),
      set.stderr,
    );
    await command('git', 'init', '--quiet', this.picked);
    const user = ['-c', 'user.name=drill', '-c', 'user.email=drill@localhost'];
    await command('git', '-C', this.picked, ...user, 'commit', '--quiet', '--allow-empty', '-m', 'drill');
  }

  /** Picks the files of each Application anew, and returns the names of the Applications. */
  pick(): string[] {
    const text = readFileSync(join(this.repository, 'gitops/argocd/site.yaml'), 'utf8');
    return parseAllDocuments(text).map((document) => {
      const { metadata, spec } = document.toJS() as Application;
      const { path, directory } = spec.source;
      const folder = join(this.picked, metadata.name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const file of directory.include.replace(/[{}]/g, '').split(',')) {
        cpSync(join(this.repository, path, file), join(folder, file));
      }
      return metadata.name;
    });
  }

  /**
   * Starts the engine of an Application, which syncs every 10 s, and starts it anew every 25 s: it waits for the health of what is there
   * at its start, and Argo CD makes a new one at each reconciliation.
   */
  sync(name: string, index: number): void {
    const { cluster, picked } = this;
    const words = ['--path', name, '--kubeconfig', cluster.kubeconfigFile, '--context', cluster.context()];
    const times = ['--resync-seconds', '10', '--port', String(FIRST_PORT + index)];
    const again = `while :; do timeout 25 "$0" "$@" >>${this.logOf(name)} 2>&1; done`;
    cluster.client.background('sh', '-c', again, program('argocd', 'agent'), picked, ...words, ...times);
  }

  /** What the engine of an Application has said. */
  said = (name: string): string => readIfThere(this.logOf(name)) ?? '';

  private logOf(name: string): string {
    return join(this.scenario.logFolder, `${name}.log`);
  }
}

/** Argo CD's gitops-engine applies what the Applications of gitops/ name, NUT before its namespace: first, and a removal. */
export const argocd = (scenario: Scenario): Promise<void> => {
  let engine: ArgoCd | undefined;
  const repository = scenario.folder('argocd');
  const installer = async (cluster: Cluster): Promise<void> => {
    engine = new ArgoCd(cluster, scenario, repository);
    const { said } = engine;
    putSite(repository, siteOf('argocd'));
    await engine.install();
    const [base = '', power = '', network = ''] = engine.pick();
    const startedAt = performance.now();
    engine.sync(power, 1);
    await scenario.reach(`control: ${power} fails without its namespace`, READY_MS, () =>
      /not found/.test(said(power)),
    );
    engine.sync(base, 0);
    engine.sync(network, 2);
    await scenario.reach('the webhook is there, after what is in front of it', READY_MS, async () => {
      const name = 'validatingwebhookconfiguration/metallb-webhook-configuration';
      return (await cluster.kubectl('get', name)).code === 0;
    });
    scenario.measure('first sync', seconds(performance.now() - startedAt));
    scenario.check('which waits for no Secret, without which no pod of NUT is ready', !(await nutReady(cluster)));
    await cluster.lines(repository, guide('npm run --silent secret:nut | kubectl'));
  };
  return withPowerSite(
    scenario,
    async ({ cluster }) => {
      if (!engine) throw new Error('Argo CD is not installed');
      const speakers = () => namesOf(cluster, '-n', 'metallb-system', 'deployment,daemonset');
      scenario.check('control: MetalLB is there', (await speakers()).length === 2);
      putSite(repository, siteOf('argocd-power-only'));
      engine.pick();
      await scenario.reach('what has left dist/ is pruned', READY_MS, async () => (await speakers()).length === 0);
      const definitions = await namesOf(cluster, 'crd', 'ipaddresspools.metallb.io', '--ignore-not-found');
      const namespaces = await namesOf(cluster, 'namespace', 'metallb-system', '--ignore-not-found');
      scenario.check('but no definition and no namespace', definitions.length === 1 && namespaces.length === 1);
      scenario.check('the pods of NUT are ready', await nutReady(cluster));
    },
    { installer, name: 'argocd' },
  );
};
