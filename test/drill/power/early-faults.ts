import type { Scenario } from '../scenario';
import { ascent, checkDisarmed, descent, failMains, outage } from './course';
import { type PowerLabOptions, withPowerLab } from './power-lab';
import { AGENT, powerSite, UPS, UPS_NODE } from './site';
import { checkOthersLive, twoUpses } from './two-upses';

const EARLY = { power: { earlyShutdown: { onBatterySeconds: 10 } } };
/** The limit, and a poll of the driver and of the primary. */
const BY_PRIMARY_SECONDS = 10 + 8;
/** second leaves the primary 5 polls of 2 s, and each takes some time itself. */
const BY_SECOND_SECONDS = BY_PRIMARY_SECONDS + 15;

/**
 * The primary is frozen when the limit for an early shutdown is reached, and the UPS does not report its command. The other nodes must
 * receive FSD all the same, or they would run until their upsd powers off.
 */
export async function earlyPrimaryFrozen(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  const early = { cluster: powerSite(EARLY), ups: { showsShutdown: false }, ...options };
  await withPowerLab(scenario, early, async (lab) => {
    lab.kubelet(UPS_NODE).container('primary').freeze();
    const at = await failMains(scenario, lab);
    await outage(scenario, lab, { at, name: 'mains power failed' }, { beginsWithinSeconds: BY_SECOND_SECONDS });
  });
}

/** Mains power of one of two UPSes at a node fails. Nodes on the other one stay up, and it gets no command. */
export async function earlyOneOfTwo(scenario: Scenario): Promise<void> {
  const options = { cluster: twoUpses(EARLY), ups: { showsShutdown: false } };
  await withPowerLab(scenario, options, async (lab) => {
    const at = await failMains(scenario, lab, UPS);
    const name = `mains power of ${UPS} failed`;
    await descent(scenario, lab, { at, name }, { machines: [AGENT], beginsWithinSeconds: BY_PRIMARY_SECONDS });
    checkOthersLive(scenario, lab);
    await ascent(scenario, lab, { machines: [AGENT], ups: UPS });
    const log = lab.logOf(UPS_NODE, 'nut-primary', 'upsd');
    scenario.check('upsd has cleared FSD', log.includes(`the shutdown of ${UPS} is over`));
    checkDisarmed(scenario, lab);
  });
}
