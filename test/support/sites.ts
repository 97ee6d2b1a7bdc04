import type { Cluster, ClusterInput } from '../../lib/cluster/schema';
import { defineCluster } from '../../lib/site/load';
import { dualStackSite, ipv4Site } from './site-input';

const { nodes, ...rest } = ipv4Site();

/** Three servers, a DNS name, MetalLB, and a UPS whose cable goes to k3s-1. No agent and no interface. */
export const homeInput: ClusterInput = {
  ...rest,
  nodes: nodes.filter(({ role }) => role === 'server'),
  controlPlane: { vip: '192.168.10.5', dnsName: 'api.home.arpa' },
};

/** The home site with some of its keys changed. */
export const site = (changes: Partial<ClusterInput> = {}): Cluster => defineCluster({ ...homeInput, ...changes });

/** What makes the home site one with two IP families, IPv4 first. */
export const dualStack = dualStackSite();

/** The same with IPv6 first. */
export const ipv6First: Partial<ClusterInput> = {
  ...dualStack,
  network: { subnet: ['fd00:10::/64', '192.168.10.0/24'] },
  nodes: dualStack.nodes.map((node) => ({ ...node, address: [node.address].flat().reverse() })),
  controlPlane: { vip: ['fd00:10::5', '192.168.10.5'] },
};
