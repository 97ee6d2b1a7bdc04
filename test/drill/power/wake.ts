import { existsSync, readFileSync } from 'node:fs';
import type { Cluster } from '../../../lib/cluster/schema';
import { type Scenario, seconds } from '../scenario';
import { checkDisarmed, failMains, lowBattery } from './course';
import { type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import { AGENT, MACHINES, powerSite, SERVER, UPS, UPS_NODE } from './site';

export const SHED_SECONDS = 10;
/** Polls of the driver and of second, and the stage. */
const SHED_WITHIN_SECONDS = SHED_SECONDS + 5 + 3;

const shedding = (): Cluster => {
  const { nodes } = powerSite();
  const plain = nodes.map(({ name, role, address, ups }) => ({
    name,
    role,
    address: address.map(({ text }) => text),
    ups: ups.length > 0 ? UPS : undefined,
  }));
  return powerSite({
    nodes: plain.map((node) => (node.name === AGENT ? { ...node, shed: { onBatterySeconds: SHED_SECONDS } } : node)),
  });
};

/** Starts a lab with the gate of killpowerd, and waits until the UPS node has the MAC addresses of the others. */
const withWaker = (
  scenario: Scenario,
  options: PowerLabOptions,
  run: (lab: PowerLab) => Promise<void>,
): Promise<void> =>
  withPowerLab(scenario, { ...options, gate: true }, async (lab) => {
    const peers = lab.host(UPS_NODE).path('/run/killpower/peers');
    await scenario.reach('the MAC addresses of all other nodes are known', 60_000, () => {
      const text = existsSync(peers) ? readFileSync(peers, 'utf8') : '';
      return [SERVER, AGENT].every((name) => text.includes(`${name} `));
    });
    await run(lab);
  });

const isUp = (lab: PowerLab, name: string): boolean => lab.host(name).state === 'running';

/** One node is shed; the others run on. It starts again when mains power is back, and not before. */
export async function shed(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withWaker(scenario, { cluster: shedding(), ...options }, async (lab) => {
    const failed = await failMains(scenario, lab);
    await scenario.reach(`${AGENT} is off`, 60_000, () => lab.host(AGENT).state === 'off');
    const { haltingAt = Number.NaN, killpower } = lab.host(AGENT);
    scenario.measure('powers off after mains power failed', { [AGENT]: seconds(haltingAt - failed) });
    const took = (haltingAt - failed) / 1000;
    // early-reached.sh subtracts whole seconds of uptime
    scenario.check(
      `it is shed ${SHED_SECONDS} to ${SHED_WITHIN_SECONDS} s after mains power failed`,
      took >= SHED_SECONDS - 1 && took <= SHED_WITHIN_SECONDS && killpower.called === 'deadline: shed',
      `${took.toFixed(1)} s, ${killpower.called}`,
    );
    await scenario.pass('the others run on', 30_000);
    const others = [SERVER, UPS_NODE];
    scenario.check(
      'the others are up and not committed',
      others.every((name) => isUp(lab, name) && lab.host(name).killpower.deadline === undefined),
    );
    scenario.check('nothing is sent on battery', lab.magicPackets.length === 0);
    const back = lab.ups(UPS).mains(true);
    await scenario.reach(`${AGENT} is woken and starts`, 90_000, () => isUp(lab, AGENT));
    scenario.measure('up after mains power returned', { [AGENT]: seconds(scenario.timeline.now() - back) });
    await allBack(scenario, lab);
  });
}

/** Every upsmon is logged in, no node is awaited, and nothing happens afterwards. */
async function allBack(scenario: Scenario, lab: PowerLab): Promise<void> {
  await scenario.reach('every upsmon logs in', 60_000, () => lab.loggedIn());
  const awaited = lab.host(UPS_NODE).path('/run/killpower/awaited');
  await scenario.reach('no node is awaited any more', 60_000, () => !existsSync(awaited));
  const boots = MACHINES.map((name) => lab.host(name).boots);
  await scenario.pass('nothing more happens', 10_000);
  scenario.check(
    'every node stays up',
    MACHINES.every((name, i) => isUp(lab, name) && lab.host(name).boots === boots[i]),
  );
  checkDisarmed(scenario, lab);
}

export const WOKEN = 'the others are woken and start';

/**
 * The UPS forgets its command: all nodes are off with power. Mains power returns, and a person starts the node with the cable, which wakes
 * the others.
 */
export async function wake(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await withWaker(scenario, { ups: { ignoresShutdown: true, showsShutdown: false }, ...options }, async (lab) => {
    await lowBattery(scenario, lab);
    await scenario.reach('every node is off', 90_000, () => lab.hosts.every(({ state }) => state === 'off'));
    lab.ups(UPS).mains(true);
    await scenario.pass('every node stays off', 10_000);
    scenario.check(
      'every node is off with power',
      lab.ups(UPS).loadOn && lab.hosts.every(({ state, dirtyCuts }) => state === 'off' && dirtyCuts === 0),
    );
    void lab.host(UPS_NODE).start('power button');
    // killpowerd waits there until the UPS cannot cut its output any more
    await scenario.reach(`${UPS_NODE} is up`, 120_000, () => isUp(lab, UPS_NODE));
    const from = scenario.timeline.now();
    await scenario.reach(WOKEN, 150_000, () => MACHINES.every((name) => isUp(lab, name)));
    scenario.measure(`all up after ${UPS_NODE}`, seconds(scenario.timeline.now() - from));
    await allBack(scenario, lab);
  });
}
