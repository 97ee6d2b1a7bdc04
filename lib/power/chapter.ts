import { type Cluster, type Node, type Origin, quorumOf, serversOf, type Ups } from '../cluster';
import { urlHost } from '../network';
import { commands, type RunbookSection, table } from '../text';
import { allDownSum, detectionSum, downSum, earlyRuntimeSum, offDelaySum, runtimeSum } from './arithmetic';
import { MAX_AGE_SECONDS, type PowerPlan, powerPlan, type UpsPlan } from './plan';
import { servedRows } from './served-ups';
import { type PowerTimeline, powerTimelines } from './timeline';

/** What the runbook says about power failures. */
export function powerSections(cluster: Cluster, origin: Origin): RunbookSection[] {
  if (cluster.ups.length === 0) return [withoutUps];
  const plan = powerPlan(cluster);
  return [
    whenTheMainsFail(cluster, plan),
    testing(cluster, plan),
    beyondSoftware(cluster),
    afterwards(cluster),
    measuring(cluster, plan, origin),
  ];
}

const withoutUps: RunbookSection = {
  title: 'When the mains fail',
  paragraphs: [
    'No UPS is described in cluster.yaml, so every machine is cut off while it runs. Databases and etcd survive that most of the time. Set "restore on AC power loss" to "power on" in the firmware of every machine, and they come back with the mains.',
  ],
};

const kubectl = ({ name }: Cluster): string => `kubectl --context ${name} -n nut`;

function whenTheMainsFail(cluster: Cluster, plan: PowerPlan): RunbookSection {
  const forced =
    cluster.power.actuator === 'killpowerd'
      ? 'Its own killpowerd powers it off at that time, and forces it off when it does not halt within its budget.'
      : 'Its own systemd-logind powers it off at that time. Nobody forces a machine off whose halt hangs; then the time it is off at the latest is not kept.';
  return {
    title: 'When the mains fail',
    paragraphs: [
      `Nobody has to do anything. When the shutdown begins, every machine writes down when it goes off. ${forced} From then on it needs no pod, no API server and no network. What has begun is not stopped when the mains come back: the machines go down, the UPS cuts and restores its load, and they start again.`,
      '![the time line](power-timeline.svg)',
      `All times are in seconds after the shutdown begins. A machine learns of it within ${plan.detectionSeconds} s whatever is dead, ${plan.detectionSeconds + MAX_AGE_SECONDS} s when the UPS or its driver falls silent just then, whose last words upsd hands on for ${MAX_AGE_SECONDS} s: ${detectionSum(cluster, plan)}.`,
      table(
        ['machine', 'is off at the latest', 'because'],
        plan.nodes.map((node) => [node.node.name, `${node.downSeconds} s`, downSum(cluster, plan, node)]),
      ),
      ...powerTimelines(cluster, plan).flatMap((timeline) => upsParagraphs(cluster, plan, timeline)),
    ],
  };
}

function upsParagraphs(cluster: Cluster, plan: PowerPlan, { plan: ups, events }: PowerTimeline): string[] {
  return [
    `### ${ups.ups.name}`,
    table(
      ['seconds', 'who', 'what'],
      events.map(({ earliestSeconds, latestSeconds, who, what }) => [span(earliestSeconds, latestSeconds), who, what]),
    ),
    [...delayText(cluster, plan, ups), ...batteryText(cluster, ups)].map((line) => `- ${line}`).join('\n'),
  ];
}

const span = (earliest: number, latest: number | undefined): string => {
  if (latest === undefined) return `${earliest} at the earliest`;
  return earliest === latest ? `${earliest}` : `${earliest} to ${latest}`;
};

function delayText(cluster: Cluster, plan: PowerPlan, ups: UpsPlan): string[] {
  const sum = `${allDownSum(cluster, plan, ups)}; ${offDelaySum(cluster, ups)}.`;
  if (ups.ups.server) {
    return [
      `${ups.ups.server.address.text} cuts the load after ${ups.offDelaySeconds} s. It must not be less than: ${sum}`,
    ];
  }
  const on = ups.onDelaySeconds === undefined ? '' : `, ondelay ${ups.onDelaySeconds} s`;
  return [`offdelay ${ups.offDelaySeconds} s${on}. ${sum}`];
}

