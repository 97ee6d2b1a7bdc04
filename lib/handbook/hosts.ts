import { type Cluster, mayLose, type Node, serversOf } from '../cluster';
import { K3S_HA, KILLPOWERD, listeners, needsKillpowerd } from '../machines';
import { powerPlan } from '../power';
import { code, commands, type RunbookSection, table } from '../text';

/** The procedures on a single host. */
export const hostSections = (cluster: Cluster): RunbookSection[] =>
  needsKillpowerd(cluster) ? [{ title: 'Rehearse one node', paragraphs: rehearsal(cluster) }] : [];

function rehearsal(cluster: Cluster): string[] {
  const { nut, power } = cluster;
  const { nodes } = powerPlan(cluster);
  const servers = serversOf(cluster).length;
  const budgets = [...new Set(nodes.map(({ haltSeconds }) => haltSeconds))].map((seconds) => {
    const names = nodes.filter(({ haltSeconds }) => haltSeconds === seconds).map(({ node }) => node.name);
    return `${seconds} for ${names.join(', ')}`;
  });
  const wake =
    power.rtcWakeSeconds > 0 ? `its RTC starts it after ${power.rtcWakeSeconds} s` : 'start it by its power button';
  return [
    'This powers off one node as its shutdown deadline does. No other node and no UPS is affected. The first command only prints what the node would use.',
    commands(
      `${KILLPOWERD} --rehearse ${nut.killpowerPath}`,
      `${KILLPOWERD} --rehearse --power-off HALT ${nut.killpowerPath}`,
    ),
    `HALT is the halt budget of the node in seconds: ${budgets.join(', ')}. The node begins to halt after 10 s, and ${wake}.${servers > 1 ? ` At most ${mayLose(servers)} of ${servers} servers may be down at a time.` : ''}`,
  ];
}

/** What identifies the files of a role. */
export interface Installed {
  readonly role: Node['role'];
  readonly hash: string;
}

/** What a host must have before the installation. */
export function requirements(cluster: Cluster): string[] {
  const needed = ([use]: readonly [boolean, ...string[]]): boolean => use;
  const hosts: readonly (readonly [needed: boolean, what: string, how: string])[] = [
    [true, 'Host name', '`hostnamectl set-hostname NAME`, as in cluster.yaml; k3s-ha refuses another'],
    [true, 'Fixed addresses', 'as in cluster.yaml, configured or reserved in the DHCP server; k3s-ha refuses others'],
    [true, 'Synchronized clock', '`timedatectl set-ntp true`; k3s-ha refuses a clock more than 60 s from the others'],
    [true, 'curl', '`apt-get install curl`'],
    [
      true,
      'Memory cgroups',
      'on a Raspberry Pi, append `cgroup_memory=1 cgroup_enable=memory` to the line in `/boot/firmware/cmdline.txt`',
    ],
    [
      true,
      'Disk of a server',
      '99 of 100 writes within 10 ms, which [etcd](https://etcd.io/docs/v3.5/faq/) needs; `preflight` measures it. SD cards are slower',
    ],
    [
      true,
      'SELinux off, or the policy of k3s',
      'the package `k3s-selinux`: https://docs.k3s.io/advanced#selinux-support',
    ],
    [
      cluster.ups.length > 0,
      'Restore on AC power loss',
      'in the firmware: Power On. No program can read it; a Raspberry Pi always starts',
    ],
    [
      needsKillpowerd(cluster) && cluster.power.rtcWakeSeconds > 0,
      'RTC with a wake alarm',
      '`ls /sys/class/rtc/rtc*/wakealarm`; without one a node that stays off needs its power button',
    ],
    [
      cluster.nodes.filter(({ ups }) => ups.length > 0).length > 1,
      'Wake-on-LAN',
      'in the firmware; `ethtool INTERFACE` shows `Wake-on: g`. Without it only its clock or a person starts a node that stays off',
    ],
  ];
  return [
    `Each host has the following. \`${K3S_HA} preflight\` checks it.`,
    table(
      ['needed', 'how'],
      hosts.filter(needed).map(([, ...cells]) => cells),
    ),
    `A firewall accepts these packets, and all from pods and services (${[...cluster.network.pods, ...cluster.network.services].map(({ text }) => text).join(', ')}). \`preflight\` tries each port. An open UDP port and a blocked one are both silent, which it notes.`,
    table(['port', 'program', 'on', 'from'], firewall(cluster)),
  ];
}

/** The rows of what a firewall accepts. */
function firewall(cluster: Cluster): string[][] {
  const { port: api, provider } = cluster.controlPlane;
  const clients = cluster.ups.flatMap((ups) => ups.clients.map(({ name }) => name));
  const rows = listeners(cluster).flatMap(({ port, what, on, from, protocols = ['tcp'] }) => {
    if (!from) return [];
    const others = port === api ? ['your computer'] : port === cluster.nut.port ? clients : [];
    const asking = from === 'servers' ? 'servers' : ['all hosts', ...others].join(' and ');
    return [
      [
        `${protocols.map((one) => one.toUpperCase()).join(' and ')} ${port}`,
        what,
        typeof on === 'string' ? on : on.join(', '),
        asking,
      ],
    ];
  });
  return provider === 'keepalived' ? [...rows, ['IP protocol 112 (VRRP)', 'keepalived', 'servers', 'servers']] : rows;
}

/** How changed files take effect on a host. */
export function update(cluster: Cluster, installed: readonly Installed[]): string[] {
  const units = [
    ...(needsKillpowerd(cluster) ? ['killpowerd'] : []),
    ...(cluster.controlPlane.provider === 'keepalived' ? ['keepalived'] : []),
    'systemd-logind',
  ].join(' ');
  return [
    `After \`npm run synth\`, run \`npm run machines:install\` again, which also does step 2. Or install the changed files of the table on every host.`,
    `Restart what runs them. A new unit or script takes effect only then. With OpenRC: \`rc-service killpowerd restart\`.${code(
      'systemctl daemon-reload',
      `systemctl restart ${units}`,
      'systemctl try-restart k3s-ha.socket',
    )}`,
    `Check the host. It prints a line for each requirement and for each file that differs. The hash of its files must be ${installed
      .map(({ role, hash }) => `\`${hash}\` on ${role}s`)
      .join(' and ')}.${code(`${K3S_HA} preflight`)}`,
    'For another version of k3s, change `versions.k3s`, run `npm run synth`, then `npm run machines:upgrade`. For another token, run `npm run machines:token`.',
    `If files of k3s have changed, restart it, one server at a time: its settings are read when it starts.${code('systemctl restart k3s    # on agents: k3s-agent')}`,
  ];
}
