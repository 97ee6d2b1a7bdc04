import { type Family, overlaps, parseSubnet, sizeOf } from '../network';
import { subject } from './subject';

const RULES = {
  'special-network': { cause: 'A network overlaps a loopback, link-local or multicast range' },
  'pod-network-size': { cause: 'The pod network has no /24 (IPv6: /64) for each node, or is larger than an IPv6 /48' },
  'service-network-size': {
    cause: 'The service network has fewer than 16 addresses; cluster DNS uses the tenth',
    cure: 'It cannot be changed later',
  },
} as const;

/** Ranges with a meaning of their own, which Kubernetes refuses for endpoints: ValidateNonSpecialIP in its pkg/apis/core/validation. */
const SPECIAL = [
  ['0.0.0.0/8', '"this network" (RFC 1122)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['::/127', 'loopback'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
].map(([text = '', meaning]) => ({ range: parseSubnet(text), meaning }));

/** Prefix of the part of the pod network that each node gets: node-cidr-mask-size of kube-controller-manager, which k3s does not set. */
const NODE_PREFIX: Readonly<Record<Family, number>> = { 4: 24, 6: 64 };
/** kube-controller-manager accepts no larger IPv6 network: clusterSubnetMaxDiff in its pkg/controller/nodeipam. */
const SHORTEST_IPV6_PREFIX = 48;
/** k3s assigns the tenth address to its DNS server, https://docs.k3s.io/cli/server#networking; the API server needs 8. */
const LEAST_SERVICES = 16n;

/** Kubernetes starts with these networks: no special range, and large enough. */
export const networkSizes = subject(RULES, ({ network: networks, nodes }, report) => {
  const all = [
    ...(['subnet', 'pods', 'services'] as const).map(
      (kind) => [`network.${kind}`, ['network', kind], networks[kind]] as const,
    ),
    ...networks.others.map(
      ({ name, subnet }, i) => [`network "${name}"`, ['network', 'others', i, 'subnet'], subnet] as const,
    ),
  ];
  for (const [what, path, list] of all) {
    for (const [i, network] of list.entries()) {
      const found = SPECIAL.find(({ range }) => overlaps(range, network));
      if (!found) continue;
      report(
        'special-network',
        [...path, i],
        `${what} ${network.text} overlaps ${found.range.text}, which is ${found.meaning}`,
        'use a private network, such as one in 192.168.0.0/16, 10.0.0.0/8 or fd00::/8',
      );
    }
  }
  for (const [i, { family, prefix, text }] of networks.pods.entries()) {
    const path = ['network', 'pods', i];
    const nodePrefix = NODE_PREFIX[family];
    const wanted = nodePrefix - Math.ceil(Math.log2(nodes.length));
    if (prefix > wanted) {
      report(
        'pod-network-size',
        path,
        `pod network ${text} is too small for ${nodes.length} nodes, each of which takes a /${nodePrefix}`,
        `use a /${wanted} or larger`,
      );
    } else if (family === 6 && prefix < SHORTEST_IPV6_PREFIX) {
      report(
        'pod-network-size',
        path,
        `pod network ${text} is larger than a /${SHORTEST_IPV6_PREFIX}, the limit of kube-controller-manager`,
        `use a /${SHORTEST_IPV6_PREFIX} to /${wanted}`,
      );
    }
  }
  for (const [i, network] of networks.services.entries()) {
    if (sizeOf(network) >= LEAST_SERVICES) continue;
    report(
      'service-network-size',
      ['network', 'services', i],
      `service network ${network.text} has fewer than ${LEAST_SERVICES} addresses`,
      `use a ${network.family === 4 ? '/28' : '/124'} or larger`,
    );
  }
});
