import { type Cluster, error, type Path, type Problem } from '../cluster';
import { type Family, overlaps, parseSubnet, type Subnet, sizeOf } from '../network';

/** Networks that Kubernetes starts with: of addresses that machines may have, and large enough. */
export function networkSizes(cluster: Cluster): Problem[] {
  const { subnet, pods, services } = cluster.network;
  const at = (kind: string) => (network: Subnet, i: number) => ({ kind, network, path: ['network', kind, i] });
  return [
    ...[...subnet.map(at('subnet')), ...pods.map(at('pods')), ...services.map(at('services'))].flatMap(special),
    ...pods.flatMap((network, i) => podNetwork(network, cluster.nodes.length, ['network', 'pods', i])),
    ...services.flatMap((network, i) => serviceNetwork(network, ['network', 'services', i])),
  ];
}

/** Networks with a meaning of their own, of which Kubernetes takes no address for an endpoint: ValidateNonSpecialIP in its pkg/apis/core/validation. */
const SPECIAL = [
  ['0.0.0.0/8', 'this network (RFC 1122)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['::/127', 'loopback'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
].map(([text = '', meaning]) => ({ special: parseSubnet(text), meaning }));

function special({ kind, network, path }: { kind: string; network: Subnet; path: Path }): Problem[] {
  const found = SPECIAL.find((candidate) => overlaps(candidate.special, network));
  if (!found) return [];
  return [
    error(
      'special-network',
      path,
      `network.${kind} ${network.text} has addresses of ${found.special.text}, which is ${found.meaning}`,
      'use a private network, such as one in 192.168.0.0/16, 10.0.0.0/8 or fd00::/8',
    ),
  ];
}

/** Prefix of the part of the pod network that each node gets: node-cidr-mask-size of kube-controller-manager, which k3s leaves alone. */
const NODE_PREFIX: Readonly<Record<Family, number>> = { 4: 24, 6: 64 };
/** kube-controller-manager takes no larger IPv6 network: clusterSubnetMaxDiff in its pkg/controller/nodeipam. */
const SHORTEST_IPV6_PREFIX = 48;

function podNetwork({ family, prefix, text }: Subnet, nodes: number, path: Path): Problem[] {
  const nodePrefix = NODE_PREFIX[family];
  const wanted = nodePrefix - Math.ceil(Math.log2(nodes));
  if (prefix > wanted) {
    return [
      error(
        'pod-network-size',
        path,
        `the pod network ${text} is too small: each of the ${nodes} nodes takes a /${nodePrefix} of it`,
        `give a /${wanted} or larger`,
      ),
    ];
  }
  if (family === 4 || prefix >= SHORTEST_IPV6_PREFIX) return [];
  return [
    error(
      'pod-network-size',
      path,
      `the pod network ${text} is larger than a /${SHORTEST_IPV6_PREFIX}, and kube-controller-manager refuses it`,
      `give a /${SHORTEST_IPV6_PREFIX} to /${wanted}`,
    ),
  ];
}

/** k3s gives the tenth address to its DNS server, https://docs.k3s.io/cli/server#networking, and the API server wants 8. */
const LEAST_SERVICES = 16n;

function serviceNetwork(network: Subnet, path: Path): Problem[] {
  if (sizeOf(network) >= LEAST_SERVICES) return [];
  return [
    error(
      'service-network-size',
      path,
      `the service network ${network.text} is too small: its tenth address is that of the cluster's DNS server`,
      `give a ${network.family === 4 ? '/28' : '/124'} or larger; k3s's own has 65536 addresses`,
    ),
  ];
}