function batteryText(cluster: Cluster, ups: UpsPlan): string[] {
  if (ups.ups.server) return [];
  const { runtimeAtLowBatterySeconds: low, runtimeAtEarlyShutdownSeconds: early } = ups.ups;
  const limits = Object.entries(cluster.power.earlyShutdown ?? {}).map(([key, value]) => `${key} ${value}`);
  return [
    `At low battery it has to last ${runtimeSum(cluster, ups)} s. Measured: ${low === undefined ? 'not yet' : `${low} s`}.`,
    ...(limits.length > 0
      ? [
          `The shutdown begins earlier, at ${limits.join(' or ')}; from there it has to last ${earlyRuntimeSum(cluster, ups)} s. Measured: ${early === undefined ? 'not yet' : `${early} s`}.`,
        ]
      : []),
  ];
}

/** The first UPS that a node of the cluster talks to, for commands. */
const cabled = (cluster: Cluster): Ups[] => cluster.ups.filter(({ node }) => node !== undefined);

const podAt = (cluster: Cluster, node: string): string =>
  `pod=$(${kubectl(cluster)} get pod -l app.kubernetes.io/name=nut-primary --field-selector spec.nodeName=${node} -o name)`;

const exec = (cluster: Cluster, container: string, command: string): string =>
  `${kubectl(cluster)} exec "$pod" -c ${container} -- ${command}`;

function testing(cluster: Cluster, plan: PowerPlan): RunbookSection {
  const upses = cabled(cluster);
  const served = cluster.ups.flatMap(({ name, server }) => (server ? [`${name} on ${server.address.text}`] : []));
  return {
    title: 'Testing it',
    paragraphs: [
      '**Is everything in place?** Every pod must be ready. The container `second` is ready only when the machine can be powered off, every UPS answers, takes the command, counts down as long as computed here, and every machine is logged in. What is missing stands in its log.',
      commands(
        `${kubectl(cluster)} get pods -o wide`,
        `${kubectl(cluster)} logs -l 'app.kubernetes.io/name in (nut-primary, nut-secondary)' -c second --prefix --tail=20`,
      ),
      ...upses.flatMap((ups) => [
        `**What does ${ups.name} say?** \`OL\` is on line, \`OB\` on battery, \`LB\` low battery. \`shutdown.return\` must be in the second list.`,
        commands(
          podAt(cluster, ups.node ?? ''),
          exec(cluster, 'upsd', `upsc ${ups.name}@127.0.0.1:${cluster.nut.port}`),
          exec(cluster, 'upsd', `upscmd -l ${ups.name}@127.0.0.1:${cluster.nut.port}`),
        ),
      ]),
      '**A blip.** Pull the plug of the UPS for 20 seconds and put it back. Every machine takes a lease on its life and gives it back, and none goes off; the logs of `second` say so.',
      ...upses.flatMap((ups, i) => exercise(cluster, plan, ups, i === 0)),
      ...(served.length > 0
        ? [
            `**${served.join(', ')}.** Declare the shutdown on that machine, as its own manual says, and read the times from the table above.`,
          ]
        : []),
    ],
  };
}

function exercise(cluster: Cluster, plan: PowerPlan, ups: Ups, isFirst: boolean): string[] {
  const upsPlan = plan.upses.find((candidate) => candidate.ups === ups);
  const checks = [
    'In the firmware of every machine "restore on AC power loss" must be "power on"; without it machines stay off after every outage.',
    'Nobody may need the cluster for ten minutes. The mains stay on.',
    'Have a watch and this page on paper. Write down when each machine goes dark and when the UPS clicks, and compare it with the tables above.',
    'Do it once after the first installation, and after each change of machines, UPS or times.',
  ];
  return [
    `**The whole thing: ${ups.name}.** This powers off every machine that depends on ${ups.name}, and ${ups.name} cuts its load ${upsPlan?.offDelaySeconds ?? 0} s later, although the mains are on${upsPlan?.returnSeconds === undefined ? '' : `; the load is back ${upsPlan.returnSeconds} s after the command at the earliest`}.`,
    ...(isFirst ? [checks.map((check) => `- ${check}`).join('\n')] : []),
    commands(podAt(cluster, ups.node ?? ''), exec(cluster, 'second', `/scripts/declare.sh ${ups.name}`)),
  ];
}

