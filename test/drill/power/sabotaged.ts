import { type Scenario, seconds } from '../scenario';
import { committed, failMains, lowBattery } from './course';
import { freezeAtLowBattery, killAllAfterCommit } from './dead-pods';
import { type PowerLab, perMachine, withPowerLab } from './power-lab';
import { onlyTheAgentCommands, type Sabotage, upsFirst, withoutForce, withoutLease } from './sabotage';
import { AGENT, SERVER, UPS, UPS_NODE } from './site';

/** Without the lease, a node with frozen pods is cut while it runs. */
export async function controlWithoutLease(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: withoutLease }, async (lab) => {
    await failMains(scenario, lab);
    const low = freezeAtLowBattery(lab);
    await cut(scenario, lab, low.at);
    scenario.check('control: the node with frozen pods is cut while it runs', lab.host(SERVER).dirtyCuts === 1);
    checkOthersClean(scenario, lab, [AGENT, UPS_NODE]);
  });
}

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

/** Without the forced power-off, a node that hangs in its halt is cut while it runs. */
export async function controlWithoutForce(scenario: Scenario): Promise<void> {
  await withPowerLab(scenario, { sabotage: withoutForce, hangs: [SERVER] }, async (lab) => {
    const low = await lowBattery(scenario, lab);
    await committed(scenario, lab);
    await cut(scenario, lab, low.at);
    scenario.check('control: the node that hangs is cut while it runs', lab.host(SERVER).dirtyCuts === 1);
    scenario.check('control: nothing forced it off', lab.host(SERVER).forcedAt === undefined);
    checkOthersClean(scenario, lab, [AGENT, UPS_NODE]);
  });
}

async function cut(scenario: Scenario, lab: PowerLab, low: number): Promise<void> {
  await scenario.reach('the UPS cuts its output', 130_000, () => !lab.ups(UPS).loadOn);
  await scenario.pass('the nodes lose power', 500);
  scenario.measure(
    'off after low battery',
    perMachine((name) => {
      const { dirtyCuts, haltedAt } = lab.host(name);
      return dirtyCuts > 0 ? 'DIRTY' : seconds(haltedAt === undefined ? undefined : haltedAt - low);
    }),
  );
  const cutAt = lab.ups(UPS).loadChanges[0]?.at ?? Number.NaN;
  scenario.measure('output off after low battery', { [UPS]: seconds(cutAt - low) });
}

/** The sabotage affects no other node. */
function checkOthersClean(scenario: Scenario, lab: PowerLab, names: readonly string[]): void {
  const clean = names.every((name) => lab.host(name).dirtyCuts === 0 && lab.host(name).haltedAt !== undefined);
  scenario.check(`clean power-off: ${names.join(', ')}`, clean);
}
