import { join } from 'node:path';
import { type Scenario, seconds } from '../scenario';
import type { Cluster } from './cluster';
import { install, nutReady, type PowerCluster, withPowerSite } from './power-site';
import type { Site } from './site';
import { AGENT, NEXT_UPS_NODE, siteOf, UPS } from './sites';

const REACHED_MS = 180_000;

/** The DaemonSet of the NUT pod on a node; empty when there is none. */
async function nutPodOn(cluster: Cluster, node: string): Promise<string> {
  const name = 'jsonpath={range .items[*]}{.metadata.labels.app\\.kubernetes\\.io/name} {end}';
  const words = [`--field-selector=spec.nodeName=${node}`, '-o', name];
  const { stdout } = await cluster.kubectl('-n', 'nut', 'get', 'pods', ...words);
  return stdout.trim();
}

/** The cable of the UPS moves to another node, nodes are added, removed, deleted and join again, and power safety goes with them. */
export const nodes = (scenario: Scenario): Promise<void> => {
  const without = siteOf('power');
  const changes = async ({ cluster }: PowerCluster) => {
    const timed = async (what: string, condition: () => Promise<boolean>) =>
      scenario.measure(what, seconds(await scenario.reach(what, REACHED_MS, condition)));

    const apply = async ({ dist }: Site) => {
      const { code, stderr } = await cluster.npm('apply', '--context', cluster.context(), '--dist', dist);
      scenario.check('npm run apply of cluster.yaml as it is now succeeds', code === 0, stderr.slice(0, 300));
    };

    // as hosts/RUNBOOK.md and the label's file in hosts/nodes say it
    const move = async (from: string, to: string, site: Site) => {
      await cluster.must('label', 'node', from, 'ups-device-');
      await cluster.must('label', 'node', to, `ups-device=${UPS.name}`);
      await apply(site);
      await timed(`the cable and its label move to ${to}: every NUT pod is ready`, async () => {
        return (await nutPodOn(cluster, to)) === 'nut-primary' && (await nutReady(cluster));
      });
    };

    // a label without the cable in cluster.yaml has to be seen, and undone without a trace
    await cluster.must('label', '--overwrite', 'node', 'k3s-2', 'ups-device=ups1');
    await timed('control: a label without a cable leaves upsd ending again and again', async () => {
      const restarts = 'jsonpath={.items[*].status.containerStatuses[?(@.name=="upsd")].restartCount}';
      const words = ['--field-selector=spec.nodeName=k3s-2', '-o', restarts];
      return Number(await cluster.must('-n', 'nut', 'get', 'pods', ...words)) > 0 && !(await nutReady(cluster));
    });
    await cluster.must('label', 'node', 'k3s-2', 'ups-device-');
    await timed('the label is taken away: every NUT pod is ready', () => nutReady(cluster));

    await move(UPS.node, NEXT_UPS_NODE, siteOf('power-moved'));
    await move(NEXT_UPS_NODE, UPS.node, without);

    await cluster.join(AGENT.name);
    await timed('a node is added: it is a node', async () => (await cluster.readyNodes()).includes(AGENT.name));
    await apply(cluster.site);
    await timed('and the NUT pod of the new one is ready', () => nutReady(cluster));
    await cluster.remove(AGENT.name);
    await timed(
      'a node is removed: no NUT pod is bound to it',
      async () => (await nutPodOn(cluster, AGENT.name)) === '',
    );
    await timed('control: the UPS node misses it', async () => !(await nutReady(cluster)));
    await apply(without);
    await timed('without it in cluster.yaml every NUT pod is ready', () => nutReady(cluster));

    await cluster.must('delete', 'node', 'k3s-3');
    await timed('a node is deleted: no NUT pod is bound to it', async () => (await nutPodOn(cluster, 'k3s-3')) === '');
    await cluster.machine('k3s-3').kill('kubelet');
    cluster.agent('k3s-3').launchKubelet();
    await timed('its kubelet starts again: it is a node', async () => (await cluster.readyNodes()).includes('k3s-3'));
    await timed('and its NUT pod is ready', () => nutReady(cluster));

    await cluster.must('delete', 'node', 'k3s-1');
    await cluster.machine('k3s-1').kill('kubelet');
    cluster.agent('k3s-1').launchKubelet();
    await timed('the UPS node joins again with the label of its cable', async () => {
      return (await cluster.readyNodes()).includes('k3s-1') && (await nutPodOn(cluster, 'k3s-1')) === 'nut-primary';
    });
    await timed('and every NUT pod is ready', () => nutReady(cluster));
    const diff = await cluster.kubectl('diff', '-f', join(without.dist, '50-nut.k8s.yaml'));
    scenario.check('nothing of NUT differs from dist/', diff.code === 0, diff.stdout.slice(0, 300));
  };
  const installer = (cluster: Cluster) => install(cluster, scenario, without);
  return withPowerSite(scenario, changes, {
    name: 'power-agent',
    later: [AGENT.name],
    cables: [UPS.node, NEXT_UPS_NODE],
    installer,
  });
};
