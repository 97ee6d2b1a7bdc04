import type { Node } from '../cluster';
import type { SeedSystem } from './seed';

type Steps = (folder: string, role: Node['role']) => string;

const BY_SYSTEM: Readonly<Record<SeedSystem, Steps>> = {
  'cloud-init': (folder, role) =>
    [
      `${role}/ is a NoCloud seed for every ${role}. For the host name NAME, use names/NAME/meta-data as its meta-data. As an ISO:`,
      `  xorriso -as mkisofs -volid CIDATA -joliet -rock -output ${role}-seed.iso ${folder}/${role}/user-data ${folder}/${role}/meta-data`,
    ].join('\n'),
  kairos: (_, role) => `${role}.yaml is the cloud-config of every ${role}: https://kairos.io/docs/installation/`,
  k3os: (_, role) => `${role}.yaml is the config.yaml of every ${role}, for k3os.install.config_url`,
  plain: (folder, role) =>
    [
      // only files, because tar would also set the modes of the host's folders
      `${role}/ is a file tree for every ${role}. Copy its files:`,
      `  (cd ${folder}/${role} && find . -type f -print0 | tar --null -T - -c) | ssh root@${role.toUpperCase()} tar -C / -x --no-same-owner`,
    ].join('\n'),
};

/** What to do with the seed of a role in a folder, as text for a terminal. */
export const seedSteps = (system: SeedSystem, folder: string, role: Node['role']): string =>
  BY_SYSTEM[system](folder, role);
