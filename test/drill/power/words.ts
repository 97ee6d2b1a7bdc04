import type { Cluster } from '../../../lib/cluster/schema';
import type { Scenario } from '../scenario';
import { checkDisarmed } from './course';
import { inPowerLab, type PowerLab, type PowerLabOptions } from './power-lab';
import { AGENT, powerSite, SERVER, UPS_NODE } from './site';

/** What the UPS of each node reports after on battery, and whether its lease ends by that. */
const WORDS = { [UPS_NODE]: ['OL OFF', true], [SERVER]: ['BYPASS', true], 'k3s-3': ['WAIT', false] } as const;
const NODES = Object.keys(WORDS) as (keyof typeof WORDS)[];

/** The checks that controls fail at. */
export const ONE_BAD_READING = 'a charge of 0 % for 4 s begins no early shutdown';
export const NO_POWER_OFF = 'no node powers off';

/** Servers with a UPS each, whose driver reports what a file says. */
const wordsSite = (): Cluster =>
  powerSite({
    nodes: [
      ...NODES.map((name, i) => ({ name, address: `10.77.0.${11 + i}`, role: 'server' as const, ups: `ups-${name}` })),
      { name: AGENT, address: '10.77.0.21', role: 'agent' },
    ],
    ups: NODES.map((node) => ({
      name: `ups-${node}`,
      driver: 'dummy-ups',
      port: 'says.dev',
      node,
      runtimeAtLowBatterySeconds: 300,
      runtimeAtEarlyShutdownSeconds: 300,
    })),
    power: { earlyShutdown: { chargeBelowPercent: 20 } },
  });

const says = async (lab: PowerLab, word: (node: keyof typeof WORDS) => string, charge = 90): Promise<void> => {
  for (const node of NODES) {
    const lines = `ups.status: ${word(node)}\nbattery.charge: ${charge}\nups.delay.shutdown: 60\n`;
    await lab
      .upsd(`ups-${node}`)
      .exec('sh', '-c', 'printf %s "$1" >/etc/nut/new && mv /etc/nut/new /etc/nut/says.dev', 'says', lines);
  }
};

/** A bad reading, and words of NUT that are neither on line nor on battery: no node powers off for them. */
export async function words(scenario: Scenario, options: PowerLabOptions = {}): Promise<void> {
  await inPowerLab(scenario, { cluster: wordsSite(), ...options }, async (lab) => {
    await scenario.reach('every upsmon logs in', 40_000, async () => {
      await says(lab, () => 'OL');
      return lab.loggedIn();
    });
    await says(lab, () => 'OB', 0);
    await scenario.pass('one bad reading', 4000);
    await says(lab, () => 'OB');
    await scenario.pass('an early shutdown would begin', 10_000);
    scenario.check(
      ONE_BAD_READING,
      lab.hosts.every(({ killpower }) => killpower.deadline === undefined),
    );
    await scenario.reach('every node has a lease', 15_000, () =>
      lab.hosts.every(({ killpower }) => killpower.armed.includes('lease')),
    );
    await says(lab, (node) => WORDS[node][0]);
    // OFFDURATION is 30 s by default
    await scenario.pass('a lease that nothing renews expires, and OFF lasts', 45_000);
    for (const node of NODES) {
      const [word, ends] = WORDS[node];
      const host = lab.host(node);
      scenario.check(NO_POWER_OFF, host.state === 'running' && !host.killpower.deadline, `${node}: ${word}`);
      scenario.check(
        `${word} ${ends ? 'ends the lease' : 'keeps the lease'}`,
        host.killpower.armed.includes('lease') !== ends,
      );
    }
    await says(lab, () => 'OL');
    await scenario.pass('on line', 10_000);
    checkDisarmed(scenario, lab, NODES);
  });
}
