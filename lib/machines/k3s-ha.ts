import { type Cluster, isOnLink, type Node, serversOf } from '../cluster';
import { readProjectFile } from '../files';
import { gracefulShutdown, shortestHaltBudget } from '../power';
import { foundingAdvice } from './founding';
import { commentedFile, markedScript, yamlFile } from './text';

/** Where k3s-ha is installed. */
export const K3S_HA = '/usr/local/sbin/k3s-ha';
/** Where k3s-ha finds what is true for this site. */
export const K3S_HA_CONF = '/etc/rancher/k3s/k3s-ha.conf';
/** What the handover of `k3s-ha init` applies, so that the virtual IP is there before the others join. */
export const KUBE_VIP_MANIFEST = '/usr/local/share/k3s-ha/kube-vip.yaml';

/** An expiring permission for one machine to found the cluster without a person. */
export type Permission = NonNullable<Cluster['bootstrap']>;

/** `server/k3s-ha`, the same script for every site. */
export const k3sHaScript = (): string => markedScript(readProjectFile('lib/machines/scripts/k3s-ha.sh'));

/** `server/k3s-ha.conf`, the same for every server. Shell assignments; nothing in it needs escaping within single quotes. */
export function k3sHaConf(cluster: Cluster, permission: Permission | undefined = cluster.bootstrap): string {
  const { controlPlane } = cluster;
  const assign = (name: string, value: string | number): string => `${name}='${value}'`;
  const texts = (addresses: readonly { readonly text: string }[]) => addresses.map(({ text }) => text).join(' ');
  return commentedFile(
    [`For every server, as ${K3S_HA_CONF}, the same bytes on each. ${K3S_HA} reads it with the shell.`],
    [
      assign('CLUSTER', cluster.name),
      '# the first one is what machines join through',
      assign('VIP', texts(controlPlane.vip)),
      assign('PORT', controlPlane.port),
      '# every server; each leaves itself out',
      assign('PEERS', texts(serversOf(cluster).flatMap(({ address }) => address))),
      '# the IP families that a machine states an address of, in this order: those of the pods, whatever the virtual IP has',
      assign('FAMILIES', cluster.network.subnet.map(({ family }) => family).join(' ')),
      '# arp: founding first claims the virtual IP; none: it is not one that machines hand over by ARP',
      assign('CLAIM', isOnLink(cluster) ? 'arp' : 'none'),
      '# empty: the interface with the route to the virtual IP',
      assign('INTERFACE', controlPlane.interface ?? ''),
      '# SHA-256 of /cacerts; empty: that of a token of the form K10<hash>::server:<password>, or any',
      assign('CA_SHA256', controlPlane.caSha256 ?? ''),
      ...(permission
        ? [
            `# ${permission.node} may found the cluster by itself until ${permission.notAfter.toISOString()}`,
            assign('BOOTSTRAP', 'designated'),
            assign('BOOTSTRAP_NODE', permission.node),
            assign('NOT_AFTER', Math.floor(permission.notAfter.getTime() / 1000)),
          ]
        : ['# a person founds the cluster', assign('BOOTSTRAP', 'manual')]),
      '# what a person does about a cluster that never existed',
      assign('FOUND', foundingAdvice(cluster)),
    ],
  );
}

/** `server/10-ha.conf`: asks k3s-ha before each start of k3s. */
export const k3sHaDropIn = (): string =>
  commentedFile(
    ['For every server, as /etc/systemd/system/k3s.service.d/10-ha.conf; then systemctl daemon-reload.'],
    [
      '[Unit]',
      '# a server that waits for the cluster asks for as long as it takes',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      `ExecStartPre=${K3S_HA} start`,
      '# written by the line above when this start founds the cluster; systemd reads it again for each command, and /run forgets it',
      'EnvironmentFile=-/run/k3s-ha/found.env',
      '# the dash: k3s that runs is not stopped because the virtual IP could not be handed over',
      `ExecStartPost=-${K3S_HA} handover`,
    ],
  );

/** Where the kubelet of k3s looks for drop-in files, since k3s 1.32. */
export const KUBELET_DROP_IN = '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/99-shutdown.conf';
/** https://www.freedesktop.org/software/systemd/man/latest/logind.conf.html */
export const LOGIND_DROP_IN = '/etc/systemd/logind.conf.d/99-kubelet.conf';

/** The kubelet's part of a graceful shutdown: https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/. */
export function kubeletShutdown(cluster: Cluster, role: Node['role']): string {
  const { totalSeconds, criticalSeconds } = gracefulShutdown(cluster, role);
  return yamlFile(
    [
      `For every ${role}, as ${KUBELET_DROP_IN}.`,
      `Pods get this long when the machine shuts down, the critical ones the last part of it${role === 'server' ? '; the virtual IP moves in that time' : ''}.`,
      `The rest of the halt budget, ${shortestHaltBudget(cluster, role)} s, is for k3s and the machine.`,
    ],
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      shutdownGracePeriod: `${totalSeconds}s`,
      shutdownGracePeriodCriticalPods: `${criticalSeconds}s`,
    },
  );
}

/** The part of systemd-logind: it lets the kubelet hold a shutdown up for as long as its pods have. */
export const logindShutdown = (cluster: Cluster, role: Node['role']): string =>
  commentedFile(
    [`For every ${role}, as ${LOGIND_DROP_IN}; then systemctl restart systemd-logind.`],
    [
      '[Login]',
      '# 5 s, the default, would cut the pods off',
      `InhibitDelayMaxSec=${gracefulShutdown(cluster, role).totalSeconds}`,
    ],
  );
