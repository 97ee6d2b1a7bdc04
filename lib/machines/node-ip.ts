import type { Cluster, Node } from '../cluster';
import { commentedFile, markedScript } from './text';

/** Installed path of the script that writes node-ip. */
export const K3S_NODE_IP = '/usr/local/sbin/k3s-node-ip';
/** Installed path of the drop-in that runs it. */
export const NODE_IP_DROP_IN = '/etc/systemd/system/k3s-agent.service.d/10-node-ip.conf';

/**
 * False with IPv4 alone, which k3s detects. With IPv6, k3s registers IPv4 first, or alone where there is no IPv6 default route: https://docs.k3s.io/networking/basic-network-options#dual-stack-ipv4--ipv6-networking.
 */
export const needsNodeIp = ({ network }: Cluster): boolean => network.subnet.some(({ family }) => family === 6);

/** The script, the same for every site; its arguments differ. On servers k3s-ha does this. */
export const nodeIpScript = (): string => markedScript('lib/machines/scripts/k3s-node-ip.sh');

/** The command of a role, the same on each host: the host finds its own addresses among all of them. */
export const nodeIpCommand = (cluster: Cluster, role: Node['role'], separator = ' '): string =>
  [
    K3S_NODE_IP,
    ...cluster.nodes
      .filter((node) => node.role === role)
      .map(({ address }) => address.map(({ text }) => text).join(',')),
  ].join(separator);

/** `agent/10-node-ip.conf`: runs the script before each start of k3s. */
export const nodeIpDropIn = (cluster: Cluster): string =>
  commentedFile(
    [`For every agent, as ${NODE_IP_DROP_IN}. Then: systemctl daemon-reload`],
    [
      '[Unit]',
      '# an agent that waits for its addresses retries without limit',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      '# the addresses of each agent, in the order of network.subnet',
      `ExecStartPre=${nodeIpCommand(cluster, 'agent', ' \\\n  ')}`,
    ],
  );
