import type { Cluster } from '../cluster';
import type { Setting } from './text';

/** How long the control plane waits for an unreachable node, seconds. */
export interface FailoverTimes {
  /** Without a heartbeat for this time, the node is NotReady and its pods leave the endpoints of services. */
  readonly graceSeconds: number;
  /** After this time NotReady, its pods are replaced, unless they have their own toleration. */
  readonly evictionSeconds: number;
}

const FAST: FailoverTimes = { graceSeconds: 20, evictionSeconds: 30 };
const FAST_STATUS_SECONDS = 4;

/** DefaultTolerationSeconds of Kubernetes. */
const EVICTION_SECONDS = 300;

/** The defaults of Kubernetes: 50 s since 1.32, 40 s before: https://github.com/kubernetes/kubernetes/pull/126287 */
function kubernetesTimes({ versions }: Cluster): FailoverTimes {
  const minor = Number(versions.k3s.match(/^v1\.(\d+)\./)?.[1]);
  return { graceSeconds: minor < 32 ? 40 : 50, evictionSeconds: EVICTION_SECONDS };
}

/** The times of this site. */
export const failoverTimes = (cluster: Cluster): FailoverTimes =>
  cluster.controlPlane.failover === 'fast' ? FAST : kubernetesTimes(cluster);

/** The additional settings of a server with `failover: fast`; none otherwise. */
export function serverFailover(cluster: Cluster): Setting[] {
  if (cluster.controlPlane.failover !== 'fast') return [];
  return [
    {
      key: 'kube-controller-manager-arg',
      value: [`node-monitor-grace-period=${FAST.graceSeconds}s`],
      why: `failover: fast. A node is NotReady and its pods get no traffic after ${FAST.graceSeconds} s without a heartbeat, not ${kubernetesTimes(cluster).graceSeconds} s. The price: a node whose disk or network stalls that long loses its pods. A list of this name in a later file replaces this one; a plus after the name appends.`,
    },
    {
      key: 'kube-apiserver-arg',
      value: ['not-ready', 'unreachable'].map((taint) => `default-${taint}-toleration-seconds=${FAST.evictionSeconds}`),
      why: `Pods of a NotReady node are replaced after ${FAST.evictionSeconds} s, not ${EVICTION_SECONDS} s. Applies to new pods only.`,
    },
    ...agentFailover(cluster),
  ];
}

/** The additional settings of an agent, which runs a kubelet and no control plane. */
export const agentFailover = (cluster: Cluster): Setting[] =>
  cluster.controlPlane.failover === 'fast'
    ? [
        {
          key: 'kubelet-arg',
          value: [`node-status-update-frequency=${FAST_STATUS_SECONDS}s`],
          why: `failover: fast. The kubelet checks its node every ${FAST_STATUS_SECONDS} s, not every 10 s, so that a change reaches the servers within their ${FAST.graceSeconds} s.`,
        },
      ]
    : [];
