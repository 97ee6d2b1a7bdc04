import type { Cluster, Node } from '../cluster';
import { type PowerRole, powerRole } from './plan';

/** How long the pods of a machine have when it halts, in whole seconds. */
export interface GracefulShutdown {
  /** All of it: `shutdownGracePeriod` of the kubelet, and what logind has to wait. */
  readonly totalSeconds: number;
  /** The last part of it, for pods such as kube-vip: `shutdownGracePeriodCriticalPods`. */
  readonly criticalSeconds: number;
}

/** What k3s and the rest of a machine need at most once the pods are gone: a quarter of the halt budget, and no more than this. */
const REST_SECONDS = 15;
/** What pods such as kube-vip need at most: a third of what the pods have, and no more than this. */
const CRITICAL_SECONDS = 15;

/**
 * How long pods have within the halt budget: https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/. 60 s make
 * 30 s for ordinary pods, 15 s for critical ones and 15 s for the machine.
 */
export function withinBudget(haltSeconds: number): GracefulShutdown {
  const totalSeconds = haltSeconds - Math.min(REST_SECONDS, Math.ceil(haltSeconds / 4));
  return { totalSeconds, criticalSeconds: Math.min(CRITICAL_SECONDS, Math.floor(totalSeconds / 3)) };
}

/** The smallest halt budget in which pods have so long. */
export const budgetFor = (totalSeconds: number): number =>
  Math.min(totalSeconds + REST_SECONDS, Math.ceil((totalSeconds * 4) / 3));

/** Which halt budgets the machines of a role have. They share their files, and one with the cable of a UPS has a budget of its own. */
export const haltBudgetsOf = (cluster: Cluster, role: Node['role']): ReadonlyMap<PowerRole, number> =>
  new Map(
    cluster.nodes
      .filter((node) => node.role === role)
      .map((node) => powerRole(cluster, node))
      .map((powerRole) => [powerRole, cluster.power.haltBudget[`${powerRole}Seconds`]]),
  );

/** The shortest halt budget of the machines of a role, in seconds. */
export const shortestHaltBudget = (cluster: Cluster, role: Node['role']): number =>
  Math.min(...haltBudgetsOf(cluster, role).values());

/** How long pods have on machines of a role, the same on all of them. */
export const gracefulShutdown = (cluster: Cluster, role: Node['role']): GracefulShutdown =>
  withinBudget(shortestHaltBudget(cluster, role));
