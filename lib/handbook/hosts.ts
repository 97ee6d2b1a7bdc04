import { type Cluster, mayLose, serversOf } from '../cluster';
import { KILLPOWERD, needsKillpowerd } from '../machines';
import { powerPlan } from '../power';
import { commands, type RunbookSection } from '../text';

/** The procedures on a single host. */
export const hostSections = (cluster: Cluster): RunbookSection[] =>
  needsKillpowerd(cluster) ? [{ title: 'Rehearse one node', paragraphs: rehearsal(cluster) }] : [];

function rehearsal(cluster: Cluster): string[] {
  const { nut, power } = cluster;
  const { nodes } = powerPlan(cluster);
  const budgets = [...new Set(nodes.map(({ haltSeconds }) => haltSeconds))].map((seconds) => {
    const names = nodes.filter(({ haltSeconds }) => haltSeconds === seconds).map(({ node }) => node.name);
    return `${seconds} for ${names.join(', ')}`;
  });
  const wake =
    power.rtcWakeSeconds > 0 ? `its RTC starts it after ${power.rtcWakeSeconds} s` : 'start it by its power button';
  return [
    'This powers off one node as its shutdown deadline does. No other node and no UPS is affected. The first command prints what the node would use and changes nothing.',
    commands(
      `${KILLPOWERD} --rehearse ${nut.killpowerPath}`,
      `${KILLPOWERD} --rehearse --power-off HALT ${nut.killpowerPath}`,
    ),
    `HALT is the halt budget of the node in seconds: ${budgets.join(', ')}. The node begins to halt after 10 s, and ${wake}. At most ${mayLose(serversOf(cluster).length)} of ${serversOf(cluster).length} servers may be down at a time.`,
  ];
}
