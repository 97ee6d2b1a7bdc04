import * as z from 'zod';
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
    .describe('Rank of the pool; 1 is used first. Default: after every pool with a rank.'),
  namespaces: z.array(format.dnsLabel).min(1).optional().describe('Namespaces that may use the pool. Default: all.'),
});

const pool = z.strictObject({
  name: format.dnsLabel.describe('Name of the pool, for metallb.io/address-pool.'),
  addresses: z.array(format.range).min(1).describe('Ranges for services.'),
  autoAssign: z.boolean().default(true).describe('false: only for services that name the pool.'),
  avoidBuggyIPs: z.boolean().default(false).describe('true: skips .0 and .255.'),
  serviceAllocation: serviceAllocation
    .optional()
    .describe('Restricts and ranks the pool. Default: every service may use it.'),
});

const advertisement = z.strictObject({
  name: format.dnsLabel.describe('Name of the L2Advertisement.'),
  pools: names.describe('Names of pools.'),
  nodes: names.optional().describe('Names of nodes that announce. Default: all.'),
  interfaces: z.array(format.interfaceName).min(1).optional().describe('Interfaces to announce on. Default: all.'),
});

const bgpPeer = z.strictObject({
  name: format.dnsLabel.describe('Name of the BGPPeer, a router (docs/load-balancer.md).'),
  myASN: asn.describe('AS number of the cluster; private: 64512 to 65534.'),
  peerASN: asn.describe('AS number of the router.'),
  peerAddress: format.address.describe('IPv4 address of the router.'),
  peerPort: z.number().int().min(1).max(MAX_PEER_PORT).default(179).describe('TCP port of the router.'),
  sourceAddress: format.address
    .optional()
    .describe('Local address of the session; set nodes to its node. Default: that of the route to the router.'),
  routerID: format.address.optional().describe('Unique BGP router ID (IPv4). Default: the address of the node.'),
  holdTimeSeconds: z.number().int().min(MIN_HOLD_SECONDS).max(MAX_HOLD_SECONDS).default(90).describe('BGP hold time.'),
  ebgpMultiHop: z.boolean().default(false).describe('true: the router is more than one hop away.'),
  passwordSecret: format.objectName
    .optional()
    .describe('Secret in namespace metallb-system of type kubernetes.io/basic-auth, for TCP MD5.'),
  nodes: names.optional().describe('Names of nodes that open the session. Default: all.'),
});

const bgpAdvertisement = z.strictObject({
  name: format.dnsLabel.describe('Name of the BGPAdvertisement.'),
  pools: names.describe('Names of IPv4 pools.'),
  peers: names.optional().describe('Names of peers. Default: all.'),
  nodes: names.optional().describe('Names of nodes that receive the traffic. Default: all.'),
  communities: z
    .array(format.communityOrName)
    .min(1)
    .optional()
    .describe('Communities of the routes: values or names.'),
  aggregationLength: z.number().int().min(1).max(32).default(32).describe('Prefix length of the routes.'),
  localPref: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional()
    .describe('Local preference, within the same AS; the highest wins. Default: that of the router.'),
});

const bgpCommunity = z.strictObject({
  name: format.dnsLabel.describe('Name, for advertisements.'),
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
    .describe('Announces pools by L2 (ARP and NDP). Default: all pools that bgp does not, from all nodes.'),
  bgp: bgp.optional().describe('Announces pools to routers by BGP. Default: no BGP.'),
  memberlist: z
    .enum(['lan', 'fast', 'wan'])
    .optional()
    .describe(
      'Detection of a failed node: lan 5 to 8 s; fast 3 to 6 s, with false alarms; wan 35 to 50 s. Default: lan, as in MetalLB.',
    ),
  metrics: z.boolean().default(false).describe('true: annotates the pods for Prometheus.'),
  webhook: z
    .enum(['fail', 'ignore', 'off'])
    .default('fail')
    .describe('Validation of pools by MetalLB. While it is unreachable, fail rejects changes and ignore accepts them.'),
  networkPolicy: z.boolean().default(false).describe('true: limits the connections of the MetalLB controller.'),
  traefik: z.boolean().default(false).describe('true: runs the Traefik of k3s on every node.'),
});
