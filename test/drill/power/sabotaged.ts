import type { Scenario } from '../scenario';
import { ALL_OFF, secondOutage } from './again';
import { CUT_CLEAN, failMains } from './course';
import { killAllAfterCommit, primaryFrozen, secondaryFrozen, secondFrozen } from './dead-pods';
import { earlyPrimaryFrozen } from './early-faults';
import { driverFrozen, upsdFrozen } from './frozen';
import { runFull } from './full';
import { hangingHalt } from './low-battery';
import { type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import {
  atFirstReading,
  onlyTheAgentCommands,
  type Sabotage,
  upsFirst,
  withOffDuration,
  withoutDriverWatch,
  withoutEarlySecond,
  withoutForce,
  withoutLease,
  withoutLeaseWatch,
  withoutPackets,
  withoutRecharge,
  withoutReserve,
  withoutSecondOpinion,
  withoutSecretWatch,
  withoutShedding,
  withoutUpsdWatch,
  withoutWords,
} from './sabotage';
import { secretAtLowBattery, secretReplaced } from './secret';
import { AGENT, SERVER, UPS, UPS_NODE } from './site';
import { SHED_SECONDS, shed, WOKEN, wake } from './wake';
import { NO_POWER_OFF, ONE_BAD_READING, words } from './words';

/** A scenario without its cure, and the check that it has to fail at. */
const without =
  (sabotage: Sabotage, run: (scenario: Scenario, options: PowerLabOptions) => Promise<void>, what: string) =>
  (scenario: Scenario): Promise<void> =>
    scenario.failsFirstAt(what, (control) => run(control, { sabotage }));

export const controlWithoutLease = without(withoutLease, secondaryFrozen, CUT_CLEAN);
export const controlWithoutForce = without(withoutForce, hangingHalt, CUT_CLEAN);
export const controlDriverFrozen = without(withoutDriverWatch, driverFrozen, 'on line it is restarted');
export const controlUpsdFrozen = without(withoutUpsdWatch, upsdFrozen, 'it is restarted');
export const controlSecondFrozen = without(withoutLeaseWatch, secondFrozen, 'the UPS cuts its output');
export const controlEarlyFrozen = without(withoutEarlySecond, earlyPrimaryFrozen, 'the UPS cuts its output');
// the agents wait for HOSTSYNC
export const controlPrimaryFrozen = without(
  withoutSecondOpinion,
  primaryFrozen,
  'the first node is committed within 7 s after low battery',
);
export const controlSecondOutage = without(withoutRecharge, secondOutage, ALL_OFF);
export const controlShed = without(withoutShedding(AGENT, SHED_SECONDS), shed, `${AGENT} is off`);
export const controlWake = without(withoutPackets, wake, WOKEN);
export const controlRunFull = without(withoutReserve, runFull, 'every node has a lease');
export const controlWords = without(withoutWords, words, NO_POWER_OFF);
export const controlOff = without(withOffDuration, words, NO_POWER_OFF);
export const controlReading = without(atFirstReading, words, ONE_BAD_READING);
export const controlSecret = without(
  withoutSecretWatch,
  secretReplaced,
  `upsd refuses ${SERVER}, which has the old password`,
);
export const controlSecretAtLowBattery = without(withoutSecretWatch, secretAtLowBattery, 'the UPS cuts its output');

/** With one caller only, which is frozen, and the others killed, the UPS is never commanded: all nodes stay off. */
export async function controlOneCaller(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: onlyTheAgentCommands }, async (lab) => {
    await killAllAfterCommit(scenario, lab);
    await scenario.reach('every node is off', 60_000, () => lab.hosts.every(({ state }) => state === 'off'));
    lab.ups(UPS).mains(true);
    await scenario.pass('mains power is back', 10_000);
    checkOthersClean(scenario, lab, [AGENT, SERVER, UPS_NODE]);
    scenario.check('control: the UPS gets no command', lab.ups(UPS).commands.length === 0);
    scenario.check(
      'control: on mains power with the output on, every node stays off',
      lab.ups(UPS).loadOn && lab.hosts.every(({ state }) => state === 'off'),
    );
  });
}

/**
 * With the UPS first and the node second, the node with the cable stays on when the UPS does not answer. Both runs are without the
 * lease, which would power that node off; the right order does not need it.
 */
export async function controlUpsFirst(scenario: Scenario): Promise<void> {
  const swapped: Sabotage = (files) => withoutLease(upsFirst(files));
  for (const [sabotage, isOff] of [
    [swapped, false],
    [withoutLease, true],
  ] as const) {
    await withPowerLab(scenario, { sabotage }, async (lab) => {
      await failMains(scenario, lab);
      lab.ups(UPS).mute();
      for (const name of [AGENT, SERVER]) {
        await scenario.reach(`${name} is off`, 100_000, () => lab.host(name).state === 'off');
      }
      await scenario.pass('the node with the cable has time to power off', 25_000);
      const { state } = lab.host(UPS_NODE);
      const [order, wanted] = isOff ? ['the node first', 'off'] : ['the UPS first', 'running'];
      scenario.check(`control: ${order}: the node with the cable is ${wanted}`, state === wanted, state);
    });
  }
}

/** The sabotage affects no other node. */
function checkOthersClean(scenario: Scenario, lab: PowerLab, names: readonly string[]): void {
  const clean = names.every((name) => lab.host(name).dirtyCuts === 0 && lab.host(name).haltedAt !== undefined);
  scenario.check(`clean power-off: ${names.join(', ')}`, clean);
}
