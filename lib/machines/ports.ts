import { type Cluster, type Node, type Path, upsesAt } from '../cluster';
import { K3S_HA_PORT, METALLB } from '../releases';
import { flannelBackend } from './k3s-config';

/** A program that listens on the host network, on loopback or on every address. */
interface Listener {
  readonly port: number;
  /** The program, as the subject of a sentence. */
  readonly what: string;
  /** The nodes with it: all, those of a role, or those with these names. */
  readonly on: 'hosts' | 'servers' | 'agents' | readonly string[];
  /** Who connects to it, through the firewall of the host. @default - nothing that the cluster needs */
  readonly from?: 'hosts' | 'servers';
  /** @default ['tcp'] */
  readonly protocols?: readonly ('tcp' | 'udp')[];
  /** The setting that chooses the port, and the port by default. @default - the site cannot choose it */
  readonly chosen?: { readonly path: Path; readonly usual: number };
}

/**
 * All listeners of a site: the rule `port-taken`, the firewall of hosts/README.md and `k3s-ha preflight` read this list.
 *
 * https://docs.k3s.io/installation/requirements#inbound-rules-for-k3s-nodes, https://kubernetes.io/docs/reference/networking/ports-and-protocols/.
 * k3s itself has the port of the API, and kube-apiserver behind it the next one: APIServerPort in k3s's pkg/daemons/control.
 */
export function listeners(cluster: Cluster): readonly Listener[] {
  const { controlPlane, loadBalancer, nut, power, nodes } = cluster;
  const api = { path: ['controlPlane', 'port'], usual: 6443 };
  const cables = nodes.filter((node) => upsesAt(cluster, node).length > 0).map(({ name }) => name);
  const { metrics, health, memberlist } = METALLB.ports;
  const speaker = { what: "MetalLB's speaker", on: loadBalancer ? 'hosts' : [] } as const;
  const all: readonly Listener[] = [
    { port: K3S_HA_PORT, what: 'k3s-ha', on: 'servers', from: 'hosts' },
    { port: 2379, what: 'etcd', on: 'servers', from: 'servers' },
    { port: 2380, what: 'etcd', on: 'servers', from: 'servers' },
    { port: 2381, what: 'etcd', on: 'servers' },
    { port: 2382, what: 'etcd', on: 'servers' },
    { port: controlPlane.port, what: 'the Kubernetes API', on: 'servers', from: 'hosts', chosen: api },
    { port: controlPlane.port + 1, what: 'kube-apiserver', on: 'servers', chosen: { ...api, usual: 6444 } },
    { port: 6444, what: "the agent's load balancer (lb-server-port)", on: 'agents' },
    ...flannel(cluster),
    { port: 10010, what: 'containerd', on: 'hosts' },
    { port: 10248, what: 'the kubelet', on: 'hosts' },
    { port: 10249, what: 'kube-proxy', on: 'hosts' },
    { port: 10250, what: 'the kubelet', on: 'hosts', from: 'hosts' },
    { port: 10256, what: 'kube-proxy', on: 'hosts' },
    { port: 10257, what: 'kube-controller-manager', on: 'servers' },
    { port: 10258, what: 'the cloud controller manager', on: 'servers' },
    { port: 10259, what: 'kube-scheduler', on: 'servers' },
    { port: 2112, what: "kube-vip's metrics", on: controlPlane.provider === 'kube-vip' ? 'servers' : [] },
    { port: metrics, ...speaker },
    { port: health, ...speaker },
    { port: memberlist, ...speaker, from: 'hosts', protocols: ['tcp', 'udp'] },
    { port: 9199, what: 'nut_exporter', on: power.metrics ? cables : [] },
    { port: nut.port, what: 'upsd', on: cables, from: 'hosts', chosen: { path: ['nut', 'port'], usual: 3493 } },
  ];
  return all.filter(({ on }) => on.length > 0);
}

/** https://docs.k3s.io/networking/basic-network-options#flannel-options; host-gw adds routes, and none is for another plugin. */
function flannel(cluster: Cluster): Listener[] {
  const port = (number: number, what: string): Listener => ({
    port: number,
    what: `flannel (${what})`,
    on: 'hosts',
    from: 'hosts',
    protocols: ['udp'],
  });
  switch (flannelBackend(cluster)) {
    case 'vxlan':
      return [port(8472, 'VXLAN')];
    case 'wireguard-native':
      return cluster.network.subnet.map(({ family }) =>
        family === 4 ? port(51820, 'WireGuard') : port(51821, 'WireGuard, IPv6'),
      );
    default:
      return [];
  }
}

/** Whether a program listens on a node. */
export const listensOn = ({ on }: Listener, { role, name }: Pick<Node, 'role' | 'name'>): boolean =>
  on === 'hosts' || (typeof on === 'string' ? on === `${role}s` : on.includes(name));

/** The ports that hosts open for each other, as k3s-ha reads them: PORT/PROTOCOL:NODES:FROM. */
export const openPorts = (cluster: Cluster): string[] =>
  listeners(cluster).flatMap(({ port, protocols = ['tcp'], on, from }) =>
    from ? protocols.map((protocol) => `${port}/${protocol}:${on}:${from}`) : [],
  );
