import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario';
import type { Cluster } from './cluster';
import { kubeVipProgram } from './images';
import { withPowerSite } from './power-site';

/** Longer than every period of a probe, a relist or a lease in dist/. */
const WATCHED_MS = 120_000;
const SEEN_MS = 60_000;

/** Lines of the logs of all pods that speak of a refused request. */
function forbidden(cluster: Cluster): string[] {
  return cluster.machines.flatMap((machine) => {
    const folder = machine.path('/var/log/pods');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.log'));
    return files.flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => /forbidden/i.test(line)),
    );
  });
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly resources: { readonly limits?: { readonly memory?: string } };
    }[];
  };
  readonly status: { readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[] };
}

async function pods(cluster: Cluster): Promise<readonly Pod[]> {
  return (JSON.parse(await cluster.must('get', 'pods', '-A', '-o', 'json')) as { items: Pod[] }).items;
}

/** Containers that were started again, by pod and container. */
async function restarted(cluster: Cluster): Promise<string[]> {
  return (await pods(cluster)).flatMap(({ metadata, status }) =>
    (status.containerStatuses ?? [])
      .filter(({ restartCount }) => restartCount > 0)
      .map(({ name, restartCount }) => `${metadata.name}/${name}: ${restartCount}`),
  );
}

interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string };
    readonly containers?: readonly { readonly name: string; readonly memory?: { readonly workingSetBytes?: number } }[];
  }[];
}

/** Name of a pod without what its Deployment or DaemonSet has added; Kubernetes makes no names with vowels. */
const workloadOf = (pod: string): string =>
  pod.replace(/(-[b-df-hj-np-tv-xz2456789]{8,10})?-[b-df-hj-np-tv-xz2456789]{5}$/, '');

/** The most that a container of each workload has in memory on any node, in MiB, and its limit. */
async function memory(cluster: Cluster): Promise<Map<string, { used: number; limit: string }>> {
  const most = new Map<string, { used: number; limit: string }>();
  const limits = new Map(
    (await pods(cluster)).flatMap(({ metadata, spec }) =>
      spec.containers.map(({ name, resources }) => [`${metadata.name}/${name}`, resources.limits?.memory ?? 'none']),
    ),
  );
  for (const { name: node } of cluster.machines) {
    const text = await cluster.must('get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`);
    for (const { podRef, containers = [] } of (JSON.parse(text) as Summary).pods) {
      for (const container of containers) {
        const title = `${workloadOf(podRef.name)}/${container.name}`;
        const used = (container.memory?.workingSetBytes ?? 0) / 2 ** 20;
        const limit = limits.get(`${podRef.name}/${container.name}`) ?? '';
        most.set(title, { limit, used: Math.max(used, most.get(title)?.used ?? 0) });
      }
    }
  }
  // without its program its pod only waits
  if (kubeVipProgram() === undefined) most.delete('kube-vip/kube-vip');
  return most;
}

/** Everything is ready and nobody does anything: nothing restarts, nothing is refused, nothing differs from dist/. */
export const quiet = (scenario: Scenario): Promise<void> =>
  withPowerSite(scenario, async ({ cluster }) => {
    await scenario.pass('nobody does anything', WATCHED_MS);
    const again = await restarted(cluster);
    scenario.check('no container was restarted', again.length === 0, again.join(', '));
    const refused = forbidden(cluster);
    scenario.check('no request of a pod was forbidden', refused.length === 0, refused[0]);
    const diff = await cluster.kubectl('diff', '-f', cluster.site.dist);
    scenario.check('kubectl diff finds nothing', diff.code === 0 && diff.stdout === '', diff.stdout.slice(0, 400));
    for (const [name, { used, limit }] of await memory(cluster)) {
      scenario.measure(`memory of ${name}`, { used: `${used.toFixed(1)} MiB`, limit });
    }

    const [machine] = cluster.machines;
    machine?.signal('/speaker', 'SIGKILL');
    await scenario.reach(
      'control: a container that is killed is seen',
      SEEN_MS,
      async () => (await restarted(cluster)).length > 0,
    );
    await cluster.must('delete', 'clusterrolebinding', 'metallb-system:speaker');
    await cluster.must('-n', 'metallb-system', 'delete', 'pod', '-l', 'component=speaker', '--wait=false');
    await scenario.reach('control: a request that is forbidden is seen', SEEN_MS, () => forbidden(cluster).length > 0);
  });
