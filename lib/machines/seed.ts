import { type Cluster, type Node, OPERATING_SYSTEMS, rolesOf } from '../cluster';
import { cloudInit } from './cloud-init';
import { k3os } from './k3os';
import { kairos } from './kairos';
import { type MachineFile, machineFiles, type Secrets, type ServerAddOns } from './machine-files';

/** The operating systems that `npm run hosts` writes for; plain is a file tree for any host with systemd. */
export const SEED_SYSTEMS = [...OPERATING_SYSTEMS, 'plain'] as const;
export type SeedSystem = (typeof SEED_SYSTEMS)[number];

/** The inputs of a seed. */
export interface SeedProps {
  readonly cluster: Cluster;
  readonly system: SeedSystem;
  readonly addOns: ServerAddOns;
  readonly secrets: Secrets & { readonly token: string };
}

/**
 * The files of installation media, by their path below the folder of the seed. They hold the token: never commit them. Servers share
 * one folder, agents another. Pure.
 */
export function seedFiles(props: SeedProps): MachineFile[] {
  return rolesOf(props.cluster).flatMap((role) => BY_SYSTEM[props.system](props, role));
}

const secret = (path: string, content: string): MachineFile => ({ path, permissions: '0600', content });

const BY_SYSTEM: Readonly<Record<SeedSystem, (props: SeedProps, role: Node['role']) => MachineFile[]>> = {
  // https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
  'cloud-init': ({ cluster, addOns, secrets }, role) => [
    secret(`${role}/user-data`, cloudInit(cluster, role, addOns, secrets)),
    secret(`${role}/meta-data`, `instance-id: ${cluster.name}-${role}\n`),
    ...cluster.nodes
      .filter((node) => node.role === role)
      .map(({ name }) =>
        secret(`names/${name}/meta-data`, `instance-id: ${cluster.name}-${name}\nlocal-hostname: ${name}\n`),
      ),
  ],
  kairos: ({ cluster, addOns, secrets }, role) => [secret(`${role}.yaml`, kairos(cluster, role, addOns, secrets))],
  k3os: ({ cluster, secrets }, role) => [secret(`${role}.yaml`, k3os(cluster, role, secrets))],
  plain: ({ cluster, addOns, secrets }, role) =>
    machineFiles(cluster, role, addOns, secrets).map((file) => ({ ...file, path: `${role}${file.path}` })),
};
