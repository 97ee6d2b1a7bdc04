import {
  agentsOf,
  type Cluster,
  type Node,
  npmRun,
  type Origin,
  quorumOf,
  rolesOf,
  serversOf,
  systemsOf,
} from '../cluster';
import { WRITTEN_BY } from '../files';
import {
  FILES_LIST,
  joinUrl,
  K3OS_TOKEN_FILE,
  K3S_HA,
  K3S_HA_CONF,
  KILLPOWERD,
  KUBE_VIP_MANIFEST,
  KUBELET_DROP_IN,
  k3osInitArgs,
  k3sHaDropInPath,
  k3sOpenrcPath,
  LOGIND_DROP_IN,
  loginUser,
  NODES_FOLDER,
  needsKillpowerd,
  nodeConfig,
  REGISTRIES,
  SYSTEMS,
} from '../machines';
import { secretArguments } from '../nut';
import { gracefulShutdown, notArmed, shortestHaltBudget } from '../power';
import { K3S_HA_PORT } from '../releases';
import { code, numbered, table } from '../text';
import { type Installed, requirements, update } from './hosts';

/** `README.md` of hosts/: where each file goes, and the installation of this site in numbered steps. Pure. */
export function hostsReadme(cluster: Cluster, first: Node, origin: Origin, installed: readonly Installed[]): string {
  const systems = systemsOf(cluster);
  const sections = [
    `<!-- ${WRITTEN_BY} -->\n# Files for the hosts of ${cluster.name}`,
    ...notArmed(cluster),
    '![topology](topology.svg)',
    ...install(cluster, origin),
    '## Files',
    table(['file', 'host', 'install as'], files(cluster, origin)),
    '## Requirements',
    ...requirements(cluster),
    bootstrapRule(cluster),
    ...(systems.join() === 'k3os' ? [] : ['## Images', ...images(cluster, origin)]),
    '## Manual installation',
    numbered(steps(cluster, first, origin)),
    '## Update',
    numbered(update(cluster, installed)),
    '## File reference',
    ...reference(cluster),
    ...(systems.includes('k3os') ? ['## k3OS', ...k3osParagraphs(cluster, first)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

const fedNodes = (cluster: Cluster): Node[] => cluster.nodes.filter(({ ups }) => ups.length > 0);
/** The nodes with a file of their own. */
const special = (cluster: Cluster): Node[] => cluster.nodes.filter((node) => nodeConfig(cluster, node) !== undefined);
const names = (nodes: readonly Node[]): string => nodes.map(({ name }) => name).join(', ');

/** The one command, where a host may have neither k3OS nor Kairos, and the token. */
const install = (cluster: Cluster, origin: Origin): string[] => [
  ...(systemsOf(cluster).includes('cloud-init') ? oneCommand(cluster, origin) : []),
  `The token is the only secret and in none of these files. Keep a copy in a safe place: no snapshot can be restored without it. \`machines:install\` creates it as \`${tokenFile(cluster.name)}\`. By hand:${code(makeToken(cluster.name))}`,
];

const oneCommand = (cluster: Cluster, origin: Origin): string[] => [
  `One command installs every host and brings up the site:${code(
    npmRun('machines:install', origin, [`--ssh ${loginUser(cluster)}@ --sudo`]),
  )}`,
  `It checks all hosts ([Requirements](#requirements)) before it changes one. Then it installs these files, killpowerd and k3s, waits for the cluster and the VIP, writes the kubeconfig${cluster.ups.length > 0 ? ', creates the Secret of NUT' : ''} and applies \`dist/\`. It prints each change. Run it again after an interruption or an update. \`--dry-run\` shows what it would change, \`npm run machines:status\` what is installed. Each host needs systemd or OpenRC, an SSH key of yours, and sudo without a password or root.`,
];

/** A command that writes a token; k3s takes any text. */
const makeToken = (site: string): string =>
  `(umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' > ${tokenFile(site)})`;

/** Where the token of a site is on the computer of the user. */
const tokenFile = (site: string): string => `~/${site}.token`;

/** The rows of the table: which file goes to which host, and where. */
function files(cluster: Cluster, { folder }: Origin): string[][] {
  const hasAgents = agentsOf(cluster).length > 0;
  const fed = fedNodes(cluster);
  const onUps = fed.length === cluster.nodes.length ? 'all' : names(fed);
  const servers = hasAgents ? 'servers' : 'all';
  const systems = systemsOf(cluster);
  const images = systems.filter((os) => os !== 'k3os').map((os) => `\`${os}/\``);
  const { provider } = cluster.controlPlane;
  const rows: readonly (readonly [needed: boolean, file: string, host: string, target: string])[] = [
    [true, '`server/config.yaml`', servers, '`/etc/rancher/k3s/config.yaml`, mode 0600'],
    [hasAgents, '`agent/config.yaml`', 'agents', '`/etc/rancher/k3s/config.yaml`, mode 0600'],
    [true, '`server/k3s-ha`', 'all', `\`${K3S_HA}\`, mode 0755`],
    [true, '`server/k3s-ha.conf`', 'all', `\`${K3S_HA_CONF}\``],
    [true, '`server/10-ha.conf`', servers, `\`${k3sHaDropInPath('server')}\``],
    [hasAgents, '`agent/10-ha.conf`', 'agents', `\`${k3sHaDropInPath('agent')}\``],
    [true, '`server/k3s-ha.socket`, `server/k3s-ha@.service`', `${servers}, with systemd`, '`/etc/systemd/system/`'],
    [true, '`server/k3s-ha.openrc`', `${servers}, with OpenRC`, '`/etc/init.d/k3s-ha`, mode 0755'],
    [true, '`server/k3s.openrc`', `${servers}, with OpenRC`, `\`${k3sOpenrcPath('server')}\``],
    [hasAgents, '`agent/k3s.openrc`', 'agents, with OpenRC', `\`${k3sOpenrcPath('agent')}\``],
    [provider === 'kube-vip', `\`dist/${folder}20-kube-vip.k8s.yaml\``, servers, `\`${KUBE_VIP_MANIFEST}\``],
    [
      provider === 'keepalived',
      '`server/keepalived.conf`, `server/check-api.sh`',
      servers,
      '`/etc/keepalived/`, modes 0644 and 0755',
    ],
    [true, '`server/files`, `agent/files`'.slice(0, hasAgents ? undefined : 14), 'all', `\`${FILES_LIST}\``],
    [true, '`server/99-shutdown.conf`, `agent/`', 'all', `\`${KUBELET_DROP_IN}\``],
    [true, '`server/99-kubelet.conf`, `agent/`', 'all', `\`${LOGIND_DROP_IN}\``],
    [cluster.k3s.registries !== undefined, '`server/registries.yaml`', 'all', `\`${REGISTRIES}\`, mode 0600`],
    ...special(cluster).map(
      ({ name, role }) =>
        [
          true,
          `\`nodes/${name}/k3s.yaml\``,
          hasAgents ? `${role}s` : 'all',
          `\`${NODES_FOLDER}/${name}.yaml\`, mode 0600`,
        ] as const,
    ),
    [needsKillpowerd(cluster), '`killpower/killpowerd`', onUps, `\`${KILLPOWERD}\`, mode 0755`],
    [needsKillpowerd(cluster), '`killpower/killpowerd.service`', `${onUps}, with systemd`, '`/etc/systemd/system/`'],
    [
      needsKillpowerd(cluster),
      '`killpower/killpowerd.openrc`',
      `${onUps}, with OpenRC`,
      '`/etc/init.d/killpowerd`, mode 0755',
    ],
    [images.length > 0, images.join(', '), 'all', 'all of the above in one file: [Images](#images)'],
    [systems.includes('k3os'), '`k3os/`, `nodes/*/k3os.yaml`', 'k3OS hosts', '[k3OS](#k3os)'],
    [true, '[`RUNBOOK.md`](RUNBOOK.md)', 'you', 'procedures for failures; print it'],
    [true, '[`topology.svg`](topology.svg)', 'you', 'machines, VIP, pools and UPSes'],
    [fed.length > 0, '[`power-timeline.svg`](power-timeline.svg)', 'you', 'timeline of a power failure'],
    [true, '`kubeconfig.template.yaml`', 'your computer', 'filled in by `npm run kubeconfig`'],
  ];
  return rows.flatMap(([needed, ...cells]) => (needed ? [cells] : []));
}

/** When one of the servers bootstraps the cluster. */
function bootstrapRule(cluster: Cluster): string {
  const count = serversOf(cluster).length;
  return count === 1
    ? 'The server bootstraps the cluster if it has no data.'
    : `When ${quorumOf(count)} of ${count} servers are up and none has data, one bootstraps the cluster by their votes, and the others join. No command starts it.`;
}

/** How to make installation media. */
function images(cluster: Cluster, origin: Origin): string[] {
  const { name } = cluster;
  return [
    `One image serves every server, also replacements. \`npm run hosts\` adds the token and your SSH keys and writes outside the project. Then continue below with the copy of k3s.yaml.${code(
      npmRun('hosts', origin, [
        `--token-file ${tokenFile(name)}`,
        '--ssh-key ~/.ssh/id_ed25519.pub',
        `--out ~/${name}-seed`,
      ]),
    )}`,
    [
      ...systemsOf(cluster).flatMap((system) => SYSTEMS[system].tested ?? []),
      '`--os plain` writes file trees for other hosts with systemd.',
    ].join(' '),
  ];
}

function steps(cluster: Cluster, first: Node, origin: Origin): string[] {
  const kubectl = `kubectl --context ${cluster.name}`;
  const dist = `dist/${origin.folder}`;
  const given = secretArguments(cluster);
  return [
    `Print the script of each host, copy it there, and run it as root. It checks the host, installs everything and starts k3s.${code(
      npmRun('--silent machines:install', origin, [`NODE --print --token-file ${tokenFile(cluster.name)} > NODE.sh`]),
      'sh NODE.sh check install start',
      `${K3S_HA} status`,
    )}`,
    `Copy \`/etc/rancher/k3s/k3s.yaml\` from ${first.name} to your computer, merge it into your kubeconfig, and delete the copy:${code(
      npmRun('kubeconfig', origin, ['--from k3s.yaml', '--merge ~/.kube/config']),
    )}`,
    `Bring up the VIP. It is up when the last command prints a certificate.${code(
      ...(cluster.controlPlane.provider === 'kube-vip'
        ? [`kubectl --context ${cluster.name}-${first.name} apply -f ${dist}20-kube-vip.k8s.yaml`]
        : []),
      `curl -ks ${joinUrl(cluster)}/cacerts`,
    )}`,
    `Apply everything else.${
      given.length > 0
        ? ' Replace each FILE by a file whose first line is that password, as already set on the NAS, the UPS or the receiver of messages.'
        : ''
    }${code(
      ...(cluster.loadBalancer
        ? [
            `${kubectl} apply -f ${dist}00-crds.k8s.yaml`,
            `${kubectl} wait --for=condition=Established --timeout=60s -f ${dist}00-crds.k8s.yaml`,
          ]
        : []),
      `${kubectl} apply -f ${dist}`,
      ...(cluster.ups.length > 0 ? [`${npmRun('--silent secret:nut', origin, given)} | ${kubectl} apply -f -`] : []),
    )}`,
  ];
}

/** What each file is for, where the table does not say it. */
function reference(cluster: Cluster): string[] {
  const { name, controlPlane } = cluster;
  const hasAgents = agentsOf(cluster).length > 0;
  return [
    '**server/k3s-ha** makes k3s start, join or bootstrap. Otherwise it states the reason, and systemd retries.',
    ...(special(cluster).length > 0
      ? [
          '**nodes/** has what k3s gets on one node only. k3s-ha finds the node by its address, and copies the file before each start of k3s. k3s sets labels and taints only when a node registers; `npm run plan` prints the commands that change them later.',
        ]
      : []),
    'Files of your own in `/etc/rancher/k3s/config.yaml.d/` stay. k3s reads them after config.yaml, in the order of their names: a key replaces that of an earlier file, and `KEY+` appends to its list. No rule checks them; names other than `20-node`, `40-node-ip` and `50-join` are free.',
    `**server/k3s-ha.socket** answers the other servers on TCP port ${K3S_HA_PORT}. With OpenRC, **server/k3s-ha.openrc** does so by busybox, and **server/k3s.openrc** runs k3s-ha before each start of k3s.`,
    shutdownParagraph(cluster),
    ...(hasAgents
      ? ['**agent/config.yaml** holds agent settings only: an agent refuses to start with a setting of servers.']
      : []),
    `**kubeconfig.template.yaml** has a context for the VIP (\`${name}\`)${controlPlane.dnsName ? `, one for ${controlPlane.dnsName} (\`${name}-dns\`)` : ''} and one for each server. Its credentials are valid for [one year](RUNBOOK.md#credentials-have-expired).`,
  ];
}

function shutdownParagraph(cluster: Cluster): string {
  const parts = rolesOf(cluster).map((role) => {
    const { totalSeconds, criticalSeconds } = gracefulShutdown(cluster, role);
    const critical = role === 'server' ? 'such as kube-vip' : 'only';
    return `${totalSeconds} s of the ${shortestHaltBudget(cluster, role)} s halt budget of ${role}s, ${criticalSeconds} s of them for critical pods ${critical}`;
  });
  return `**99-shutdown.conf** and **99-kubelet.conf** give pods ${parts.join('; ')} (\`power.haltBudget\`).`;
}

function k3osParagraphs(cluster: Cluster, first: Node): string[] {
  const agent = agentsOf(cluster).length > 0 ? ', `k3os/agent.yaml` for every agent' : '';
  const logind =
    cluster.power.actuator === 'logind' && cluster.ups.length > 0
      ? ' It has no systemd: with the actuator logind, k3OS hosts are not powered off.'
      : '';
  return [
    `k3OS is archived and ends at k3s 1.23: use it for existing clusters only.${logind} Install every server with \`k3os/server.yaml\` as its \`config.yaml\` (\`k3os.install.config_url\`)${agent}. Put your own files and \`nodes/*/k3os.yaml\` into \`/var/lib/rancher/k3os/config.d/\` and reboot. Then put the token, for which k3s waits, into \`${K3OS_TOKEN_FILE}\`, mode 0600.`,
    `To bootstrap on ${first.name}, replace that reboot on this host only: press \`e\` in the boot menu and append this to the line that begins with \`linux\`. No file in \`/var/lib/rancher/k3os/\` may have \`k3s_args\`, which would replace it.${code(
      k3osInitArgs(cluster)
        .map((argument) => `k3os.k3s_args=${argument}`)
        .join(' '),
    )}`,
  ];
}
