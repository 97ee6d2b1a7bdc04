import type { Cluster, Origin } from '../cluster';
import { bulleted, joined, type RunbookSection, table } from '../text';
import { detectionSum, downSum, earlyRuntimeSum, limitsText, offDelaySum, runtimeSum } from './arithmetic';
import { clientSections } from './clients';
import { limits } from './limits';
import { MAX_AGE_SECONDS, type PowerPlan, powerPlan, type UpsPlan } from './plan';
import { afterReturn, fullTest, measurement } from './procedures';
import { type PowerTimeline, powerTimelines } from './timeline';

/** The sections of the runbook about power failures. Pure. */
export function powerSections(cluster: Cluster, origin: Origin): RunbookSection[] {
  if (cluster.ups.length === 0) return [withoutUps];
  const plan = powerPlan(cluster);
  return [
    powerFailure(cluster, plan),
    ...clientSections(cluster, plan, origin),
    afterReturn(cluster),
    limits(cluster),
    fullTest(cluster, plan, origin),
    measurement(cluster, origin),
  ];
}

const TITLE = 'Power failure';

const withoutUps: RunbookSection = {
  title: TITLE,
  paragraphs: [
    'cluster.yaml describes no UPS: every node loses power while it runs. Set "restore on AC power loss" to "power on" in the firmware of every node.',
  ],
};

const ACTUATORS: Readonly<Record<Cluster['power']['actuator'], string>> = {
  killpowerd: 'killpowerd powers the node off at its deadline, and forces it off if the halt exceeds its budget.',
  logind:
    'systemd-logind powers the node off at its deadline. It does not force off a node that hangs while halting; such a node misses its time below.',
};

function powerFailure(cluster: Cluster, plan: PowerPlan): RunbookSection {
  return {
    title: TITLE,
    paragraphs: [
      `No action is needed. Every node schedules its own power-off and then needs no pod, API server or network. ${ACTUATORS[cluster.power.actuator]} The shutdown is not cancelled when mains power returns: the UPS cuts and restores its output, and the nodes start.`,
      '![timeline](power-timeline.svg)',
      `Seconds after the shutdown begins. Every node is committed within ${plan.detectionSeconds} s, even if upsd, a pod or the network has failed: ${detectionSum(cluster, plan)}. Add ${MAX_AGE_SECONDS} s (MAXAGE) if the UPS or its driver stops responding then.`,
      table(
        ['node', 'off within', 'sum'],
        joined(plan.nodes.map((node) => [node.node.name, `${node.downSeconds} s`, downSum(cluster, plan, node)])),
      ),
      ...powerTimelines(cluster, plan).flatMap((timeline) => upsParagraphs(cluster, timeline)),
    ],
  };
}

function upsParagraphs(cluster: Cluster, { plan: ups, events }: PowerTimeline): string[] {
  return [
    `### ${ups.ups.name}`,
    table(
      ['who', 'seconds', 'what'],
      joined(
        events.map(({ earliestSeconds, latestSeconds, who, what }) => [
          who,
          span(earliestSeconds, latestSeconds),
          what,
        ]),
      ),
    ),
    bulleted([delayText(cluster, ups), ...batteryText(cluster, ups), ...shedText(ups)]),
  ];
}

const span = (earliest: number, latest: number | undefined): string => {
  if (latest === undefined) return `${earliest} at the earliest`;
  return earliest === latest ? `${earliest}` : `${earliest} to ${latest}`;
};

function delayText(cluster: Cluster, ups: UpsPlan): string {
  const sum = `${offDelaySum(cluster, ups)}.`;
  if (ups.ups.server) {
    return `${ups.ups.server.address.text} cuts the output after ${ups.offDelaySeconds} s. Minimum: ${sum}`;
  }
  const on = ups.onDelaySeconds === undefined ? '' : `, ondelay ${ups.onDelaySeconds} s`;
  return `offdelay ${ups.offDelaySeconds} s${on}: ${sum}`;
}

function batteryText(cluster: Cluster, ups: UpsPlan): string[] {
  if (ups.ups.server) return [];
  const { runtimeAtLowBatterySeconds: low, runtimeAtEarlyShutdownSeconds: early } = ups.ups;
  const limits = limitsText(cluster.power.earlyShutdown ?? {});
  const measured = (seconds: number | undefined): string =>
    `Measured: ${seconds === undefined ? 'not yet' : `${seconds} s`}.`;
  return [
    `Battery runtime required at low battery (LB): ${runtimeSum(cluster, ups)} s. ${measured(low)}`,
    ...(limits !== ''
      ? [
          `Early shutdown at ${limits}. Battery runtime required there: ${earlyRuntimeSum(cluster, ups)} s. ${measured(early)}`,
        ]
      : []),
  ];
}

const shedText = ({ nodes }: UpsPlan): string[] =>
  nodes.flatMap(({ node, stageSeconds, haltSeconds }) =>
    node.shed
      ? [
          `${node.name} is shed at ${limitsText(node.shed)} and is off ${stageSeconds + haltSeconds} s later. The others run on. It is woken when mains power returns.`,
        ]
      : [],
  );
