import { type Cluster, etcdArguments, type Node, primary, type Ups } from '../cluster';
import { parseSubnet, type Subnet, urlHost } from '../network';
import { agentFailover, serverFailover } from './node-failure';
import { type Setting, settingsFile, yamlFile } from './text';

/** Where a machine finds the cluster's token. The token itself is in no file of this project. */
export const TOKEN_FILE = '/etc/rancher/k3s/token';

/** IPv6 addresses that no router of the internet forwards (RFC 4193). */
const UNIQUE_LOCAL = parseSubnet('fc00::/7');

/** https://docs.k3s.io/cli/server, the port of `--https-listen-port` when it is not given. */
const DEFAULT_PORT = 6443;

const joined = (subnets: readonly Subnet[]): string => subnets.map(({ text }) => text).join(',');
const isUniqueLocal = ({ family, first }: Subnet): boolean =>
  family === 6 && first.value >= UNIQUE_LOCAL.first.value && first.value <= UNIQUE_LOCAL.last.value;

/** The address that machines join through, e.g. `https://192.168.10.5:6443`. */
export const joinUrl = ({ controlPlane }: Cluster): string =>
  `https://${urlHost(primary(controlPlane.vip))}:${controlPlane.port}`;

/**
 * What every server is started with, the same for all of them: https://docs.k3s.io/cli/server lists the keys, and
 * which of them must agree. Keys that k3s would default are written out where servers must agree on them.
 */
export function serverSettings(cluster: Cluster): Setting[] {
  const { controlPlane, network } = cluster;
  return [
    {
      key: 'server',
      value: joinUrl(cluster),
      why: 'Where this server joins when it has no data yet. A server that has its data ignores it.',
    },
    { key: 'token-file', value: TOKEN_FILE, why: 'k3s waits until this file exists.' },
    {
      key: 'tls-san',
      value: [...controlPlane.vip.map(({ text }) => text), ...(controlPlane.dnsName ? [controlPlane.dnsName] : [])],
      why: "Names for the API server's certificate. The servers' own addresses are in it without being listed.",
    },
    {
      key: 'disable',
      value: ['servicelb'],
      why: `${cluster.loadBalancer ? 'MetalLB gives out the LoadBalancer addresses.' : 'It would put its services on the addresses of the machines.'} From here to flannel all servers must agree.`,
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
            why: 'The pods have unique local addresses, which no router answers.',
          },
        ]
      : []),
    ...interfaceSetting(cluster),
    ...(controlPlane.port === DEFAULT_PORT ? [] : [{ key: 'https-listen-port', value: controlPlane.port }]),
    { key: 'write-kubeconfig-mode', value: '0600', why: 'k3s.yaml holds the key of the cluster administrator.' },
    { key: 'etcd-snapshot-schedule-cron', value: '0 */12 * * *', why: 'Snapshots of etcd, on each server its own.' },
    { key: 'etcd-snapshot-retention', value: 5 },
    ...etcdSetting(cluster),
    ...serverFailover(cluster),
  ];
}

const etcdSetting = ({ controlPlane }: Cluster): Setting[] => {
  const value = etcdArguments(controlPlane.failover);
  const why =
    "failover: fast. etcd's own timing in place of the five times longer one of k3s, so that a lost leader is replaced within 2 s. The same on all servers. The price: elections for nothing where a disk or the network stalls for a second.";
  return value.length > 0 ? [{ key: 'etcd-arg', value, why }] : [];
};

/**
 * What every agent is started with. An agent takes only the keys of https://docs.k3s.io/cli/agent and refuses to start over
 * any other, such as tls-san.
 */
export function agentSettings(cluster: Cluster): Setting[] {
  return [
    {
      key: 'server',
      value: joinUrl(cluster),
      why: 'Used to join; afterwards the agent keeps a list of all servers by itself.',
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
          why: 'Pod traffic and the node address use the interface that also carries the virtual IP.',
        },
      ]
    : [];

/** `server/config.yaml`, for every server. It never founds a cluster: without data and without a server to join, k3s fails and tries again. */
export const serverConfig = (cluster: Cluster): string =>
  settingsFile(
    [
      'For every server, as /etc/rancher/k3s/config.yaml, the same bytes on each; it must be there before k3s first starts.',
      'Nothing in it can found a second cluster, so a server that lost its disk can only join the one that lives.',
    ],
    serverSettings(cluster),
  );

/** `server/init.yaml`: the server's settings for the one start that founds the cluster. */
export const initConfig = (cluster: Cluster): string =>
  settingsFile(
    [
      'For every server, as /etc/rancher/k3s/init.yaml. k3s does not read it there: k3s-ha copies it to /run for the one start that',
      'founds the cluster, when `k3s-ha init` or the permission in k3s-ha.conf says so and nothing speaks against it.',
      'Never install it as config.yaml: whoever starts with it on a machine without data founds a new cluster.',
    ],
    [
      { key: 'cluster-init', value: true, why: 'Found a new cluster. There is no server to join yet.' },
      ...serverSettings(cluster).filter(({ key }) => key !== 'server'),
    ],
  );

/** `agent/config.yaml`, for every agent. */
export const agentConfig = (cluster: Cluster): string =>
  settingsFile(
    [
      'For every agent, as /etc/rancher/k3s/config.yaml, the same bytes on each; it must be there before k3s first starts.',
    ],
    agentSettings(cluster),
  );

/**
 * `nodes/<name>/20-ups.yaml`: the label of the machine that the cables of these UPSes go to. A label holds one value, and what looks
 * for it asks whether it is there, so with several UPSes it names the first.
 */
export const upsConfig = (node: Node, first: Ups, others: readonly Ups[]): string =>
  yamlFile(
    [
      `For ${node.name} alone, as /etc/rancher/k3s/config.yaml.d/20-ups.yaml: ${cables([first, ...others])} to it.`,
      'Labels count only when a node registers for the first time. For a node that already did:',
      `  kubectl label --overwrite node ${node.name} ups-device=${first.name}`,
    ],
    // the plus adds to a list that another file may have started
    { 'node-label+': [`ups-device=${first.name}`] },
  );

const cables = (upses: readonly Ups[]): string =>
  `the ${upses.length > 1 ? 'cables' : 'cable'} of ${upses.map(({ name }) => name).join(' and ')} ${upses.length > 1 ? 'go' : 'goes'}`;
