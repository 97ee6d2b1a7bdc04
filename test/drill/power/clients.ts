import type { Cluster } from '../../../lib/cluster/schema';
import { type HostPlan, powerPlan } from '../../../lib/power/plan';
import { type Scenario, seconds } from '../scenario';
import { ascent, descent, lowBattery } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { otherDelay } from './sabotage';
import { powerSite, serialUps, UPS, UPS_NODE } from './site';

const NAS = 'nas';

/** A host outside the cluster that halts longer than the nodes, and longer than the offdelay of a plan without it. */
const site = (): Cluster =>
  powerSite({
    ups: [
      {
        ...serialUps(UPS, UPS_NODE),
        clients: [{ name: NAS, address: '10.77.0.40', haltBudgetSeconds: 60 }],
      },
    ],
  });

const offDelayOf = (cluster: Cluster): number => powerPlan(cluster).upses[0]?.offDelaySeconds ?? Number.NaN;

function planOf(lab: PowerLab): HostPlan {
  const plan = lab.plan.upses[0]?.clients.find(({ name }) => name === NAS);
  if (!plan) throw new Error('the power plan has no client');
  return plan;
}

/** The client powers itself off within its times, before the cut. */
function checkClient(scenario: Scenario, lab: PowerLab, began: number): void {
  const { deadlineSeconds, downSeconds } = planOf(lab);
  const { haltingAt = Number.NaN, haltedAt = Number.NaN, dirtyCuts } = lab.host(NAS);
  const cutAt = lab.ups(UPS).loadChanges[0]?.at ?? Number.NaN;
  scenario.measure(`${NAS} powers off, is off`, `${seconds(haltingAt - began)}, ${seconds(haltedAt - began)}`);
  scenario.check(
    `${NAS} powers off within ${deadlineSeconds} s and is off within ${downSeconds} s, before the output is cut`,
    haltingAt - began <= deadlineSeconds * 1000 &&
      haltedAt - began <= downSeconds * 1000 &&
      haltedAt < cutAt &&
      dirtyCuts === 0,
    `${seconds(haltingAt - began)}, ${seconds(haltedAt - began)}`,
  );
}

/** Low battery: the client receives FSD. The primary waits for its logout, HOSTSYNC at most, which the plan covers. */
export async function client(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { cluster: site() }, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await scenario.reach('the primary no longer waits for secondaries', 40_000, () =>
      lab.logOf(UPS_NODE, 'nut-primary', 'primary').includes('primary: SHUTDOWN'),
    );
    const waited = scenario.timeline.now() - low.at;
    const most = lab.plan.detectionSeconds + (lab.plan.upses[0]?.noticeSeconds ?? Number.NaN);
    scenario.measure('the primary waited for secondaries after low battery', seconds(waited));
    scenario.check(`that is within ${most} s, its detection time`, waited <= most * 1000, seconds(waited));
    await descent(scenario, lab, low);
    checkClient(scenario, lab, lab.firstCommitOf(lab.hosts.map(({ name }) => name)));
    await ascent(scenario, lab);
  });
}

/** A client without upsd powers itself off by DEADTIME. */
export async function clientCutOff(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { cluster: site() }, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await lab.host(NAS).cable.pull();
    scenario.timeline.log(NAS, 'its network cable is pulled');
    await descent(scenario, lab, low);
    checkClient(scenario, lab, low.at);
    await ascent(scenario, lab);
  });
}

/** With the offdelay of a plan without the client, it is cut while it halts. */
export async function controlClient(scenario: Scenario): Promise<void> {
  const cluster = site();
  const sabotage = otherDelay(UPS_NODE, 'offdelay', offDelayOf(cluster), offDelayOf(powerSite()));
  await withPowerLab(scenario, { cluster, sabotage }, async (lab) => {
    await lowBattery(scenario, lab);
    await scenario.reach('the UPS cuts its output', 130_000, () => !lab.ups(UPS).loadOn);
    await scenario.pass('the hosts lose power', 500);
    scenario.check('control: the client is cut while it halts', lab.host(NAS).dirtyCuts === 1);
    scenario.check(
      'every node is off before',
      lab.hosts.every(({ dirtyCuts, haltedAt }) => dirtyCuts === 0 && haltedAt !== undefined),
    );
  });
}
