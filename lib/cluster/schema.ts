import * as z from 'zod';
import { parseSubnet, type Subnet } from '../network';
import { bgp, keepalived, refuseUnread, withProfile } from './control-plane-schema';
import * as format from './formats';
import { gitops } from './gitops-schema';
import { k3s, k3sOptions } from './k3s-schema';
import { loadBalancer } from './load-balancer-schema';
import { batteryLimits, power, ups } from './power-schema';

const { oneOrMore } = format;

const member = z
  .union([
    z.string(),
    z.strictObject({
      name: z.string().describe('Name of the node.'),
      address: oneOrMore(format.address).describe('Its address there, which no pool may have.'),
    }),
  ])
  .transform((value) => (typeof value === 'string' ? { name: value, address: [] } : value));

const otherNetwork = z.strictObject({
  name: format.dnsLabel.describe('Name of the network, for messages.'),
  subnet: oneOrMore(format.subnet).describe('Its addresses.'),
  interface: format.interfaceName.describe('Interface of the nodes in it, such as eth0.20.'),
  gateway: oneOrMore(format.address).optional().describe('Address of its router.'),
  nodes: z
    .array(member)
    .min(1)
    .optional()
    .describe('Nodes with that interface: names, or { name, address }. Default: all.'),
});

const network = z.strictObject({
  subnet: oneOrMore(format.subnet).describe('Node network.'),
  gateway: oneOrMore(format.address).optional().describe('Address of the router; may be link-local.'),
  dhcp: oneOrMore(format.range).default([]).describe('Ranges of the DHCP servers, for collision checks.'),
  pods: oneOrMore(format.subnet).optional().describe('Pod network. Default: 10.42.0.0/16, for IPv6 fd00:42::/56.'),
  services: oneOrMore(format.subnet)
    .optional()
    .describe('Service network. Default: 10.43.0.0/16, for IPv6 fd00:43::/112.'),
  others: z
    .array(otherNetwork)
    .default([])
    .describe('More networks in which nodes have an interface, such as a VLAN of guests. Pools may lie in them.'),
});

const feed = z
  .union([
    z.string(),
    z.strictObject({
      name: z.string().describe('Name of the UPS.'),
      powerValue: z.number().int().min(1).default(1).describe('Number of power supplies that it feeds.'),
    }),
  ])
  .transform((value) => (typeof value === 'string' ? { name: value, powerValue: 1 } : value));

const node = z.strictObject({
  name: format.nodeName.describe('Host name of the node, at most 63 characters.'),
  address: oneOrMore(format.address).describe('Fixed address of the node.'),
  role: z.enum(['server', 'agent']).describe('server: control plane, etcd and workloads. agent: workloads only.'),
  ups: oneOrMore(feed)
    .default([])
    .describe(
      'UPS that feeds this node: a name, or { name, powerValue } with the number of power supplies that it feeds (default: 1).',
    ),
  minSupplies: z.number().int().min(1).default(1).describe('Power supplies that the node needs (MINSUPPLIES).'),
  stageSeconds: z.number().int().min(0).optional().describe('Its stage. Default: that of its role in power.stages.'),
  haltBudgetSeconds: format.seconds
    .optional()
    .describe(
      'Its halt budget. Default: that of its role in power.haltBudget. Pods get the shortest one of the servers or agents.',
    ),
  shed: batteryLimits
    .optional()
    .describe(
      'Limits at which this node alone powers off, so that the battery lasts longer for the others. Default: none.',
    ),
  mac: format.macAddress
    .optional()
    .describe(
      'MAC address for wake-on-LAN after an outage. Default: learned by ARP, where the node has an IPv4 address.',
    ),
  interface: format.interfaceName
    .optional()
    .describe('Its interface of the VIP and of pod traffic. Default: controlPlane.interface.'),
  labels: z
    .record(format.labelKey, format.labelValue)
    .default({})
    .describe('Labels with which it registers, as key: value. Quote true, false and numbers.'),
  taints: z
    .array(format.taint)
    .default([])
    .describe('Taints with which it registers, such as dedicated=build:NoSchedule.'),
  k3s: k3sOptions.prefault({}).describe('Options of k3s for this node alone.'),
});

const lease = z.strictObject({
  durationSeconds: format.seconds
    .optional()
    .describe('Time after the last renewal until the VIP moves. Default: 20, fast: 5.'),
  renewSeconds: format.seconds
    .optional()
    .describe('Time after the last renewal until the holder releases the VIP. Default: 15, fast: 3.'),
  retrySeconds: format.seconds.optional().describe('Interval between tries. Default: 2, fast: 1.'),
});

const controlPlane = z.strictObject({
  vip: oneOrMore(format.address).describe('Control-plane VIP: a free address of the node network.'),
  port: format.portNumber.default(6443).describe('Port of the Kubernetes API.'),
  dnsName: format.hostName.optional().describe('DNS name of the API with an A record for each server.'),
  caSha256: format.sha256
    .optional()
    .describe(
      'Hash of the cluster CA that servers join: `curl -ks https://VIP:6443/cacerts | sha256sum`. Default: that of a full token (K10...), else any CA.',
    ),
  interface: format.interfaceName
    .optional()
    .describe('Interface that carries the VIP. Default: that of the default route.'),
  provider: z
    .enum(['kube-vip', 'keepalived', 'external'])
    .default('kube-vip')
    .describe(
      'What moves the VIP: kube-vip, keepalived, or external for your own load balancer (docs/control-plane.md).',
    ),
  keepalived: keepalived.optional().describe('Settings of keepalived.'),
  bgp: bgp.optional().describe('kube-vip announces the VIP by BGP. Default: ARP and NDP.'),
  lease: lease.optional().describe('Lease of the VIP holder. Default: that of failover.'),
  arpRateMs: z.number().int().min(500).default(1000).describe('Interval between gratuitous ARPs, in milliseconds.'),
  failover: z
    .enum(['standard', 'fast'])
    .default('standard')
    .describe(
      'standard: a failed node is detected after 50 s and its pods are replaced 300 s later. fast: 20 s and 30 s, with false alarms on slow disks.',
    ),
});

