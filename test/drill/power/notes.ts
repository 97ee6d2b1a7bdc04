import { type Scenario, seconds } from '../scenario';
import { NOTES_WATCHER, notesObjects } from './notes-objects';
import { PowerLab, perMachine } from './power-lab';
import { AGENT, powerSite, SERVER, UPS, UPS_NODE } from './site';

const SECONDARIES = [AGENT, SERVER] as const;
const WATCHED_MS = 40_000;

/**
 * Negative control: the configuration of the notes, and a UPS that stops answering at the shutdown. It passes only if the primary is
 * left running, as the notes report; otherwise this drill would not detect that fault.
 */
export const notesMute = (scenario: Scenario): Promise<void> =>
  withNotes(scenario, async (lab) => {
    const mute = lab.ups(UPS).mute();
    await leftRunning(scenario, lab, mute);
    // upsmon exits after its SHUTDOWNCMD, which may take as long as upsdrvctl lets a driver try; zombies are not reaped
    const container = lab.kubelet(UPS_NODE).container('nut');
    await scenario.reach('the SHUTDOWNCMD of the notes exits', 90_000, async () => {
      return (await container.exec('pgrep', '-x', '-r', 'D,R,S', 'upsmon')).code === 1;
    });
    scenario.check('control: it still runs after its SHUTDOWNCMD', isLeft(lab));
    scenario.check('the UPS gets no command', lab.ups(UPS).commands.length === 0);
  });

/** The pod of the primary is killed between the flags of the secondaries and its own: nothing is left to power it off. */
export const notesKilled = (scenario: Scenario): Promise<void> =>
  withNotes(scenario, async (lab) => {
    await scenario.reach('every secondary raises its flag', 30_000, () => SECONDARIES.every(hasFlag(lab)));
    const killed = scenario.timeline.log('drill', 'the pod of the primary is killed');
    await lab.kubelet(UPS_NODE).kill();
    await leftRunning(scenario, lab, killed);
    scenario.check('the UPS gets no command', lab.ups(UPS).commands.length === 0);
  });

/** The same without a fault: it shows that the fault and not the lab makes the controls fail. */
export const notesHealthy = (scenario: Scenario): Promise<void> =>
  withNotes(scenario, async (lab) => {
    await scenario.reach('every secondary raises its flag', 30_000, () => SECONDARIES.every(hasFlag(lab)));
    await scenario.reach('the primary of the notes raises its flag', 40_000, () => hasFlag(lab)(UPS_NODE));
    const flagAt = lab.host(UPS_NODE).killpower.flagRaisedAt ?? Number.NaN;
    const commandAt = lab.ups(UPS).commands.find(({ shutdown }) => shutdown !== undefined)?.at ?? Number.NaN;
    scenario.measure('flag after the UPS command', { [UPS_NODE]: seconds(flagAt - commandAt) });
    scenario.check('control: the notes command the UPS before they raise the flag', commandAt < flagAt);
    await scenario.reach('every node halts', 10_000, () => lab.hosts.every(({ state }) => state !== 'running'));
  });

const hasFlag = (lab: PowerLab) => (name: string) => lab.host(name).killpower.flagRaisedAt !== undefined;

const isLeft = (lab: PowerLab) => !hasFlag(lab)(UPS_NODE) && lab.host(UPS_NODE).state === 'running';

async function leftRunning(scenario: Scenario, lab: PowerLab, fault: number): Promise<void> {
  await scenario.reach('every secondary raises its flag', 30_000, () => SECONDARIES.every(hasFlag(lab)));
  await scenario.pass('the primary of the notes has time to power off', WATCHED_MS - (scenario.timeline.now() - fault));
  scenario.check(
    `control: the primary of the notes is left running ${WATCHED_MS / 1000} s after the fault`,
    isLeft(lab),
  );
}

/** Runs the configuration of the notes until the first secondary has raised its flag. */
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
    await scenario.pass('on battery', 8000);
    const low = lab.ups(UPS).lowBattery();
    await scenario.reach('a secondary raises its flag', 60_000, () => SECONDARIES.some(hasFlag(lab)));
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
