import { type Cluster, mayLose, type Origin, primary, quorumOf, serversOf, systemsOf, upsesAt } from '../cluster';
import { fetchCommand, K3S_HA, k3osResetArgs, loginAdvice, loginUser } from '../machines';
import { commands, type RunbookSection } from '../text';

/** What to do when something of the control plane has failed, each with what a person sees first. */
export function failureSections(cluster: Cluster, origin: Origin): RunbookSection[] {
  const several = serversOf(cluster).length > 1;
  return [
    { title: 'kubectl does not get through', paragraphs: noAnswer(cluster, origin) },
    ...(several ? [{ title: 'A server is gone for good', paragraphs: replace(cluster, origin) }] : []),
    ...(several ? [{ title: 'Too few servers are left', paragraphs: noMajority(cluster) }] : []),
    { title: 'The data of all servers is lost', paragraphs: restore(cluster) },
    ...(several && cluster.controlPlane.provider !== 'external'
      ? [{ title: 'Two servers have the virtual IP', paragraphs: twoHolders(cluster) }]
      : []),
    { title: 'The credentials have ended', paragraphs: credentials(cluster, origin) },
  ];
}

function noAnswer(cluster: Cluster, origin: Origin): string[] {
  const { name, controlPlane } = cluster;
  const servers = serversOf(cluster);
  const [first] = servers;
  const vip = primary(controlPlane.vip).text;
  const contexts = [
    `| \`${name}\` | ${vip}, the virtual IP | it is up |`,
    ...(controlPlane.dnsName
      ? [
          `| \`${name}-dns\` | ${controlPlane.dnsName}, one server after the other | one server is up, and the name has the address of each; 20 s a call while others are dark |`,
        ]
      : []),
    ...servers.map(
      (server) => `| \`${name}-${server.name}\` | ${primary(server.address).text} | ${server.name} is up |`,
    ),
  ];
  return [
    'Try the contexts from top to bottom. The kubeconfig has all of them, with the same credentials:',
    ['| `kubectl --context` | goes to | works while |', '| --- | --- | --- |', ...contexts].join('\n'),
    ...(servers.length > 1
      ? [
          'A server answers and the virtual IP does not: look who has it, and what its manager says.',
          commands(`ip -brief address | grep -w ${vip}    # on each server`, ...managerCommands(cluster)),
          `Every server refuses or says \`etcdserver: no leader\`: fewer than ${quorumOf(servers.length)} of ${servers.length} are up. Nobody gets through at all, not even to the addresses of the servers: go through a machine that does,`,
        ]
      : ['Nobody gets through at all: go through a machine that does,']),
    commands(
      `ssh -N -L 16443:127.0.0.1:${controlPlane.port} ${loginUser(cluster)}@${first ? primary(first.address).text : vip} &`,
      fetchCommand(cluster, origin, '--rescue localhost:16443'),
      `kubectl --context ${name}-rescue get nodes`,
    ),
    loginAdvice(cluster),
    'That context asks for a certificate for `kubernetes`, a name that the API server of every k3s has, so the name it is reached by need not be in the certificate.',
  ];
}

function managerCommands({ name, controlPlane }: Cluster): string[] {
  const way = controlPlane.dnsName ? `${name}-dns` : `${name}-SERVER`;
  switch (controlPlane.provider) {
    case 'kube-vip':
      return [
        `kubectl --context ${way} -n kube-system get lease plndr-cp-lock`,
        `kubectl --context ${way} -n kube-system logs -l app.kubernetes.io/name=kube-vip --prefix`,
        `kubectl --context ${way} -n kube-system rollout restart daemonset kube-vip`,
      ];
    case 'keepalived':
      return [
        'journalctl -u keepalived -n 50',
        `sh /etc/keepalived/check-api.sh ${controlPlane.port}; echo $?    # 0: the API server of this machine answers`,
        'systemctl restart keepalived',
      ];
    case 'external':
      return ['# the load balancer is yours: look whether it takes the servers for alive'];
  }
}

function replace(cluster: Cluster, { folder }: Origin): string[] {
  const { name } = cluster;
  const servers = serversOf(cluster);
  const spare = mayLose(servers.length);
  const cables = servers.flatMap((server) => {
    const [ups] = upsesAt(cluster, server);
    return ups ? [`${ups.name} at ${server.name}`] : [];
  });
  return [
    `The same for each of them, also the one that founded the cluster: ${servers.map((server) => server.name).join(', ')}. Take it out first, because until then it counts as one that is down (${spare} of ${servers.length} may be); then install the new machine with the same files and the same name.`,
    commands(
      `kubectl --context ${name} delete node NAME`,
      `# on the new machine: files and token as in hosts/${folder}README.md, k3s installed, then`,
      'systemctl enable --now k3s',
    ),
    ...(cables.length > 0
      ? [
          `k3s gives the new node the label of its UPS cable when it registers, by the same files. \`kubectl --context ${name} get nodes -L ups-device\` must show ${cables.join(', ')}; where it does not, nothing watches that UPS:`,
          commands(`kubectl --context ${name} label --overwrite node NAME ups-device=UPS`),
        ]
      : []),
    'It joins through the virtual IP, learns all data, and becomes a full member by itself. Never start it with `init.yaml`: that founds a second cluster.',
  ];
}

