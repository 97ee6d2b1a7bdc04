import type { Cluster, Node, OperatingSystem, Origin } from '../cluster';
import { cloudInit } from './cloud-init';
import { k3os } from './k3os';
import { kairos } from './kairos';
import { type MachineFile, machineFiles, type Secrets, type ServerAddOns } from './machine-files';

/** The inputs of installation media. */
export interface SeedProps {
  readonly cluster: Cluster;
  readonly addOns: ServerAddOns;
  readonly secrets: Secrets & { readonly token: string };
}

/** How installation media for one kind of host are made. */
export interface Media {
  /** The files of a role, by their path below the folder of the media. */
  readonly files: (props: SeedProps, role: Node['role']) => MachineFile[];
  /** What to do with them in a folder, as text for a terminal. */
  readonly next: (folder: string, role: Node['role']) => string;
}

/** An operating system for which one file has all that a node needs. */
export interface System extends Media {
  /** Text of `hosts/<system>/<role>.yaml`, without secrets. */
  readonly file: (cluster: Cluster, role: Node['role'], addOns: ServerAddOns, origin: Origin) => string;
  /** The users that get the keys of `npm run hosts`. Images disable root login. */
  readonly users: readonly { readonly user: string; readonly on: string }[];
  /** How the file was tested, for hosts/README.md. Undefined for a system with a section of its own. */
  readonly tested?: string;
}

const secret = (path: string, content: string): MachineFile => ({ path, permissions: '0600', content });

const namesOf = ({ nodes }: Cluster, role: Node['role']): string[] =>
  nodes.filter((node) => node.role === role).map(({ name }) => name);

/** Everything that differs between operating systems; their files are functions beside this one. */
export const SYSTEMS: Readonly<Record<OperatingSystem, System>> = {
  'cloud-init': {
    file: (cluster, role, addOns) => cloudInit(cluster, role, addOns),
    // https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
    files: ({ cluster, addOns, secrets }, role) => [
      secret(`${role}/user-data`, cloudInit(cluster, role, addOns, secrets)),
      secret(`${role}/meta-data`, `instance-id: ${cluster.name}-${role}\n`),
      ...namesOf(cluster, role).map((name) =>
        secret(`names/${name}/meta-data`, `instance-id: ${cluster.name}-${name}\nlocal-hostname: ${name}\n`),
      ),
    ],
    next: (folder, role) =>
      [
        `${role}/ is a NoCloud seed for every ${role}. For the host name NAME, use names/NAME/meta-data as its meta-data. As an ISO:`,
        `  xorriso -as mkisofs -volid CIDATA -joliet -rock -output ${role}-seed.iso ${folder}/${role}/user-data ${folder}/${role}/meta-data`,
      ].join('\n'),
    // https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh
    users: [
      { user: 'debian', on: 'Debian' },
      { user: 'ubuntu', on: 'Ubuntu' },
    ],
    tested: '`cloud-init/` (Debian, Ubuntu) has been booted in a container with a stand-in for k3s.',
  },
  kairos: {
    file: (cluster, role, addOns, origin) => kairos(cluster, role, addOns, {}, origin),
    // https://kairos.io/docs/reference/configuration/
    files: ({ cluster, addOns, secrets }, role) => [
      secret(`${role}.yaml`, kairos(cluster, role, addOns, secrets)),
      ...namesOf(cluster, role).map((name) => secret(`names/${name}.yaml`, `hostname: ${name}\n`)),
    ],
    next: (folder, role) =>
      [
        `${role}.yaml is the cloud-config of every ${role}: https://kairos.io/docs/installation/. For the host name NAME:`,
        `  cat ${folder}/${role}.yaml ${folder}/names/NAME.yaml`,
      ].join('\n'),
    users: [{ user: 'kairos', on: 'Kairos' }],
    tested: '`kairos/` follows the documentation of Kairos and has not been run.',
  },
  k3os: {
    file: (cluster, role) => k3os(cluster, role),
    files: ({ cluster, secrets }, role) => [secret(`${role}.yaml`, k3os(cluster, role, secrets))],
    next: (_, role) => `${role}.yaml is the config.yaml of every ${role}, for k3os.install.config_url`,
    users: [{ user: 'rancher', on: 'k3OS' }],
  },
};

/** A file tree for any other host with systemd. */
export const PLAIN: Media = {
  files: ({ cluster, addOns, secrets }, role) =>
    machineFiles(cluster, role, addOns, secrets).map((file) => ({ ...file, path: `${role}${file.path}` })),
  next: (folder, role) =>
    [
      // only files, because tar would also set the modes of the host's folders
      `${role}/ is a file tree for every ${role}. Copy its files:`,
      `  (cd ${folder}/${role} && find . -type f -print0 | tar --null -T - -c) | ssh root@${role.toUpperCase()} tar -C / -x --no-same-owner`,
    ].join('\n'),
};
