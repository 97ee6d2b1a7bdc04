import { z } from 'zod';
import { parseSubnet, type Subnet } from '../network';
import { bgp, keepalived, refuseUnread, withProfile } from './control-plane-schema';
import * as format from './formats';
import { loadBalancer } from './load-balancer-schema';
import { power, ups } from './power-schema';

const { oneOrMore } = format;

const network = z.strictObject({
  subnet: oneOrMore(format.subnet).describe(
    'Network of the machines, e.g. 192.168.10.0/24; with two IP families a list of two, the main family first.',
  ),
  gateway: oneOrMore(format.address).optional().describe('Address of the router.'),
  dhcp: oneOrMore(format.range)
    .default([])
    .describe('Ranges the DHCP server gives out, so that nothing here collides with them.'),
  pods: oneOrMore(format.subnet)
    .optional()
    .describe("Pod network. Default: k3s's own, 10.42.0.0/16, for IPv6 fd00:42::/56."),
  services: oneOrMore(format.subnet)
    .optional()
    .describe("Service network. Default: k3s's own, 10.43.0.0/16, for IPv6 fd00:43::/112."),
});

const feed = z
  .union([
    z.string(),
    z.strictObject({
      name: z.string().describe('Name of the UPS.'),
      powerValue: z.number().int().min(1).default(1).describe('How many power supplies of the machine it feeds.'),
    }),
  ])
  .transform((value) => (typeof value === 'string' ? { name: value, powerValue: 1 } : value));

const node = z.strictObject({
  name: format.nodeName.describe('Host name of the machine, which is the name of its Kubernetes node.'),
  address: oneOrMore(format.address).describe(
    'Fixed address of the machine; with two IP families a list of two, in the order of network.subnet.',
  ),
  role: z.enum(['server', 'agent']).describe('server: runs the control plane and etcd. agent: runs workloads only.'),
  ups: oneOrMore(feed)
    .default([])
    .describe('The UPS that feeds this machine; with two power supplies a list of two. Leave it out when none does.'),
  minSupplies: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('How many of its power supplies the machine needs to run: MINSUPPLIES of upsmon.'),
});

const lease = z.strictObject({
  durationSeconds: format.seconds
    .optional()
    .describe(
      'How long the others wait after the last renewal before one takes the address over. Default: 15, fast: 5.',
    ),
  renewSeconds: format.seconds
    .optional()
    .describe('How long the holder tries to renew before it gives the address up. Default: 10, fast: 3.'),
  retrySeconds: format.seconds.optional().describe('Pause between two tries. Default: 2, fast: 1.'),
});

const controlPlane = z.strictObject({
  vip: oneOrMore(format.address).describe(
    'Virtual IP of the Kubernetes API: a free address in the subnet that no machine owns.',
  ),
  port: format.portNumber.default(6443).describe('Port of the Kubernetes API.'),
  dnsName: format.hostName
    .optional()
    .describe('DNS name for the API, with one A record for each server or for the VIP. A way in when the VIP is down.'),
  caSha256: format.sha256
    .optional()
    .describe(
      "SHA-256 of what https://VIP:port/cacerts answers once the cluster is founded; no secret. Servers then join no other cluster, whoever answers at its addresses. Default: that in the token, when it is a whole one from a server's disk; else any.",
    ),
  interface: format.interfaceName
    .optional()
    .describe('Interface that carries the VIP. Default: the one of the default route.'),
  provider: z
    .enum(['kube-vip', 'keepalived', 'external'])
    .default('kube-vip')
    .describe(
      'Who moves the VIP: kube-vip in the cluster, keepalived on the servers, or external, a load balancer of your own in front of the servers.',
    ),
  keepalived: keepalived.optional().describe('Settings of keepalived.'),
  bgp: bgp
    .optional()
    .describe('kube-vip tells routers where the VIP is, instead of its network by ARP. Default: ARP and NDP.'),
  lease: lease
    .optional()
    .describe('The lease that says which server holds the VIP: durationSeconds > renewSeconds > 1.2 x retrySeconds.'),
  arpRateMs: z
    .number()
    .int()
    .min(500)
    .default(1000)
    .describe('Pause between two gratuitous ARPs of the holder, in milliseconds.'),
  failover: z
    .enum(['standard', 'fast'])
    .default('standard')
    .describe(
      'fast: notice a dead node after 20 s and replace its pods 30 s later, at the price of false alarms on slow disks. standard: as Kubernetes does it, 50 s and 300 s.',
    ),
});

const nut = z.strictObject({
  killpowerPath: format.absolutePath
    .default('/run/killpower')
    .describe('Directory on every machine for the power-off deadline. Best in /run, which a reboot empties.'),
  usbBusPath: format.absolutePath.default('/dev/bus/usb').describe('Where the machine has its USB bus.'),
  privilegedSecondary: z.boolean().default(false).describe('Run the secondary privileged. Nothing here needs it.'),
  port: format.portNumber.default(3493).describe('Port of upsd.'),
  secret: format.objectName
    .default('nut-users')
    .describe('Secret in namespace nut with the two passwords, made by `npm run secret:nut`.'),
});

