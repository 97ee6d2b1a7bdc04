import type { Cluster, Node } from '../cluster';
import { markedScript } from './text';

/** Installed path of the script that writes node-ip. */
export const K3S_NODE_IP = '/usr/local/sbin/k3s-node-ip';

/**
 * False with IPv4 alone, which k3s detects. With IPv6, k3s registers IPv4 first, or alone where there is no IPv6 default route: https://docs.k3s.io/networking/basic-network-options#dual-stack-ipv4--ipv6-networking.
 */
export const needsNodeIp = ({ network }: Cluster): boolean => network.subnet.some(({ family }) => family === 6);

/** The script, the same for every site; its arguments differ. Only k3OS needs it: elsewhere k3s-ha does this. */
export const nodeIpScript = (): string => markedScript('lib/machines/scripts/k3s-node-ip.sh');

/** The command of a role, the same on each host: the host finds its own addresses among all of them. */
export const nodeIpCommand = (cluster: Cluster, role: Node['role']): string =>
  [
    K3S_NODE_IP,
    ...cluster.nodes
      .filter((node) => node.role === role)
      .map(({ address }) => address.map(({ text }) => text).join(',')),
  ].join(' ');
