import {
  type Cluster,
  etcdArguments,
  interfaceOf,
  type K3sOptions,
  k3sOptionsOf,
  type Node,
  primary,
  type Ups,
  upsesAt,
} from '../cluster';
import { parseSubnet, type Subnet, urlHost } from '../network';
import { agentFailover, serverFailover } from './node-failure';
import { type Setting, settingsFile, yamlFile } from './text';

/** Hours between two etcd snapshots of a server. */
export const SNAPSHOT_HOURS = 12;

/** Path of the cluster's token on a host. The token itself is in no file of this project. */
export const TOKEN_FILE = '/etc/rancher/k3s/token';

/** Unique local IPv6 addresses, which internet routers do not forward (RFC 4193). */
const UNIQUE_LOCAL = parseSubnet('fc00::/7');

/** https://docs.k3s.io/cli/server, the port of `--https-listen-port` when it is not given. */
const DEFAULT_PORT = 6443;

/** The backend of flannel that all servers have. */
export const flannelBackend = (cluster: Cluster): string =>
  k3sOptionsOf(cluster, 'server').findLast((options) => options['flannel-backend'])?.['flannel-backend'] ?? 'vxlan';

const joined = (subnets: readonly Subnet[]): string => subnets.map(({ text }) => text).join(',');
const isUniqueLocal = ({ family, first }: Subnet): boolean =>
  family === 6 && first.value >= UNIQUE_LOCAL.first.value && first.value <= UNIQUE_LOCAL.last.value;

/** The URL that hosts join through, e.g. `https://192.168.10.5:6443`. */
export const joinUrl = ({ controlPlane }: Cluster): string =>
  `https://${urlHost(primary(controlPlane.vip))}:${controlPlane.port}`;

/**
 * The k3s settings of every server, identical on all: https://docs.k3s.io/cli/server lists the keys, and which of them must agree.
 * Defaults of k3s are written out where servers must agree on them.
 */
export function serverSettings(cluster: Cluster): Setting[] {
  const {
    controlPlane,
    network,
    k3s: { etcdS3 },
  } = cluster;
  const settings: Setting[] = [
    {
      key: 'server',
      value: joinUrl(cluster),
      why: 'The cluster to join without data. A server with data ignores it.',
    },
    { key: 'token-file', value: TOKEN_FILE, why: 'k3s waits until this file exists.' },
    {
      key: 'tls-san',
      value: [...controlPlane.vip.map(({ text }) => text), ...(controlPlane.dnsName ? [controlPlane.dnsName] : [])],
      why: "Names in the API server's certificate, besides the servers' own addresses.",
    },
    {
      key: 'disable',
      value: ['servicelb'],
      why: `${cluster.loadBalancer ? 'MetalLB assigns the LoadBalancer addresses.' : 'servicelb would use the addresses of the nodes.'} From here to flannel all servers must agree.`,
    },
    { key: 'cluster-cidr', value: joined(network.pods) },
    { key: 'service-cidr', value: joined(network.services) },
    { key: 'cluster-domain', value: 'cluster.local' },
    { key: 'flannel-backend', value: flannelBackend(cluster) },
    ...(network.pods.some(isUniqueLocal)
      ? [
          {
            key: 'flannel-ipv6-masq',
            value: true,
            why: 'The pods have unique local addresses, which routers do not answer.',
          },
        ]
      : []),
    ...interfaceSetting(cluster),
    ...(controlPlane.port === DEFAULT_PORT ? [] : [{ key: 'https-listen-port', value: controlPlane.port }]),
    { key: 'write-kubeconfig-mode', value: '0600', why: 'k3s.yaml holds the administrator key of the cluster.' },
    {
      key: 'etcd-snapshot-schedule-cron',
      value: `0 */${SNAPSHOT_HOURS} * * *`,
      why: 'etcd snapshots, on every server.',
    },
    { key: 'etcd-snapshot-retention', value: 5 },
    ...(etcdS3
      ? [
          { key: 'etcd-s3', value: true, why: 'Copies each snapshot to S3. The Secret has the settings and the keys.' },
          { key: 'etcd-s3-config-secret', value: etcdS3.secret },
        ]
      : []),
    ...etcdSetting(cluster),
    ...serverFailover(cluster),
  ];
  return withOptions(settings, k3sOptionsOf(cluster, 'server'));
}

/** Settings with options of k3s: a list is appended to that of the same key, and any other value replaces it. */
export function withOptions(settings: readonly Setting[], groups: readonly K3sOptions[]): Setting[] {
  const merged = new Map(settings.map((setting) => [setting.key, setting]));
  for (const [key, value] of groups.flatMap((options) => Object.entries(options))) {
    if (value === undefined) continue;
    const before = merged.get(key);
    const all = Array.isArray(value) ? [...new Set([before?.value ?? [], value].flat().map(String))] : value;
    merged.set(key, { ...before, key, value: all });
  }
  return [...merged.values()];
}

