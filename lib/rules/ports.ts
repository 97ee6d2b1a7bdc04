import { type Cluster, error, type Node, type Path, type Problem } from '../cluster';
import { METALLB } from '../releases';

/** Something that listens on TCP on the network of the machines, and on which of them. */
interface Listener {
  readonly port: number;
  readonly what: string;
  readonly listens: (node: Node) => boolean;
}

/** A listener whose port the site may choose. */
interface Chosen extends Listener {
  readonly path: Path;
  /** What the site says, as the beginning of a sentence about whose port that is. */
  readonly claim: string;
  /** The port it has unless the site says otherwise. */
  readonly usual: number;
}

const onServers = ({ role }: Node): boolean => role === 'server';
const onAgents = ({ role }: Node): boolean => role === 'agent';
const everywhere = (): boolean => true;

/**
 * What k3s listens on, on loopback or on every address: https://docs.k3s.io/installation/requirements#inbound-rules-for-k3s-nodes,
 * https://kubernetes.io/docs/reference/networking/ports-and-protocols/. What uses UDP, such as flannel, takes no port from TCP.
 */
const K3S: readonly Listener[] = [
  ...[2379, 2380, 2381, 2382].map((port) => ({ port, what: 'etcd', listens: onServers })),
  { port: 6444, what: "the agent's way to the servers (lb-server-port)", listens: onAgents },
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

/** Everything whose port this project fixes, with who has it. */
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

/** No two programs on one machine listen on the same port. */
export function ports(cluster: Cluster): Problem[] {
  const { controlPlane, nut, ups } = cluster;
  const apiPath = ['controlPlane', 'port'];
  const chosen: readonly Chosen[] = [
    {
      port: controlPlane.port,
      what: 'the API',
      listens: onServers,
      path: apiPath,
      claim: `controlPlane.port ${controlPlane.port} takes the port`,
      usual: 6443,
    },
    {
      // k3s itself has the port of the API, and kube-apiserver behind it the next one: APIServerPort in k3s's pkg/daemons/control
      port: controlPlane.port + 1,
      what: 'kube-apiserver',
      listens: onServers,
      path: apiPath,
      claim: `controlPlane.port ${controlPlane.port} takes ${controlPlane.port + 1} as well, for kube-apiserver, which is the port`,
      usual: 6444,
    },
    {
      port: nut.port,
      what: 'upsd',
      listens: hasCable(ups),
      path: ['nut', 'port'],
      claim: `nut.port ${nut.port} takes the port`,
      usual: 3493,
    },
  ];
  const fixed = fixedListeners(cluster);
  return chosen.flatMap((one, i) => [
    ...fixed.filter((other) => meet(cluster, one, other)).map((other) => taken(one, other)),
    // the one whose port is not its usual one is the one to move
    ...chosen
      .slice(0, i)
      .filter((other) => meet(cluster, one, other))
      .map((other) => (one.port === one.usual ? taken(other, one) : taken(one, other))),
  ]);
}

const meet = ({ nodes }: Cluster, one: Listener, other: Listener): boolean =>
  one.port === other.port && nodes.some((node) => one.listens(node) && other.listens(node));

const taken = ({ path, claim }: Chosen, { what }: Listener): Problem =>
  error('port-taken', path, `${claim} of ${what} on the same machine`, 'choose another, or leave it out');
