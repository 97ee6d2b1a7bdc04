import {
  type Cluster,
  interfaceOf,
  npmRun,
  type Origin,
  otherInterfaces,
  primary,
  quorumOf,
  serversOf,
  systemsOf,
} from '../cluster';
import { kubeVipNames, VIP_LEASE } from '../kube-vip';
import {
  fetchCommand,
  K3S_HA,
  k3osResetArgs,
  loginAdvice,
  loginUser,
  resetCommands,
  restoreOptions,
  SNAPSHOT_HOURS,
  SNAPSHOTS_FOLDER,
} from '../machines';
import { commands, type RunbookSection, table } from '../text';

/** The procedures for failures of the control plane, the most frequent first. */
export function failureSections(cluster: Cluster, origin: Origin): RunbookSection[] {
  const several = serversOf(cluster).length > 1;
  return [
    { title: 'kubectl cannot connect', paragraphs: noConnection(cluster, origin) },
    ...(cluster.nodes.length > 1 ? [{ title: 'Change the nodes', paragraphs: lifecycle(cluster, origin) }] : []),
    ...(several ? [{ title: QUORUM_IS_LOST, paragraphs: noQuorum(cluster) }] : []),
    { title: 'Restore from a snapshot', paragraphs: restore(cluster, origin) },
    ...(several ? [{ title: 'Bootstrap with fewer servers', paragraphs: bootstrapAlone(cluster) }] : []),
    ...(several && cluster.controlPlane.provider !== 'external'
      ? [{ title: 'Two servers hold the VIP', paragraphs: twoHolders(cluster) }]
      : []),
    { title: 'Credentials have expired', paragraphs: credentials(cluster, origin) },
  ];
}

const QUORUM_IS_LOST = 'Quorum is lost';

function noConnection(cluster: Cluster, origin: Origin): string[] {
  const { name, controlPlane } = cluster;
  const servers = serversOf(cluster);
  const [first] = servers;
  const vip = primary(controlPlane.vip).text;
  const contexts = [
    [`\`${name}\``, `${vip} (VIP)`, 'the VIP is up'],
    ...(controlPlane.dnsName
      ? [
          [
            `\`${name}-dns\``,
            `${controlPlane.dnsName}, each server in turn`,
            'one server is up; 20 s a call while others are unreachable',
          ],
        ]
      : []),
    [servers.map((server) => `\`${name}-${server.name}\``).join(', '), 'that server', 'it is up'],
  ];
  return [
    'Try the contexts of the kubeconfig in this order:',
    table(['`kubectl --context`', 'connects to', 'works while'], contexts),
    ...(servers.length > 1
      ? [
          'If a server responds and the VIP does not:',
          commands(`ip -brief address | grep -w ${vip}    # on each server`, ...managerCommands(cluster)),
          `If every server refuses or reports \`etcdserver: no leader\`, see [${QUORUM_IS_LOST}](#quorum-is-lost).`,
        ]
      : []),
    'If no context connects, open a tunnel through a server:',
    commands(
      `ssh -N -L 16443:127.0.0.1:${controlPlane.port} ${loginUser(cluster)}@${first ? primary(first.address).text : vip} &`,
      fetchCommand(cluster, origin, '--rescue localhost:16443'),
      `kubectl --context ${name}-rescue get nodes`,
    ),
    loginAdvice(cluster),
  ];
}

function managerCommands(cluster: Cluster): string[] {
  const { name, controlPlane } = cluster;
  const daemonSets = kubeVipNames(controlPlane.bgp ? 0 : Object.keys(otherInterfaces(cluster)).length);
  const way = controlPlane.dnsName ? `${name}-dns` : `${name}-SERVER`;
  switch (controlPlane.provider) {
    case 'kube-vip':
      return [
        `kubectl --context ${way} -n kube-system get lease ${VIP_LEASE}`,
        `kubectl --context ${way} -n kube-system logs -l ${daemonSets.length > 1 ? `'app.kubernetes.io/name in (${daemonSets.join()})'` : `app.kubernetes.io/name=${daemonSets[0]}`} --prefix`,
        `kubectl --context ${way} -n kube-system rollout restart daemonset ${daemonSets.join(' ')}`,
      ];
    case 'keepalived':
      return [
        'journalctl -u keepalived -n 50',
        `sh /etc/keepalived/check-api.sh ${controlPlane.port}; echo $?    # 0: the API server of this server responds`,
        'systemctl restart keepalived',
      ];
    case 'external':
      return ['# on your load balancer: check its health checks of the servers'];
  }
}

function lifecycle(cluster: Cluster, origin: Origin): string[] {
  const command = (verb: string, ...args: readonly string[]) =>
    `\`${npmRun(`machines:${verb}`, origin, [...args, `--ssh ${loginUser(cluster)}@ --sudo`])}\``;
  const { synth, folder } = origin;
  return [
    '`replace` and `remove` print the quorum before and after, and ask. A command that was cut is continued by another run.',
    table(
      ['to', 'do'],
      [
        [
          'replace a host',
          `Power it off, and install the new one with its name and address. ${command('replace', 'NODE')}. It joins and receives all data`,
        ],
        ['remove a node', `Delete it in ${origin.file}. \`${synth}\`, ${command('remove', 'NODE')}, then apply`],
        ['add a node', `Add it to ${origin.file}. \`${synth}\`, ${command('install')}`],
      ],
    ),
    `By hand, with k3s of the old host stopped. The first line also removes its member from etcd. For a new host the second runs there, with k3s, files and token as in hosts/${folder}README.md:`,
    commands('k3s kubectl delete node NODE    # on a server that stays', 'systemctl enable --now k3s'),
  ];
}

