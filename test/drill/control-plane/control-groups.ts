import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../timeline';

const MOUNT = '/sys/fs/cgroup';
/** The control group above those of all machines. */
const PARENT = 'drill-control-plane';

/** Removes the control groups of machines that are gone: the one thing the kernel does not take away with a sandbox. */
export async function removeControlGroups(): Promise<void> {
  // the last processes may still be on their way out
  for (let i = 0; i < 40 && !remove(); i++) await sleep(50);
}

/** True when none is left. */
function remove(): boolean {
  // version 1 has a hierarchy for each controller, version 2 has one
  const hierarchies = [MOUNT, ...folders(MOUNT).map((name) => join(MOUNT, name))];
  const groups = hierarchies.filter((path) => folders(path).includes(PARENT)).map((path) => join(path, PARENT));
  return groups.map(removeTree).every(Boolean);
}

function removeTree(group: string): boolean {
  for (const name of folders(group)) removeTree(join(group, name));
  try {
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

function folders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
