import type { Cluster, Node } from '../cluster';
import { K3S_HA_COMMAND } from './k3s-ha';
import { killpowerInstallation } from './killpower';
import { installK3s, machineFiles, type Secrets, type ServerAddOns, serviceOf } from './machine-files';
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
      write_files: machineFiles(cluster, role, addOns, secrets).map((file) => ({ ...file, owner: 'root:root' })),
      runcmd: [...packages(cluster, role), ...setUp(cluster, role)],
    },
  );

/** Packages that an image may lack. Installed only then, so that a complete image needs no network. */
function packages({ controlPlane }: Cluster, role: Node['role']): string[] {
  const wanted = [
    ['curl', 'curl'],
    ...(role === 'server' && controlPlane.provider === 'keepalived' ? [['keepalived', 'keepalived']] : []),
  ];
  return wanted.map(([program, name]) => `command -v ${program} || { apt-get update; apt-get install -y ${name}; }`);
}

function setUp(cluster: Cluster, role: Node['role']): string[] {
  return [
    'systemctl restart systemd-logind',
    ...killpowerInstallation(cluster).commands,
    ...(role === 'server' && cluster.controlPlane.provider === 'keepalived'
      ? ['systemctl enable keepalived', 'systemctl restart keepalived']
      : []),
    // the network may not be up yet
    `until command -v k3s; do ${installK3s(cluster, role)} || sleep 5; done`,
    'systemctl daemon-reload',
    ...(role === 'server' ? [K3S_HA_COMMAND] : []),
    `systemctl enable ${serviceOf(role)}`,
    // a server waits for the cluster without limit; the rest of the boot does not wait
    `systemctl start --no-block ${serviceOf(role)}`,
  ];
}
