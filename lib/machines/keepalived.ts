import { type Cluster, interfaceOf, primary, serversOf } from '../cluster';
import { readProjectFile, WRITTEN_BY } from '../files';
import type { Address } from '../network';
import { VRRP } from './vrrp';

/** A file below hosts/: its path and its text. */
export type KeepalivedFile = readonly [path: string, text: string];

/** Installed paths. Debian's unit reads the first; keepalived runs the second as root. */
const CONFIGURATION = '/etc/keepalived/keepalived.conf';
const CHECK = '/etc/keepalived/check-api.sh';

/**
 * The files of every server of a site with provider keepalived, identical; none for another provider.
 */
export function keepalivedFiles(cluster: Cluster): KeepalivedFile[] {
  if (cluster.controlPlane.provider !== 'keepalived') return [];
  const script = readProjectFile('lib/machines/scripts/check-api.sh');
  const end = script.indexOf('\n') + 1;
  return [
    ['server/keepalived.conf', keepalivedConfig(cluster)],
    [
      'server/check-api.sh',
      `${script.slice(0, end)}# ${WRITTEN_BY}\n# For every server, as ${CHECK}, mode 0755.\n${script.slice(end)}`,
    ],
  ];
}

/**
 * The text of keepalived.conf, https://www.keepalived.org/manpage.html. Servers are equal: the holder keeps the address, and the higher
 * address wins a tie. One VRRP instance moves both IP families, so that one server holds both.
 */
export function keepalivedConfig(cluster: Cluster): string {
  const { name, controlPlane } = cluster;
  const [device] = serversOf(cluster).map((node) => interfaceOf(cluster, node));
  const { vip, port, arpRateMs, keepalived } = controlPlane;
  if (device === undefined) throw new Error('keepalived has no interface; set controlPlane.interface');
  const main = primary(vip);
  const others = vip.filter((address) => address !== main);
  const { advertSeconds, priority, checkSeconds, checkFailures } = VRRP;
  const lines = [
    `! ${WRITTEN_BY}`,
    `! For every server of ${name}, identical, as ${CONFIGURATION}, mode 0644.`,
    'global_defs {',
    '  enable_script_security',
    '  script_user root',
    '  ! the holder repeats its gratuitous ARP',
    `  vrrp_garp_master_refresh ${Math.ceil(arpRateMs / 1000)}`,
    '}',
    '',
    'vrrp_script api {',
    `  script "${CHECK} ${port}"`,
    `  interval ${checkSeconds}`,
    '  timeout 3',
    `  fall ${checkFailures}`,
    '  rise 2',
    '  ! a server that has just started must pass the check first',
    '  init_fail',
    '}',
    '',
    'vrrp_instance control_plane {',
    '  state BACKUP',
    '  nopreempt',
    `  interface ${device}`,
    `  virtual_router_id ${keepalived.routerId}`,
    `  priority ${priority}`,
    `  advert_int ${advertSeconds}`,
    '  virtual_ipaddress {',
    `    ${host(main)} dev ${device}`,
    '  }',
    ...(others.length > 0
      ? [
          '  ! of the other IP family: moved by this instance, not announced',
          '  virtual_ipaddress_excluded {',
          ...others.map((address) => `    ${host(address)} dev ${device}`),
          '  }',
        ]
      : []),
    '  track_script {',
    '    api',
    '  }',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

const host = ({ family, text }: Address): string => `${text}/${family === 4 ? 32 : 128}`;
