import { z } from 'zod';
import { MAX_ASN, MAX_HOLD_SECONDS, MAX_PEER_PORT, MIN_HOLD_SECONDS } from '../network';
import * as format from './formats';

const names = z.array(z.string()).min(1);
const asn = z.number().int().min(1).max(MAX_ASN);

const serviceAllocation = z.strictObject({
  priority: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Rank among the pools of a service; 1 is used first. Default: after every pool with a rank.'),
  namespaces: z
    .array(format.dnsLabel)
    .min(1)
    .optional()
    .describe('Namespaces whose services may use the pool. Default: all.'),
});

const pool = z.strictObject({
  name: format.dnsLabel.describe('Name of the pool, which services can select with metallb.io/address-pool.'),
  addresses: z
    .array(format.range)
    .min(1)
    .describe('Ranges for services of type LoadBalancer, which nothing else uses.'),
  autoAssign: z.boolean().default(true).describe('false: only services that name the pool get addresses from it.'),
  avoidBuggyIPs: z.boolean().default(false).describe('true: skips IPv4 addresses that end in .0 or .255.'),
  serviceAllocation: serviceAllocation
    .optional()
    .describe('Restricts the pool to namespaces, and ranks it. Default: every service may use it.'),
});

const advertisement = z.strictObject({
  name: format.dnsLabel.describe('Name of the L2Advertisement.'),
  pools: names.describe('Names of the pools to announce.'),
  nodes: names.optional().describe('Names of the nodes that may announce. Default: all.'),
  interfaces: z.array(format.interfaceName).min(1).optional().describe('Interfaces to announce on. Default: all.'),
});

const bgpPeer = z.strictObject({
  name: format.dnsLabel.describe('Name of the BGPPeer, a router. docs/load-balancer.md says when to use BGP.'),
  myASN: asn.describe('AS number of the cluster; 64512 to 65534 are for private use.'),
  peerASN: asn.describe('AS number of the router.'),
  peerAddress: format.address.describe("Address of the router. IPv4 only, as MetalLB's native mode needs."),
  peerPort: z.number().int().min(1).max(MAX_PEER_PORT).default(179).describe('TCP port of the router.'),
  sourceAddress: format.address
    .optional()
    .describe(
      'Local address of the session. nodes must name the one node that has it. Default: that of the route to the router.',
    ),
  routerID: format.address
    .optional()
    .describe('BGP router ID, an IPv4 address, unique per node. Default: the address of the node.'),
  holdTimeSeconds: z
    .number()
    .int()
    .min(MIN_HOLD_SECONDS)
    .max(MAX_HOLD_SECONDS)
    .default(90)
    .describe('Time without a keepalive after which the router drops the routes of a node.'),
  ebgpMultiHop: z.boolean().default(false).describe('true: the router is in another AS and more than one hop away.'),
  passwordSecret: format.objectName
    .optional()
    .describe(
      'Secret in namespace metallb-system of type kubernetes.io/basic-auth. Its password protects the session (TCP MD5).',
    ),
  nodes: names.optional().describe('Names of the nodes that open the session. Default: all.'),
});

const bgpAdvertisement = z.strictObject({
  name: format.dnsLabel.describe('Name of the BGPAdvertisement.'),
  pools: names.describe('Names of the pools to announce, with IPv4 addresses only.'),
  peers: names.optional().describe('Names of the peers to announce to. Default: all.'),
  nodes: names.optional().describe('Names of the nodes that receive the traffic. Default: all.'),
  communities: z
    .array(format.communityOrName)
    .min(1)
    .optional()
    .describe('Communities of the routes: values such as 65535:65282, or names from communities.'),
  aggregationLength: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(32)
    .describe('Prefix length of the routes; 32 announces each address separately.'),
  localPref: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional()
    .describe('Local preference for peers of the same AS; the highest is used. Default: that of the router.'),
});

const bgpCommunity = z.strictObject({
  name: format.dnsLabel.describe('Name for use in advertisements.'),
  value: format.community.describe('Two numbers up to 65535, such as 65535:65282.'),
});

const bgp = z.strictObject({
  peers: z.array(bgpPeer).min(1).describe('The routers that receive the routes.'),
  advertisements: z.array(bgpAdvertisement).min(1).describe('The pools that are announced to them.'),
  communities: z.array(bgpCommunity).default([]).describe('Names for communities.'),
});

/** The part of a site that MetalLB is made from. */
export const loadBalancer = z.strictObject({
  pools: z.array(pool).min(1).describe('The address pools, which must not overlap.'),
  advertisements: z
    .array(advertisement)
    .min(1)
    .optional()
    .describe(
      'Which nodes announce which pools by L2 (ARP and NDP). Default: all nodes announce all pools that bgp does not.',
    ),
  bgp: bgp.optional().describe('Announces pools to routers by BGP. Default: no BGP.'),
  memberlist: z
    .enum(['lan', 'fast', 'wan'])
    .optional()
    .describe(
      'Time to detect a failed node, of three: lan 5 to 8 s; fast 3 to 6 s, with false alarms; wan 35 to 50 s, for slow networks. Default: lan, as in MetalLB.',
    ),
  metrics: z.boolean().default(false).describe('true: annotates the pods for Prometheus (docs/load-balancer.md).'),
  webhook: z
    .enum(['fail', 'ignore', 'off'])
    .default('fail')
    .describe(
      'Validation of pools by the MetalLB webhook. While it is unreachable, fail rejects changes and ignore accepts them. off: no validation.',
    ),
  networkPolicy: z
    .boolean()
    .default(false)
    .describe('true: limits the connections of the MetalLB controller by a NetworkPolicy, which k3s enforces.'),
  traefik: z
    .boolean()
    .default(false)
    .describe('true: runs the Traefik of k3s on every node, so that ingress tolerates the loss of a node.'),
});
