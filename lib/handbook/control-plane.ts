import { type Cluster, HERE, mayLose, type Origin, primary, quorumOf, serversOf } from '../cluster';
import { longestHandover } from '../kube-vip';
import { type RunbookSection, table } from '../text';
import { failureSections } from './failures';
import { handoverParagraphs } from './handover';

/** What a person has to know about the control plane of this site on a bad day. Pure. */
export function controlPlaneSections(cluster: Cluster, origin: Origin = HERE): readonly RunbookSection[] {
  return [
    { title: 'How many servers may be down', paragraphs: quorumParagraphs(cluster) },
    { title: 'How long the virtual IP is away', paragraphs: handoverParagraphs(cluster) },
    ...failureSections(cluster, origin),
    ...loopbackSections(cluster),
  ];
}

const TABLE_UP_TO = 7;

function quorumParagraphs(cluster: Cluster): string[] {
  const servers = serversOf(cluster);
  const count = servers.length;
  const rows = Array.from({ length: Math.max(TABLE_UP_TO, count) }, (_, i) => i + 1).map((n) => {
    const cells = [n, quorumOf(n), mayLose(n)].map((cell) => (n === count ? `**${cell}**` : String(cell)));
    return cells;
  });
  const names = servers.map(({ name, address }) => `${name} (${primary(address).text})`).join(', ');
  return [
    `The servers are ${names}. etcd stores something only when a majority of all servers has it, so ${
      mayLose(count) === 0
        ? `**${count === 1 ? 'the one server may not' : 'none of them may'} be down**`
        : `**${mayLose(count)} of ${count} may be down at once, whichever ${mayLose(count) === 1 ? 'it is' : 'they are'}**`
    }. One that is down for good and not yet taken out with \`kubectl delete node\` still counts as one of the ${count}.`,
    table(['servers', 'must be up', 'may be down'], rows),
    'With more down than that, nothing can be changed and most of `kubectl` fails. Pods that run go on running, and LoadBalancer addresses go on working where their machines live. As soon as enough servers are up, everything goes on by itself.',
  ];
}

/** The claim nobody has verified. */
function loopbackSections(cluster: Cluster): RunbookSection[] {
  const { provider, vip, lease, arpRateMs, failover } = cluster.controlPlane;
  if (provider !== 'kube-vip' || serversOf(cluster).length < 2) return [];
  const address = primary(vip).text;
  // k3s takes its member of etcd with it, which may have been the leader
  const followers = serversOf(cluster).length - 1;
  const patience = Math.ceil(longestHandover({ lease, arpRateMs, followers, electing: failover }));
  return [
    {
      title: 'Two minutes that nobody has spent yet',
      paragraphs: [
        `kube-vip here reaches the API server over loopback (\`KUBERNETES_SERVICE_HOST=127.0.0.1\`), so that a holder whose own API server is dead cannot renew and lets the virtual IP go. By k3s's and kube-vip's source code it must work: the API server of k3s has 127.0.0.1 in its certificate and listens there. **Nobody has seen it on a real k3s.** Before you rely on it, on a day when nobody needs the cluster:`,
        [
          `1. Find the holder: on each server \`ip -brief address | grep -w ${address}\`.`,
          `2. On another machine: \`while sleep 1; do date +%T; curl -ks --max-time 1 -o /dev/null -w '%{http_code}\\n' https://${hostOf(cluster)}/cacerts; done\`.`,
          '3. On the holder: `systemctl stop k3s`. Its containers go on running, kube-vip among them; that is what is being tested.',
          `4. Within ${patience} s the address must be at another server and the loop print 200 again. If it stays where it was, kube-vip does not use loopback: start k3s again and report it.`,
          '5. `systemctl start k3s`.',
        ].join('\n'),
      ],
    },
  ];
}

const hostOf = ({ controlPlane }: Cluster): string => {
  const { family, text } = primary(controlPlane.vip);
  return `${family === 6 ? `[${text}]` : text}:${controlPlane.port}`;
};
