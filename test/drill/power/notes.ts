import { type Scenario, seconds } from '../scenario';
import { NOTES_WATCHER, notesObjects } from './notes-objects';
import { PowerLab, perMachine } from './power-lab';
import { AGENT, powerSite, SERVER, UPS, UPS_NODE } from './site';

const SECONDARIES = [AGENT, SERVER] as const;
const WATCHED_MS = 40_000;

/**
 * The negative control: the notes' own configuration, whose UPS stops answering in the moment of the shutdown. It passes only if
 * the primary is left running, as the notes found; otherwise this drill would not see what it is there to see.
 */
export const notesMute = (scenario: Scenario): Promise<void> =>
  withNotes(scenario, async (lab) => {
    const mute = lab.ups(UPS).mute();
    await leftRunning(scenario, lab, mute);
    // upsmon ends with its SHUTDOWNCMD, which may hang for as long as upsdrvctl lets a driver try; nobody collects its zombies
    const container = lab.kubelet(UPS_NODE).container('nut');
    await scenario.reach('the SHUTDOWNCMD of the notes ends', 90_000, async () => {
      return (await container.exec('pgrep', '-x', '-r', 'D,R,S', 'upsmon')).code === 1;
    });
    scenario.check('control: and when its SHUTDOWNCMD is over, it still runs', isLeft(lab));
    scenario.check('the UPS got no command', lab.ups(UPS).commands.length === 0);
  });

/** The pod of the primary dies between the flags of the others and its own: nothing is left that would power it off. */
export const notesKilled = (scenario: Scenario): Promise<void> =>
  withNotes(scenario, async (lab) => {
    await scenario.reach('every secondary has its flag raised', 30_000, () => SECONDARIES.every(hasFlag(lab)));
    const killed = scenario.timeline.log('drill', 'the pod of the primary is killed');
    await lab.kubelet(UPS_NODE).kill();
    await leftRunning(scenario, lab, killed);
    scenario.check('the UPS got no command', lab.ups(UPS).commands.length === 0);
  });

/** The same without a fault, so that the controls fail because of the fault and not because of the lab. */
export const notesHealthy = (scenario: Scenario): Promise<void> =>
  withNotes(scenario, async (lab) => {
    await scenario.reach('every secondary has its flag raised', 30_000, () => SECONDARIES.every(hasFlag(lab)));
    await scenario.reach('the primary of the notes has its flag raised', 40_000, () => hasFlag(lab)(UPS_NODE));
    const flagAt = lab.host(UPS_NODE).killpower.flagRaisedAt ?? Number.NaN;
    const commandAt = lab.ups(UPS).commands.find(({ text }) => text.startsWith('S'))?.at ?? Number.NaN;
    scenario.measure('flag after the UPS command', { [UPS_NODE]: seconds(flagAt - commandAt) });
    scenario.check('control: the notes command the UPS before they raise the flag', commandAt < flagAt);
    await scenario.reach('every machine halts', 10_000, () => lab.hosts.every(({ state }) => state !== 'running'));
  });

const hasFlag = (lab: PowerLab) => (name: string) => lab.host(name).killpower.flagRaisedAt !== undefined;

const isLeft = (lab: PowerLab) => !hasFlag(lab)(UPS_NODE) && lab.host(UPS_NODE).state === 'running';

async function leftRunning(scenario: Scenario, lab: PowerLab, fault: number): Promise<void> {
  await scenario.reach('every secondary has its flag raised', 30_000, () => SECONDARIES.every(hasFlag(lab)));
  await scenario.pass('the primary of the notes has its chance', WATCHED_MS - (scenario.timeline.now() - fault));
  scenario.check(
    `control: the primary of the notes is left running ${WATCHED_MS / 1000} s after the fault`,
    isLeft(lab),
  );
}

/** Runs the notes' configuration up to the moment in which the first secondary has its flag raised. */
async function withNotes(scenario: Scenario, run: (lab: PowerLab) => Promise<void>): Promise<void> {
  const cluster = powerSite();
  const instead = { objects: notesObjects(cluster), watcher: NOTES_WATCHER };
  const lab = new PowerLab(scenario, { cluster, instead });
  try {
    await lab.start();
    const container = lab.kubelet(UPS_NODE).container('nut');
    const clients = async () => (await container.exec('upsc', '-c', UPS)).stdout.split('\n').filter(Boolean).length;
    await scenario.reach('the upsmons of the notes log in', 40_000, async () => (await clients()) === 3);

    lab.ups(UPS).mains(false);
    await scenario.pass('the mains are away', 8000);
    const low = lab.ups(UPS).lowBattery();
    await scenario.reach('a secondary has its flag raised', 60_000, () => SECONDARIES.some(hasFlag(lab)));
    await run(lab);
    const shown = (name: string) => {
      const at = lab.host(name).killpower.flagRaisedAt;
      return at === undefined ? 'never' : seconds(at - low);
    };
    scenario.measure('flag after low battery', perMachine(shown));
  } finally {
    await lab.stop();
  }
}
