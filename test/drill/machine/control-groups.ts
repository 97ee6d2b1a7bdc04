import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_NAME, runOf } from '../sandbox';
import { sleep } from '../timeline';

const MOUNT = '/sys/fs/cgroup';

/** Control group of a machine, a path below the mount point. No two drills share one, also when they run at the same time. */
export const controlGroupOf = (machine: string): string => `/${RUN_NAME}/${machine}`;

/**
 * Removes the control groups of machines that are gone: the one thing the kernel does not take away with a sandbox. Those of drills
 * that could not do so themselves go too. To be called outside of the sandbox, where the process IDs are those of the machine.
 */
export async function removeControlGroups(): Promise<void> {
  // the last processes may still be on their way out
  for (let i = 0; i < 40 && !remove(); i++) await sleep(50);
  for (const group of groupsOfThePast()) console.error(`cannot remove the control group ${group}`);
}

/** True when none is left. */
const remove = (): boolean => groupsOfThePast().map(removeTree).every(Boolean);

/** Those of this drill, and of drills that do not run any more. */
function groupsOfThePast(): string[] {
  // version 1 has a hierarchy for each controller, version 2 has one
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

/** A control group may go away while it is looked at. */
function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
