import { type Node, OPERATING_SYSTEMS, rolesOf } from '../cluster';
import type { MachineFile } from './machine-files';
import { type Media, PLAIN, type SeedProps, SYSTEMS } from './systems';

/** What `npm run hosts` makes media for. */
export const SEED_SYSTEMS = [...OPERATING_SYSTEMS, 'plain'] as const;
export type SeedSystem = (typeof SEED_SYSTEMS)[number];

const mediaOf = (system: SeedSystem): Media => (system === 'plain' ? PLAIN : SYSTEMS[system]);

/**
 * The files of installation media, by their path below the folder of the media. They hold the token: never commit them. Servers share
 * one folder, agents another. Pure.
 */
export const seedFiles = (system: SeedSystem, props: SeedProps): MachineFile[] =>
  rolesOf(props.cluster).flatMap((role) => mediaOf(system).files(props, role));

/** What to do with the media of a role in a folder, as text for a terminal. */
export const seedSteps = (system: SeedSystem, folder: string, role: Node['role']): string =>
  mediaOf(system).next(folder, role);
