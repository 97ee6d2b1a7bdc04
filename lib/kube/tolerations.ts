import type { Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';

/** Taints of a node whose kubelet reports NotReady, and of one whose kubelet is unreachable. */
const DEAD_NODE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

/**
 * Evicts pods this long after their node was tainted, instead of the default 300 s
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions). The taint is set about
 * 40 s after the last heartbeat of the node.
 */
export const leaveDeadNodeAfter = (time: Duration): k8s.Toleration[] =>
  DEAD_NODE_TAINTS.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: time.toSeconds(),
  }));

/**
 * Tolerates the control-plane taint of kubeadm and the one that k3s documents
 * (https://docs.k3s.io/installation/configuration, `CriticalAddonsOnly=true:NoExecute`).
 */
export const CONTROL_PLANE_TOLERATIONS: readonly k8s.Toleration[] = [
  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
];

/** Tolerates every taint. */
export const EVERY_TAINT: k8s.Toleration = { operator: 'Exists' };
