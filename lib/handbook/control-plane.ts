import { type Cluster, HERE, mayLose, type Origin, primary, quorumOf, serversOf } from '../cluster';
import { longestHandover } from '../kube-vip';
import { joinUrl } from '../machines';
import { numbered, type RunbookSection, table } from '../text';
import { failureSections } from './failures';
import { handoverParagraphs } from './handover';

/** The sections of the runbook about the control plane. Pure. */
export function controlPlaneSections(cluster: Cluster, origin: Origin = HERE): readonly RunbookSection[] {
  return [
    ...failureSections(cluster, origin),
    { title: 'Quorum', paragraphs: quorumParagraphs(cluster) },
    { title: 'VIP failover time', paragraphs: handoverParagraphs(cluster) },
    ...loopbackSections(cluster),
  ];
}

const TABLE_UP_TO = 7;

function quorumParagraphs(cluster: Cluster): string[] {
  const servers = serversOf(cluster);
  const count = servers.length;
  const rows = Array.from({ length: Math.max(TABLE_UP_TO, count) }, (_, i) => i + 1).map((n) =>
    [n, quorumOf(n), mayLose(n)].map((cell) => (n === count ? `**${cell}**` : String(cell))),
  );
  const names = servers.map(({ name, address }) => `${name} (${primary(address).text})`).join(', ');
  return [
    `${count === 1 ? '**The one server may not be down**' : `**${mayLose(count)} of ${count} servers may be down**`}: ${names}. etcd stores data only with a majority of all servers. A failed server counts until it is [replaced or removed](#change-the-nodes).`,
    table(['servers', 'must be up', 'may be down'], rows),
    'Without a majority most `kubectl` commands fail. Running pods and their LoadBalancer addresses continue. The cluster recovers when enough servers are up.',
  ];
}

/** A claim about kube-vip that has not been tested on k3s. */
function loopbackSections(cluster: Cluster): RunbookSection[] {
  const { provider, vip, lease, arpRateMs, failover } = cluster.controlPlane;
  if (provider !== 'kube-vip' || serversOf(cluster).length < 2) return [];
  // stopping k3s stops its etcd member too, which may be the leader
  const followers = serversOf(cluster).length - 1;
  const limitSeconds = Math.ceil(longestHandover({ lease, arpRateMs, followers, electing: failover }));
  return [
    {
      title: 'Verify kube-vip failover on your hardware',
      paragraphs: [
        'kube-vip must release the VIP when the API server of its own host fails. **It has not been tested on k3s.** Schedule downtime, then:',
        numbered([
          `Find the holder: run \`ip -brief address | grep -w ${primary(vip).text}\` on each server.`,
          `On another host: \`while sleep 1; do date +%T; curl -ks --max-time 1 -o /dev/null -w '%{http_code}\\n' ${joinUrl(cluster)}/cacerts; done\`.`,
          'On the holder: `systemctl stop k3s`. kube-vip continues to run.',
          `Within ${limitSeconds} s the address must be at another server and the loop must print 200 again. If not, report it.`,
          '`systemctl start k3s`.',
        ]),
      ],
    },
  ];
}
