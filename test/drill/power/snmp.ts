import type { Cluster } from '../../../lib/cluster/schema';
import { powerPlan } from '../../../lib/power/plan';
import type { Scenario } from '../scenario';
import { CARDS } from '../snmp/cards';
import { ascent, CUT_CLEAN, descent, failMains } from './course';
import { inPowerLab, type PowerLab, type PowerLabOptions, withPowerLab } from './power-lab';
import { otherDelay } from './sabotage';
import { addresses, inOwnSubnet, powerSite, UPS, UPS_NODE } from './site';

/** A UPS with an emulated card, at the node with the cables. */
export const cardUps = (mibs: keyof typeof CARDS, port: string, name: string = mibs) => ({
  name,
  driver: 'snmp-ups',
  port,
  node: UPS_NODE,
  options: { mibs, snmp_version: 'v1', community: 'public', pollfreq: 5 },
  runtimeAtLowBatterySeconds: 300,
});

/** The site of the drill with an APC card. Shutdown begins after 10 s on battery. */
const apcSite = (third: number): Cluster => {
  return powerSite({
    ...inOwnSubnet(third),
    ups: [cardUps('apcc', addresses(third)(30), UPS)],
  });
};

/** A power failure with an APC card: the delay at the card is the one of the plan. */
export const snmpApc = (scenario: Scenario, options: PowerLabOptions = { cluster: apcSite(1) }): Promise<void> =>
  withPowerLab(scenario, options, async (lab) => {
    await failMains(scenario, lab);
    await descent(scenario, lab, { at: lab.ups(UPS).lowBattery(), name: 'low battery' });
    await ascent(scenario, lab);
  });

/** The same with `offdelay` as the driver's manual has it: the card gets a third. */
export async function controlSnmpApc(scenario: Scenario): Promise<void> {
  const cluster = apcSite(2);
  const [{ offDelaySeconds } = { offDelaySeconds: 0 }] = powerPlan(cluster).upses;
  const sabotage = otherDelay(UPS_NODE, 'offdelay', 3 * offDelaySeconds, offDelaySeconds);
  await scenario.failsFirstAt(CUT_CLEAN, (control) => snmpApc(control, { cluster, sabotage }));
}

const MIBS = Object.keys(CARDS) as (keyof typeof CARDS)[];

/** One node with a card of every MIB. */
const cardSite = (): Cluster => {
  const address = addresses(3);
  return powerSite({
    network: { subnet: `${address(0)}/24` },
    nodes: [{ name: UPS_NODE, address: address(11), role: 'server', ups: [...MIBS], minSupplies: 1 }],
    controlPlane: { vip: address(5) },
    ups: MIBS.map((mibs, i) => cardUps(mibs, address(30 + i))),
  });
};

/** What each card receives from the start of its driver to a command, which comes from the scripts of the pods. */
export async function snmpCards(scenario: Scenario): Promise<void> {
  await inPowerLab(scenario, { cluster: cardSite() }, async (lab) => {
    // NUT 2.8.1 and later have other names for pw, and its driver does not start
    const named = MIBS.filter((mibs) => mibs !== 'pw');
    await scenario.reach('upsd has data of the cards', 60_000, async () => {
      const charges = await Promise.all(named.map((mibs) => lab.upsd(mibs).exec('upsc', mibs, 'battery.charge')));
      return charges.every(({ stdout }) => stdout.trim() !== '');
    });
    const { code, stderr } = await lab.kubelet(UPS_NODE).container('second').exec('sh', '-c', COMMANDS_ALL);
    scenario.check('the scripts send the commands', code === 0, stderr.trim());
    await scenario.pass('they wait for the answers of the drivers', 20_000);
    const rows = await Promise.all(
      named.map(
        async (mibs) => [mibs, await lab.upsStatus(mibs), await lab.upsd(mibs).exec('upscmd', '-l', mibs)] as const,
      ),
    );
    scenario.measure('ups.status', Object.fromEntries(rows.map(([mibs, words]) => [mibs, words.join(' ') || '-'])));
    const hasStop = (list: string) => (/^shutdown\.stop /m.test(list) ? 'yes' : 'no');
    scenario.measure('shutdown.stop', Object.fromEntries(rows.map(([mibs, , { stdout }]) => [mibs, hasStop(stdout)])));
    for (const mibs of MIBS) {
      const receives = written(lab, mibs).join(', ') || 'nothing';
      scenario.check(`${mibs}: what docs/drivers.md says`, receives === expected(lab, mibs), receives);
    }
  });
}

/** At once, because each waits for its driver. */
const COMMANDS_ALL = `. /scripts/common.sh
while read -r ups offdelay _ _ argument; do
  cut_output "$ups" "$offdelay" "$argument" >/dev/null 2>&1 &
done <"/config/$NODE_NAME.cables"`;

const written = (lab: PowerLab, mibs: string): string[] => lab.ups(mibs).commands.map(({ text }) => text);

function expected(lab: PowerLab, mibs: keyof typeof CARDS): string {
  const plan = lab.plan.upses.find(({ ups }) => ups.name === mibs);
  const [off, on] = [plan?.offDelaySeconds, plan?.onDelaySeconds].map((seconds) => `${(seconds ?? 0) * 100} (ticks)`);
  if (mibs === 'apcc') {
    const root = '1.3.6.1.4.1.318.1.1.1';
    return `${root}.5.2.9.0 = ${on}, ${root}.5.2.10.0 = ${off}, ${root}.6.1.1.0 = 2 (integer)`;
  }
  if (mibs !== 'cyberpower') return 'nothing';
  const root = '1.3.6.1.4.1.3808.1.1.1';
  return `${root}.5.2.9.0 = ${on}, ${root}.5.2.11.0 = ${off}, ${root}.6.2.3.0 = 3 (integer)`;
}