const etcdSetting = ({ controlPlane }: Cluster): Setting[] => {
  const value = etcdArguments(controlPlane.failover);
  const why =
    "failover: fast. etcd's own timing instead of that of k3s, which is five times longer: a lost leader is replaced within 2 s. The same on all servers. The price: a false election when a disk or the network stalls for 1 s.";
  return value.length > 0 ? [{ key: 'etcd-arg', value, why }] : [];
};

/**
 * The k3s settings of every agent. An agent takes only the keys of https://docs.k3s.io/cli/agent and refuses to start with any
 * other, such as tls-san.
 */
export function agentSettings(cluster: Cluster): Setting[] {
  const settings: Setting[] = [
    {
      key: 'server',
      value: joinUrl(cluster),
      why: 'Used to join. Afterwards the agent keeps its own list of the servers.',
    },
    { key: 'token-file', value: TOKEN_FILE, why: 'k3s waits until this file exists.' },
    ...interfaceSetting(cluster),
    ...agentFailover(cluster),
  ];
  return withOptions(settings, k3sOptionsOf(cluster, 'agent'));
}

const interfaceSetting = ({ controlPlane }: Cluster): Setting[] =>
  controlPlane.interface
    ? [
        {
          key: 'flannel-iface',
          value: controlPlane.interface,
          why: 'Pod traffic and the node address use the interface of the VIP.',
        },
      ]
    : [];

/** `server/config.yaml`, for every server. It can only join a cluster; k3s-ha derives from it the settings of the one start that bootstraps it. */
export const serverConfig = (cluster: Cluster): string =>
  settingsFile(
    [
      'For every server, identical, as /etc/rancher/k3s/config.yaml. Install it before k3s first starts.',
      'It can only join a cluster: a server that lost its disk does not bootstrap a second one.',
    ],
    serverSettings(cluster),
  );

/** Path of the registries of containerd on a host. */
export const REGISTRIES = '/etc/rancher/k3s/registries.yaml';

/** `registries.yaml`, for every node; undefined without `k3s.registries`. */
export const registriesFile = ({ k3s }: Cluster): string | undefined =>
  k3s.registries && yamlFile([`For every node, as ${REGISTRIES}, mode 0600.`], k3s.registries);

/** `agent/config.yaml`, for every agent. */
export const agentConfig = (cluster: Cluster): string =>
  settingsFile(
    ['For every agent, identical, as /etc/rancher/k3s/config.yaml. Install it before k3s first starts.'],
    agentSettings(cluster),
  );

/** The labels with which a node registers. `ups-device` tells NUT's pods of a cable: its readers test that it exists, so it names the first UPS. */
export const labelsOf = (cluster: Cluster, node: Node): Readonly<Record<string, string>> => ({
  ...node.labels,
  ...Object.fromEntries(
    upsesAt(cluster, node)
      .slice(0, 1)
      .map(({ name }) => ['ups-device', name]),
  ),
});

/** The options of k3s of one node. */
export const optionsOf = (cluster: Cluster, node: Node): K3sOptions => ({
  ...(node.interface === undefined ? {} : { 'flannel-iface': interfaceOf(cluster, node) }),
  ...node.k3s,
});

/** Directory on a host with the settings of single nodes, `NAME.yaml`, of which k3s-ha puts that of the host into config.yaml.d. */
export const NODES_FOLDER = '/usr/local/share/k3s-ha/nodes';

/** `nodes/<name>/k3s.yaml`: what k3s gets on one node only; undefined for a node like the others. */
export function nodeConfig(cluster: Cluster, node: Node): string | undefined {
  const upses = upsesAt(cluster, node);
  const labels = Object.entries(labelsOf(cluster, node)).map(([key, value]) => `${key}=${value}`);
  const lists = {
    ...(labels.length > 0 && { 'node-label': labels }),
    ...(node.taints.length > 0 && { 'node-taint': node.taints }),
  };
  const settings = Object.entries({ ...lists, ...optionsOf(cluster, node) });
  if (settings.length === 0) return undefined;
  return yamlFile(
    [
      `For ${node.name} only, as ${NODES_FOLDER}/${node.name}.yaml: k3s-ha copies it to config.yaml.d/20-node.yaml.${upses.length > 0 ? ` ${cables(upses)} to it.` : ''}`,
      ...registered(cluster, node),
    ],
    // the plus appends to the list of another file
    Object.fromEntries(settings.map(([key, value]) => [Array.isArray(value) ? `${key}+` : key, value])),
  );
}

/** How a registered node gets what k3s sets only when a node first registers. */
export function registered(cluster: Cluster, node: Node): string[] {
  const labels = Object.entries(labelsOf(cluster, node)).map(([key, value]) => `${key}=${value}`);
  const command = (verb: string, list: readonly string[]) =>
    list.length > 0 ? [`  kubectl ${verb} --overwrite node ${node.name} ${list.join(' ')}`] : [];
  const commands = [...command('label', labels), ...command('taint', node.taints)];
  return commands.length > 0
    ? ['k3s sets labels and taints only when a node first registers. For a registered node:', ...commands]
    : [];
}

const cables = (upses: readonly Ups[]): string =>
  `The ${upses.length > 1 ? 'cables' : 'cable'} of ${upses.map(({ name }) => name).join(' and ')} ${upses.length > 1 ? 'go' : 'goes'}`;
