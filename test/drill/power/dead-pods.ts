import type { Scenario } from '../scenario';
import { ascent, commanded, committed, descent, failMains, lowBattery } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { AGENT, MACHINES, SERVER, UPS, UPS_NODE } from './site';

const AFTER_COMMIT_MS = 500;

/**
 * Every pod on every machine is killed as soon as all machines are committed, and none comes back. On the node with the cable one
 * of those who can command the UPS stands still from the begin.
 */
export async function allPodsKilled(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await killAllAfterCommit(scenario, lab);
    await descent(scenario, lab, low);
    await ascent(scenario, lab);
  });
}

/** The course of events of it, up to the death of the last pod. */
export async function killAllAfterCommit(scenario: Scenario, lab: PowerLab): Promise<{ at: number; name: string }> {
  await failMains(scenario, lab);
  lab.kubelet(UPS_NODE).container('agent').freeze();
  const low = { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
  await committed(scenario, lab);
  await scenario.pass('all machines are committed', AFTER_COMMIT_MS);
  scenario.timeline.log('drill', 'every pod is killed');
  await Promise.all(MACHINES.map((name) => lab.kubelet(name).kill()));
  return low;
}

type Fault = (lab: PowerLab) => Promise<void> | void;

/** What happens to the pods of the node with the cable in the moment it is committed and the UPS commanded. */
const atCommitOfUpsNode =
  (what: string, fault: Fault) =>
  async (scenario: Scenario): Promise<void> =>
    withPowerLab(scenario, {}, async (lab) => {
      const low = await lowBattery(scenario, lab);
      await commanded(scenario, lab);
      await committed(scenario, lab, [UPS_NODE]);
      scenario.timeline.log('drill', what);
      await fault(lab);
      await descent(scenario, lab, low, { alone: [AGENT, SERVER] });
      await ascent(scenario, lab);
    });

export const upsNodeKilled = atCommitOfUpsNode('the pods of the UPS node are killed', (lab) =>
  lab.kubelet(UPS_NODE).kill(),
);

export const upsNodeFrozen = atCommitOfUpsNode('the pods of the UPS node are frozen', (lab) =>
  lab.kubelet(UPS_NODE).freeze(),
);

export async function upsNodeRestarted(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await commanded(scenario, lab);
    await committed(scenario, lab, [UPS_NODE]);
    scenario.timeline.log('drill', 'the pods of the UPS node are killed and start again');
    lab.kubelet(UPS_NODE).crash();
    const log = () => lab.logOf(UPS_NODE, 'nut-primary', 'primary');
    await scenario.reach('the new primary says that the power-off is under way, and does not log in', 15_000, () =>
      log().includes('the power-off of this machine is under way'),
    );
    await descent(scenario, lab, low, { mayBeToldTwice: true });
    await ascent(scenario, lab);
  });
}

/** The pods of one machine stand still at low battery. They keep their connections and go on being logged in. */
export async function secondaryFrozen(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    const low = freezeAtLowBattery(lab);
    await descent(scenario, lab, low, { alone: [SERVER] });
    scenario.check('it goes by its lease', lab.host(SERVER).killpower.called === 'lease');
    await ascent(scenario, lab);
  });
}

/** The fault of it. */
export function freezeAtLowBattery(lab: PowerLab): { at: number; name: string } {
  lab.kubelet(SERVER).freeze();
  return { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
}

/** On the node with the cable, who renews its lease stands still on battery: its UPS is told all the same, before that lease ends. */
export async function secondFrozen(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    lab.kubelet(UPS_NODE).container('second').freeze();
    const at = scenario.timeline.log('drill', `second of ${UPS_NODE} is frozen`);
    const frozen = { at, name: `second of ${UPS_NODE} froze` };
    await descent(scenario, lab, frozen, { beginsWithinSeconds: lab.cluster.power.leaseSeconds });
    scenario.check('it goes by its deadline', lab.host(UPS_NODE).killpower.called === 'deadline: lease');
    await ascent(scenario, lab);
  });
}

/** The cable between one machine and the switch is pulled at low battery. */
export async function linkCutAtLowBattery(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await lab.host(SERVER).cable.pull();
    await descent(scenario, lab, low, { alone: [SERVER] });
    await ascent(scenario, lab);
  });
}

/** The same a while before, so that the machine knows that it is on battery and nothing else. */
export async function linkCutOnBattery(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    await lab.host(SERVER).cable.pull();
    const cut = scenario.timeline.log('drill', `the cable of ${SERVER} is pulled`);
    await scenario.pass('the battery has some minutes', 8000);
    const low = { at: lab.ups(UPS).lowBattery(), name: 'low battery' };
    const beganFor = (name: string) => (name === SERVER ? cut : lab.firstCommitOf([AGENT, UPS_NODE]));
    await descent(scenario, lab, low, { alone: [SERVER], beganFor });
    await ascent(scenario, lab);
  });
}