/** k3s refuses a reset while `server` is set, and without node-ip it may take the virtual IP for the address of its member of etcd. */
const reset = (options: string): string[] => [
  'systemctl stop k3s',
  `${K3S_HA} address    # writes config.yaml.d/40-node-ip.yaml`,
  'rm -f /etc/rancher/k3s/config.yaml.d/50-join.yaml',
  "(umask 077; grep -v '^server:' /etc/rancher/k3s/config.yaml >/run/k3s-reset.yaml)    # k3s refuses the reset while `server` is set",
  'ln -sfn /etc/rancher/k3s/config.yaml.d /run/k3s-reset.yaml.d',
  `K3S_CONFIG_FILE=/run/k3s-reset.yaml k3s server ${options}    # ends by itself`,
  'rm /run/k3s-reset.yaml /run/k3s-reset.yaml.d',
  'systemctl start k3s',
];

/** k3OS has neither systemd nor config.yaml nor k3s-ha: what k3s needs are arguments. */
const onK3os = (cluster: Cluster, options: string): string[] =>
  systemsOf(cluster).includes('k3os')
    ? [
        'On k3OS, with the address of this very machine for ADDRESS:',
        commands(
          'rc-service k3s-service stop',
          `k3s ${k3osResetArgs(cluster).join(' ')} --node-ip=ADDRESS ${options}`,
          'rc-service k3s-service start',
        ),
      ]
    : [];

/** etcd makes no difference between members that were away and members that were replaced. */
const OLD_DATA =
  '**No other server may start with its old data from now on.** Enough of them are a majority of the old cluster and go on as that, beside the new one, with the same addresses. One that is off is switched on with its network cable out, and plugged in when its data is out of the way.';

function noMajority(cluster: Cluster): string[] {
  const servers = serversOf(cluster);
  const needed = quorumOf(servers.length);
  return [
    `Fewer than ${needed} of ${servers.length} servers are up. If enough of the others can be repaired, repair them: switched on with their disks, they go on as if nothing had happened, and nothing is lost. Wait for that before anything below.`,
    'If they are gone for good, one server with its data can be made a cluster of one. Whatever the others stored and this one did not get is lost.',
    OLD_DATA,
    'On that server alone:',
    commands(...reset('--cluster-reset')),
    ...onK3os(cluster, '--cluster-reset'),
    'Then the others, one after the other, each after it was taken out with `kubectl delete node NAME`; the cable goes back in before the last line:',
    commands(
      'systemctl stop k3s',
      'mv /var/lib/rancher/k3s/server/db "/var/lib/rancher/k3s/server/db-$(date +%s)"    # also its snapshots; remove it when all is well',
      'systemctl start k3s',
    ),
  ];
}

function restore(cluster: Cluster): string[] {
  const several = serversOf(cluster).length > 1;
  return [
    'k3s writes a snapshot each 12 hours on every server and keeps 5, in `/var/lib/rancher/k3s/server/db/snapshots/`. They are on the disk that you are worried about: copy them to another machine, together with the token, without which no snapshot can be read. On one server:',
    commands(...reset('--cluster-reset --cluster-reset-restore-path=SNAPSHOT')),
    ...onK3os(cluster, '--cluster-reset --cluster-reset-restore-path=SNAPSHOT'),
    ...(several ? [OLD_DATA, 'Then the others as at the end of the section above.'] : []),
  ];
}

function twoHolders({ controlPlane }: Cluster): string[] {
  const { provider, vip, bgp } = controlPlane;
  const { text, family } = primary(vip);
  const device = bgp ? 'lo' : (controlPlane.interface ?? 'INTERFACE');
  return [
    `Half of the clients reach an API server that is not the holder's; it shows as errors that come and go. ${
      provider === 'kube-vip'
        ? 'The holder is the one the lease names; on each other server that `ip -brief address` shows with the address:'
        : 'The holder is the one whose log of keepalived ends with `Entering MASTER STATE`; on each other server that has the address:'
    }`,
    commands(
      ...(provider === 'kube-vip'
        ? ['kubectl -n kube-system get lease plndr-cp-lock']
        : ['journalctl -u keepalived -n 5']),
      `ip address del ${text}/${family === 4 ? 32 : 128} dev ${device}`,
    ),
  ];
}

function credentials(cluster: Cluster, origin: Origin): string[] {
  return [
    '`kubectl` says that the certificate has expired. k3s makes credentials for a year and renews its own when it starts within the last 120 days (90 in releases before May 2025); copies grow old. `npm run kubeconfig` warns 90 days before. Restart k3s on one server if it has run for so long, then fetch them again:',
    commands(fetchCommand(cluster, origin), `kubectl --context ${cluster.name} get nodes`),
    loginAdvice(cluster),
  ];
}
