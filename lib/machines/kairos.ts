import { type Cluster, HERE, type Node, npmRun, type Origin } from '../cluster';
import { K3S_HA_COMMAND, serviceOf } from './k3s-ha';
import { killpowerInstallation } from './killpower';
import { machineFiles, type Secrets, type ServerAddOns } from './machine-files';
import { cloudConfigFile } from './text';

/**
 * `kairos/<role>.yaml`: cloud-config of Kairos, https://kairos.io/docs/reference/configuration/, the same for every host of the role.
 * k3s is in the image. Its settings are files, which exist before k3s starts, and not arguments, which Kairos may add later.
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
      `Kairos cloud-config for every ${role}, identical. It follows the documentation of Kairos and has not been run.`,
      secrets.token === undefined
        ? `The token is not in it: \`${npmRun('hosts', origin, ['--os kairos'])}\` adds it and your SSH keys.`
        : 'Secret: it holds the token of the cluster.',
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
      stages: {
        boot: [
          {
            name: 'services beside k3s',
            commands: [...killpowerInstallation(cluster).commands, ...(role === 'server' ? [K3S_HA_COMMAND] : [])],
          },
        ],
      },
      [serviceOf(role)]: { enabled: true },
    },
  );
