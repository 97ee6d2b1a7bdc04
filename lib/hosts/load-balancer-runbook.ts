import type { Cluster } from '../cluster/schema';
import { failoverTimes } from './failover';
import { type Outage, outageOf, type Range } from './outage';
import type { RunbookSection } from './runbook-section';

/** The section of the runbook on the death of the node behind a LoadBalancer address, with the numbers of this site. */
export const loadBalancerSections = (cluster: Cluster): readonly RunbookSection[] => {
  if (!cluster.loadBalancer) return [];
  const outage = outageOf(cluster);
  const title = 'When the node behind a LoadBalancer address dies';
  return [{ title, paragraphs: [table(cluster, outage), ...remarks(cluster, outage)] }];
};

function table(cluster: Cluster, { addressMove, endpointRemoval, podReplacement }: Outage): string {
  const { graceSeconds, evictionSeconds } = failoverTimes(cluster);
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    row('what', 'after', 'why'),
    row('---', '---', '---'),
    addressMove
      ? row(
          'another node answers for the address',
          shown(addressMove),
          `the ${cluster.nodes.length} speakers probe each other; no API server is asked`,
        )
      : row('another node answers for the address', 'never', 'there is no other node'),
    ...(cluster.loadBalancer?.bgp?.peers ?? []).map(({ name, holdTimeSeconds }) =>
      row(
        `the router of BGP peer ${name} leaves the node out`,
        `up to ${holdTimeSeconds} s`,
        'its hold time; at once when the cable is pulled at the router',
      ),
    ),
    row(
      'nothing is sent to its pods any more',
      shown(endpointRemoval),
      `node-monitor-grace-period is ${graceSeconds} s; until then a Service with \`externalTrafficPolicy: Cluster\` sends part of its connections to the dead node, one with \`Local\` none`,
    ),
    row(
      'its pods are started elsewhere',
      shown(podReplacement),
      `they tolerate a dead node for ${evictionSeconds} s unless they say otherwise`,
    ),
  ].join('\n');
}

function remarks({ controlPlane }: Cluster, { quorumLost, unguarded }: Outage): string[] {
  return [
    'So a service goes on after the first row when it has a ready pod on each node that may answer and `externalTrafficPolicy: Local`. With one pod it goes on after the last row, when that pod was on the dead node. A node that is shut down in order says goodbye, and its addresses move at once.',
    ...(quorumLost
      ? [
          '**The death of a server leaves this cluster without a majority.** Then only the first row happens; the other two wait until the server is back.',
        ]
      : []),
    ...unguarded.map(
      ({ pool, nodes }) =>
        `**Nothing takes over for pool ${pool}**: ${nodes.length === 0 ? 'no node answers' : `${nodes.join()} alone answers`} for it. Let more nodes answer, in \`loadBalancer.advertisements\`.`,
    ),
    ...(controlPlane.failover === 'standard'
      ? [
          '`controlPlane.failover: fast` in cluster.yaml shortens the second and the third row, at the price of false alarms on machines with slow disks.',
        ]
      : []),
  ];
}

const shown = ({ from, to }: Range): string =>
  to < 120 ? `${round(from)} to ${round(to)} s` : `${minutes(from)} to ${minutes(to)}`;

const round = (seconds: number): string => String(Math.round(seconds * 10) / 10);

function minutes(seconds: number): string {
  const whole = Math.floor(seconds / 60);
  return whole === 0 ? `${round(seconds)} s` : `${whole} min ${round(seconds % 60)} s`;
}
