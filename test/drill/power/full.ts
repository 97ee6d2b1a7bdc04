import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario';
import { checkDisarmed, failMains, lowBattery, outage } from './course';
import { type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import { MACHINES, SERVER, UPS } from './site';

/** Fills the file system of the power-off directory, to the last page. */
function fill(lab: PowerLab, name: string): void {
  const folder = lab.host(name).path(lab.cluster.nut.killpowerPath);
  for (let i = 0; ; i++) {
    try {
      writeFileSync(join(folder, `.filler.${i}`), Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

export const COMPLETE = 'two writers at once leave a complete line, 20 times';
const COMMON = '. /scripts/common.sh';
/** upsmon starts two processes that write the same file at the same moment. */
const TWO_WRITERS = `${COMMON}
write() { sh -c '${COMMON}; write_line race "$0" writer' "$1"; }
for round in $(seq 20); do
  # a page that became free in the round before would be taken instead
  cat /dev/zero >"/killpower/.filler.$round.race" 2>/dev/null
  write "$round" &
  write "$round"
  wait
  read -r _ written _ </killpower/race && [ "$written" = "$round" ] || exit 1
  mv -f /killpower/race "/killpower/.race.$CONTAINER.b"
done`;

/** Two writers in a full power-off directory. */
export async function runFullWriters(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, { killpowerSize: '256k', ...options }, async (lab) => {
    const second = lab.kubelet(SERVER).container('second');
    await scenario.reach('the reserve is there', 20_000, async () => {
      const { code } = await second.exec('sh', '-c', `${COMMON}; reserve race`);
      return code === 0;
    });
    fill(lab, SERVER);
    const { code, stdout } = await second.exec('sh', '-c', TWO_WRITERS);
    scenario.check(COMPLETE, code === 0, stdout.split('\n')[0]);
  });
}

/** The disk of every power-off directory is full before the outage. A lease is taken and released, and a second outage is clean. */
export async function runFull(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, { killpowerSize: '256k', ...options }, async (lab) => {
    for (const name of MACHINES) fill(lab, name);
    scenario.timeline.log('drill', 'every power-off directory is full');
    await scenario.reach('preflight says so on every node', 40_000, () =>
      MACHINES.every((name) => lab.logOfSecond(name).includes(`directory of ${name} is full;`)),
    );
    await scenario.reach('every node is ready: the reserve is there', 40_000, () => lab.isReady);
    await failMains(scenario, lab);
    scenario.check(
      'every node has a lease',
      MACHINES.every((name) => lab.host(name).killpower.armed.includes('lease')),
    );
    lab.ups(UPS).mains(true);
    await scenario.pass('mains power returns', 8000);
    checkDisarmed(scenario, lab);
    await outage(scenario, lab, await lowBattery(scenario, lab));
  });
}
