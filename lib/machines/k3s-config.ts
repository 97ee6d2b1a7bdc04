import { type Cluster, etcdArguments, type Node, primary, type Ups } from '../cluster';
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
  const { controlPlane, network } = cluster;
  return [
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
    { key: 'flannel-backend', value: 'vxlan' },
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
    ...etcdSetting(cluster),
    ...serverFailover(cluster),
  ];
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
  return [
    {
      key: 'server',
      value: joinUrl(cluster),
      why: 'Used to join. Afterwards the agent keeps its own list of the servers.',
    },
    { key: 'token-file', value: TOKEN_FILE, why: 'k3s waits until this file exists.' },
    ...interfaceSetting(cluster),
    ...agentFailover(cluster),
  ];
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

/** `agent/config.yaml`, for every agent. */
export const agentConfig = (cluster: Cluster): string =>
  settingsFile(
    ['For every agent, identical, as /etc/rancher/k3s/config.yaml. Install it before k3s first starts.'],
    agentSettings(cluster),
  );

/**
 * `nodes/<name>/20-ups.yaml`: the label of the node with the cables of these UPSes. A label holds one value and its readers only test
 * that it exists, so with several UPSes it names the first.
 */
export const upsConfig = (node: Node, first: Ups, others: readonly Ups[]): string =>
  yamlFile(
    [
      `For ${node.name} only, as /etc/rancher/k3s/config.yaml.d/20-ups.yaml: ${cables([first, ...others])} to it.`,
      'k3s sets labels only when a node first registers. For a registered node:',
      `  kubectl label --overwrite node ${node.name} ups-device=${first.name}`,
    ],
    // the plus appends to the list of another file
    { 'node-label+': [`ups-device=${first.name}`] },
  );

const cables = (upses: readonly Ups[]): string =>
  `the ${upses.length > 1 ? 'cables' : 'cable'} of ${upses.map(({ name }) => name).join(' and ')} ${upses.length > 1 ? 'go' : 'goes'}`;
