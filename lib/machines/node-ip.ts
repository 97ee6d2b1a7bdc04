import type { Cluster, Node } from '../cluster';
import { readProjectFile } from '../files';
import { commentedFile, markedScript } from './text';

/** Where the script that states the addresses of a machine is installed. */
export const K3S_NODE_IP = '/usr/local/sbin/k3s-node-ip';
/** Where systemd is told to run it. */
export const NODE_IP_DROP_IN = '/etc/systemd/system/k3s-agent.service.d/10-node-ip.conf';

/**
 * False with IPv4 alone, which k3s finds by itself. With IPv6 too, k3s would state IPv4 first, or alone where there is no IPv6 default
 * route: https://docs.k3s.io/networking/basic-network-options#dual-stack-ipv4--ipv6-networking.
 */
export const needsNodeIp = ({ network }: Cluster): boolean => network.subnet.some(({ family }) => family === 6);

/** The script, the same for every site; what differs are its arguments. Servers have k3s-ha, which does this too. */
export const nodeIpScript = (): string => markedScript(readProjectFile('lib/machines/scripts/k3s-node-ip.sh'));

/** The command of a role, the same on each machine of it: the machine finds itself among all of them. */
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
    [`For every agent, as ${NODE_IP_DROP_IN}; then systemctl daemon-reload.`],
    [
      '[Unit]',
      '# an agent that waits for its addresses asks for as long as it takes',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      '# each agent with its addresses, in the order of network.subnet',
      `ExecStartPre=${nodeIpCommand(cluster, 'agent', ' \\\n  ')}`,
    ],
  );
