import { type Problem, pathText } from '../../lib/cluster/problem';
import type { ClusterInput } from '../../lib/cluster/schema';
import { type Checked, checkCluster } from '../../lib/site/check';

/** A valid site that uses every group of the schema except those of powerSite. */
export const ipv4Site = (): ClusterInput => ({
  name: 'home',
  network: { subnet: '192.168.10.0/24', gateway: '192.168.10.1', dhcp: ['192.168.10.100-192.168.10.199'] },
  nodes: [
    { name: 'k3s-1', address: '192.168.10.11', role: 'server', ups: 'ups1' },
    { name: 'k3s-2', address: '192.168.10.12', role: 'server', ups: 'ups1' },
    { name: 'k3s-3', address: '192.168.10.13', role: 'server', ups: 'ups1' },
    { name: 'k3s-4', address: '192.168.10.14', role: 'agent' },
  ],
  controlPlane: { vip: '192.168.10.5', dnsName: 'api.home.arpa', interface: 'eth0' },
  loadBalancer: {
    pools: [
      { name: 'lan', addresses: ['192.168.10.240-192.168.10.250'] },
      { name: 'spare', addresses: ['192.168.10.224/29'] },
    ],
    advertisements: [{ name: 'lan', pools: ['lan', 'spare'], nodes: ['k3s-1', 'k3s-2'], interfaces: ['eth0'] }],
  },
  ups: [
    {
      name: 'ups1',
      driver: 'usbhid-ups',
      node: 'k3s-1',
      options: { vendorid: '051d', pollonly: true },
      runtimeAtLowBatterySeconds: 300,
    },
  ],
});

/** The same nodes with two IP families, IPv4 first. */
export const dualStackSite = (): ClusterInput => ({
  name: 'home',
  network: {
    subnet: ['192.168.10.0/24', 'fd00:10::/64'],
    gateway: ['192.168.10.1', 'fe80::1'],
    dhcp: ['192.168.10.100-192.168.10.199', 'fd00:10::1000-fd00:10::1fff'],
  },
  nodes: [
    { name: 'k3s-1', address: ['192.168.10.11', 'fd00:10::11'], role: 'server', ups: 'ups1' },
    { name: 'k3s-2', address: ['192.168.10.12', 'fd00:10::12'], role: 'server', ups: 'ups1' },
    { name: 'k3s-3', address: ['192.168.10.13', 'fd00:10::13'], role: 'server', ups: 'ups1' },
  ],
  controlPlane: { vip: ['192.168.10.5', 'fd00:10::5'], dnsName: 'api.home.arpa' },
  loadBalancer: {
    pools: [{ name: 'lan', addresses: ['192.168.10.240-192.168.10.250', 'fd00:10::f000/116'] }],
  },
  ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 }],
});

/** This number of servers. */
export const servers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `k3s-${i + 1}`, address: `192.168.10.${i + 11}`, role: 'server' }));

/** A site with IPv6 only. */
export const ipv6Site = (): ClusterInput => ({
  name: 'six',
  network: { subnet: 'fd00:10::/64', gateway: 'fe80::1', dhcp: 'fd00:10::1000-fd00:10::1fff' },
  nodes: [11, 12, 13].map((n) => ({ name: `k3s-${n}`, address: `fd00:10::${n}`, role: 'server' })),
  controlPlane: { vip: 'fd00:10::5', dnsName: 'api.home.arpa' },
  loadBalancer: { pools: [{ name: 'lan', addresses: ['fd00:10::f000/116'] }] },
});

