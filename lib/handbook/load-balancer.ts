import { type Cluster, type LoadBalancer, l2AdvertisementsOf } from '../cluster';
import { failoverTimes } from '../machines';
import { type RunbookSection, row } from '../text';
import { type Outage, outageOf, type Range } from './outage';

/** The section of the runbook on the death of the node behind a LoadBalancer address, with the numbers of this site. */
export const loadBalancerSections = (cluster: Cluster): readonly RunbookSection[] => {
  const { loadBalancer } = cluster;
  if (!loadBalancer) return [];
  const outage = outageOf(cluster);
  const title = 'When the node behind a LoadBalancer address dies';
  return [{ title, paragraphs: [table(cluster, loadBalancer, outage), ...remarks(cluster, loadBalancer, outage)] }];
};

/** Whether a node answers for some address by ARP or NDP, so that another one can take it over. */
const hasL2 = (loadBalancer: LoadBalancer): boolean => l2AdvertisementsOf(loadBalancer).length > 0;

function table(cluster: Cluster, loadBalancer: LoadBalancer, outage: Outage): string {
  const { addressMove, endpointRemoval, podReplacement } = outage;
  const { graceSeconds, evictionSeconds } = failoverTimes(cluster);
  return [
    row('what', 'after', 'why'),
    row('---', '---', '---'),
    ...(hasL2(loadBalancer) || !addressMove ? [takeOver(cluster, addressMove)] : []),
    ...(loadBalancer.bgp?.peers ?? []).map(({ name, holdTimeSeconds }) =>
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

const takeOver = ({ nodes }: Cluster, addressMove: Range | undefined): string =>
  addressMove
    ? row(
        'another node answers for the address',
        shown(addressMove),
        `the ${nodes.length} speakers probe each other; no API server is asked`,
      )
    : row('another node answers for the address', 'never', 'there is no other node');

function remarks({ controlPlane }: Cluster, loadBalancer: LoadBalancer, { quorumLost, unguarded }: Outage): string[] {
  const byRouters = loadBalancer.bgp && !hasL2(loadBalancer);
  const moved = byRouters ? 'the rows of its routers' : 'the first row';
  const last = loadBalancer.bgp ? 'the last two rows' : 'the second and the third row';
  return [
    ...(byRouters
      ? [
          'No pool is announced by L2, so no node takes an address over: the routers know every node that announces it, and send a part of the connections to the dead one until their hold time is over (`holdTimeSeconds` of the peer, 90 s by default).',
        ]
      : []),
    `So a service goes on after ${moved} when it has a ready pod on each node that may answer and \`externalTrafficPolicy: Local\`. With one pod it goes on after the last row, when that pod was on the dead node. A node that is shut down in order says goodbye, and its addresses move at once.`,
    ...(quorumLost
      ? [
          `**The death of a server leaves this cluster without a majority.** Then only ${moved === 'the first row' ? 'the first row happens' : 'the rows of the routers happen'}; the other two wait until the server is back.`,
        ]
      : []),
    ...unguarded.map(
      ({ pool, nodes }) =>
        `**Nothing takes over for pool ${pool}**: ${nodes.length === 0 ? 'no node answers' : `${nodes.join()} alone answers`} for it. Let more nodes answer, in \`loadBalancer.advertisements\`.`,
    ),
    ...(controlPlane.failover === 'standard'
      ? [
          `\`controlPlane.failover: fast\` in cluster.yaml shortens ${last}, at the price of false alarms on machines with slow disks.`,
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
