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
    .describe('Rank among the pools a service may use; 1 is asked first. Default: after every pool with a rank.'),
  namespaces: z
    .array(format.dnsLabel)
    .min(1)
    .optional()
    .describe('Namespaces whose services may use the pool. Default: all.'),
});

const pool = z.strictObject({
  name: format.dnsLabel.describe('Name of the pool, which services may ask for with metallb.io/address-pool.'),
  addresses: z
    .array(format.range)
    .min(1)
    .describe('Ranges first-last or CIDRs that services of type LoadBalancer get their addresses from.'),
  autoAssign: z.boolean().default(true).describe('false: a service gets an address only when it names this pool.'),
  avoidBuggyIPs: z.boolean().default(false).describe('true: never give out IPv4 addresses that end in .0 or .255.'),
  serviceAllocation: serviceAllocation
    .optional()
    .describe('Keeps the pool for some namespaces, and ranks it. Default: every service may use it.'),
});

const advertisement = z.strictObject({
  name: format.dnsLabel.describe('Name of the L2Advertisement.'),
  pools: names.describe('Names of the pools to announce.'),
  nodes: names.optional().describe('Names of the nodes that may answer. Default: all.'),
  interfaces: z
    .array(format.interfaceName)
    .min(1)
    .optional()
    .describe('Interfaces to answer on. Default: all that carry traffic.'),
});

const bgpPeer = z.strictObject({
  name: format.dnsLabel.describe('Name of the BGPPeer.'),
  myASN: asn.describe("AS number of the cluster's side; 64512 to 65534 are for private use."),
  peerASN: asn.describe('AS number of the router.'),
  peerAddress: format.address.describe("Address of the router. IPv4, because MetalLB's native mode dials no other."),
  peerPort: z.number().int().min(1).max(MAX_PEER_PORT).default(179).describe('TCP port of the router.'),
  sourceAddress: format.address
    .optional()
    .describe('Address of the node to open the session from. Default: that of the route to the router.'),
  routerID: format.address.optional().describe("BGP router ID, an IPv4 address. Default: the node's own address."),
  holdTimeSeconds: z
    .number()
    .int()
    .min(MIN_HOLD_SECONDS)
    .max(MAX_HOLD_SECONDS)
    .default(90)
    .describe('How long the router keeps the routes of a node it hears nothing from.'),
  ebgpMultiHop: z.boolean().default(false).describe('true: the router, of another AS, is more than one hop away.'),
  passwordSecret: format.objectName
    .optional()
    .describe(
      'Secret in namespace metallb-system, type kubernetes.io/basic-auth, whose password protects the session (TCP MD5). Default: none.',
    ),
  nodes: names.optional().describe('Names of the nodes that open the session. Default: all.'),
});

const bgpAdvertisement = z.strictObject({
  name: format.dnsLabel.describe('Name of the BGPAdvertisement.'),
  pools: names.describe('Names of the pools to announce, with IPv4 addresses only.'),
  peers: names.optional().describe('Names of the peers that hear of them. Default: all.'),
  nodes: names.optional().describe('Names of the nodes that traffic may come in by. Default: all.'),
  communities: z
    .array(format.communityOrName)
    .min(1)
    .optional()
    .describe('Communities on the routes: values such as 65535:65282, or names from communities. Default: none.'),
  aggregationLength: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(32)
    .describe('Prefix length of the routes; 32 announces every address by itself.'),
  localPref: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional()
    .describe('Local preference, for peers of the same AS; higher wins. Default: the router decides.'),
});

const bgpCommunity = z.strictObject({
  name: format.dnsLabel.describe('Name by which advertisements refer to it.'),
  value: format.community.describe('Two numbers up to 65535, such as 65535:65282.'),
});

const bgp = z.strictObject({
  peers: z.array(bgpPeer).min(1).describe('The routers that hear of the addresses.'),
  advertisements: z.array(bgpAdvertisement).min(1).describe('Which pools they hear of.'),
  communities: z.array(bgpCommunity).default([]).describe('Names for communities.'),
});

/** The part of a site that MetalLB is made from. */
export const loadBalancer = z.strictObject({
  pools: z.array(pool).min(1).describe('The address pools; no address may be in two.'),
  advertisements: z
    .array(advertisement)
    .min(1)
    .optional()
    .describe(
      'Who announces which pool by L2 (ARP and NDP). Default: every node announces every pool that bgp does not.',
    ),
  bgp: bgp.optional().describe('Announces pools to routers, by BGP. Default: no BGP.'),
  memberlist: z
    .enum(['lan', 'fast', 'wan'])
    .optional()
    .describe(
      'How soon a dead node is noticed, of three: lan 5 to 8 s, fast 3 to 6 s at the price of false alarms, wan for slow networks 35 to 50 s. Default: what MetalLB does by itself, which is lan.',
    ),
  metrics: z
    .boolean()
    .default(false)
    .describe('true: Prometheus may read the metrics, by the annotations of the pods.'),
  webhook: z
    .enum(['fail', 'ignore', 'off'])
    .default('fail')
    .describe(
      'Whether MetalLB checks pools before they are stored: fail refuses them while it is away, ignore lets them pass, off never checks.',
    ),
  traefik: z
    .boolean()
    .default(false)
    .describe(
      'true: the Traefik that k3s installs runs on every node instead of on one, so that web sites survive the loss of a node.',
    ),
});
