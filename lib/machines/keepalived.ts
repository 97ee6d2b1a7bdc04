import { type Cluster, primary } from '../cluster';
import { readProjectFile, WRITTEN_BY } from '../files';
import type { Address } from '../network';
import { VRRP } from './vrrp';

/** A file below hosts/: its path and its text. */
export type KeepalivedFile = readonly [path: string, text: string];

/** Where the files go on a server. Debian's unit reads the first; keepalived runs the second as root. */
const CONFIGURATION = '/etc/keepalived/keepalived.conf';
const CHECK = '/etc/keepalived/check-api.sh';

/**
 * What goes on every server of a site with provider keepalived, the same bytes on each; nothing for another provider.
 * `hosts/server/keepalived.conf` becomes /etc/keepalived/keepalived.conf and `hosts/server/check-api.sh` stands beside it, mode 0755.
 */
export function keepalivedFiles(cluster: Cluster): KeepalivedFile[] {
  if (cluster.controlPlane.provider !== 'keepalived') return [];
  const script = readProjectFile('lib/machines/scripts/check-api.sh');
  const end = script.indexOf('\n') + 1;
  return [
    ['server/keepalived.conf', keepalivedConfig(cluster)],
    [
      'server/check-api.sh',
      `${script.slice(0, end)}# ${WRITTEN_BY}\n# On every server as ${CHECK}, mode 0755.\n${script.slice(end)}`,
    ],
  ];
}

/**
 * The text of keepalived.conf, https://www.keepalived.org/manpage.html. Servers are equal: whoever has the address keeps it, a tie is
 * decided by the higher address. One VRRP instance decides for both IP families, so they are always at the same server.
 */
export function keepalivedConfig({ name, controlPlane }: Cluster): string {
  const { interface: device, vip, port, arpRateMs, keepalived } = controlPlane;
  if (device === undefined) throw new Error('keepalived has no interface; set controlPlane.interface');
  const main = primary(vip);
  const others = vip.filter((address) => address !== main);
  const { advertSeconds, priority, checkSeconds, checkFailures } = VRRP;
  const lines = [
    `! ${WRITTEN_BY}`,
    `! On every server of ${name} as ${CONFIGURATION}, mode 0644, the same bytes on each.`,
    'global_defs {',
    '  enable_script_security',
    '  script_user root',
    '  ! the holder tells the network again and again, should somebody have missed it',
    `  vrrp_garp_master_refresh ${Math.ceil(arpRateMs / 1000)}`,
    '}',
    '',
    'vrrp_script api {',
    `  script "${CHECK} ${port}"`,
    `  interval ${checkSeconds}`,
    '  timeout 3',
    `  fall ${checkFailures}`,
    '  rise 2',
    '  ! a server that has just started has to show that its API answers',
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
          '  ! of the other IP family, which one instance moves but does not announce',
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
