import type { Cluster, Node } from '../cluster';
import {
  agentSettings,
  labelsOf,
  optionsOf,
  REGISTRIES,
  registered,
  registriesFile,
  serverSettings,
  withOptions,
} from './k3s-config';
import { KILLPOWERD, killpowerdScript, needsKillpowerd, openrcService } from './killpower';
import type { Secrets } from './machine-files';
import { K3S_NODE_IP, needsNodeIp, nodeIpCommand, nodeIpScript } from './node-ip';
import { type Setting, yamlFile } from './text';

/** k3OS resets /etc at each boot and keeps /var/lib/rancher. */
export const K3OS_TOKEN_FILE = '/var/lib/rancher/k3os/token';

/** Defaults of k3s, left out because two shell scripts of k3OS would split the schedule at its blanks. */
const AS_DEFAULT = ['etcd-snapshot-schedule-cron', 'etcd-snapshot-retention'];

const advice = ({ token }: Secrets): string[] => [
  token === undefined
    ? `The token is only on the host, in ${K3OS_TOKEN_FILE} (mode 0600). k3s waits for it.`
    : 'Secret: it holds the token of the cluster.',
  'Put your own settings (ssh_authorized_keys, hostname, ...) into files in /var/lib/rancher/k3os/config.d/, which are read later.',
  'A list or a map of labels in a later file replaces the whole list or map of an earlier one.',
];

/** `k3os/<role>.yaml`: config.yaml of every k3OS host of the role, https://github.com/rancher/k3os#configuration-reference. */
export const k3os = (cluster: Cluster, role: Node['role'], secrets: Secrets = {}): string =>
  yamlFile(
    [`k3OS config.yaml for the installation of every ${role}.`, ...advice(secrets)],
    config(cluster, role, secrets),
  );

/** `nodes/<name>/k3os.yaml`: what only one k3OS host has; undefined for a host like the others. A list of arguments replaces that of the role. */
export function k3osNode(cluster: Cluster, node: Node): string | undefined {
  const labels = labelsOf(cluster, node);
  const options = optionsOf(cluster, node);
  const own = {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(node.taints.length > 0 && { taints: node.taints }),
    ...(Object.keys(options).length > 0 && {
      k3s_args: k3sArgs(node.role, withOptions(settingsOf(cluster, node.role), [options])),
    }),
  };
  if (Object.keys(own).length === 0) return undefined;
  return yamlFile(
    [
      `For ${node.name} only, as /var/lib/rancher/k3os/config.d/20-node.yaml.`,
      'The last file with labels replaces those of all others: keep every label of this host in one file.',
      ...('k3s_args' in own
        ? [
            'On the host that bootstraps the cluster, install it afterwards: it would replace the arguments of the boot menu.',
          ]
        : []),
      ...registered(cluster, node),
    ],
    { k3os: own },
  );
}

const settingsOf = (cluster: Cluster, role: Node['role']): Setting[] =>
  role === 'server' ? serverSettings(cluster) : agentSettings(cluster);

function config(cluster: Cluster, role: Node['role'], { token, sshKeys = [] }: Secrets): unknown {
  const parts = [
    ...(needsKillpowerd(cluster) ? [killpowerd(cluster)] : []),
    ...(needsNodeIp(cluster) ? [nodeIp(cluster, role)] : []),
  ];
  const registries = registriesFile(cluster);
  const tokenFile = { path: K3OS_TOKEN_FILE, owner: 'root', permissions: '0600', content: `${token}\n` };
  const write_files = [
    ...parts.flatMap((part) => part.write_files),
    ...(registries === undefined
      ? []
      : [{ path: REGISTRIES, owner: 'root', permissions: '0600', content: registries }]),
    ...(token === undefined ? [] : [tokenFile]),
  ];
  const run_cmd = parts.flatMap((part) => part.run_cmd);
  return {
    ...(sshKeys.length > 0 ? { ssh_authorized_keys: sshKeys } : {}),
    ...(write_files.length > 0 ? { write_files } : {}),
    ...(run_cmd.length > 0 ? { run_cmd } : {}),
    // --server and not k3os.server_url, so that one list on the kernel command line replaces all of it for the bootstrap
    k3os: { k3s_args: k3sArgs(role, settingsOf(cluster, role)) },
  };
}

/** The settings as arguments of k3s on k3OS: the role, then `--key=value`, once for each value of a list. */
function k3sArgs(role: Node['role'], settings: readonly Setting[]): string[] {
  return [
    role,
    ...settings
      .filter(({ key }) => !AS_DEFAULT.includes(key))
      .map((setting) => (setting.key === 'token-file' ? { ...setting, value: K3OS_TOKEN_FILE } : setting))
      .flatMap(({ key, value }) => [value].flat().map((one) => `--${key}=${one}`)),
  ];
}

/** The arguments of a reset: all settings of a server except the one to join. */
export const k3osResetArgs = (cluster: Cluster): string[] =>
  k3sArgs(
    'server',
    serverSettings(cluster).filter(({ key }) => key !== 'server'),
  );

/** The arguments that bootstrap the cluster. */
export const k3osInitArgs = (cluster: Cluster): string[] => {
  const [role, ...rest] = k3osResetArgs(cluster);
  return [role ?? 'server', '--cluster-init', ...rest];
};

/** k3OS writes files and runs commands at every boot, and starts k3s after them. */
const killpowerd = (cluster: Cluster) => ({
  write_files: [
    { path: KILLPOWERD, owner: 'root', permissions: '0755', content: killpowerdScript() },
    { path: '/etc/init.d/killpowerd', owner: 'root', permissions: '0755', content: openrcService(cluster) },
  ],
  run_cmd: ['rc-service killpowerd start'],
});

/** For servers too: k3OS has no k3s-ha, which does it elsewhere. */
const nodeIp = (cluster: Cluster, role: Node['role']) => ({
  write_files: [{ path: K3S_NODE_IP, owner: 'root', permissions: '0755', content: nodeIpScript() }],
  run_cmd: [nodeIpCommand(cluster, role)],
});
