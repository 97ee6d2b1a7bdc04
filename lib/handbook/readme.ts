import {
  agentsOf,
  type Cluster,
  type Node,
  npmRun,
  type Origin,
  primary,
  serversOf,
  systemsOf,
  upsesAt,
} from '../cluster';
import { WRITTEN_BY } from '../files';
import {
  foundingOfImages,
  foundingParagraphs,
  foundingStep,
  foundingWithoutSystemd,
  installK3s,
  joinUrl,
  K3OS_TOKEN_FILE,
  K3S_HA,
  K3S_HA_CONF,
  K3S_NODE_IP,
  KILLPOWERD,
  KUBE_VIP_MANIFEST,
  KUBELET_DROP_IN,
  k3osInitArgs,
  LOGIND_DROP_IN,
  labelledNodes,
  NODE_IP_DROP_IN,
  needsKillpowerd,
  needsNodeIp,
  TOKEN_FILE,
  UPS_LABEL,
} from '../machines';
import { secretArguments } from '../nut';
import { gracefulShutdown, shortestHaltBudget } from '../power';
import { code, row } from '../text';

/** `README.md` of hosts/: which file goes where, and the first start of this very site in numbered steps. */
export function hostsReadme(cluster: Cluster, first: Node, origin: Origin): string {
  const sections = [
    `<!-- ${WRITTEN_BY} -->\n# Files for the machines of ${cluster.name}`,
    'Nothing here is secret. The one secret, the token, is made below and stays on the machines.',
    table(cluster, origin),
    ...(systemsOf(cluster).join() === 'k3os' ? [] : ['## Images', ...images(cluster, first, origin)]),
    '## First start, by hand',
    steps(cluster, first, origin)
      .map((step, i) => `${i + 1}. ${step.replaceAll('\n', '\n   ')}`)
      .join('\n'),
    '## What each file is for',
    ...paragraphs(cluster),
    ...(systemsOf(cluster).includes('k3os') ? ['## k3OS', ...k3osParagraphs(cluster, first)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

const withAddresses = (nodes: readonly Node[]): string[] =>
  nodes.map(({ name, address }) => `${name} (${primary(address).text})`);
const fedNodes = (cluster: Cluster): Node[] => cluster.nodes.filter(({ ups }) => ups.length > 0);
const names = (nodes: readonly Node[]): string => nodes.map(({ name }) => name).join(', ');

function table(cluster: Cluster, { folder }: Origin): string {
  const agents = agentsOf(cluster);
  const cables = cluster.nodes.filter((node) => upsesAt(cluster, node).length > 0);
  const fed = names(fedNodes(cluster));
  const servers = names(serversOf(cluster));
  const images = systemsOf(cluster).filter((os) => os !== 'k3os');
  return [
    row('file', 'machine', 'becomes'),
    row('---', '---', '---'),
    row('`server/config.yaml`', servers, '`/etc/rancher/k3s/config.yaml`, mode 0600'),
    ...(agents.length > 0
      ? [row('`agent/config.yaml`', names(agents), '`/etc/rancher/k3s/config.yaml`, mode 0600')]
      : []),
    ...(agents.length > 0 && needsNodeIp(cluster)
      ? [
          row('`agent/k3s-node-ip`', names(agents), `\`${K3S_NODE_IP}\`, mode 0755`),
          row('`agent/10-node-ip.conf`', names(agents), `\`${NODE_IP_DROP_IN}\``),
        ]
      : []),
    row('`server/init.yaml`', servers, '`/etc/rancher/k3s/init.yaml`, mode 0600'),
    row('`server/k3s-ha`', servers, `\`${K3S_HA}\`, mode 0755`),
    row('`server/k3s-ha.conf`', servers, `\`${K3S_HA_CONF}\``),
    row('`server/10-ha.conf`', servers, '`/etc/systemd/system/k3s.service.d/10-ha.conf`'),
    ...(cluster.controlPlane.provider === 'kube-vip'
      ? [row(`\`dist/${folder}20-kube-vip.k8s.yaml\``, servers, `\`${KUBE_VIP_MANIFEST}\``)]
      : []),
    ...(cluster.controlPlane.provider === 'keepalived'
      ? [row('`server/keepalived.conf`, `server/check-api.sh`', servers, '`/etc/keepalived/`, modes 0644 and 0755')]
      : []),
    row('`server/99-shutdown.conf`, `agent/`', 'all', `\`${KUBELET_DROP_IN}\``),
    row('`server/99-kubelet.conf`, `agent/`', 'all', `\`${LOGIND_DROP_IN}\``),
    ...cables.map((node) =>
      row(`\`nodes/${node.name}/20-ups.yaml\``, node.name, '`/etc/rancher/k3s/config.yaml.d/20-ups.yaml`'),
    ),
    ...(needsKillpowerd(cluster)
      ? [
          row('`killpower/killpowerd`', fed, `\`${KILLPOWERD}\`, mode 0755`),
          row('`killpower/killpowerd.service`', `${fed}, with systemd`, '`/etc/systemd/system/`'),
          row('`killpower/killpowerd.openrc`', `${fed}, with OpenRC`, '`/etc/init.d/killpowerd`, mode 0755'),
        ]
      : []),
    ...(images.length > 0
      ? [
          row(
            images.map((os) => `\`${os}/\``).join(', '),
            'all',
            `all of the above in one file${cables.length > 0 ? `, \`${UPS_LABEL}\` in place of \`nodes/\`` : ''}, see [Images](#images)`,
          ),
        ]
      : []),
    ...(systemsOf(cluster).includes('k3os')
      ? [row('`k3os/`, `nodes/*/k3os-ups.yaml`', 'k3OS machines', 'see [k3OS](#k3os)')]
      : []),
    row('[`RUNBOOK.md`](RUNBOOK.md)', 'you', 'what to do on a bad day; print it'),
    ...(fed === ''
      ? []
      : [row('[`power-timeline.svg`](power-timeline.svg)', 'you', 'who goes off when, if the mains fail')]),
    row('`kubeconfig.template.yaml`', 'your computer', 'what `npm run kubeconfig` fills in'),
  ].join('\n');
}

/** How to make installation media. */
function images(cluster: Cluster, first: Node, origin: Origin): string[] {
  const { name } = cluster;
  const systems = systemsOf(cluster);
  const labelled = [...labelledNodes(cluster, 'server'), ...labelledNodes(cluster, 'agent')];
  const known = [
    ...(systems.includes('cloud-init')
      ? ['`cloud-init/` is for Debian and Ubuntu and has been booted in a container, with a k3s that does nothing.']
      : []),
    ...(systems.includes('kairos')
      ? ['`kairos/` follows the documentation of Kairos, and nobody has run it yet.']
      : []),
    '`--os plain` writes trees of files for everything else with systemd.',
  ];
  return [
    `One image for every server, also for the one that founds the cluster and for each that replaces another. \`npm run hosts\` adds the token and your SSH keys and writes outside of the project:${code(
      `(umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' > ~/${name}.token)`,
      npmRun('hosts', origin, [
        `--token-file ~/${name}.token`,
        '--ssh-key ~/.ssh/id_ed25519.pub',
        `--out ~/${name}-seed`,
      ]),
    )}`,
    `Keep the token in a safe place: no snapshot can be restored without it. Machines that boot with it wait until there is a cluster. ${foundingOfImages(cluster, first)} Then go on below with the copy of k3s.yaml.`,
    ...(labelled.length > 0
      ? [
          `The files are the same for every machine of a role, so they also have the label of each UPS cable (\`${labelled.join('`, `')}\`): before each start of k3s \`ups-label\` looks whether the host name is one of these. Where the name came too late, once the node has joined:${code(
            `kubectl --context ${name} label --overwrite node NAME ups-device=UPS`,
          )}`,
        ]
      : []),
    known.join(' '),
  ];
}

function steps(cluster: Cluster, first: Node, origin: Origin): string[] {
  const others = serversOf(cluster).filter((node) => node !== first);
  const agents = agentsOf(cluster);
  const kubectl = `kubectl --context ${cluster.name}`;
  const dist = `dist/${origin.folder}`;
  const given = secretArguments(cluster);
  return [
    `On every machine, put the files where the table says. They must be there before k3s first starts.`,
    `Make the token, once, and put the same file on every machine as \`${TOKEN_FILE}\`, mode 0600. Keep a copy in a safe place: no snapshot can be restored without it.${code(
      "(umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' > token)",
    )}`,
    ...(needsKillpowerd(cluster)
      ? [
          `On every machine that a UPS feeds (${names(fedNodes(cluster))}) start killpowerd; with OpenRC as the head of \`killpowerd.openrc\` says, with systemd:${code(
            'systemctl enable --now killpowerd',
          )}`,
        ]
      : []),
    `Install k3s on every machine without starting it. On ${names(serversOf(cluster))}, where also curl and arping have to be:${code(installK3s(cluster, 'server'))}${
      agents.length > 0 ? `\nOn ${names(agents)}:${code(installK3s(cluster, 'agent'))}` : ''
    }`,
    foundingStep(cluster, first),
    `Copy \`/etc/rancher/k3s/k3s.yaml\` from ${first.name} to your computer, fill the kubeconfig in, and delete the copy:${code(
      npmRun('kubeconfig', origin, ['--from k3s.yaml', '--merge ~/.kube/config']),
    )}`,
    `Bring up the virtual IP. It is there when the last command answers with a certificate.${code(
      ...(cluster.controlPlane.provider === 'kube-vip'
        ? [`kubectl --context ${cluster.name}-${first.name} apply -f ${dist}20-kube-vip.k8s.yaml`]
        : []),
      `curl -ks ${joinUrl(cluster)}/cacerts`,
    )}`,
    ...(others.length > 0
      ? [
          `Start ${withAddresses(others).join(', then ')}; wait for each until it is Ready.${code(
            'systemctl start k3s',
            `${kubectl} get nodes`,
          )}`,
        ]
      : []),
    ...(agents.length > 0 ? [`Start ${withAddresses(agents).join(', ')}.${code('systemctl start k3s-agent')}`] : []),
    `Apply everything else.${
      given.length > 0
        ? ' In place of each FILE name a file whose first line is that password, which the NAS or the UPS has already.'
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

function paragraphs(cluster: Cluster): string[] {
  const cable = cluster.ups.find(({ node }) => node !== undefined);
  const founding = foundingParagraphs(cluster);
  return [
    '**server/config.yaml** is the same on every server. There is no first server in it: each one joins through the virtual IP when it has no data, and needs nobody when it has. To replace a machine, also the one that founded the cluster, run `kubectl delete node NAME`, install the new one with the same files and start k3s.',
    `**server/init.yaml** is the only file that founds a cluster, and k3s does not read it where it stands: it is copied to /run for one start. Never install it as config.yaml.`,
    `**server/k3s-ha** decides before each start of k3s: a machine with data goes on, one without joins whoever answers, and where nobody answers it waits and asks again. ${founding.when} \`k3s-ha status\` shows what it sees. It joins whoever serves an API at these addresses, or only the cluster whose CA it knows: by \`controlPlane.caSha256\`, or by a token that begins with \`K10\`. What it cannot see is a cluster on servers that are off or cut off; ${founding.unseen}.`,
    ...foundingWithoutSystemd(cluster),
    shutdownParagraph(cluster),
    ...(agentsOf(cluster).length > 0
      ? [
          '**agent/config.yaml** has only what an agent takes. An agent refuses to start over a key that is for servers.',
        ]
      : []),
    ...(agentsOf(cluster).length > 0 && needsNodeIp(cluster)
      ? [
          '**agent/k3s-node-ip** writes `/etc/rancher/k3s/config.yaml.d/40-node-ip.yaml` before each start of k3s: of the addresses in **agent/10-node-ip.conf** those that this machine has. Without it k3s would state IPv4 first, or alone. On a machine without systemd run the command in that file before k3s starts. On servers k3s-ha does this.',
        ]
      : []),
    ...(cable
      ? [
          `**20-ups.yaml** gives ${cable.node} the label \`ups-device=${cable.name}\`, by which the pod that talks to the UPS finds its machine.`,
        ]
      : []),
    ...(needsKillpowerd(cluster)
      ? [
          `**killpower/** powers the machine off when the time has come that a pod on it wrote into \`${cluster.nut.killpowerPath}\`, and forces it off when its halt takes longer than its budget. From the moment the time is written, nothing else on the machine or in the cluster has to live.`,
        ]
      : []),
    ...(cluster.ups.length > 0
      ? [
          '**RUNBOOK.md** has the time line of a power failure at this site, how to rehearse it, and what to do about what software cannot solve.',
        ]
      : []),
    `**kubeconfig.template.yaml** has a context for the virtual IP (\`${cluster.name}\`)${cluster.controlPlane.dnsName ? `, one for ${cluster.controlPlane.dnsName} (\`${cluster.name}-dns\`)` : ''} and one for each server. Use a server's own context when the virtual IP is down. The credentials in k3s.yaml last a year; after a server has renewed them, copy the file and run \`npm run kubeconfig\` again.`,
  ];
}

function shutdownParagraph(cluster: Cluster): string {
  const roles = agentsOf(cluster).length > 0 ? (['server', 'agent'] as const) : (['server'] as const);
  const parts = roles.map((role) => {
    const { totalSeconds, criticalSeconds } = gracefulShutdown(cluster, role);
    return `of the ${shortestHaltBudget(cluster, role)} s in which a${role === 'agent' ? 'n agent' : ' server'} has to halt ${totalSeconds} s are for its pods, the last ${criticalSeconds} s of them for ${role === 'server' ? 'kube-vip and its like, so that the virtual IP moves before the machine is gone' : 'critical ones'}`;
  });
  return `**99-shutdown.conf** and **99-kubelet.conf**: ${parts.join('; ')}. They follow \`power.haltBudget\` of cluster.yaml.`;
}

function k3osParagraphs(cluster: Cluster, first: Node): string[] {
  return [
    `\`k3os/server.yaml\` is the \`config.yaml\` of every server's installation (\`k3os.install.config_url\`)${agentsOf(cluster).length > 0 ? ', `k3os/agent.yaml` that of every agent' : ''}. After the installation put files of your own and \`nodes/*/k3os-ups.yaml\` into \`/var/lib/rancher/k3os/config.d/\` and reboot; then put the token into \`${K3OS_TOKEN_FILE}\`, mode 0600. k3s waits for the token, so no machine joins before its labels are there. k3OS is archived and ends at k3s 1.23: it is here for clusters that exist.${cluster.power.actuator === 'logind' && cluster.ups.length > 0 ? ' It has no systemd: with the actuator logind nothing powers a k3OS machine off.' : ''}`,
    `The first start, on ${first.name} alone and in place of that reboot: press \`e\` in the boot menu and append this to the line that begins with \`linux\`. Nothing of it is stored. Let no file in \`/var/lib/rancher/k3os/\` have \`k3s_args\`: it would win over the boot menu.${code(
      k3osInitArgs(cluster)
        .map((argument) => `k3os.k3s_args=${argument}`)
        .join(' '),
    )}`,
  ];
}
