import { type Scenario, seconds } from '../scenario';
import { committed, failMains, lowBattery } from './course';
import { freezeAtLowBattery, killAllAfterCommit } from './dead-pods';
import { type PowerLab, perMachine, withPowerLab } from './power-lab';
import { onlyTheAgentCommands, type Sabotage, upsFirst, withoutForce, withoutLease } from './sabotage';
import { AGENT, SERVER, UPS, UPS_NODE } from './site';

/** Without the lease, a machine whose pods stand still is cut off while it runs. */
export async function controlWithoutLease(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: withoutLease }, async (lab) => {
    await failMains(scenario, lab);
    const low = freezeAtLowBattery(lab);
    await cut(scenario, lab, low.at);
    scenario.check(
      'control: the machine with the frozen pods is cut off while it runs',
      lab.host(SERVER).dirtyCuts === 1,
    );
    checkOthersClean(scenario, lab, [AGENT, UPS_NODE]);
  });
}

/** With one caller only, the UPS is never commanded when that one stands still and the others are killed: all stay off for good. */
export async function controlOneCaller(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: onlyTheAgentCommands }, async (lab) => {
    await killAllAfterCommit(scenario, lab);
    await scenario.reach('every machine is off', 60_000, () => lab.hosts.every(({ state }) => state === 'off'));
    lab.ups(UPS).mains(true);
    await scenario.pass('the mains are back', 10_000);
    checkOthersClean(scenario, lab, [AGENT, SERVER, UPS_NODE]);
    scenario.check('control: the UPS never got a command', lab.ups(UPS).commands.length === 0);
    scenario.check(
      'control: with the mains back and the load on, every machine stays off',
      lab.ups(UPS).loadOn && lab.hosts.every(({ state }) => state === 'off'),
    );
  });
}

/**
 * With the UPS first and the machine second, the node with the cable stays on when the UPS does not answer. The lease is taken out
 * in both runs, because it would save that node; with the order as it is, nothing has to.
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
      await scenario.pass('the node with the cable has its time', 25_000);
      const { state } = lab.host(UPS_NODE);
      const [order, wanted] = isOff ? ['the machine first', 'off'] : ['the UPS first', 'running'];
      scenario.check(`control: ${order}: the node with the cable is ${wanted}`, state === wanted, state);
    });
  }
}

/** Without the force, a machine whose halt hangs is cut off in the middle of it. */
export async function controlWithoutForce(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: withoutForce, hangs: [SERVER] }, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await committed(scenario, lab);
    await cut(scenario, lab, low.at);
    scenario.check('control: the machine whose halt hangs is cut off meanwhile', lab.host(SERVER).dirtyCuts === 1);
    scenario.check('control: nothing forced it off', lab.host(SERVER).forcedAt === undefined);
    checkOthersClean(scenario, lab, [AGENT, UPS_NODE]);
  });
}

async function cut(scenario: Scenario, lab: PowerLab, low: number): Promise<void> {
  await scenario.reach('the UPS cuts its load', 130_000, () => !lab.ups(UPS).loadOn);
  await scenario.pass('the machines notice', 500);
  scenario.measure(
    'is off after low battery',
    perMachine((name) => {
      const { dirtyCuts, haltedAt } = lab.host(name);
      return dirtyCuts > 0 ? 'DIRTY' : seconds(haltedAt === undefined ? undefined : haltedAt - low);
    }),
  );
  const cutAt = lab.ups(UPS).loadChanges[0]?.at ?? Number.NaN;
  scenario.measure('load off after low battery', { [UPS]: seconds(cutAt - low) });
}

/** The sabotage hits what it is there to hit and nothing else. */
function checkOthersClean(scenario: Scenario, lab: PowerLab, names: readonly string[]): void {
  const clean = names.every((name) => lab.host(name).dirtyCuts === 0 && lab.host(name).haltedAt !== undefined);
  scenario.check(`clean all the same: ${names.join(', ')}`, clean);
}
