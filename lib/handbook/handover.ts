import { type Cluster, electionSeconds, serversOf } from '../cluster';
import { type Distribution, type Handover, handover, longestHandover } from '../kube-vip';
import { type Span, vrrpHandover } from '../machines';
import { table } from '../text';

/** How long clients of the virtual IP wait, computed for this site. */
export function handoverParagraphs(cluster: Cluster): string[] {
  const { provider, failover } = cluster.controlPlane;
  const { least, most } = electionSeconds(failover);
  const etcd = `Apart from the virtual IP, etcd stores nothing for ${least} to ${most} s when the server that dies led it (\`failover: ${failover}\`${
    failover === 'standard'
      ? `; with \`fast\` ${electionSeconds('fast').least} to ${electionSeconds('fast').most} s, at the price of elections for nothing on slow disks`
      : `; with \`standard\` ${electionSeconds('standard').least} to ${electionSeconds('standard').most} s`
  }). A vote that is split makes it longer. That time runs beside the handover.`;
  if (serversOf(cluster).length < 2) return ['There is one server, so nobody takes the virtual IP over.'];
  switch (provider) {
    case 'kube-vip':
      return [...byLease(cluster), etcd];
    case 'keepalived':
      return [...byVrrp(), etcd];
    case 'external':
      return [
        'A load balancer of your own has the address, and how soon it notices a dead server is a matter of its health check. It must ask each server over HTTPS for `/readyz` and take 200 and 401 for alive: k3s answers 401 to everybody it does not know.',
        etcd,
      ];
  }
}

function byLease({ controlPlane, nodes }: Cluster): string[] {
  const { lease, failover, arpRateMs, bgp } = controlPlane;
  const followers = nodes.filter(({ role }) => role === 'server').length - 1;
  const common: Handover = { lease, arpRateMs: bgp ? 0 : arpRateMs, followers };
  const cases: readonly (readonly [string, Handover])[] = [
    ['the holder loses power, its cable or its API server', common],
    ['the same, and it led etcd', { ...common, electing: failover }],
    ['kube-vip on the holder is stopped in good order', { ...common, graceful: true }],
  ];
  const rows = cases.map(([what, props]) => ({
    what,
    known: handover(props),
    bound: longestHandover(props).toFixed(1),
  }));
  const isKnown = rows.every(({ known }) => known);
  const { durationSeconds, renewSeconds, retrySeconds } = lease;
  return [
    `kube-vip with a lease of ${durationSeconds}, ${renewSeconds} and ${retrySeconds} s, ${followers} server${followers === 1 ? '' : 's'} left to take over. Seconds from the event until ${
      bgp ? 'the routers are told' : 'the first gratuitous ARP of the next holder'
    }, ${
      isKnown
        ? "computed by repeating client-go's election 5000 times (not measured on machines; network and disks come on top)"
        : "by client-go's election (network and disks come on top)"
    }:`,
    table(
      ['event', ...(isKnown ? ['shortest', 'half of all', '95 of 100', 'longest seen'] : []), 'never above'],
      rows.map(({ what, known, bound }) => [what, ...(known ? shown(known) : []), bound]),
    ),
    ...(bgp
      ? [
          `A holder that loses power tells its routers nothing. They go on sending to it until the session times out, ${bgp.holdTimeSeconds} s after its last sign of life, if that is later.`,
        ]
      : []),
    `A holder that is alive and cannot renew gives the address up after ${renewSeconds} s. Calls that are under way when it moves break; \`kubectl\` and controllers try again.`,
  ];
}

const shown = ({ min, median, p95, max }: Distribution): string[] =>
  [min, median, p95, max].map((seconds) => seconds.toFixed(1));

function byVrrp(): string[] {
  const { silence, failedCheck, farewell } = vrrpHandover();
  const span = ({ least, most }: Span) => `${least.toFixed(1)} to ${most.toFixed(1)}`;
  return [
    'keepalived on the servers decides among themselves, without etcd and without the API. Seconds until the next holder tells the network, computed from the timers of VRRP; real keepalived 2.2.7 with this file on three emulated servers keeps to them (`npm run drill -- control-plane`):',
    table(
      ['event', 'seconds'],
      [
        ['the holder loses power or its cable', span(silence)],
        ['its API server dies', `${span(failedCheck)}; up to 5 when it hangs`],
        ['keepalived is stopped in good order', span(farewell)],
      ],
    ),
    'keepalived that is killed (`kill -9`) leaves the address where it is, on a machine that does not defend it: two machines answer. Start it again.',
  ];
}
