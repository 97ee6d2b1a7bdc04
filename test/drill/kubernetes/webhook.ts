import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scenario, seconds } from '../scenario';
import { metallbReady } from './apply';
import { type Cluster, withCluster } from './cluster';
import { SHIPPED, siteOf } from './sites';

const pool = (name: string, addresses: string): string =>
  JSON.stringify({
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name, namespace: 'metallb-system' },
    spec: { addresses: [addresses] },
  });

const WEBHOOK_FILE = '90-metallb-webhooks.k8s.yaml';
const NEW_POOL = pool('new', '192.168.10.220-192.168.10.229');
/** The same addresses as the pool of the shipped site. */
const OVERLAPPING = pool('overlapping', '192.168.10.245-192.168.10.255');

/** Whether the API server stores a pool, and why not. What it stored is deleted again. */
async function offer(cluster: Cluster, text: string): Promise<{ stored: boolean; said: string }> {
  const file = cluster.file('pool.json', text);
  const { code, stderr } = await cluster.kubectl('create', '-f', file);
  if (code === 0) await cluster.must('delete', '--wait=true', '-f', file);
  return { stored: code === 0, said: stderr.trim().slice(0, 300) };
}

/** The webhook of MetalLB with each value of loadBalancer.webhook, with and without the controller that answers it. */
export const webhook = (scenario: Scenario): Promise<void> => {
  const site = siteOf(SHIPPED);
  return withCluster(scenario, site, { nodes: site.servers.slice(0, 1) }, async (cluster) => {
    await cluster.npm('apply', '--context', cluster.context(), '--dist', site.dist, '--no-wait');
    await metallbReady(scenario, cluster);

    const good = await offer(cluster, NEW_POOL);
    scenario.check('control: a pool that is as it should be is stored', good.stored, good.said);
    const bad = await offer(cluster, OVERLAPPING);
    scenario.check(
      'fail: an overlapping pool is refused by MetalLB',
      !bad.stored && /overlaps/.test(bad.said),
      bad.said,
    );

    await cluster.must('-n', 'metallb-system', 'scale', 'deployment', 'controller', '--replicas=0');
    // MetalLB's controller has a grace period of 0 s: its pod is gone from the API while the process still answers the webhook.
    let away = await offer(cluster, NEW_POOL);
    await scenario.wait('no webhook answers', 60_000, async () => {
      away = await offer(cluster, NEW_POOL);
      return !away.stored;
    });
    scenario.check(
      'fail: without the controller every pool is refused',
      !away.stored && /webhook/.test(away.said),
      away.said,
    );

    await cluster.must('apply', '-f', join(siteOf('webhook-ignore').dist, WEBHOOK_FILE));
    const startedAt = performance.now();
    const ignored = await offer(cluster, NEW_POOL);
    scenario.measure('ignore: a pool is stored without the controller', seconds(performance.now() - startedAt));
    scenario.check('ignore: without the controller a pool is stored', ignored.stored, ignored.said);
    const unchecked = await offer(cluster, OVERLAPPING);
    scenario.check('ignore: without the controller a bad one is stored too', unchecked.stored, unchecked.said);

    const off = webhookNames(siteOf('webhook-off').dist);
    scenario.check(
      'off: dist/ has no webhook for pools',
      !off.some((name) => name.includes('ipaddresspool')),
      off.join(', '),
    );
  });
};

/** Names of the webhooks that a dist/ brings. */
function webhookNames(dist: string): string[] {
  try {
    const text = readFileSync(join(dist, WEBHOOK_FILE), 'utf8');
    return [...text.matchAll(/^ {4}name: (\S+)$/gm)].map(([, name = '']) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
