import type { Cluster, Node } from '../cluster';
import { gracefulShutdown, shortestHaltBudget } from '../power';
import { commentedFile, yamlFile } from './text';

/** Path of a kubelet drop-in, read since k3s 1.32. */
export const KUBELET_DROP_IN = '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/99-shutdown.conf';
/** https://www.freedesktop.org/software/systemd/man/latest/logind.conf.html */
export const LOGIND_DROP_IN = '/etc/systemd/logind.conf.d/99-kubelet.conf';

/** The kubelet's part of a graceful shutdown: https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/. */
export function kubeletShutdown(cluster: Cluster, role: Node['role']): string {
  const { totalSeconds, criticalSeconds } = gracefulShutdown(cluster, role);
  return yamlFile(
    [
      `For every ${role}, as ${KUBELET_DROP_IN}.`,
      `Time for the pods when the node shuts down; the last part is for critical pods${role === 'server' ? ', in which the VIP moves' : ''}.`,
      `The rest of the halt budget of ${shortestHaltBudget(cluster, role)} s is for k3s and the host.`,
    ],
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      shutdownGracePeriod: `${totalSeconds}s`,
      shutdownGracePeriodCriticalPods: `${criticalSeconds}s`,
    },
  );
}

/** The part of systemd-logind: it lets the kubelet delay a shutdown for the time of its pods. */
export const logindShutdown = (cluster: Cluster, role: Node['role']): string =>
  commentedFile(
    [`For every ${role}, as ${LOGIND_DROP_IN}. Then: systemctl restart systemd-logind`],
    [
      '[Login]',
      '# the default of 5 s is too short for the pods',
      `InhibitDelayMaxSec=${gracefulShutdown(cluster, role).totalSeconds}`,
    ],
  );
