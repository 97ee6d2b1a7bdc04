import { stringify } from 'yaml';
import type { Row } from '../../../lib/live/doctor/rows';
import type { Result } from '../processes';
import { type Scenario, seconds } from '../scenario';
import { metallbReady } from './apply';
import { adoption, ofSite, runningChanges, serve } from './changes';
import { type Cluster, withCluster } from './cluster';
import { Installed } from './installed';
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

/**
 * The packed program in an empty folder: a site is written, checked, applied, examined and changed, what is left over is deleted, and
 * everything is taken out again.
 */
export const lifecycle = (scenario: Scenario): Promise<void> => {
  const site = siteOf(SHIPPED);
  return withCluster(scenario, site, { nodes: site.servers.slice(0, 1) }, async (cluster) => {
    const program = new Installed(scenario, cluster);
    const service = cluster.file('service.yaml', SERVICE);
    const check = (what: string, passed: boolean, { code, stdout, stderr }: Result) =>
      scenario.check(what, passed, passed ? '' : `status ${code}: ${`${stdout}${stderr}`.trim().slice(-600)}`);

    for (const command of ['init', 'check', 'synth']) {
      const ended = await program.run(command);
      check(`${command} in an empty folder ends with 0`, ended.code === 0, ended);
    }
    const first = await program.plan();
    check('plan of an empty cluster creates everything and ends with 2', first.code === 2, first);
    const objects = first.plan?.created.length ?? 0;
    scenario.measure('objects', String(objects));
    await program.connected('apply', '--no-wait');
    await metallbReady(scenario, cluster);
    const startedAt = performance.now();
    const empty = await program.plan();
    scenario.measure('plan', seconds(performance.now() - startedAt));
    check('plan after an apply is empty and ends with 0', empty.code === 0, empty);

    await examined(scenario, cluster, program);
    await cluster.must('-n', 'kube-system', 'delete', 'daemonset', 'kube-vip');
    const deleted = await program.plan();
    check(
      'control: plan sees that an object was deleted',
      deleted.code === 2 && deleted.plan?.created.join() === 'DaemonSet kube-system/kube-vip',
      deleted,
    );
    await program.connected('apply', '--no-wait');

    await program.change('- name: lan', '- name: home');
    const renamed = await program.plan();
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
    const prune = () => program.connected('apply', '--no-wait', '--prune', '--yes');
    await refusal(scenario, cluster, service, prune);
    const pruned = await prune();
    check('apply --prune replaces the pool', pruned.code === 0, pruned);
    const done = await program.plan();
    check('plan is then empty', done.code === 0, done);
    await runningChanges(scenario, cluster, program, service);
    await adoption(scenario, cluster, program);
    await removed(scenario, cluster, objects, () => program.connected('uninstall', '--yes'));
  });
};

/** One server of three, without the Secret of NUT: every row says so, and only what is good is good. */
async function examined(scenario: Scenario, cluster: Cluster, program: Installed): Promise<void> {
  const { code, stdout, stderr } = await program.connected('doctor', '--json');
  const rows = stdout.startsWith('[') ? (JSON.parse(stdout) as Row[]) : [];
  const [one, two] = cluster.site.servers.map(({ name }) => name);
  scenario.check('doctor ends with 2', code === 2, stderr.trim().slice(-300));
  const expected: readonly (readonly [what: string, subject: string, found: RegExp])[] = [
    ['doctor counts the servers', 'quorum', /^1 of 3 servers are Ready/],
    ['doctor misses a server', `server ${two}`, /^is not in the cluster$/],
    ['control: it finds the server that is there', `server ${one}`, /^is Ready/],
    ['doctor says what a NUT pod waits for', `NUT on ${one}`, /nut-users/],
    ['control: doctor finds no API at the VIP, which nobody holds', 'API home,', /^does not answer/],
    ['doctor finds no holder of the VIP', 'VIP holder', /^none$/],
    ['control: the images are those of the site', 'images', / workloads have those of the site$/],
    ['doctor reads the certificate of the API server', `API ${cluster.context()},`, /^answers, certificate until 2/],
  ];
  for (const [what, subject, pattern] of expected) {
    const found = rows.find((row) => row.subject.startsWith(subject))?.found ?? stderr.trim().slice(-300);
    scenario.check(what, pattern.test(found), found);
  }
}

/** A Service has an address of the pool: nothing may change. */
async function refusal(
  scenario: Scenario,
  cluster: Cluster,
  service: string,
  prune: () => Promise<Result>,
): Promise<void> {
  await serve(scenario, cluster, service);
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
