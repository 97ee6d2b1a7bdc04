import type { Cluster, Node } from '../cluster';
import { killpowerInstallation } from './killpower';
import { installK3s, machineFiles, type Secrets, type ServerAddOns, serviceOf } from './machine-files';
import { cloudConfigFile } from './text';

/**
 * `cloud-init/<role>.yaml`: user-data of Debian and Ubuntu, https://cloudinit.readthedocs.io, the same for every machine of the role.
 * The host name is none of its business: it comes from DHCP or from meta-data. `npm run hosts` adds what is secret.
 */
export const cloudInit = (
  cluster: Cluster,
  role: Node['role'],
  addOns: ServerAddOns = {},
  secrets: Secrets = {},
): string =>
  cloudConfigFile(
    [
      `user-data for every ${role}, the same bytes on each. The host name comes from DHCP or from meta-data.`,
      secrets.token === undefined
        ? 'Without the token: `npm run hosts` adds it and your SSH keys, and writes a seed for images.'
        : 'It holds the token of the cluster, which is as good as a password.',
    ],
    {
      ...(secrets.sshKeys?.length ? { ssh_authorized_keys: secrets.sshKeys } : {}),
      write_files: machineFiles(cluster, role, addOns, secrets).map((file) => ({ ...file, owner: 'root:root' })),
      runcmd: [...packages(cluster, role), ...setUp(cluster, role)],
    },
  );

/** Programs that an image may lack. Asked for only then, so that an image that has them needs no network for it. */
function packages({ controlPlane }: Cluster, role: Node['role']): string[] {
  const wanted = [
    ['curl', 'curl'],
    ...(role === 'server' ? [['arping', 'iputils-arping']] : []),
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
    // the network may come later than this
    `until command -v k3s; do ${installK3s(cluster, role)} || sleep 5; done`,
    'systemctl daemon-reload',
    `systemctl enable ${serviceOf(role)}`,
    // a server that waits for the cluster does so for as long as it takes, and the rest of the boot does not wait with it
    `systemctl start --no-block ${serviceOf(role)}`,
  ];
}
