import type { Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';

/** The taints that Kubernetes puts on a node it hears nothing good from, and on one it hears nothing from. */
const DEAD_NODE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

/**
 * Lets pods be replaced on another node this long after their own stopped answering. Without them it is 300 s, which the API server
 * adds to every pod that says nothing (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions).
 * The clock starts when the node counts as dead, which is some 40 s after its last sign of life.
 */
export const leaveDeadNodeAfter = (time: Duration): k8s.Toleration[] =>
  DEAD_NODE_TAINTS.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: time.toSeconds(),
  }));

/**
 * Lets a pod run on servers that are kept free of workloads, by the taint of kubeadm or by the one k3s documents
 * (https://docs.k3s.io/installation/configuration, `CriticalAddonsOnly=true:NoExecute`).
 */
export const CONTROL_PLANE_TOLERATIONS: readonly k8s.Toleration[] = [
  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
];

/** Lets a pod run and stay on every node, whatever its taints. */
export const EVERY_TAINT: k8s.Toleration = { operator: 'Exists' };