const bootstrap = z.strictObject({
  node: z.string().describe('Name of the server that may found the cluster by itself.'),
  notAfter: format.time.describe(
    'When the permission ends, in UTC, at most 7 days from now, e.g. 2027-01-31T18:00:00Z.',
  ),
});

/** Systems for which one file has all that a machine needs. */
export const OPERATING_SYSTEMS = ['cloud-init', 'kairos', 'k3os'] as const;

const versions = z.strictObject({
  k3s: format.k3sVersion.default('v1.36.4+k3s1').describe('k3s release that the files for the machines install.'),
});

const images = z.strictObject({
  byDigest: z
    .boolean()
    .optional()
    .describe('true: refuse every image in use that is not pinned by a digest. Default: a tag will do.'),
  kubeVip: format.image.optional().describe('Default: ghcr.io/kube-vip/kube-vip at the version this project knows.'),
  nut: format.image.optional().describe('Default: instantlinux/nut-upsd at the version this project knows.'),
  nutExporter: format.image
    .optional()
    .describe('Default: ghcr.io/druggeri/nut_exporter at the version this project knows.'),
  metallbController: format.image
    .optional()
    .describe('Default: quay.io/metallb/controller at the version this project knows.'),
  metallbSpeaker: format.image
    .optional()
    .describe('Default: quay.io/metallb/speaker at the version this project knows.'),
});

/** What cluster.yaml and `defineCluster` take. Unknown keys are refused. */
export const clusterSchema = z
  .strictObject({
    name: format.dnsLabel.describe('Name of the cluster; it becomes the name of the kubeconfig context.'),
    network: network.describe('The network of the machines, and what else is in it.'),
    nodes: z.array(node).min(1).describe('The machines. 3 servers survive the loss of any 1; 2 are worse than 1.'),
    controlPlane: controlPlane
      .check(refuseUnread)
      .transform(withProfile)
      .describe('The way to the Kubernetes API that survives the loss of a server.'),
    loadBalancer: loadBalancer
      .optional()
      .describe('MetalLB. Leave it out for a cluster without LoadBalancer services.'),
    ups: z.array(ups).default([]).describe('The UPSes whose cable goes to a machine of this cluster.'),
    power: power.prefault({}).describe('When and in which order the machines power off when the mains fail.'),
    nut: nut.prefault({}).describe('Network UPS Tools, which halt the machines when the mains fail.'),
    bootstrap: bootstrap
      .optional()
      .describe('Lets one server found the cluster unattended. Leave it out: a person does it, with `k3s-ha init`.'),
    os: z
      .array(z.enum(OPERATING_SYSTEMS))
      .optional()
      .describe(
        'What the machines run: cloud-init for Debian and Ubuntu, kairos, k3os. hosts/ has files for these alone, and plain files for every other system. Default: files for all of them.',
      ),
    versions: versions.prefault({}).describe('Versions other than the ones this project is tested with.'),
    images: images.prefault({}).describe('Images from another registry or at another version, by tag or digest.'),
  })
  .transform((cluster) => ({
    ...cluster,
    network: {
      ...cluster.network,
      pods: cluster.network.pods ?? k3sDefault(cluster.network.subnet, '10.42.0.0/16', 'fd00:42::/56'),
      services: cluster.network.services ?? k3sDefault(cluster.network.subnet, '10.43.0.0/16', 'fd00:43::/112'),
    },
  }));

/** k3s's default pod and service networks for the families in use; https://docs.k3s.io/cli/server#networking. */
function k3sDefault(subnets: readonly Subnet[], ipv4: string, ipv6: string): Subnet[] {
  const families = new Set(subnets.map(({ family }) => family));
  return [...families].map((family) => parseSubnet(family === 4 ? ipv4 : ipv6));
}

/** A site as its owner writes it: texts for addresses, everything with a default optional. */
export type ClusterInput = z.input<typeof clusterSchema>;
/** A checked site: defaults filled in, addresses parsed, lists where one or more are allowed. */
export type Cluster = z.output<typeof clusterSchema>;
export type Node = Cluster['nodes'][number];
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];
/** A UPS with the cable at a node of the cluster, or served by a machine outside. */
export type Ups = Cluster['ups'][number];
export type LoadBalancer = NonNullable<Cluster['loadBalancer']>;
export type Pool = LoadBalancer['pools'][number];
export type L2Advertisement = NonNullable<LoadBalancer['advertisements']>[number];
export type Bgp = NonNullable<LoadBalancer['bgp']>;
