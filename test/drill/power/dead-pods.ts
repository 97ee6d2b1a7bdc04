import type { Scenario } from '../scenario';
import {
  ascent,
  commanded,
  committed,
  descent,
  failMains,
  lowBattery,
  lowBatteryNow,
  outage,
  type Zero,
} from './course';
import { type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import { AGENT, MACHINES, SERVER, UPS_NODE } from './site';

const AFTER_COMMIT_MS = 500;

/**
 * Every pod on every node is killed for good as soon as all nodes are committed. On the node with the cable, one of the containers that
 * command the UPS is frozen from the start.
 */
export async function allPodsKilled(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await outage(scenario, lab, await killAllAfterCommit(scenario, lab));
  });
}

/** Its events up to the kill of the last pod. */
export async function killAllAfterCommit(scenario: Scenario, lab: PowerLab): Promise<Zero> {
  await failMains(scenario, lab);
  lab.kubelet(UPS_NODE).container('agent').freeze();
  const low = lowBatteryNow(lab);
  await committed(scenario, lab);
  await scenario.pass('all nodes are committed', AFTER_COMMIT_MS);
  scenario.timeline.log('drill', 'every pod is killed');
  await Promise.all(MACHINES.map((name) => lab.kubelet(name).kill()));
  return low;
}

type Fault = (lab: PowerLab) => Promise<void> | void;

/** A fault of the pods on the node with the cable, once that is committed and the UPS commanded. */
const atCommitOfUpsNode =
  (what: string, fault: Fault) =>
  async (scenario: Scenario): Promise<void> =>
    withPowerLab(scenario, {}, async (lab) => {
      const low = await lowBattery(scenario, lab);
      await commanded(scenario, lab);
      await committed(scenario, lab, [UPS_NODE]);
      scenario.timeline.log('drill', what);
      await fault(lab);
      await outage(scenario, lab, low, { alone: [AGENT, SERVER] });
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
    scenario.timeline.log('drill', 'the pods of the UPS node are killed and restart');
    lab.kubelet(UPS_NODE).crash();
    const log = () => lab.logOf(UPS_NODE, 'nut-primary', 'primary');
    await scenario.reach(
      'the new primary logs that the power-off is in progress, and does not start upsmon',
      15_000,
      () => log().includes('the power-off of this node is in progress'),
    );
    await outage(scenario, lab, low, { mayBeToldTwice: true });
  });
}

/** The pods of one node are frozen at low battery. They keep their connections and stay logged in. */
export async function secondaryFrozen(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, options, async (lab) => {
    await failMains(scenario, lab);
    lab.kubelet(SERVER).freeze();
    await descent(scenario, lab, lowBatteryNow(lab), { alone: [SERVER] });
    scenario.check('it powers off by its lease', lab.host(SERVER).killpower.called === 'lease');
    await ascent(scenario, lab);
  });
}

/** On the node with the cable, the container that declares the shutdown is frozen on battery, and the UPS does not report its command. */
export async function primaryFrozen(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, { ups: { showsShutdown: false }, ...options }, async (lab) => {
    await failMains(scenario, lab);
    lab.kubelet(UPS_NODE).container('primary').freeze();
    await outage(scenario, lab, lowBatteryNow(lab));
  });
}

/** On the node with the cable, the container that renews its lease is frozen on battery. Its UPS is commanded before the lease expires. */
export async function secondFrozen(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withPowerLab(scenario, options, async (lab) => {
    await failMains(scenario, lab);
    lab.kubelet(UPS_NODE).container('second').freeze();
    const at = scenario.timeline.log('drill', `second on ${UPS_NODE} is frozen`);
    const frozen = { at, name: `the freeze of second on ${UPS_NODE}` };
    await descent(scenario, lab, frozen, { beginsWithinSeconds: lab.cluster.power.leaseSeconds });
    scenario.check('it powers off by its deadline', lab.host(UPS_NODE).killpower.called === 'deadline: lease');
    await ascent(scenario, lab);
  });
}

/** The network cable of one node is pulled at low battery. */
export async function linkCutAtLowBattery(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await lab.host(SERVER).cable.pull();
    await outage(scenario, lab, low, { alone: [SERVER] });
  });
}

/** The same before low battery: the node has only detected on battery. */
export async function linkCutOnBattery(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await failMains(scenario, lab);
    await lab.host(SERVER).cable.pull();
    const cut = scenario.timeline.log('drill', `the network cable of ${SERVER} is pulled`);
    await scenario.pass('on battery', 8000);
    const low = lowBatteryNow(lab);
    const beganFor = (name: string) => (name === SERVER ? cut : lab.firstCommitOf([AGENT, UPS_NODE]));
    await outage(scenario, lab, low, { alone: [SERVER], beganFor });
  });
}
