import { stringify } from 'yaml';
import type { Row } from '../../../lib/live/doctor/rows';
import type { Plan } from '../../../lib/live/plan';
import { RESOURCES } from '../../../lib/live/site-objects';
import type { Result } from '../processes';
import { type Scenario, seconds } from '../scenario';
import { metallbReady } from './apply';
import { type Cluster, withCluster } from './cluster';
import { changed, stored } from './objects';
import { SHIPPED, siteOf } from './sites';

const SERVICE = stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
});
const OTHERS = stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'of-somebody-else', namespace: 'nut' },
});
const POOL = 'IPAddressPool metallb-system/';
const BY_LABEL = ['-A', '-l', 'power-safe-k3s/site', '-o', 'name'];

/** A site is applied, its pool renamed, what is left over deleted, and everything taken out again, all by the commands that people use. */
export const lifecycle = (scenario: Scenario): Promise<void> => {
  const before = siteOf(SHIPPED);
  const after = siteOf('renamed-pool');
  return withCluster(scenario, before, { nodes: before.servers.slice(0, 1) }, async (cluster) => {
    const run = (command: string, dist: string, ...args: string[]) =>
      cluster.npm(command, '--context', cluster.context(), '--dist', dist, ...args);
    const plan = async (dist: string) => planOf(await run('plan', dist, '--json'));
    const check = (what: string, passed: boolean, { code, stdout, stderr }: Result) =>
      scenario.check(what, passed, passed ? '' : `status ${code}: ${`${stdout}${stderr}`.trim().slice(-600)}`);

    const first = await plan(before.dist);
    check('plan of an empty cluster creates everything and ends with 2', first.code === 2, first);
    const objects = first.plan?.created.length ?? 0;
    scenario.measure('objects', String(objects));
    await run('apply', before.dist, '--no-wait');
    await metallbReady(scenario, cluster);
    const startedAt = performance.now();
    const empty = await plan(before.dist);
    scenario.measure('plan', seconds(performance.now() - startedAt));
    check('plan after an apply is empty and ends with 0', empty.code === 0, empty);

    await examined(scenario, cluster);
    await cluster.must('-n', 'kube-system', 'delete', 'daemonset', 'kube-vip');
    const deleted = await plan(before.dist);
    check(
      'control: plan sees that an object was deleted',
      deleted.code === 2 && deleted.plan?.created.join() === 'DaemonSet kube-system/kube-vip',
      deleted,
    );
    await run('apply', before.dist, '--no-wait');

    const renamed = await plan(after.dist);
    check(
      'plan of a renamed pool names the new and the old one',
      renamed.code === 1 &&
        renamed.plan?.created.includes(`${POOL}home`) === true &&
        renamed.plan.leftovers.includes(`${POOL}lan`),
      renamed,
    );
    check(
      'plan says that the webhook would refuse the new pool while the old one is there',
      renamed.plan?.problems.some((problem) => problem.includes('overlaps')) === true,
      renamed,
    );
    await refusal(scenario, cluster, () => run('apply', after.dist, '--no-wait', '--prune', '--yes'));
    const pruned = await run('apply', after.dist, '--no-wait', '--prune', '--yes');
    check('apply --prune replaces the pool', pruned.code === 0, pruned);
    const done = await plan(after.dist);
    check('plan is then empty', done.code === 0, done);
    await removed(scenario, cluster, objects, () => run('uninstall', after.dist, '--yes'));
  });
};

