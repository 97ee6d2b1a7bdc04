import { type Cluster, type LoadBalancer, l2AdvertisementsOf, serversOf } from '../cluster';
import { failoverTimes } from '../machines';
import { type RunbookSection, table } from '../text';
import { type FailoverRow, type Outage, outageOf, type Range } from './outage';

/** The section of the runbook about the failure of a node that announces LoadBalancer addresses. Pure. */
export const loadBalancerSections = (cluster: Cluster): readonly RunbookSection[] => {
  const { loadBalancer } = cluster;
  if (!loadBalancer) return [];
  const outage = outageOf(cluster);
  return [
    {
      title: 'LoadBalancer failover time',
      paragraphs: [
        table(
          ['after a node fails', 'time', 'reason'],
          addressRows(cluster, loadBalancer, outage).map(({ event, range, reason }) => [event, shown(range), reason]),
        ),
        ...remarks(cluster, loadBalancer, outage),
      ],
    },
  ];
};

/** True when nodes announce some address by ARP or NDP, so that another one can take it over. */
const hasL2 = (cluster: Cluster, loadBalancer: LoadBalancer): boolean =>
  l2AdvertisementsOf(cluster, loadBalancer).length > 0;

/** What the failure of a node does to LoadBalancer addresses and pods, in the order of time. */
export function addressRows(
  cluster: Cluster,
  loadBalancer: LoadBalancer,
  outage: Outage = outageOf(cluster),
): FailoverRow[] {
  const { addressMove, endpointRemoval, leaderRemoval, podReplacement } = outage;
  const { graceSeconds, evictionSeconds } = failoverTimes(cluster);
  return [
    ...(hasL2(cluster, loadBalancer) || !addressMove
      ? [
          {
            event: 'another node announces the address',
            range: addressMove,
            reason: addressMove ? `the ${cluster.nodes.length} speakers probe each other` : 'there is no other node',
          },
        ]
      : []),
    ...(loadBalancer.bgp?.peers ?? []).map(({ name, holdTimeSeconds }) => ({
      event: `the router of BGP peer ${name} removes the node`,
      range: { from: 0, to: holdTimeSeconds },
      reason: 'its hold time',
    })),
    {
      event: 'its pods receive no more traffic',
      range: endpointRemoval,
      reason: `node-monitor-grace-period is ${graceSeconds} s. Until then, with \`externalTrafficPolicy: Cluster\` part of the connections fail, with \`Local\` none`,
    },
    ...(serversOf(cluster).length > 1
      ? [
          {
            event: 'the same if it led the controllers',
            range: leaderRemoval,
            reason: 'another kube-controller-manager takes over first',
          },
        ]
      : []),
    {
      event: 'its pods start on other nodes',
      range: podReplacement,
      reason: `pods tolerate a failed node for ${evictionSeconds} s by default`,
    },
  ];
}

function remarks(cluster: Cluster, loadBalancer: LoadBalancer, { quorumLost, unguarded }: Outage): string[] {
  const byRouters = loadBalancer.bgp && !hasL2(cluster, loadBalancer);
  const moved = byRouters ? 'the rows of its routers' : 'the first row';
  const last = loadBalancer.bgp ? 'the last rows' : 'the rows below the first';
  return [
    ...(byRouters
      ? [
          'No pool is announced by L2, so no node takes an address over. The routers send part of the connections to the failed node until their hold time has passed (`holdTimeSeconds` of the peer, 90 s by default).',
        ]
      : []),
    `A service is back after ${moved} if it has \`externalTrafficPolicy: Local\` and a ready pod on every node that announces it. A service with its only pod on the failed node is back after the last row.`,
    ...(quorumLost
      ? [
          `**The failure of a server leaves this cluster without quorum.** Then only ${byRouters ? 'the rows of the routers apply' : 'the first row applies'}; the others wait until the server is back.`,
        ]
      : []),
    ...unguarded.map(
      ({ pool, nodes }) =>
        `**Pool ${pool} has no failover**: ${nodes.length === 0 ? 'no node announces' : `only ${nodes.join()} announces`} it. Add nodes in \`loadBalancer.advertisements\`.`,
    ),
    ...(cluster.controlPlane.failover === 'standard'
      ? [`\`controlPlane.failover: fast\` shortens ${last}, at the price of false alarms on nodes with slow disks.`]
      : []),
  ];
}

function shown(range: Range | undefined): string {
  if (!range) return 'never';
  const { from, to } = range;
  if (from === 0) return `up to ${to} s`;
  return to < 120 ? `${round(from)} to ${round(to)} s` : `${minutes(from)} to ${minutes(to)}`;
}

const round = (seconds: number): string => String(Math.round(seconds * 10) / 10);

function minutes(seconds: number): string {
  const whole = Math.floor(seconds / 60);
  return whole === 0 ? `${round(seconds)} s` : `${whole} min ${round(seconds % 60)} s`;
}
