import { type Cluster, isOnLink, type Node, serversOf } from '../cluster';
import { readProjectFile } from '../files';
import { gracefulShutdown, shortestHaltBudget } from '../power';
import { foundingAdvice } from './founding';
import { commentedFile, markedScript, yamlFile } from './text';

/** Installed path of k3s-ha. */
export const K3S_HA = '/usr/local/sbin/k3s-ha';
/** Installed path of the settings of k3s-ha for this site. */
export const K3S_HA_CONF = '/etc/rancher/k3s/k3s-ha.conf';
/** Installed path of the manifest that `k3s-ha init` applies, so that the VIP is up before the others join. */
export const KUBE_VIP_MANIFEST = '/usr/local/share/k3s-ha/kube-vip.yaml';

/** An expiring permission for one host to bootstrap the cluster by itself. */
export type Permission = NonNullable<Cluster['bootstrap']>;

/** `server/k3s-ha`, the same script for every site. */
export const k3sHaScript = (): string => markedScript(readProjectFile('lib/machines/scripts/k3s-ha.sh'));

/** `server/k3s-ha.conf`, the same for every server. Shell assignments; no value needs escaping within single quotes. */
export function k3sHaConf(cluster: Cluster, permission: Permission | undefined = cluster.bootstrap): string {
  const { controlPlane } = cluster;
  const assign = (name: string, value: string | number): string => `${name}='${value}'`;
  const texts = (addresses: readonly { readonly text: string }[]) => addresses.map(({ text }) => text).join(' ');
  return commentedFile(
    [`For every server, identical, as ${K3S_HA_CONF}. The shell script ${K3S_HA} reads it.`],
    [
      assign('CLUSTER', cluster.name),
      '# hosts join through the first one',
      assign('VIP', texts(controlPlane.vip)),
      assign('PORT', controlPlane.port),
      '# every server; each skips itself',
      assign('PEERS', texts(serversOf(cluster).flatMap(({ address }) => address))),
      '# IP families of the node addresses, in this order: those of the pods',
      assign('FAMILIES', cluster.network.subnet.map(({ family }) => family).join(' ')),
      '# arp: the bootstrap first claims the VIP; none: hosts do not hand the VIP over by ARP',
      assign('CLAIM', isOnLink(cluster) ? 'arp' : 'none'),
      '# empty: the interface with the route to the VIP',
      assign('INTERFACE', controlPlane.interface ?? ''),
      '# SHA-256 of /cacerts; empty: the hash in a token K10<hash>::server:<password>, or any',
      assign('CA_SHA256', controlPlane.caSha256 ?? ''),
      ...(permission
        ? [
            `# ${permission.node} may bootstrap the cluster by itself until ${permission.notAfter.toISOString()}`,
            assign('BOOTSTRAP', 'designated'),
            assign('BOOTSTRAP_NODE', permission.node),
            assign('NOT_AFTER', Math.floor(permission.notAfter.getTime() / 1000)),
          ]
        : ['# a person bootstraps the cluster', assign('BOOTSTRAP', 'manual')]),
      '# how a person bootstraps a cluster that never existed',
      assign('FOUND', foundingAdvice(cluster)),
    ],
  );
}

/** `server/10-ha.conf`: runs k3s-ha before each start of k3s. */
export const k3sHaDropIn = (): string =>
  commentedFile(
    ['For every server, as /etc/systemd/system/k3s.service.d/10-ha.conf. Then: systemctl daemon-reload'],
    [
      '[Unit]',
      '# a server that waits for the cluster retries without limit',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      `ExecStartPre=${K3S_HA} start`,
      '# written by the line above if this start bootstraps the cluster; a reboot empties /run',
      'EnvironmentFile=-/run/k3s-ha/found.env',
      '# the dash: a failed handover of the VIP does not stop k3s',
      `ExecStartPost=-${K3S_HA} handover`,
    ],
  );

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