const reset = (options: string): string[] => [
  'systemctl stop k3s',
  ...resetCommands(`${options}    # exits when done`),
  'systemctl start k3s',
];

/** k3OS has neither systemd nor config.yaml nor k3s-ha: k3s gets its settings as arguments. */
const onK3os = (cluster: Cluster, options: string): string[] =>
  systemsOf(cluster).includes('k3os')
    ? [
        'On k3OS, with the address of this host for ADDRESS:',
        commands(
          'rc-service k3s-service stop',
          `k3s ${k3osResetArgs(cluster).join(' ')} --node-ip=ADDRESS ${options}`,
          'rc-service k3s-service start',
        ),
      ]
    : [];

/** etcd does not distinguish members that were away from members that were replaced. */
const OLD_DATA =
  '**From now on, start no other server with its old data.** A majority of such servers continues the old cluster beside the new one. Start a host that is off with its network cable unplugged, and connect it when its data is moved away.';

function noQuorum(cluster: Cluster): string[] {
  const servers = serversOf(cluster);
  return [
    `Fewer than ${quorumOf(servers.length)} of ${servers.length} servers are up. Start the others with their disks if you can: nothing is lost. Otherwise reset one server with data to a cluster of one. Data that only the others stored is lost.`,
    OLD_DATA,
    'On that server only:',
    commands(...reset('--cluster-reset')),
    ...onK3os(cluster, '--cluster-reset'),
    'Then on each other server in turn, after `kubectl delete node NAME`; connect its cable before the last line:',
    commands(
      'systemctl stop k3s',
      'mv /var/lib/rancher/k3s/server/db "/var/lib/rancher/k3s/server/db-$(date +%s)"    # with its snapshots; delete it later',
      'systemctl start k3s',
    ),
  ];
}

function restore(cluster: Cluster, origin: Origin): string[] {
  const several = serversOf(cluster).length > 1;
  const options = restoreOptions(cluster, 'SNAPSHOT');
  const run = (command: string, ...args: readonly string[]) =>
    npmRun(`snapshots:${command}`, origin, [...args, `--ssh ${loginUser(cluster)}@ --sudo`]);
  const { etcdS3 } = cluster.k3s;
  return [
    `k3s writes a snapshot every ${SNAPSHOT_HOURS} hours on every server and keeps 5, in \`${SNAPSHOTS_FOLDER}/\`${etcdS3 ? `, and copies it to the bucket \`${etcdS3.bucket}\`` : ''}. Fetch some, and keep them with the token of their time: without it none can be restored.`,
    ...(systemsOf(cluster).includes('cloud-init')
      ? [
          commands(
            run('list'),
            run('fetch', 'SNAPSHOT'),
            `${run('restore', 'SNAPSHOT')}    # a name of the list, or a fetched file; run it again to continue`,
          ),
          `Everything stored in Kubernetes after the snapshot is lost. Name a server that is off by \`--without\`, and never start it with its old data.${etcdS3 ? ` For snapshots in S3 add \`--s3-secret FILE\`, what \`secret s3\` printed.` : ''}`,
        ]
      : []),
    ...(several
      ? [
          `By hand: copy the snapshot to one server, and follow [${QUORUM_IS_LOST}](#quorum-is-lost) with \`${options}\` in place of \`--cluster-reset\`. If a new cluster has been bootstrapped since, first stop k3s and move the data away on all servers.`,
        ]
      : [
          'By hand, with the path of the snapshot for SNAPSHOT:',
          commands(...reset(options)),
          ...onK3os(cluster, options),
        ]),
  ];
}

function bootstrapAlone(cluster: Cluster): string[] {
  const count = serversOf(cluster).length;
  return [
    `A new cluster needs ${quorumOf(count)} of ${count} servers without data. If the others are lost and the cluster never existed, bootstrap it on one server:`,
    commands(`${K3S_HA} init --never-existed`),
    '**This creates a second cluster if one exists on a server that is off or disconnected.** Then remove one of the two with its data. The command refuses if a connected server has data, has voted for another server, or does not answer.',
  ];
}

function twoHolders(cluster: Cluster): string[] {
  const { controlPlane } = cluster;
  const { provider, vip, bgp } = controlPlane;
  const { text, family } = primary(vip);
  const device = bgp ? 'lo' : (sharedInterface(cluster) ?? 'INTERFACE');
  const [holder, command] =
    provider === 'kube-vip'
      ? ['that the lease names', `kubectl -n kube-system get lease ${VIP_LEASE}`]
      : ['whose keepalived log ends with `Entering MASTER STATE`', 'journalctl -u keepalived -n 5'];
  return [
    `Connections fail intermittently. The holder is the server ${holder}. Remove the address from every other server where \`ip -brief address\` shows it:`,
    commands(command, `ip address del ${text}/${family === 4 ? 32 : 128} dev ${device}`),
  ];
}

function credentials(cluster: Cluster, origin: Origin): string[] {
  return [
    commands(
      'systemctl restart k3s    # on one server: renews its certificates',
      fetchCommand(cluster, origin),
      `kubectl --context ${cluster.name} get nodes`,
    ),
    '[kubectl cannot connect](#kubectl-cannot-connect) lists other SSH users. Certificates are valid for one year. k3s renews them when it starts within the last 120 days (90 in releases before May 2025).',
  ];
}

/** The interface that all servers name. */
function sharedInterface(cluster: Cluster): string | undefined {
  const [first, ...others] = new Set(serversOf(cluster).map((node) => interfaceOf(cluster, node)));
  return others.length > 0 ? undefined : first;
}
