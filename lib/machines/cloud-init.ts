import type { Cluster, Node } from '../cluster';
import { K3S_HA_COMMAND, serviceOf } from './k3s-ha';
import { killpowerInstallation } from './killpower';
import { installerSettings, machineFiles, type Secrets, type ServerAddOns } from './machine-files';
import { cloudConfigFile } from './text';

/**
 * `cloud-init/<role>.yaml`: user-data of Debian and Ubuntu, https://cloudinit.readthedocs.io, the same for every host of the role.
 * The host name comes from DHCP or from meta-data. `npm run hosts` adds the secrets.
 */
export const cloudInit = (
  cluster: Cluster,
  role: Node['role'],
  addOns: ServerAddOns = {},
  secrets: Secrets = {},
): string =>
  cloudConfigFile(
    [
      `user-data for every ${role}, identical. The host name comes from DHCP or meta-data.`,
      secrets.token === undefined
        ? 'The token is not in it: `npm run hosts` adds it and your SSH keys, and writes a seed for images.'
        : 'Secret: it holds the token of the cluster.',
    ],
    {
      ...(secrets.sshKeys?.length ? { ssh_authorized_keys: secrets.sshKeys } : {}),
      // otherwise the first part of a name with dots becomes the host name
      ...(cluster.nodes.some(({ name }) => name.includes('.')) ? { prefer_fqdn_over_hostname: true } : {}),
      write_files: machineFiles(cluster, role, addOns, secrets).map((file) => ({ ...file, owner: 'root:root' })),
      runcmd: setUp(cluster, role),
    },
  );

/**
 * Installs k3s and what an image may lack, again after a growing pause until it succeeds: the network may not be up yet. A complete image
 * needs no network.
 */
function install(cluster: Cluster, role: Node['role']): string {
  const packages = [
    'curl',
    ...(role === 'server' && cluster.controlPlane.provider === 'keepalived' ? ['keepalived'] : []),
  ];
  const script = '/run/install-k3s';
  return [
    'ensure() { command -v "$1" || { apt-get update && apt-get install -y "$1"; }; }',
    `installed() { command -v k3s || { curl -sfL https://get.k3s.io -o ${script} && ${installerSettings(cluster, role)} sh ${script}; }; }`,
    'pause=5',
    `until ${packages.map((name) => `ensure ${name} && `).join('')}installed; do`,
    '  echo "k3s is not installed: see the lines above; trying again in $pause s"',
    '  sleep "$pause"',
    '  [ "$pause" -ge 300 ] || pause=$((pause * 2))',
    'done',
  ].join('\n');
}

function setUp(cluster: Cluster, role: Node['role']): string[] {
  return [
    'systemctl restart systemd-logind',
    ...killpowerInstallation(cluster).commands,
    install(cluster, role),
    ...(role === 'server' && cluster.controlPlane.provider === 'keepalived'
      ? ['systemctl enable keepalived', 'systemctl restart keepalived']
      : []),
    'systemctl daemon-reload',
    ...(role === 'server' ? [K3S_HA_COMMAND] : []),
    `systemctl enable ${serviceOf(role)}`,
    // a server waits for the cluster without limit; the rest of the boot does not wait
    `systemctl start --no-block ${serviceOf(role)}`,
  ];
}
