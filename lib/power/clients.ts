import { type Client, type Cluster, npmRun, type Origin, primary, type Ups } from '../cluster';
import { urlHost } from '../network';
import { commands, joined, type RunbookSection, table } from '../text';
import { downSum } from './arithmetic';
import { CLIENT_TIMING, type PowerPlan } from './plan';

/**
 * What a Synology requires of an upsd that it connects to; it asks only for the address:
 * https://kb.synology.com/en-global/DSM/help/DSM/AdminCenter/system_hardware_ups. The password is no secret, every Synology has it.
 */
const SYNOLOGY = { ups: 'ups', user: 'monuser', password: 'secret', port: 3493 } as const;

/** The names that a client cannot change; undefined for one with an upsmon.conf. */
export const fixedNames = ({ system }: Client): typeof SYNOLOGY | undefined =>
  system === 'synology' ? SYNOLOGY : undefined;

/** The user of upsd for a client. */
export const clientUser = (client: Client): string => fixedNames(client)?.user ?? client.user ?? client.name;

/** Secret key of the password of a client. */
export const clientPasswordKey = (name: string): string => `client-${name}`;

/** What to set on the hosts outside the cluster. Empty where no UPS feeds one. */
export function clientSections(cluster: Cluster, plan: PowerPlan, origin: Origin): RunbookSection[] {
  const rows = plan.upses.flatMap(({ ups, clients }) =>
    clients.map((client) => [client.name, ups.name, `${client.downSeconds} s`, downSum(cluster, plan, client)]),
  );
  if (rows.length === 0) return [];
  return [
    {
      title: 'Hosts outside the cluster',
      paragraphs: [
        'These hosts are secondaries of upsd. At FSD each powers itself off, and nothing forces it off.',
        table(['host', 'UPS', 'off within', 'sum'], joined(rows)),
        'The log of `second` on the node with the UPS names a host that is not connected. The pod stays ready, because the host may be switched off.',
        ...cluster.ups.flatMap((ups) =>
          ups.clients.flatMap((client) => [`### ${client.name}`, ...setup(cluster, ups, client, origin)]),
        ),
      ],
    },
  ];
}

function setup(cluster: Cluster, ups: Ups, client: Client, origin: Origin): string[] {
  const addresses = cluster.nodes.find(({ name }) => name === ups.node)?.address ?? [];
  const host = urlHost(addresses.find(({ family }) => family === client.address.family) ?? primary(addresses));
  if (fixedNames(client)) {
    return [
      `In Control Panel, Hardware & Power, UPS: choose "Synology UPS server", enter \`${host}\`, and let it enter Standby Mode "Until low battery". In General: "Restart automatically after a power failure".`,
    ];
  }
  const { pollFreq, pollFreqAlert, hostSync, deadTime, finalDelay } = CLIENT_TIMING;
  const { name, nut } = cluster;
  const key = clientPasswordKey(client.name);
  return [
    'Set "restore on AC power loss" to "power on" in its firmware. Set `MODE=netclient` in `/etc/nut/nut.conf`. In `/etc/nut/upsmon.conf`, mode 0640 (NUT 2.7: `slave` instead of `secondary`; NUT before 2.8.3 logs that it does not know the last lines):',
    [
      '```conf',
      `MONITOR ${ups.name}@${host}:${nut.port} 1 ${clientUser(client)} PASSWORD secondary`,
      'MINSUPPLIES 1',
      'SHUTDOWNCMD "/sbin/shutdown -h +0"',
      `POLLFREQ ${pollFreq}`,
      `POLLFREQALERT ${pollFreqAlert}`,
      `HOSTSYNC ${hostSync}`,
      `DEADTIME ${deadTime}`,
      `FINALDELAY ${finalDelay}`,
      'POWERDOWNFLAG /run/nut/killpower',
      'OFFDURATION -1',
      'ALARMCRITICAL 0',
      '```',
    ].join('\n'),
    'The first command prints PASSWORD. The second keeps it in a new Secret:',
    commands(
      `kubectl --context ${name} -n nut get secret ${nut.secret} -o go-template='{{index .data "${key}" | base64decode}}{{"\\n"}}'`,
      npmRun('--silent secret:nut', origin, [`--client-file ${client.name}=FILE`]),
    ),
  ];
}
