import type { Cluster } from '../cluster';
import type { Setting } from './text';

/** How long the control plane waits for a node that has gone silent. */
export interface FailoverTimes {
  /** Without a sign of life for so long, the node counts as NotReady and its pods leave the endpoints of services. */
  readonly graceSeconds: number;
  /** NotReady for so long, its pods are replaced, unless they bring a toleration of their own. */
  readonly evictionSeconds: number;
}

const FAST: FailoverTimes = { graceSeconds: 20, evictionSeconds: 30 };
const FAST_STATUS_SECONDS = 4;

/** DefaultTolerationSeconds of Kubernetes. */
const EVICTION_SECONDS = 300;

/** Kubernetes' own times. It waits 50 seconds since 1.32, 40 before: https://github.com/kubernetes/kubernetes/pull/126287 */
function kubernetesTimes({ versions }: Cluster): FailoverTimes {
  const minor = Number(versions.k3s.match(/^v1\.(\d+)\./)?.[1]);
  return { graceSeconds: minor < 32 ? 40 : 50, evictionSeconds: EVICTION_SECONDS };
}

/** What holds for this site. */
export const failoverTimes = (cluster: Cluster): FailoverTimes =>
  cluster.controlPlane.failover === 'fast' ? FAST : kubernetesTimes(cluster);

/** What a server of a site with `failover: fast` is started with besides everything else; nothing otherwise. */
export function serverFailover(cluster: Cluster): Setting[] {
  if (cluster.controlPlane.failover !== 'fast') return [];
  return [
    {
      key: 'kube-controller-manager-arg',
      value: [`node-monitor-grace-period=${FAST.graceSeconds}s`],
      why: `failover: fast. A node is NotReady, and its pods get no traffic, after ${FAST.graceSeconds} s of silence and not after ${kubernetesTimes(cluster).graceSeconds} s. The price: a node whose disk or network stalls for so long loses its pods for nothing. A list of this name in a later file replaces this one; add to it with a plus after the name.`,
    },
    {
      key: 'kube-apiserver-arg',
      value: ['not-ready', 'unreachable'].map((taint) => `default-${taint}-toleration-seconds=${FAST.evictionSeconds}`),
      why: `Pods of a node that is NotReady are replaced after ${FAST.evictionSeconds} s and not after ${EVICTION_SECONDS} s. Counts for pods that are made from now on.`,
    },
    ...agentFailover(cluster),
  ];
}

/** The same for an agent, which has a kubelet and nothing of the control plane. */
export const agentFailover = (cluster: Cluster): Setting[] =>
  cluster.controlPlane.failover === 'fast'
    ? [
        {
          key: 'kubelet-arg',
          value: [`node-status-update-frequency=${FAST_STATUS_SECONDS}s`],
          why: `failover: fast. The kubelet looks at its node every ${FAST_STATUS_SECONDS} s and not every 10 s, so that a change reaches the servers well within their ${FAST.graceSeconds} s.`,
        },
      ]
    : [];
