import { agentsOf, type Cluster, isOnLink, type Node, serversOf } from '../cluster';
import { WRITTEN_BY } from '../files';
import { K3S_HA_PORT } from '../releases';
import { needsKillpowerd } from './killpower';
import { openPorts } from './ports';
import { commentedFile, markedScript } from './text';

/** Installed path of k3s-ha. */
export const K3S_HA = '/usr/local/sbin/k3s-ha';
/** Installed path of the settings of k3s-ha for this site. */
export const K3S_HA_CONF = '/etc/rancher/k3s/k3s-ha.conf';
/** Installed path of the manifest that k3s-ha applies after the bootstrap, so that the VIP is up before the others join. */
export const KUBE_VIP_MANIFEST = '/usr/local/share/k3s-ha/kube-vip.yaml';

/** `server/k3s-ha`, the same script for every site. */
export const k3sHaScript = (): string => markedScript('lib/machines/scripts/k3s-ha.sh');

/** `server/k3s-ha.conf`, the same for every node. Shell assignments; no value needs escaping within single quotes. */
export function k3sHaConf(cluster: Cluster): string {
  const { controlPlane } = cluster;
  const assign = (name: string, value: string | number): string => `${name}='${value}'`;
  const named = (nodes: readonly Node[]) =>
    nodes
      .map(({ name, address }) => `${name}=${address.map(({ text }) => text).join(',')}`)
      .toSorted()
      .join(' ');
  const texts = (addresses: readonly { readonly text: string }[]) => addresses.map(({ text }) => text).join(' ');
  return commentedFile(
    [`For every node, identical, as ${K3S_HA_CONF}. The shell script ${K3S_HA} reads it.`],
    [
      assign('CLUSTER', cluster.name),
      '# hosts join through the first one',
      assign('VIP', texts(controlPlane.vip)),
      assign('PORT', controlPlane.port),
      '# the host name and the addresses of every node, servers in the order in which they are asked for votes; each finds itself',
      assign('SERVERS', named(serversOf(cluster))),
      assign('AGENTS', named(agentsOf(cluster))),
      '# yes: servers announce the VIP on their own network, so it is behind no router',
      assign('ON_LINK', isOnLink(cluster) ? 'yes' : 'no'),
      '# SHA-256 of /cacerts; empty: the hash in a token K10<hash>::server:<password>, else that of the servers with data',
      assign('CA_SHA256', controlPlane.caSha256 ?? ''),
      '# TCP port on which a server answers the others; the ports that hosts open, as PORT/PROTOCOL:HOSTS:FROM',
      assign('ASK_PORT', K3S_HA_PORT),
      assign('OPEN', openPorts(cluster).join(' ')),
      '# the networks of pods and services, which the firewall of a host accepts',
      assign('PODS', [...cluster.network.pods, ...cluster.network.services].map(({ text }) => text).join(' ')),
      '# the directory of killpowerd; empty without it',
      assign('KILLPOWER', needsKillpowerd(cluster) ? cluster.nut.killpowerPath : ''),
    ],
  );
}

/** The name of the k3s service on hosts of this role. */
export const serviceOf = (role: Node['role']): string => (role === 'server' ? 'k3s' : 'k3s-agent');

/** Installed path of the drop-in that runs k3s-ha. */
export const k3sHaDropInPath = (role: Node['role']): string =>
  `/etc/systemd/system/${serviceOf(role)}.service.d/10-ha.conf`;

/** `server/10-ha.conf` and `agent/10-ha.conf`: runs k3s-ha before each start of k3s. */
export const k3sHaDropIn = (role: Node['role']): string =>
  commentedFile(
    [`For every ${role}, as ${k3sHaDropInPath(role)}. Then: systemctl daemon-reload`],
    [
      '[Unit]',
      `# ${role === 'server' ? 'a server' : 'an agent'} that waits for the cluster retries without limit`,
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      `ExecStartPre=${K3S_HA} start`,
      ...(role === 'server'
        ? [
            '# written by the line above if this start bootstraps the cluster; a reboot empties /run',
            'EnvironmentFile=-/run/k3s-ha/found.env',
            '# the dash: a manifest that is not accepted does not stop k3s',
            `ExecStartPost=-${K3S_HA} finish`,
          ]
        : []),
    ],
  );

/** `server/k3s.openrc`, `agent/k3s.openrc`: the same for OpenRC, whose supervisor restarts one command. */
export const k3sOpenrc = (role: Node['role']): string =>
  commentedFile(
    [`For every ${role} with OpenRC, as ${k3sOpenrcPath(role)}. openrc-run reads it before the service of k3s.`],
    ['start() {', '  command_args="run $command $command_args"', `  command=${K3S_HA}`, '  default_start', '}'],
  );

/** Installed path of that file. */
export const k3sOpenrcPath = (role: Node['role']): string => `/etc/conf.d/${serviceOf(role)}`;

/** The command that makes a server answer the others, whether k3s runs or not. */
export const K3S_HA_COMMAND = 'systemctl enable --now k3s-ha.socket';

/** `server/k3s-ha.socket` and `server/k3s-ha@.service`: systemd starts k3s-ha for each question of another server. */
export const k3sHaUnits = (): Readonly<Record<'k3s-ha.socket' | 'k3s-ha@.service', string>> => ({
  'k3s-ha.socket': commentedFile(
    [`For every server, as /etc/systemd/system/k3s-ha.socket. Then: ${K3S_HA_COMMAND}`],
    [
      '[Unit]',
      'Description=Questions of other servers about the data of this one',
      '',
      '[Socket]',
      `ListenStream=${K3S_HA_PORT}`,
      'Accept=yes',
      'MaxConnections=32',
      'MaxConnectionsPerSource=8',
      '# a flood of connections delays the answers, and does not end them',
      'TriggerLimitIntervalSec=0',
      '',
      '[Install]',
      'WantedBy=sockets.target',
    ],
  ),
  'k3s-ha@.service': commentedFile(
    ['For every server, as /etc/systemd/system/k3s-ha@.service.'],
    [
      '[Unit]',
      'Description=Answer of this server to another',
      'CollectMode=inactive-or-failed',
      '',
      '[Service]',
      `ExecStart=-${K3S_HA} answer`,
      'StandardInput=socket',
      'StandardError=journal',
      'RuntimeMaxSec=20',
      'MemoryMax=64M',
      'NoNewPrivileges=yes',
      'ProtectSystem=full',
      'ProtectHome=yes',
    ],
  ),
});

/** `server/k3s-ha.openrc`: the same for hosts with OpenRC, whose supervisor restarts the listener of busybox. */
export const k3sHaOpenrc = (): string => `#!/sbin/openrc-run
# ${WRITTEN_BY}
# As /etc/init.d/k3s-ha, mode 0755. Then: rc-update add k3s-ha default && rc-service k3s-ha start

description="Answers of this server to the others"
supervisor=supervise-daemon
command=${K3S_HA}
command_args=listen
error_log=/var/log/k3s-ha.log
respawn_delay=1
# no limit: without an answer of this server the others may wait
respawn_max=0

depend() {
  # it listens on every address, so it needs none
  use net
  before k3s
}
`;
