import type { Cluster, Node } from '../cluster';
import { type NodePlan, powerTimes } from './plan';

/** The time that pods get when their node halts, whole seconds. */
export interface GracefulShutdown {
  /** All pods: `shutdownGracePeriod` of the kubelet, and the inhibitor delay of logind. */
  readonly totalSeconds: number;
  /** The last part of it, for critical pods such as kube-vip: `shutdownGracePeriodCriticalPods`. */
  readonly criticalSeconds: number;
}

/** For k3s and the rest of the node after its pods: a quarter of the halt budget, at most this. */
const REST_SECONDS = 15;
/** For critical pods: a third of the pods' time, at most this. */
const CRITICAL_SECONDS = 15;

/**
 * The part of the halt budget that pods get: https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/. Of 60 s,
 * 30 s are for ordinary pods, 15 s for critical pods and 15 s for the rest of the node.
 */
export function withinBudget(haltSeconds: number): GracefulShutdown {
  const totalSeconds = haltSeconds - Math.min(REST_SECONDS, Math.ceil(haltSeconds / 4));
  return { totalSeconds, criticalSeconds: Math.min(CRITICAL_SECONDS, Math.floor(totalSeconds / 3)) };
}

/** The smallest halt budget, seconds, that leaves the pods this time. */
export const budgetFor = (totalSeconds: number): number =>
  Math.min(totalSeconds + REST_SECONDS, Math.ceil((totalSeconds * 4) / 3));

/** The halt budgets of the nodes of a role and where they are stated. The nodes share their files, and so the shortest of them. */
export const haltBudgetsOf = (
  cluster: Cluster,
  role: Node['role'],
): readonly Pick<NodePlan, 'haltPath' | 'haltSeconds'>[] =>
  cluster.nodes.filter((node) => node.role === role).map((node) => powerTimes(cluster, node));

/** The shortest halt budget of the nodes of a role, seconds. */
export const shortestHaltBudget = (cluster: Cluster, role: Node['role']): number =>
  Math.min(...haltBudgetsOf(cluster, role).map(({ haltSeconds }) => haltSeconds));

/** The time that pods get on the nodes of a role, the same on all of them. */
export const gracefulShutdown = (cluster: Cluster, role: Node['role']): GracefulShutdown =>
  withinBudget(shortestHaltBudget(cluster, role));
