import { type Scenario, seconds } from '../scenario';
import { checkNotCommitted } from './course';
import { type PowerLab, withPowerLab } from './power-lab';
import { otherDelay, type Sabotage } from './sabotage';
import { AGENT, SERVER, UPS, UPS_NODE } from './site';

/** preflight.sh runs every 20 s, and the readiness probe, which has to fail once, every 10 s. */
const NOTICED_WITHIN_MS = 40_000;

const second = (lab: PowerLab, name: string) => lab.kubelet(name).container('second');

async function complains(scenario: Scenario, lab: PowerLab, name: string, line: string): Promise<void> {
  const at = scenario.timeline.now();
  await scenario.reach(`${name} logs "${line}"`, NOTICED_WITHIN_MS, () =>
    lab.logOfSecond(name).includes(`second: preflight: ${line}`),
  );
  await scenario.reach(`${name} is not ready`, NOTICED_WITHIN_MS, () => !second(lab, name).ready);
  scenario.measure(`not ready after "${line.slice(0, 30)}..."`, { [name]: seconds(scenario.timeline.now() - at) });
}

/** On mains power, preflight reports what would go wrong at the next power failure. */
export async function preflight(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, {}, async (lab) => {
    await scenario.reach('every node is ready', NOTICED_WITHIN_MS, () => lab.isReady);
    await lab.kubelet(AGENT).kill();
    await lab.host(SERVER).stopWatcher();
    await Promise.all([
      complains(scenario, lab, UPS_NODE, `${AGENT} (10.77.0.21) is not logged in to ${UPS}`),
      complains(scenario, lab, SERVER, `killpowerd is not running on ${SERVER}`),
    ]);
    await lab.kubelet(AGENT).start();
    await scenario.reach(`with the agent back, ${UPS_NODE} is ready again`, NOTICED_WITHIN_MS, () => {
      return second(lab, UPS_NODE).ready;
    });
    checkNotCommitted(scenario, lab);
  });
}

/** The driver has other delays than the power plan. */
export async function preflightDelays(scenario: Scenario): Promise<void> {
  const sabotage: Sabotage = (files) =>
    otherDelay(UPS_NODE, 'offdelay', 60, 120)(otherDelay(UPS_NODE, 'ondelay', 120, 60)(files));
  await withPowerLab(scenario, { sabotage }, async (lab) => {
    for (const line of [
      `${UPS} would cut its output after 120 s, but cluster.yaml plans with 60 s`,
      `${UPS} would restore its output too early: its ups.delay.start is 60, and cluster.yaml plans with 120`,
    ]) {
      await complains(scenario, lab, UPS_NODE, line);
    }
  });
}
