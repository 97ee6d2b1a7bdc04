import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../processes';
import { type Scenario, seconds } from '../scenario';
import { type Cluster, withCluster } from './cluster';
import { changed, stored } from './objects';
import type { Site } from './site';
import { siteOf } from './sites';

/** A way to get dist/ into a cluster. */
interface Way {
  readonly name: string;
  readonly apply: (cluster: Cluster, site: Site) => Promise<Result>;
  /** Lines of its output about objects that it did not leave as they are. */
  readonly changes: (output: string) => string[];
}

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);
const notUnchanged = (output: string) => linesOf(output).filter((line) => !/ (unchanged|condition met)$/.test(line));

const npmApply =
  (...options: string[]) =>
  (cluster: Cluster, { dist, clusterFile: _file }: Site): Promise<Result> =>
    cluster.npm('apply', '--context', cluster.context(), '--dist', dist, '--no-wait', ...options);

const WAYS: readonly Way[] = [
  {
    name: 'npm run apply',
    apply: npmApply(),
    changes: (output) => linesOf(output).filter((line) => / (created|configured)\b/.test(line)),
  },
  {
    name: 'kubectl',
    apply: async (cluster, { dist }) =>
      inTurn(
        cluster,
        linesOfTheGuide()
          .map((words) => words.map((word) => word.replace(/^dist\b/, dist)))
          // the guide: a site without definitions needs the last line only
          .filter((words) => existsSync(words.find((word) => word.startsWith(dist)) ?? '')),
      ),
    changes: notUnchanged,
  },
  {
    name: 'server-side',
    apply: npmApply('--server-side'),
    // the server says the same of every object; what is stored tells
    changes: () => [],
  },
];

/** The lines that docs/gitops.md has for kubectl, as arguments. */
function linesOfTheGuide(): string[][] {
  const section =
    readFileSync('docs/gitops.md', 'utf8')
      .split(/^## /m)
      .find((text) => text.startsWith('kubectl\n')) ?? '';
  const lines = [...section.matchAll(/^ {4}kubectl (.*)$/gm)].map(([, words = '']) => words.split(' '));
  if (lines.length === 0) throw new Error('docs/gitops.md has no lines for kubectl any more');
  return lines;
}

async function inTurn(cluster: Cluster, lines: readonly (readonly string[])[]): Promise<Result> {
  const all = { code: 0, stdout: '', stderr: '' };
  for (const words of lines) {
    const { code, stdout, stderr } = await cluster.kubectl(...words);
    all.stdout += stdout;
    all.stderr += stderr;
    if (code !== 0) return { ...all, code };
  }
  return all;
}

/** A site is applied to an empty cluster and once more, in each way. One node is enough: nothing here is about pods. */
export const applySite =
  (name: string) =>
  async (scenario: Scenario): Promise<void> => {
    const site = siteOf(name);
    for (const way of WAYS) {
      await withCluster(scenario, site, { nodes: site.servers.slice(0, 1) }, (cluster) =>
        applyTwice(scenario, cluster, way),
      );
    }
  };

async function applyTwice(scenario: Scenario, cluster: Cluster, way: Way): Promise<void> {
  const { site } = cluster;
  const say = (result: Result) =>
    [result.stderr.trim(), `status ${result.code}`].filter(Boolean).join('; ').slice(0, 400);
  const startedAt = performance.now();
  const first = await way.apply(cluster, site);
  scenario.measure('first apply', { [way.name]: seconds(performance.now() - startedAt) });
  scenario.check(`${way.name}: the first apply succeeds`, first.code === 0, say(first));
  scenario.check(`${way.name}: the API server warns of nothing`, !/^Warning/m.test(first.stderr), say(first));
  if (first.code !== 0) return;
  await metallbReady(scenario, cluster);

  const before = await stored(cluster, site.dist);
  scenario.measure('objects', { [way.name]: String(before.size) });
  const second = await way.apply(cluster, site);
  const after = await stored(cluster, site.dist);
  const different = [...way.changes(second.stdout), ...changed(before, after)];
  scenario.check(`${way.name}: the second apply succeeds`, second.code === 0, say(second));
  scenario.check(`${way.name}: the second apply changes nothing`, different.length === 0, different.join(', '));

  const diff = await cluster.kubectl('diff', '-f', site.dist);
  scenario.check(`${way.name}: kubectl diff finds nothing`, diff.code === 0, diff.stdout.slice(0, 400));
  await control(scenario, cluster, way);
}

/** An object that somebody changed has to be seen, or the checks above would pass for anything. */
async function control(scenario: Scenario, cluster: Cluster, way: Way): Promise<void> {
  const { site } = cluster;
  const clean = await stored(cluster, site.dist);
  const victim = [...clean.keys()].find((one) => one.startsWith('DaemonSet ')) ?? '';
  const [, namespace = '', name = ''] = / (.*)\/(.*)$/.exec(victim) ?? [];
  await cluster.must('-n', namespace, 'delete', 'daemonset', name);
  const diff = await cluster.kubectl('diff', '-f', site.dist);
  scenario.check(`${way.name}: control: kubectl diff finds an object that was deleted`, diff.code === 1);
  await way.apply(cluster, site);
  const restored = await stored(cluster, site.dist);
  const different = changed(clean, restored);
  scenario.check(
    `${way.name}: control: its return is seen as a change`,
    different.join() === victim,
    different.join(', '),
  );
}

/** Until then the webhook refuses every pool, also one that is as it should be. */
export async function metallbReady(scenario: Scenario, cluster: Cluster): Promise<void> {
  const { stdout } = await cluster.kubectl(
    '-n',
    'metallb-system',
    'get',
    'deployment',
    'controller',
    '--ignore-not-found',
    '-o',
    'name',
  );
  if (stdout.trim() === '') return;
  await scenario.wait('MetalLB is ready', 180_000, async () => {
    const status = await cluster.kubectl(
      '-n',
      'metallb-system',
      'rollout',
      'status',
      'deployment/controller',
      '--timeout=5s',
    );
    return status.code === 0 && (await webhookAnswers(cluster));
  });
}

/** Asks the webhook about a pool that is as it should be. */
async function webhookAnswers(cluster: Cluster): Promise<boolean> {
  const { code } = await cluster.kubectl(
    'apply',
    '--server-side',
    '--dry-run=server',
    '--force-conflicts',
    '-f',
    join(cluster.site.dist, '40-metallb-config.k8s.yaml'),
  );
  return code === 0;
}
