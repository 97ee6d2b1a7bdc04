import { type Cluster, HERE, type Node, npmRun, type Origin } from '../cluster';
import { killpowerInstallation } from './killpower';
import { machineFiles, type Secrets, type ServerAddOns, serviceOf } from './machine-files';
import { cloudConfigFile } from './text';

/**
 * `kairos/<role>.yaml`: cloud-config of Kairos, https://kairos.io/docs/reference/configuration/, the same for every machine of the role.
 * k3s is in the image. Its settings are files, which are there before k3s starts, and not arguments, which Kairos may add later.
 */
export const kairos = (
  cluster: Cluster,
  role: Node['role'],
  addOns: ServerAddOns = {},
  secrets: Secrets = {},
  origin: Origin = HERE,
): string =>
  cloudConfigFile(
    [
      `Kairos cloud-config for every ${role}, the same bytes on each. Written by Kairos's documentation; nobody has run it yet.`,
      secrets.token === undefined
        ? `Without the token: \`${npmRun('hosts', origin, ['--os kairos'])}\` adds it and your SSH keys.`
        : 'It holds the token of the cluster, which is as good as a password.',
    ],
    {
      install: { auto: true, device: 'auto', reboot: true },
      users: [
        {
          name: 'kairos',
          groups: ['admin'],
          ...(secrets.sshKeys?.length ? { ssh_authorized_keys: secrets.sshKeys } : {}),
        },
      ],
      write_files: machineFiles(cluster, role, addOns, secrets).map((file) => ({ ...file, owner: 'root:root' })),
      stages: { boot: [{ name: 'power-off watch', commands: killpowerInstallation(cluster).commands }] },
      [serviceOf(role)]: { enabled: true },
    },
  );
