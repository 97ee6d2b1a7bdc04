import type { Cluster, Node, Path } from '../cluster';
import { K3S_HA_PORT, METALLB } from '../releases';
import { subject } from './subject';

const RULES = {
  'port-taken': { cause: '`nut.port`, `controlPlane.port` or the port above it (kube-apiserver) is in use' },
} as const;

/** A program that listens on TCP on the host network, and on which nodes. */
interface Listener {
  readonly port: number;
  readonly what: string;
  readonly listens: (node: Node) => boolean;
}

/** A listener whose port the site may choose. */
interface Chosen extends Listener {
  readonly path: Path;
  /** The setting, as the subject of a sentence. */
  readonly claim: string;
  /** The default port. */
  readonly usual: number;
}

const onServers = ({ role }: Node): boolean => role === 'server';
const onAgents = ({ role }: Node): boolean => role === 'agent';
const everywhere = (): boolean => true;

/**
 * What k3s and k3s-ha listen on, on loopback or on every address: https://docs.k3s.io/installation/requirements#inbound-rules-for-k3s-nodes,
 * https://kubernetes.io/docs/reference/networking/ports-and-protocols/. UDP ports, such as that of flannel, do not conflict with TCP.
 */
const K3S: readonly Listener[] = [
  { port: K3S_HA_PORT, what: 'k3s-ha', listens: onServers },
  ...[2379, 2380, 2381, 2382].map((port) => ({ port, what: 'etcd', listens: onServers })),
  { port: 6444, what: "the agent's load balancer (lb-server-port)", listens: onAgents },
  { port: 10010, what: 'containerd', listens: everywhere },
  ...[10248, 10250].map((port) => ({ port, what: 'the kubelet', listens: everywhere })),
  ...[10249, 10256].map((port) => ({ port, what: 'kube-proxy', listens: everywhere })),
  { port: 10257, what: 'kube-controller-manager', listens: onServers },
  { port: 10258, what: 'the cloud controller manager', listens: onServers },
  { port: 10259, what: 'kube-scheduler', listens: onServers },
];

const SPEAKER: readonly Listener[] = [METALLB.ports.metrics, METALLB.ports.health, METALLB.ports.memberlist].map(
  (port) => ({
    port,
    what: "MetalLB's speaker",
    listens: everywhere,
  }),
);

/** The listeners whose port the site cannot choose. */
export function fixedListeners({ controlPlane, loadBalancer, power, ups }: Cluster): readonly Listener[] {
  return [
    ...K3S,
    ...(controlPlane.provider === 'kube-vip' ? [{ port: 2112, what: "kube-vip's metrics", listens: onServers }] : []),
    ...(loadBalancer ? SPEAKER : []),
    ...(power.metrics ? [{ port: 9199, what: 'nut_exporter', listens: hasCable(ups) }] : []),
  ];
}

const hasCable =
  (upses: Cluster['ups']) =>
  ({ name }: Node): boolean =>
    upses.some(({ node }) => node === name);

/** No two programs on one node listen on the same port. */
export const ports = subject(RULES, (cluster, report) => {
  const { controlPlane, nut, ups } = cluster;
  const apiPath = ['controlPlane', 'port'];
  const chosen: readonly Chosen[] = [
    {
      port: controlPlane.port,
      what: 'the Kubernetes API',
      listens: onServers,
      path: apiPath,
      claim: `controlPlane.port ${controlPlane.port}`,
      usual: 6443,
    },
    {
      // k3s itself has the port of the API, and kube-apiserver behind it the next one: APIServerPort in k3s's pkg/daemons/control
      port: controlPlane.port + 1,
      what: 'kube-apiserver',
      listens: onServers,
      path: apiPath,
      claim: `controlPlane.port ${controlPlane.port}, with kube-apiserver on ${controlPlane.port + 1},`,
      usual: 6444,
    },
    {
      port: nut.port,
      what: 'upsd',
      listens: hasCable(ups),
      path: ['nut', 'port'],
      claim: `nut.port ${nut.port}`,
      usual: 3493,
    },
  ];
  const taken = ({ path, claim }: Chosen, { what }: Listener): void =>
    report('port-taken', path, `${claim} conflicts with ${what} on the same node`, 'choose another port, or remove it');
  const fixed = fixedListeners(cluster);
  for (const [i, one] of chosen.entries()) {
    for (const other of fixed) if (meet(cluster, one, other)) taken(one, other);
    // of two settings, the one that is not at its default has to change
    for (const other of chosen.slice(0, i)) {
      if (meet(cluster, one, other)) one.port === one.usual ? taken(other, one) : taken(one, other);
    }
  }
});

const meet = ({ nodes }: Cluster, one: Listener, other: Listener): boolean =>
  one.port === other.port && nodes.some((node) => one.listens(node) && other.listens(node));
