import { chmodSync } from 'node:fs';
import { stringify } from 'yaml';
import { Drain } from '../../../lib/live/machines/drain';
import { Progress } from '../../../lib/live/progress';
import type { Scenario } from '../scenario';
import { type Cluster, withCluster } from './cluster';
import { PAUSE_IMAGE } from './images';
import { program } from './programs';
import { SHIPPED, siteOf } from './sites';

const LIMIT_SECONDS = 20;
const STARTS_MS = 120_000;

const labels = { app: 'one' };
const OBJECTS = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'one', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'one', image: PAUSE_IMAGE }] } },
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'one', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  },
];

async function isCordoned(cluster: Cluster, name: string): Promise<boolean> {
  return (await cluster.must('get', 'node', name, '--output=jsonpath={.spec.unschedulable}')) === 'true';
}

/** The drain of machines upgrade: a PodDisruptionBudget ends it after its limit, and without it the pod moves. */
export const drain = (scenario: Scenario): Promise<void> => {
  const site = siteOf(SHIPPED);
  return withCluster(scenario, site, { nodes: site.servers.slice(0, 2) }, async (cluster) => {
    const client = cluster.file(
      'kubectl.sh',
      `#!/bin/sh\nexec nsenter --target ${cluster.client.pid} --net ${program('kubernetes', 'kubectl')} "$@"\n`,
    );
    chmodSync(client, 0o755);
    const said: string[] = [];
    const options = { context: cluster.context(), kubeconfig: cluster.kubeconfigFile, servers: [], kubectl: client };
    const drains = new Drain(
      { ...options, timeoutMs: 60_000, progress: new Progress(process.stderr) },
      LIMIT_SECONDS,
      (line) => said.push(line),
    );
    const pod = async (field: string) =>
      (await cluster.kubectl('get', 'pods', '-l', 'app=one', `--output=jsonpath={.items[*]${field}}`)).stdout;
    await cluster.must('apply', '-f', cluster.file('one.yaml', OBJECTS.map((one) => stringify(one)).join('---\n')));
    await scenario.wait('the pod runs', STARTS_MS, async () => (await pod('.status.phase')) === 'Running');
    await scenario.wait('the budget counts it', STARTS_MS, async () => {
      return (await cluster.must('get', 'pdb', 'one', '--output=jsonpath={.status.currentHealthy}')) === '1';
    });
    const node = await pod('.spec.nodeName');
    const name = await pod('.metadata.name');

    const started = performance.now();
    const problem = await drains.empty({ name: node }).then(
      () => 'evicted',
      (error: Error) => error.message,
    );
    const took = (performance.now() - started) / 1000;
    scenario.check(
      'the budget is named with its pod',
      problem.startsWith(`${node}: a PodDisruptionBudget kept default/${name} for ${LIMIT_SECONDS} s;`),
      problem,
    );
    scenario.check('within its limit', took < LIMIT_SECONDS + 15, `${took.toFixed(0)} s`);
    scenario.check('the node accepts pods again', !(await isCordoned(cluster, node)), said.join(' | '));

    await cluster.must('cordon', node);
    await drains.fill({ name: node });
    scenario.check('a node that a person has cordoned stays so', await isCordoned(cluster, node));
    await cluster.must('uncordon', node);

    await cluster.must('delete', 'pdb', 'one');
    await drains.empty({ name: node });
    scenario.check('control: without the budget the node is drained', await isCordoned(cluster, node));
    await scenario.reach('and its pod runs on the other node', STARTS_MS, async () => {
      return (await pod('.status.phase')) === 'Running' && (await pod('.spec.nodeName')) !== node;
    });
    await drains.fill({ name: node });
    scenario.check('afterwards it accepts pods again', !(await isCordoned(cluster, node)));
  });
};
