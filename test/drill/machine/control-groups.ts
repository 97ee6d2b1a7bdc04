import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_NAME, runOf } from '../sandbox';
import { sleep } from '../timeline';

const MOUNT = '/sys/fs/cgroup';

/** Control group of a host, a path below the mount point. Concurrent drills have different ones. */
export const controlGroupOf = (machine: string): string => `/${RUN_NAME}/${machine}`;

/**
 * Removes the control groups of this drill and of drills that were killed: the kernel does not remove them with a sandbox. Call it
 * outside the sandbox, where process IDs are those of this host.
 */
export async function removeControlGroups(): Promise<void> {
  // the last processes may still be exiting
  for (let i = 0; i < 40 && !remove(); i++) await sleep(50);
  for (const group of groupsOfThePast())
    console.error(`cannot remove the control group ${group}; remove it with rmdir`);
}

/** True if none is left. */
const remove = (): boolean => groupsOfThePast().map(removeTree).every(Boolean);

/** The control groups of this drill, and of drills that no longer run. */
function groupsOfThePast(): string[] {
  // cgroup v1 has a hierarchy per controller, v2 has one
  const hierarchies = [MOUNT, ...folders(MOUNT).map((name) => join(MOUNT, name))];
  return hierarchies.flatMap((path) =>
    folders(path)
      .filter(isOver)
      .map((name) => join(path, name)),
  );
}

function isOver(group: string): boolean {
  const pid = runOf(group);
  return group === RUN_NAME || (pid !== undefined && !existsSync(`/proc/${pid}`));
}

function removeTree(group: string): boolean {
  for (const name of folders(group)) removeTree(join(group, name));
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}

/** The folders in a path; a control group may vanish meanwhile. */
function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
