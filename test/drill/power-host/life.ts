import { KILLPOWERD } from '../../../lib/machines/killpower';
import { signal } from '../processes';
import { type Scenario, seconds } from '../scenario';
import type { Machine } from './machine';
import { withK3os, withSystemd } from './site';

const BOOT_MS = 60_000;
const OFF_MS = 30_000;
const DEADLINE_SECONDS = 5;
const LEASE_SECONDS = 4;
/** From the command to the power-off. */
const REHEARSAL_SECONDS = 10;
const HALT_SECONDS = 60;
/** A host on which nothing hangs is off soon after the command; its shutdown must not wait for killpowerd. */
const HALT_MS = 8000;
/** Unlike /run, it outlives a reboot. */
const LASTING = '/var/lib/killpower';

/** Boots the host, and waits until killpowerd runs. */
export async function started(scenario: Scenario, machine: Machine): Promise<void> {
  await machine.boot();
  await scenario.reach('killpowerd writes its heartbeat', BOOT_MS, () => machine.heartbeatAge() !== undefined);
}

/** Waits until the host is off. Returns milliseconds since `from`. */
export async function off(scenario: Scenario, machine: Machine, how: string, from: number): Promise<number> {
  await scenario.reach(`the host is off: ${how}`, OFF_MS, () => machine.isOff);
  return (machine.offAt ?? Number.NaN) - from;
}

/** Kills killpowerd with SIGKILL and waits until its supervisor has restarted it. */
export async function killKillpowerd(scenario: Scenario, machine: Machine): Promise<void> {
  const killed = machine.killpowerd();
  if (killed === undefined) throw new Error('killpowerd does not run');
  signal(killed, 'SIGKILL');
  const at = scenario.timeline.log('drill', 'killpowerd is killed with SIGKILL');
  await scenario.reach('its supervisor restarts killpowerd', 15_000, () => {
    const now = machine.killpowerd();
    return now !== undefined && now !== killed;
  });
  scenario.measure('killpowerd restarted after kill -9', seconds(scenario.timeline.now() - at));
}

/** A killed killpowerd, invalid files, the deadline, a reboot with the old files, a lease that is renewed, one that expires. */
async function life(scenario: Scenario, machine: Machine): Promise<void> {
  await started(scenario, machine);
  await killKillpowerd(scenario, machine);
  machine.put('lease', `${machine.bootId} 1\n`);
  machine.put('deadline', `00000000-0000-0000-0000-000000000000 1 1 another boot\n`);
  await scenario.pass('an invalid line and one of another boot', 2500);
  scenario.check('an invalid line and one of another boot do nothing', !machine.isOff);

  const deadline = machine.set('deadline', DEADLINE_SECONDS, HALT_SECONDS);
  const took = await off(scenario, machine, 'deadline', deadline);
  scenario.measure(`off after a deadline in ${DEADLINE_SECONDS} s`, seconds(took));
  inTime(scenario, 'deadline', took, DEADLINE_SECONDS);

  machine.forgetCut();
  await started(scenario, machine);
  await scenario.pass('the old deadline still exists', 8000);
  scenario.check('after a reboot the old deadline does nothing: no boot loop', !machine.isOff);
  const age = machine.heartbeatAge();
  scenario.check('the heartbeat is current', age !== undefined && age <= 3, `${age} s old`);

  for (let i = 0; i < 3; i++) {
    machine.set('lease', LEASE_SECONDS, HALT_SECONDS);
    await scenario.pass('the lease is renewed in time', 2500);
  }
  scenario.check('a lease that is renewed does nothing', !machine.isOff);
  const lease = machine.set('lease', LEASE_SECONDS, HALT_SECONDS);
  const lasted = await off(scenario, machine, 'lease not renewed', lease);
  scenario.measure(`off after a lease of ${LEASE_SECONDS} s`, seconds(lasted));
  inTime(scenario, 'lease', lasted, LEASE_SECONDS);
  await rehearsal(scenario, machine);
}

/** As in the runbook; the running killpowerd does it. */
async function rehearsal(scenario: Scenario, machine: Machine): Promise<void> {
  machine.forgetCut();
  await started(scenario, machine);
  const rehearse = `${KILLPOWERD} --rehearse`;
  const shown = await machine.exec(`${rehearse} ${LASTING}`);
  scenario.check('--rehearse finds nothing missing', shown.code === 0, shown.stdout.trim().replaceAll('\n', '; '));
  await scenario.pass('it was only shown', (REHEARSAL_SECONDS + 4) * 1000);
  scenario.check('--rehearse alone powers nothing off', !machine.isOff);
  const at = scenario.timeline.log('drill', 'rehearsal');
  await machine.exec(`${rehearse} --power-off ${HALT_SECONDS} ${LASTING}`);
  const took = await off(scenario, machine, 'rehearsal', at);
  scenario.measure('off after --rehearse --power-off', seconds(took));
  inTime(scenario, 'rehearsal', took, REHEARSAL_SECONDS);
}

export function inTime(scenario: Scenario, what: string, tookMs: number, afterSeconds: number): void {
  // killpowerd counts whole seconds
  const earliest = (afterSeconds - 1) * 1000;
  scenario.check(
    `not before the ${what}, and within ${HALT_MS / 1000} s after it`,
    tookMs > earliest && tookMs < earliest + HALT_MS,
  );
}

export const systemdLife = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { killpowerPath: LASTING }, (machine) => life(scenario, machine));

export const openrcLife = (scenario: Scenario): Promise<void> =>
  withK3os(scenario, { killpowerPath: LASTING }, (machine) => life(scenario, machine));
