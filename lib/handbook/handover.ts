import { type Cluster, electionSeconds, type Failover, serversOf } from '../cluster';
import { type Distribution, type Handover, handover, longestHandover } from '../kube-vip';
import { type Span, vrrpHandover } from '../machines';
import { table } from '../text';
import type { FailoverRow } from './outage';

/** The failover time of the VIP, computed for this site. */
export function handoverParagraphs(cluster: Cluster): string[] {
  if (serversOf(cluster).length < 2) return ['With one server there is no failover.'];
  const etcd = etcdElection(cluster.controlPlane.failover);
  switch (cluster.controlPlane.provider) {
    case 'kube-vip':
      return [...byLease(cluster), etcd];
    case 'keepalived':
      return [...byVrrp(), etcd];
    case 'external':
      return [
        'The health check of your load balancer decides. It must request `/readyz` from each server over HTTPS and treat 200 and 401 as healthy.',
        etcd,
      ];
  }
}

function etcdElection(failover: Failover): string {
  const span = (profile: Failover): string => {
    const { least, most } = electionSeconds(profile);
    return `${least} to ${most} s`;
  };
  const other = failover === 'standard' ? 'fast' : 'standard';
  const price = other === 'fast' ? ' at the price of false elections on slow disks' : '';
  return `If the failed server was the etcd leader, etcd accepts no writes for ${span(failover)} (\`failover: ${failover}\`; \`${other}\`: ${span(other)}${price}). A split vote takes longer.`;
}

/** The failover times of the VIP and of etcd as data: what `handoverParagraphs` says of them. */
export function handoverRows(cluster: Cluster): FailoverRow[] {
  if (serversOf(cluster).length < 2) return [];
  const { provider, failover } = cluster.controlPlane;
  const { least, most } = electionSeconds(failover);
  return [
    ...(provider === 'kube-vip' ? leaseCases(cluster).map(leaseRow) : []),
    ...(provider === 'keepalived'
      ? vrrpRows().map((row) => ({ ...row, reason: row.reason || 'the VRRP timers' }))
      : []),
    {
      event: 'the failed server was the etcd leader: etcd accepts no writes',
      range: { from: least, to: most },
      reason: `failover: ${failover}; a split vote takes longer`,
    },
  ];
}

interface LeaseCase {
  readonly what: string;
  /** From simulated elections. @default - not simulated for these settings */
  readonly known: Distribution | undefined;
  readonly bound: number;
}

const leaseRow = ({ what, known, bound }: LeaseCase): FailoverRow => ({
  event: what,
  range: { from: known?.min ?? 0, to: bound },
  reason: known
    ? `median ${known.median.toFixed(1)} s, 95 % within ${known.p95.toFixed(1)} s of 5000 simulated elections`
    : 'bound from the timers of client-go',
});

/** What ends the hold of kube-vip, and how long it takes. */
function leaseCases(cluster: Cluster): LeaseCase[] {
  const { lease, failover, arpRateMs, bgp } = cluster.controlPlane;
  const common: Handover = { lease, arpRateMs: bgp ? 0 : arpRateMs, followers: serversOf(cluster).length - 1 };
  const cases: readonly (readonly [string, Handover])[] = [
    ['the holder loses power, its cable or its API server', common],
    ['the same, and it was the etcd leader', { ...common, electing: failover }],
    ['kube-vip on the holder stops cleanly', { ...common, graceful: true }],
  ];
  return cases.map(([what, props]) => ({ what, known: handover(props), bound: longestHandover(props) }));
}

function byLease(cluster: Cluster): string[] {
  const { lease, bgp } = cluster.controlPlane;
  const followers = serversOf(cluster).length - 1;
  const rows = leaseCases(cluster);
  const isKnown = rows.every(({ known }) => known);
  const { durationSeconds, renewSeconds, retrySeconds } = lease;
  const end = bgp ? 'the update of the routers' : 'the first gratuitous ARP of the next holder';
  return [
    `Seconds from the event to ${end} (kube-vip lease of ${durationSeconds}, ${renewSeconds} and ${retrySeconds} s, ${followers} remaining server${followers === 1 ? '' : 's'}). ${
      isKnown
        ? 'Computed from 5000 simulated client-go elections without network and disk delays; not measured on hardware.'
        : 'Computed from the timers of client-go, without network and disk delays.'
    }`,
    table(
      ['event', ...(isKnown ? ['shortest', 'median', '95 %', 'longest'] : []), 'bound'],
      rows.map(({ what, known, bound }) => [what, ...(known ? shown(known) : []), bound.toFixed(1)]),
    ),
    ...(bgp
      ? [
          `A holder that loses power sends no update. Its routers use it until the session times out, ${bgp.holdTimeSeconds} s after its last keepalive, if that is later.`,
        ]
      : []),
    `A holder that cannot renew its lease releases the address after ${renewSeconds} s. Open connections then break.`,
  ];
}

const shown = ({ min, median, p95, max }: Distribution): string[] =>
  [min, median, p95, max].map((seconds) => seconds.toFixed(1));

/** What ends the hold of keepalived, and how long it takes. */
function vrrpRows(): FailoverRow[] {
  const { silence, failedCheck, farewell } = vrrpHandover();
  const range = ({ least, most }: Span) => ({ from: least, to: most });
  return [
    { event: 'the holder loses power or its cable', range: range(silence), reason: '' },
    { event: 'its API server fails', range: range(failedCheck), reason: 'up to 5 if it hangs' },
    { event: 'keepalived stops cleanly', range: range(farewell), reason: '' },
  ];
}

const byVrrp = (): string[] => [
  'Seconds from the event to the announcement by the next holder, computed from the VRRP timers. keepalived 2.2.7 keeps to them on three emulated servers (`npm run drill -- control-plane`).',
  table(
    ['event', 'seconds'],
    vrrpRows().map(({ event, range, reason }) => [
      event,
      [...(range ? [`${range.from.toFixed(1)} to ${range.to.toFixed(1)}`] : []), ...(reason ? [reason] : [])].join(
        '; ',
      ),
    ]),
  ),
  'A keepalived that is killed (`kill -9`) leaves the address on its server. Start keepalived again, or two servers hold it.',
];