function beyondSoftware(cluster: Cluster): RunbookSection {
  const { actuator, rtcWakeSeconds } = cluster.power;
  const wakes = actuator === 'killpowerd' && rtcWakeSeconds > 0;
  const stranded = wakes
    ? `The machines wake by their clocks ${rtcWakeSeconds} s after they went off. **Not clean** when the mains are still out then: they run on a battery that nobody can read, so pull their plugs before. One without such a clock: press its button, or switch the output of the UPS off and on`
    : 'Press the button of every machine, or switch the output of the UPS off and on';
  const isCabled = cabled(cluster).length > 0;
  const outside = servedRows(cluster, stranded);
  const isServed = outside.before.length > 0;
  // the first row and those like it
  const stranding = 1 + (isCabled ? 1 : 0) + outside.onBattery.length;
  const informed = [
    ...(isCabled ? ['the node with the UPS'] : []),
    ...(isServed ? ['the machine that serves the UPS'] : []),
  ];
  const outlived = cluster.nodes.filter(goesBeforeItsLastSupply).map(({ name }) => name);
  return {
    title: 'What software cannot solve',
    paragraphs: [
      'In all of these the machines halt cleanly unless it says otherwise.',
      table(
        ['what fails', 'what happens then', 'what remains to be done'],
        [
          [
            'The UPS does not answer any more while on battery',
            'NUT counts it as empty and the machines go down. Nobody can tell it to cut its load, so when the mains return before its battery is empty, the machines stay off',
            stranded,
          ],
          ...(isCabled
            ? [
                [
                  'The node with the UPS dies on battery, before it could tell the UPS',
                  'The others go down by DEADTIME or by their lease. The UPS cuts nothing, as above',
                  stranded,
                ],
              ]
            : []),
          ...outside.onBattery,
          ...(isCabled
            ? [
                [
                  'The node with the UPS is dead when the mains fail',
                  '**Not clean.** The others cannot know that they are on battery and run until it is empty',
                  'Before: treat a nut-primary pod that is not ready as an outage. Plug the cable into another machine that the UPS feeds, change `ups[].node`, and synth and apply',
                ],
              ]
            : []),
          ...outside.before,
          [
            'The switch between the machines is not on a UPS',
            `**Not clean.** It goes dark with the mains, and only ${informed.join(' or ')} learns what happened`,
            'Before: plug the switch into the UPS',
          ],
          ...outlived.map((name) => [
            `One of the UPSes of ${name} cuts its load, and another one still feeds it`,
            `It has too few supplies left and goes down. The first UPS restores its load, but ${name} never was without power, so its firmware does not start it`,
            wakes
              ? `It wakes by its clock ${rtcWakeSeconds} s after it went off, and goes off again as long as the UPS is not back. Without such a clock: press its button`
              : 'Press its button',
          ]),
          [
            'A machine has no clock that wakes it (`cat /sys/class/rtc/rtc*/wakealarm` fails)',
            `It stays off in the first ${stranding === 2 ? 'two' : stranding} cases${outlived.length > 0 ? `, and ${outlived.join(' and ')} when one UPS is enough to bring it down` : ''}`,
            'Its button, or wake-on-LAN from another machine',
          ],
          [
            'The battery is worn and ends before its time',
            '**Not clean** for machines that are still halting',
            'Replace it; [measure](#replace-the-battery) once a year. If etcd of one server is broken: delete the node and let it join again; of all: restore a snapshot',
          ],
          [
            'A power-off that hangs in the firmware',
            'The machine stays on until the UPS cuts its load, and starts with the others',
            'Nothing',
          ],
        ],
      ),
    ],
  };
}