const nut = z.strictObject({
  killpowerPath: format.absolutePath
    .default('/run/killpower')
    .describe('Directory for the shutdown deadline. Use one in /run, which a reboot clears.'),
  usbBusPath: format.absolutePath.default('/dev/bus/usb').describe('Path of the USB bus on the nodes.'),
  privilegedSecondary: z.boolean().default(false).describe('true: runs the secondary privileged.'),
  port: format.portNumber.default(3493).describe('Port of upsd.'),
  secret: format.objectName.default('nut-users').describe('Secret in namespace nut that `npm run secret:nut` prints.'),
});

/** Operating systems with an all-in-one file in hosts/. */
export const OPERATING_SYSTEMS = ['cloud-init', 'kairos', 'k3os'] as const;

const versions = z.strictObject({
  k3s: format.k3sVersion.default('v1.36.4+k3s1').describe('k3s release that hosts/ installs.'),
});

const images = z.strictObject({
  byDigest: z.boolean().optional().describe('true: rejects images by tag. Default: a tag is enough.'),
  kubeVip: format.image
    .optional()
    .describe('Image of kube-vip. Default: ghcr.io/kube-vip/kube-vip at a fixed version.'),
  nut: format.image.optional().describe('Image of NUT. Default: instantlinux/nut-upsd at a fixed version.'),
  nutExporter: format.image
    .optional()
    .describe('Image of nut_exporter. Default: ghcr.io/druggeri/nut_exporter at a fixed version.'),
  metallbController: format.image
    .optional()
    .describe('Image of the MetalLB controller. Default: quay.io/metallb/controller at a fixed version.'),
  metallbSpeaker: format.image
    .optional()
    .describe('Image of the MetalLB speaker. Default: quay.io/metallb/speaker at a fixed version.'),
});

/** The form of cluster.yaml and of the input of `defineCluster`. Unknown keys are rejected. */
export const clusterSchema = z
  .strictObject({
    name: format.dnsLabel.describe('Name of the site and its kubeconfig context.'),
    network: network.describe('Networks of the site and what else uses them.'),
    nodes: z.array(node).min(1).describe('The nodes. 3 servers tolerate the loss of 1; 2 servers tolerate none.'),
    controlPlane: controlPlane
      .check(refuseUnread)
      .transform(withProfile)
      .describe('Access to the Kubernetes API that tolerates the loss of a server.'),
    loadBalancer: loadBalancer.optional().describe('MetalLB. Default: no MetalLB.'),
    ups: z.array(ups).default([]).describe('The UPSes that feed nodes.'),
    power: power.prefault({}).describe('Power-off of the nodes during an outage.'),
    nut: nut.prefault({}).describe('Network UPS Tools (NUT).'),
    gitops: gitops
      .optional()
      .describe(
        'Writes gitops/ for the controller that applies dist/ from Git: flux, argocd, or an object (docs/gitops.md). Default: no gitops/.',
      ),
    os: z
      .array(z.enum(OPERATING_SYSTEMS))
      .optional()
      .describe('Operating systems: cloud-init (Debian, Ubuntu), kairos, k3os. Default: all three.'),
    k3s: k3s.prefault({}).describe('Options of k3s.'),
    versions: versions.prefault({}).describe('Other versions.'),
    images: images.prefault({}).describe('Other images.'),
  })
  .transform((cluster) => ({
    ...cluster,
    network: {
      ...cluster.network,
      pods: cluster.network.pods ?? k3sDefault(cluster.network.subnet, '10.42.0.0/16', 'fd00:42::/56'),
      services: cluster.network.services ?? k3sDefault(cluster.network.subnet, '10.43.0.0/16', 'fd00:43::/112'),
    },
  }));

/** The default pod and service networks of k3s for the families in use; https://docs.k3s.io/cli/server#networking. */
function k3sDefault(subnets: readonly Subnet[], ipv4: string, ipv6: string): Subnet[] {
  const families = new Set(subnets.map(({ family }) => family));
  return [...families].map((family) => parseSubnet(family === 4 ? ipv4 : ipv6));
}

/** A site as written: addresses are texts, and fields with a default are optional. */
export type ClusterInput = z.input<typeof clusterSchema>;
/** A checked site: defaults are filled in, addresses are parsed, and one-or-more fields are lists. */
export type Cluster = z.output<typeof clusterSchema>;
export type Node = Cluster['nodes'][number];
/** What connects to a host needs of a node; also of one that is no longer in the site. */
export type Host = Pick<Node, 'name' | 'address' | 'role'>;
export type OtherNetwork = Cluster['network']['others'][number];
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];
/** A UPS with its cable at a node, or served by an outside host. */
export type Ups = Cluster['ups'][number];
/** A host outside the cluster that a UPS feeds. */
export type Client = Ups['clients'][number];
export type LoadBalancer = NonNullable<Cluster['loadBalancer']>;
export type Pool = LoadBalancer['pools'][number];
export type L2Advertisement = NonNullable<LoadBalancer['advertisements']>[number];
export type GitOps = NonNullable<Cluster['gitops']>;
export type Bgp = NonNullable<LoadBalancer['bgp']>;
