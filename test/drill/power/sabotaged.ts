import type { ScenarioPlan } from '../drill';
import type { Scenario } from '../scenario';
import { ALL_OFF, secondOutage } from './again';
import { CUT_CLEAN, failMains, OUTPUT_CUT } from './course';
import { killAllAfterCommit, primaryFrozen, secondaryFrozen, secondFrozen } from './dead-pods';
import { earlyPrimaryFrozen } from './early-faults';
import { driverFrozen, upsdFrozen } from './frozen';
import { COMPLETE, runFull, runFullWriters } from './full';
import { hangingHalt } from './low-battery';
import { nutImage, type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
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
  withSharedPage,
} from './sabotage';
import { REFUSED, secretAtLowBattery, secretReplaced } from './secret';
import { AGENT, SERVER, UPS, UPS_NODE } from './site';
import { SHED_SECONDS, shed, WOKEN, wake } from './wake';
import { NO_POWER_OFF, ONE_BAD_READING, words } from './words';

/** A scenario without its cure, and the check that it has to fail at. */
const without = (
  name: string,
  summary: string,
  sabotage: Sabotage,
  run: (scenario: Scenario, options: PowerLabOptions) => Promise<void>,
  what: string,
): ScenarioPlan => ({
  name: `control-${name}`,
  summary,
  run: (scenario) => scenario.failsFirstAt(what, (control) => run(control, { sabotage })),
});

/** What each cure is for. */
export const controls: readonly ScenarioPlan[] = [
  without('no-lease', 'secondary-frozen without the lease', withoutLease, secondaryFrozen, CUT_CLEAN),
  without(
    'driver-frozen',
    'driver-frozen without restart',
    withoutDriverWatch,
    driverFrozen,
    'on line it is restarted',
  ),
  without('upsd-frozen', 'upsd-frozen without restart', withoutUpsdWatch, upsdFrozen, 'it is restarted'),
  without('second-frozen', 'second-frozen without lease.sh', withoutLeaseWatch, secondFrozen, OUTPUT_CUT),
  without(
    'early-frozen',
    'early-primary-frozen without limits in second',
    withoutEarlySecond,
    earlyPrimaryFrozen,
    OUTPUT_CUT,
  ),
  // the agents wait for HOSTSYNC
  without(
    'primary-frozen',
    'primary-frozen without second',
    withoutSecondOpinion,
    primaryFrozen,
    'the first node is committed within 7 s after low battery',
  ),
  {
    ...without('off', 'words with OFFDURATION 30, with --nut', withOffDuration, words, NO_POWER_OFF),
    applies: () => nutImage() !== undefined,
  },
  without('words', 'words without a meaning of BYPASS and WAIT', withoutWords, words, NO_POWER_OFF),
  without('reading', 'words where one reading is enough', atFirstReading, words, ONE_BAD_READING),
  without('run-full', 'run-full without the reserved pages', withoutReserve, runFull, 'every node has a lease'),
  without('run-full-writers', 'run-full-writers that share a page', withSharedPage, runFullWriters, COMPLETE),
  without('secret', 'secret-replaced without its watch', withoutSecretWatch, secretReplaced, REFUSED),
  without('secret-at-low-battery', 'the same at low battery', withoutSecretWatch, secretAtLowBattery, OUTPUT_CUT),
  without('second-outage', 'second-outage, its battery counts as charged', withoutRecharge, secondOutage, ALL_OFF),
  without('shed', 'shed without the limit', withoutShedding(AGENT, SHED_SECONDS), shed, `${AGENT} is off`),
  without('wake', 'wake without the magic packets', withoutPackets, wake, WOKEN),
  without('no-force', 'hanging-halt without the forced power-off', withoutForce, hangingHalt, CUT_CLEAN),
];

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
