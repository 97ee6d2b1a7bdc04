import { stringify } from 'yaml';
import { RESOURCES } from '../../../lib/live/site-objects';
import type { Scenario } from '../scenario';
import type { Cluster } from './cluster';
import type { Installed } from './installed';

const BY_LABEL = ['-A', '-l', 'power-safe-k3s/site', '-o', 'name'];
const POOL = '192.168.10.240-192.168.10.250';
const OLD_POOL = stringify({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name: 'ancient', namespace: 'metallb-system' },
  spec: { addresses: ['192.168.10.60/32'] },
});

/** Objects with the label of a site, of the kinds that the API server has. */
export async function ofSite(cluster: Cluster): Promise<string[]> {
  return (await cluster.must('get', await kindsOfSite(cluster), ...BY_LABEL)).split('\n').filter(Boolean);
}

async function kindsOfSite(cluster: Cluster): Promise<string> {
  const served = (await cluster.must('api-resources', '-o', 'name')).split('\n');
  return RESOURCES.filter((name) => served.includes(name)).join(',');
}

/** The address of the Service `web`. */
const address = async (cluster: Cluster): Promise<string> =>
  (await cluster.kubectl('get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}')).stdout;

/** A Service gets an address of the pool. */
export async function serve(scenario: Scenario, cluster: Cluster, service: string): Promise<void> {
  await cluster.must('apply', '-f', service);
  await scenario.reach('a Service has an address of the pool', 60_000, async () => (await address(cluster)) !== '');
}

/** Each change of a running cluster for which plan has steps: they are followed, and then plan has none. */
export async function runningChanges(
  scenario: Scenario,
  cluster: Cluster,
  program: Installed,
  service: string,
): Promise<void> {
  const followed = async (what: string, expected: readonly RegExp[], from: string, to: string) => {
    const before = await program.plan();
    scenario.check(`control: before ${what}, plan has no steps`, before.plan?.steps.length === 0);
    await program.change(from, to);
    const { plan, stderr } = await program.plan();
    const said = (plan?.steps ?? []).map(({ on, what: text, commands }) => [on, text, ...commands].join(' '));
    const passed = said.length === expected.length && expected.every((pattern, i) => pattern.test(said[i] ?? ''));
    scenario.check(
      `plan says the steps of ${what} in their order`,
      passed,
      passed ? '' : [...said, stderr].join(' | '),
    );
    await program.follow(plan);
    const after = await program.plan();
    const done = after.code === 0 && after.plan?.steps.length === 0;
    scenario.check(`after the steps of ${what}, plan is empty`, done, done ? '' : after.stdout.slice(-600));
  };
  const kubeVip = async () => (await cluster.kubectl('-n', 'kube-system', 'get', 'daemonset', 'kube-vip')).code === 0;

  await serve(scenario, cluster, service);
  const old = await address(cluster);
  const next = old.replace(/\d+$/, (last) => String(Number(last) + 1));
  const lost = new RegExp(`lose their address .*default/web \\(${old}\\)`);
  await followed('a smaller pool', [lost, /^ apply/], POOL, `${next}-192.168.10.250`);
  await scenario.reach('the Service has another address of the pool', 60_000, async () => {
    const now = await address(cluster);
    return now !== '' && now !== old;
  });
  await cluster.must('delete', '-f', service);
  await followed('a UPS at another node', [/label node k3s-1 ups-device-$/, /^ apply/], 'node: k3s-1', 'node: k3s-2');
  await followed(
    'another VIP',
    [/^every server .*192\.168\.10\.6.* systemctl restart k3s$/, /^ apply/, /kubeconfig/],
    'vip: 192.168.10.5 ',
    'vip: 192.168.10.6 ',
  );
  await followed(
    'keepalived in place of kube-vip',
    [/^ apply.* --prune$/, /^every server .*enable --now keepalived$/],
    'vip: 192.168.10.6 ',
    'provider: keepalived\n  interface: eth0\n  vip: 192.168.10.6 ',
  );
  scenario.check('kube-vip is gone before keepalived starts', !(await kubeVip()));
  await followed(
    'kube-vip in place of keepalived',
    [/^every server .*disable --now keepalived$/, /^ apply/],
    'provider: keepalived\n  interface: eth0\n  vip',
    'vip',
  );
  scenario.check('control: kube-vip is there again', await kubeVip());
}

/** What a version without labels applied: the first apply labels what dist/ has; plan names a pool that it no longer has. */
export async function adoption(scenario: Scenario, cluster: Cluster, program: Installed): Promise<void> {
  const objects = (await ofSite(cluster)).length;
  await cluster.must('label', await kindsOfSite(cluster), '-A', '-l', 'power-safe-k3s/site', 'power-safe-k3s/site-');
  scenario.check('control: no object has the label of the site', (await ofSite(cluster)).length === 0);
  const pool = cluster.file('ancient.yaml', OLD_POOL);
  await cluster.must('apply', '-f', pool);
  const { plan, stdout } = await program.plan();
  scenario.check(
    'plan of a cluster without labels changes every object and creates none',
    plan?.changed.length === objects && plan.created.length === 0,
    plan ? `${plan.changed.length} of ${objects} changed, ${plan.created.length} created` : stdout.slice(-300),
  );
  await program.connected('apply', '--no-wait', '--prune', '--yes');
  const labelled = (await ofSite(cluster)).length;
  scenario.check('the first apply adopts every object', labelled === objects, `${labelled} of ${objects}`);
  const isThere = async () => (await cluster.kubectl('get', '-f', pool)).code === 0;
  scenario.check('apply --prune keeps a pool that never had a label', await isThere());
  const found = (await program.plan()).plan;
  const command = found?.steps[0]?.commands[0] ?? '';
  scenario.check(
    'plan names it, and the command that deletes it',
    command.endsWith('delete ipaddresspool ancient'),
    command,
  );
  await program.follow(found);
  scenario.check('that command deletes it', !(await isThere()));
}