/** One server of three, without the Secret of NUT: every row says so, and only what is good is good. */
async function examined(scenario: Scenario, cluster: Cluster): Promise<void> {
  const args = ['--context', cluster.context(), '--cluster', cluster.site.clusterFile, '--json'];
  const { code, stdout, stderr } = await cluster.npm('doctor', ...args);
  const rows = stdout.startsWith('[') ? (JSON.parse(stdout) as Row[]) : [];
  const row = (subject: string) => rows.find((one) => one.subject === subject);
  const [one, two] = cluster.site.servers.map(({ name }) => name);
  const said = (subject: string) => `${row(subject)?.found ?? stderr.trim().slice(-300)}`;
  scenario.check('doctor ends with 2', code === 2, stderr.trim().slice(-300));
  scenario.check('doctor counts the servers', said('quorum').startsWith('1 of 3 servers are Ready'), said('quorum'));
  scenario.check('doctor misses a server', said(`server ${two}`) === 'is not in the cluster', said(`server ${two}`));
  scenario.check(
    'control: it finds the server that is there',
    said(`server ${one}`).startsWith('is Ready'),
    said(`server ${one}`),
  );
  scenario.check(
    'doctor says what a NUT pod waits for',
    /nut-users/.test(said(`NUT on ${one}`)),
    said(`NUT on ${one}`),
  );
  const vip = rows.find(({ subject }) => subject.startsWith('API ') && !subject.includes('-'));
  scenario.check(
    'control: doctor finds no API at the VIP, which nobody holds',
    vip?.found.startsWith('does not answer') === true,
    vip?.found,
  );
  const api = `API ${cluster.context()}, https://${cluster.site.servers[0]?.addresses[0]}:6443`;
  scenario.check(
    'doctor reads the certificate of the API server',
    said(api).startsWith('answers, certificate until 2'),
    said(api),
  );
}

/** A Service has an address of the pool: nothing may change. */
async function refusal(scenario: Scenario, cluster: Cluster, prune: () => Promise<Result>): Promise<void> {
  const service = cluster.file('service.yaml', SERVICE);
  await cluster.must('apply', '-f', service);
  await scenario.reach('a Service has an address of the pool', 60_000, async () => {
    const { stdout } = await cluster.kubectl(
      'get',
      'service',
      'web',
      '-o',
      'jsonpath={.status.loadBalancer.ingress[0].ip}',
    );
    return stdout !== '';
  });
  const before = await stored(cluster, cluster.site.dist);
  const { code, stderr } = await prune();
  scenario.check(
    'apply --prune refuses a pool whose address a Service has, and names both',
    code === 1 && /default\/web \S+ \(pool lan\)/.test(stderr),
    stderr.trim().slice(-300),
  );
  const different = changed(before, await stored(cluster, cluster.site.dist));
  scenario.check('it changes nothing', different.length === 0, different.join(', '));
  await cluster.must('delete', '-f', service);
}

/** What somebody else has in a namespace of the site is kept, and with it the namespace; without that, nothing stays. */
async function removed(
  scenario: Scenario,
  cluster: Cluster,
  objects: number,
  uninstall: () => Promise<Result>,
): Promise<void> {
  const others = cluster.file('others.yaml', OTHERS);
  await cluster.must('apply', '-f', others);
  const startedAt = performance.now();
  const first = await uninstall();
  scenario.measure('uninstall', seconds(performance.now() - startedAt));
  scenario.check(
    'uninstall ends with 1 and names what keeps a namespace',
    first.code === 1 && first.stderr.includes('Namespace nut stays because of ConfigMap nut/of-somebody-else'),
    first.stderr.trim().split('\n').at(-1),
  );
  const kept = await ofSite(cluster);
  scenario.check(
    'control: the namespace and what is in it are there',
    kept.join() === 'namespace/nut',
    kept.join(', '),
  );
  await cluster.must('get', '-f', others);
  await cluster.must('delete', '-f', others);
  const second = await uninstall();
  scenario.check('uninstall then ends with 0', second.code === 0, `status ${second.code}`);
  const left = await ofSite(cluster);
  scenario.check(`nothing is left of ${objects} objects`, objects > 0 && left.length === 0, left.join(', '));
}

/** Objects with the label of a site, of the kinds that the API server has. */
async function ofSite(cluster: Cluster): Promise<string[]> {
  const served = (await cluster.must('api-resources', '-o', 'name')).split('\n');
  const resources = RESOURCES.filter((name) => served.includes(name));
  return (await cluster.must('get', resources.join(','), ...BY_LABEL)).split('\n').filter(Boolean);
}

const planOf = (result: Result): Result & { readonly plan: Plan | undefined } => ({
  ...result,
  plan: result.stdout.startsWith('{') ? (JSON.parse(result.stdout) as Plan) : undefined,
});
