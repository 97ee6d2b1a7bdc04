import type { Cluster } from '../../../lib/cluster/schema';
import type { Scenario } from '../scenario';
import { shutdownsOf } from './course';
import { inPowerLab, type PowerLab } from './power-lab';
import { allCommands } from './sabotage';
import { powerSite, serialUps, UPS, UPS_NODE } from './site';
import { cardUps } from './snmp';

const BLAZER = 'blazer';
const CARD = 'apcc';
const SERIAL = [UPS, BLAZER];
const ALL = [...SERIAL, CARD];

/** One node with a UPS of each driver that can be commanded. Nothing acts, so that only the commands of this scenario reach the UPSes. */
const countdownSite = (): Cluster =>
  powerSite({
    network: { subnet: '10.78.4.0/24' },
    nodes: [{ name: UPS_NODE, address: '10.78.4.11', role: 'server', ups: ALL, minSupplies: 1 }],
    controlPlane: { vip: '10.78.4.5' },
    ups: [
      serialUps(UPS, UPS_NODE),
      { ...serialUps(BLAZER, UPS_NODE), driver: 'blazer_ser', options: { novendor: true, norating: true } },
      cardUps(CARD, '10.78.4.30'),
    ],
    power: { armed: false },
  });

/** The error of upsd for a command to a UPS; `accepted` without one. */
async function tell(lab: PowerLab, ups: string, command: string): Promise<string> {
  const line = `. /scripts/common.sh; to_upsd 'INSTCMD ${ups} ${command}'`;
  const { stdout } = await lab.kubelet(UPS_NODE).container('second').exec('sh', '-c', line);
  return /^ERR .*/m.exec(stdout)?.[0] ?? (stdout.includes('Goodbye') ? 'accepted' : 'no answer');
}

/**
 * Why no UPS holds a countdown on battery that is stopped on line: nutdrv_qx reports it as FSD, at which every node powers off, and
 * snmp-ups cannot stop it, so that the output is cut on line.
 */
export async function countdown(scenario: Scenario): Promise<void> {
  await inPowerLab(scenario, { cluster: countdownSite(), sabotage: allCommands }, async (lab) => {
    const second = lab.kubelet(UPS_NODE).container('second');
    await scenario.reach('every driver shows the delays of the plan: the node is ready', 60_000, () => second.ready);
    for (const ups of ALL) lab.ups(ups).mains(false);
    const report = (word: string, names: readonly string[]) => async () => {
      const all = await Promise.all(names.map((ups) => lab.upsStatus(ups)));
      return all.every((words) => words.includes(word));
    };
    await scenario.reach('every driver reports on battery (OB)', 60_000, report('OB', ALL));
    const commanded = new Map<string, string>();
    const command = async (ups: string) => {
      commanded.set(ups, await tell(lab, ups, 'shutdown.return'));
    };
    for (const ups of ALL) await command(ups);
    await scenario.reach('the countdown of a Megatec UPS is reported as FSD', 10_000, report('FSD', SERIAL));
    scenario.measure('ups.status in the countdown', await statuses(lab));
    await scenario.pass('the countdown runs', 10_000);
    for (const ups of ALL) await command(ups);
    await scenario.reach('every UPS receives the command again', 20_000, () =>
      ALL.every((ups) => shutdownsOf(lab, ups).length === 2),
    );
    scenario.check(
      'shutdown.return is accepted each time',
      [...commanded.values()].every((a) => a === 'accepted'),
    );
    for (const ups of ALL) lab.ups(ups).mains(true);
    const refused = await tell(lab, CARD, 'shutdown.stop');
    scenario.check(`${CARD}: shutdown.stop is refused`, refused === 'ERR CMD-NOT-SUPPORTED', refused);
    for (const ups of SERIAL) {
      await scenario.reach(`${ups}: shutdown.stop is accepted`, 15_000, async () => {
        return (await tell(lab, ups, 'shutdown.stop')) === 'accepted';
      });
    }
    await scenario.reach('the card cuts its output on line', 80_000, () => !lab.ups(CARD).loadOn);
    await scenario.pass('the other countdown would end', 5000);
    scenario.check(
      'the others do not: their countdown is stopped',
      SERIAL.every((ups) => lab.ups(ups).loadOn),
    );
    const plan = (ups: string) => lab.plan.upses.find((candidate) => candidate.ups.name === ups);
    for (const ups of SERIAL) {
      const [off = 0, on = 0] = [plan(ups)?.offDelaySeconds, plan(ups)?.onDelaySeconds];
      const wanted = `S${String(off / 60).padStart(2, '0')}R${String(on / 60).padStart(4, '0')}`;
      const texts = lab.ups(ups).commands.map(({ text }) => text);
      scenario.check(`${ups} receives the delays of the plan`, texts.includes(wanted), texts.join(' '));
    }
  });
}

async function statuses(lab: PowerLab): Promise<Record<string, string>> {
  const all = await Promise.all(ALL.map(async (ups) => [ups, (await lab.upsStatus(ups)).join(' ')] as const));
  return Object.fromEntries(all);
}