/** True when a machine goes down while one of its UPSes still feeds it. */
const goesBeforeItsLastSupply = ({ ups, minSupplies }: Node): boolean =>
  Math.min(...ups.map(({ powerValue }) => powerValue)) < minSupplies;

function afterwards(cluster: Cluster): RunbookSection {
  const [ups] = cabled(cluster);
  const servers = serversOf(cluster).length;
  return {
    title: 'After the power is back',
    paragraphs: [
      `1. Which machines are there? kubectl answers when ${quorumOf(servers)} of ${servers} ${servers === 1 ? 'server' : 'servers'} ${quorumOf(servers) === 1 ? 'runs' : 'run'}. Press the button of those that are missing.
   ${commands(`kubectl --context ${cluster.name} get nodes`).replaceAll('\n', '\n   ')}
2. Is everything in place for the next time? All pods of NUT have to be ready, see [Testing it](#testing-it).
3. Is the battery charging? Until it is full, the next outage is shorter than the measured one; the shutdown then begins earlier, by itself.${
        ups
          ? `\n   ${commands(
              podAt(cluster, ups.node ?? ''),
              exec(cluster, 'upsd', `upsc ${ups.name}@127.0.0.1:${cluster.nut.port} ups.status`),
              exec(cluster, 'upsd', `upsc ${ups.name}@127.0.0.1:${cluster.nut.port} battery.charge`),
            ).replaceAll('\n', '\n   ')}`
          : ''
      }
4. Did every machine halt cleanly? \`journalctl --list-boots\` and the end of \`journalctl -b -1\` on each: it has to end with a shutdown. If one was forced off, its halt budget is too short or something on it does not stop.
5. Deadlines in \`${cluster.nut.killpowerPath}\` are those of an earlier boot and count for nothing. There is nothing to clean up.`,
    ],
  };
}

function measuring(cluster: Cluster, plan: PowerPlan, { file, synth }: Origin): RunbookSection {
  const needed = plan.upses
    .filter(({ ups }) => !ups.server)
    .map((ups) => `${ups.ups.name} ${ups.runtimeNeededSeconds} s`);
  const address = cluster.nodes.find(({ name }) => name === cabled(cluster)[0]?.node)?.address[0];
  return {
    title: 'Replace the battery',
    paragraphs: [
      'Batteries last three to five years. What the UPS says about its runtime is a guess; measure it after each change of battery or of machines, and once a year.',
      `1. Read what the machines draw while they work: \`ups.realpower\`, or \`ups.load\` in percent of the UPS's rating${address ? `, from \`upsc NAME@${urlHost(address)}:${cluster.nut.port}\`` : ''}.
2. Take the machines off the UPS, or halt them. A machine that is on the UPS while you measure is cut off.
3. Plug in a load that draws as much: lamps, or a heater on its low setting. Let the battery charge until it is full.
4. Plug the cable into a computer with NUT and no upsmon (\`nut-scanner -U\` prints the section of ups.conf), start driver and upsd, and write down the status each second:
   ${commands('while sleep 1; do echo "$(date +%T) $(upsc NAME@127.0.0.1 ups.status) $(upsc NAME@127.0.0.1 battery.runtime)"; done 2>/dev/null | tee runtime.log').replaceAll('\n', '\n   ')}
5. Pull the plug of the UPS. Note when the load goes dark.
6. \`runtimeAtLowBatterySeconds\` is the time from the first \`LB\` to the dark; \`runtimeAtEarlyShutdownSeconds\` the time from the limit of \`power.earlyShutdown\`. Take the shorter of two runs.
7. Charge it, put everything back, write the number into ${file}, and run \`${synth}\`.`,
      ...(needed.length > 0 ? [`At low battery it has to last: ${needed.join(', ')}.`] : []),
      'How long does a machine take to halt? `time` cannot tell; note the uptime at `systemctl poweroff` and when its fan stops, under load, three times. The halt budget is the longest of them and half of that again.',
    ],
  };
}
