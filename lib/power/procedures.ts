import { type Cluster, npmRun, type Origin, quorumOf, serversOf, type Ups } from '../cluster';
import { urlHost } from '../network';
import { bulleted, code, commands, numbered, type RunbookSection } from '../text';
import { driverFacts } from './drivers';
import { CHARGED_PERCENT, EARLY_POLLS, type PowerPlan, RECHARGE_SECONDS } from './plan';

/** A UPS whose cable goes to a node. */
interface CabledUps extends Ups {
  readonly node: string;
}

const cabled = (cluster: Cluster): CabledUps[] =>
  cluster.ups.flatMap((ups) => (ups.node === undefined ? [] : [{ ...ups, node: ups.node }]));

const kubectl = ({ name }: Cluster): string => `kubectl --context ${name} -n nut`;

const podOf = (cluster: Cluster, { node }: CabledUps): string =>
  `pod=$(${kubectl(cluster)} get pod -l app.kubernetes.io/component=primary --field-selector spec.nodeName=${node} -o name)`;

const exec = (cluster: Cluster, container: string, command: string): string =>
  `${kubectl(cluster)} exec "$pod" -c ${container} -- ${command}`;

/** Commands of NUT's clients in the pod that serves the UPS; `UPS` stands for the UPS. */
const queries = (cluster: Cluster, ups: CabledUps, ...lines: readonly string[]): string[] => [
  podOf(cluster, ups),
  ...lines.map((line) => exec(cluster, 'upsd', line.replace('UPS', `${ups.name}@127.0.0.1:${cluster.nut.port}`))),
];

/** What to check after mains power has returned. */
export function afterReturn(cluster: Cluster): RunbookSection {
  const servers = serversOf(cluster).length;
  return {
    title: 'After power returns',
    paragraphs: [
      numbered([
        `${cabled(cluster).length > 0 ? 'The node with the UPS cable wakes the others' : 'The nodes wake each other'}. Press the power button of every node that stays off. kubectl works when ${quorumOf(servers)} of ${servers} ${servers === 1 ? 'server runs' : 'servers run'}.${code(`kubectl --context ${cluster.name} get nodes`)}`,
        `Check that all NUT pods are ready, and \`battery.charge\` ([Test the shutdown](#test-the-shutdown)). Until it is ${CHARGED_PERCENT} (or for ${RECHARGE_SECONDS / 3600} h if the UPS does not report it), the shutdown begins after ${EARLY_POLLS * cluster.power.pollOnBatterySeconds} s on battery.`,
        'Check that the last boot of every node (`journalctl --list-boots`) ended with a shutdown (`journalctl -b -1 -e`). If not, its halt budget is too short or a service does not stop.',
      ]),
    ],
  };
}

/** How to test the shutdown, from the status of the pods to a full test. */
export function fullTest(cluster: Cluster, plan: PowerPlan, origin: Origin): RunbookSection {
  const upses = cabled(cluster);
  const served = cluster.ups.flatMap(({ name, server }) => (server ? [`${name} on ${server.address.text}`] : []));
  return {
    title: 'Test the shutdown',
    paragraphs: [
      '**Readiness.** Every pod must be ready. The log of `second` names what is missing.',
      commands(
        `${kubectl(cluster)} get pods -o wide`,
        `${kubectl(cluster)} logs -l app.kubernetes.io/part-of=nut -c second --prefix --tail=20`,
      ),
      ...upses.flatMap((ups) => [
        `**Status of ${ups.name}.** \`OL\`: on line. \`OB\`: on battery. \`LB\`: low battery. The second list must contain \`shutdown.return\`.`,
        commands(...queries(cluster, ups, 'upsc UPS', 'upscmd -l UPS')),
      ]),
      '**Short outage.** Unplug the UPS for 20 s. The logs of `second` show that every node arms and disarms its dead-man timer. No node powers off.',
      ...cluster.ups.map(
        ({ name }) =>
          `**Rehearsal: ${name}.** You pull its plug, and every node on it powers off. The command says each step, measures each node, and writes the result, which \`doctor\` reports. Run it on a computer that keeps power and network.${code(
            npmRun('rehearse', origin, [
              `--context ${cluster.name}`,
              ...(cluster.ups.length > 1 ? [`--ups ${name}`] : []),
            ]),
          )}`,
      ),
      ...upses.flatMap((ups, i) => [
        `**Full test: ${ups.name}.** Every node${ups.clients.length > 0 ? ' and client' : ''} on ${ups.name} powers off. ${outputTimes(plan, ups)}`,
        ...(i === 0 ? [bulleted(BEFORE_FULL_TEST)] : []),
        commands(podOf(cluster, ups), exec(cluster, 'second', `/scripts/declare.sh ${ups.name}`)),
      ]),
      ...(served.length > 0 ? [`**${served.join(', ')}.** Start the shutdown on that host as its manual says.`] : []),
    ],
  };
}

function outputTimes({ upses }: PowerPlan, { name }: Ups): string {
  const plan = upses.find(({ ups }) => ups.name === name);
  const restores =
    plan?.returnSeconds === undefined
      ? ''
      : `, and restores it ${plan.returnSeconds} s after the command at the earliest`;
  const cuts = `${name} cuts its output ${plan?.offDelaySeconds ?? 0} s after the command`;
  return plan && driverFacts(plan.ups)?.onBatteryOnly
    ? `Unplug the UPS first: it ignores the command on line. ${cuts}${restores}.`
    : `${cuts}, although mains power is on${restores}.`;
}

const BEFORE_FULL_TEST = [
  'Set "restore on AC power loss" to "power on" in the firmware of every node. Otherwise nodes stay off after every outage.',
  'Schedule ten minutes of downtime. Leave mains power on.',
  'Note when each node powers off and the UPS switches; compare with the tables above.',
  'In the rehearsal, the output must be cut and stay off until you plug the UPS in.',
  'Repeat the rehearsal once a year, and after each change of nodes, UPS or times.',
];

/** How to measure the runtime of a battery and the halt budget of a node. */
export function measurement(cluster: Cluster, { file, synth }: Origin): RunbookSection {
  const address = cluster.nodes.find(({ name }) => name === cabled(cluster)[0]?.node)?.address[0];
  return {
    title: 'Replace the battery',
    paragraphs: [
      'Batteries last three to five years. Measure the runtime once a year and after each change of battery or nodes.',
      numbered([
        `Read the load of the working nodes: \`ups.realpower\`, or \`ups.load\` in percent of the UPS rating${address ? `, from \`upsc NAME@${urlHost(address)}:${cluster.nut.port}\`` : ''}.`,
        'Unplug or halt the nodes: the test cuts the output. Connect a test load of the same power, such as lamps. Charge the battery fully.',
        `Connect the UPS cable to a computer with NUT's driver and upsd, without upsmon (\`nut-scanner -U\` prints the section of ups.conf). Log the status:${code('while sleep 1; do echo "$(date +%T) $(upsc NAME@127.0.0.1 ups.status) $(upsc NAME@127.0.0.1 battery.runtime)"; done 2>/dev/null | tee runtime.log')}`,
        'Unplug the UPS. Note when the test load loses power.',
        '`runtimeAtLowBatterySeconds` is the time from the first `LB` to that moment, `runtimeAtEarlyShutdownSeconds` that from the limit of `power.earlyShutdown`. Use the shorter of two runs.',
        `Charge the battery, reconnect the nodes, set the value in ${file}, and run \`${synth}\`.`,
      ]),
      'To measure a halt budget, take the time from `systemctl poweroff` until the fan stops, three times under load. The budget is the longest plus 50 %.',
    ],
  };
}
