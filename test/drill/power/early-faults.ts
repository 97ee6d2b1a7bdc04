import type { Scenario } from '../scenario';
import { ascent, checkDisarmed, descent, failMains } from './course';
import { withPowerLab } from './power-lab';
import { AGENT, powerSite, UPS, UPS_NODE } from './site';
import { checkOthersLive, twoUpses } from './two-upses';

const EARLY = { power: { earlyShutdown: { onBatterySeconds: 10 } } };
/** The limit, and what the driver and a look of the primary take. */
const BY_PRIMARY_SECONDS = 10 + 8;
/** Who else looks leaves the primary 5 looks of 2 s, each of which takes a moment itself. */
const BY_SECOND_SECONDS = BY_PRIMARY_SECONDS + 15;

/**
 * The primary stands still when the limit for an early shutdown is reached, and the UPS does not show that it was told. The others must
 * hear of the shutdown all the same, or they would run until their upsd is gone.
 */
export async function earlyPrimaryFrozen(scenario: Scenario): Promise<void> {
  const options = { cluster: powerSite(EARLY), ups: { showsShutdown: false } };
  await withPowerLab(scenario, options, async (lab) => {
    lab.kubelet(UPS_NODE).container('primary').freeze();
    const at = await failMains(scenario, lab);
    await descent(scenario, lab, { at, name: 'the mains failed' }, { beginsWithinSeconds: BY_SECOND_SECONDS });
    await ascent(scenario, lab);
  });
}

/** The mains of one of two UPSes with their cables at one machine fail: who has the other one stays up, and that is told nothing. */
export async function earlyOneOfTwo(scenario: Scenario): Promise<void> {
  const options = { cluster: twoUpses(EARLY), ups: { showsShutdown: false } };
  await withPowerLab(scenario, options, async (lab) => {
    const at = await failMains(scenario, lab, UPS);
    const name = `the mains of ${UPS} failed`;
    await descent(scenario, lab, { at, name }, { machines: [AGENT], beginsWithinSeconds: BY_PRIMARY_SECONDS });
    checkOthersLive(scenario, lab);
    await ascent(scenario, lab, { machines: [AGENT], ups: UPS });
    const log = lab.logOf(UPS_NODE, 'nut-primary', 'upsd');
    scenario.check('upsd has forgotten the shutdown', log.includes(`the shutdown of ${UPS} is over`));
    checkDisarmed(scenario, lab);
  });
}