/** A valid site with every power feature: two supplies, a network UPS, one that a NAS serves. */
export const powerSite = (): ClusterInput => ({
  name: 'home',
  network: { subnet: '192.168.10.0/24' },
  nodes: [
    { name: 'k3s-1', address: '192.168.10.11', role: 'server', ups: ['ups1', 'ups2'], minSupplies: 1 },
    { name: 'k3s-2', address: '192.168.10.12', role: 'server', ups: [{ name: 'ups2', powerValue: 2 }], minSupplies: 2 },
    { name: 'k3s-3', address: '192.168.10.13', role: 'server', ups: ['ups1', 'nas'] },
    { name: 'k3s-4', address: '192.168.10.14', role: 'agent', ups: 'nas' },
  ],
  controlPlane: { vip: '192.168.10.5', dnsName: 'api.home.arpa' },
  ups: [
    {
      name: 'ups1',
      driver: 'nutdrv_qx',
      node: 'k3s-1',
      options: { offdelay: 120, ondelay: 180, pollfreq: 20, runtimecal: '240,100,720,50' },
    },
    {
      name: 'ups2',
      driver: 'snmp-ups',
      options: { mibs: 'cyberpower' },
      port: '192.168.10.20',
      node: 'k3s-2',
      delayStepSeconds: 10,
      runtimeAtEarlyShutdownSeconds: 200,
    },
    { name: 'nas', server: { address: '192.168.10.30', cutDelaySeconds: 180, tls: true } },
  ],
  power: {
    stages: { agentSeconds: 0, serverSeconds: 5, upsNodeSeconds: 10 },
    haltBudget: { agentSeconds: 45, serverSeconds: 60, upsNodeSeconds: 60 },
    leaseSeconds: 20,
    finalDelaySeconds: 2,
    rtcWakeSeconds: 900,
    earlyShutdown: { onBatterySeconds: 600, chargeBelowPercent: 30, runtimeBelowSeconds: 250 },
    tlsSecret: 'nut-tls',
    metrics: { prometheusRules: true },
  },
  // with openssl, for TLS
  images: { nut: 'registry.home.arpa/nut:1' },
});

/** The same nodes with a pool of the node network and one announced to two routers, which uses every group of the load balancer. */
export const bgpSite = (): ClusterInput => ({
  ...ipv4Site(),
  loadBalancer: {
    pools: [
      {
        name: 'lan',
        addresses: ['192.168.10.240-192.168.10.250'],
        serviceAllocation: { priority: 1, namespaces: ['web', 'dns'] },
      },
      { name: 'routed', addresses: ['10.20.0.0/24'] },
    ],
    bgp: {
      peers: [
        { name: 'tor-1', myASN: 64512, peerASN: 64500, peerAddress: '192.168.10.2', passwordSecret: 'bgp-password' },
        {
          name: 'tor-2',
          myASN: 64512,
          peerASN: 64512,
          peerAddress: '192.168.10.3',
          sourceAddress: '192.168.10.11',
          routerID: '192.168.10.11',
          nodes: ['k3s-1'],
        },
      ],
      advertisements: [
        { name: 'all', pools: ['routed'], communities: ['no-advertise', '64512:1'], nodes: ['k3s-1', 'k3s-2'] },
        { name: 'summary', pools: ['routed'], peers: ['tor-2'], aggregationLength: 24, localPref: 200 },
      ],
      communities: [{ name: 'no-advertise', value: '65535:65282' }],
    },
    memberlist: 'fast',
    metrics: true,
    webhook: 'ignore',
  },
});

/** Values by path, such as `nodes[0].address`; undefined removes the key. */
export type Changes = Readonly<Record<string, unknown>>;

/** The site with some values changed. The result is untyped, because most changes make it invalid. */
export function changed(site: ClusterInput, changes: Changes): unknown {
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Record<string, unknown>>(
      (at, key) => {
        at[key] ??= {};
        return at[key] as Record<string, unknown>;
      },
      site as unknown as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return site;
}

/** A change that makes a site invalid, and its problems. */
export interface InvalidSite {
  /** The change as a sentence. */
  readonly says: string;
  /** @default - ipv4Site */
  readonly site?: () => ClusterInput;
  readonly changes: Changes;
  /** Every problem in full, in the order of the rules. */
  readonly problems: readonly string[];
}

/** A change that no rule may report, as a sentence, and the site that is changed. @default - ipv4Site */
export type ValidSite = readonly [says: string, changes?: Changes, site?: () => ClusterInput];

/** A row. @param site to change @default - ipv4Site */
export const invalid = (
  says: string,
  changes: Changes,
  problems: string | readonly string[],
  site?: () => ClusterInput,
): InvalidSite => ({
  says,
  changes,
  problems: [problems].flat(),
  site,
});

const lineOf = ({ severity, path, rule, message, cure }: Problem): string =>
  `${severity} ${pathText(path)}: ${rule}: ${message}; ${cure}`;

/** Checks a site and returns its problems as text. */
export const problemsOf = (input: unknown): string[] => linesOf(checkCluster(input));

export const linesOf = (checked: Checked): string[] => checked.problems.map(lineOf);
