/**
 * NUT's configuration files as text. Facts from the manual pages ups.conf(5), upsd.conf(5), upsd.users(5) and upsmon.conf(5)
 * at https://networkupstools.org/docs/man/.
 */

import { PRINTABLE_ASCII, UPS_NAME } from '../cluster/patterns';

/** Stands for the password of the upsmon in the file; the entrypoint puts the one from the Secret in its place. */
const PASSWORD_PLACEHOLDER = '@PASSWORD@';
/** Stand for the two passwords in upsd.users. */
const PRIMARY_PASSWORD_PLACEHOLDER = '@PRIMARY_PASSWORD@';
const SECONDARY_PASSWORD_PLACEHOLDER = '@SECONDARY_PASSWORD@';

/** The users that upsd knows. */
const PRIMARY_USER = 'monprimary';
const SECONDARY_USER = 'monsecondary';

/** Value of a driver option; true is a flag without a value. */
export type DriverOption = string | number | true;

/** One section of ups.conf. */
export interface UpsSection {
  readonly name: string;
  readonly driver: string;
  readonly port: string;
  readonly description?: string;
  readonly options?: Readonly<Record<string, DriverOption>>;
}

/** A word for NUT's parser: in quotes, with quotes and backslashes escaped. Throws an Error for what no NUT file can hold. */
export function quoted(text: string): string {
  if (!PRINTABLE_ASCII.test(text))
    throw new Error(`${JSON.stringify(text)} cannot stand in a NUT file; use printable ASCII on one line`);
  return `"${text.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** Throws an Error for a name that upsd, upsc or the `ups@host` notation would not take. */
export function checkUpsName(name: string): void {
  if (!UPS_NAME.test(name)) {
    throw new Error(`"${name}" is no UPS name; use up to 63 letters, digits and inner - _ .`);
  }
}

/** ups.conf of a node: what its drivers talk to. Drivers run as root, because the device nodes belong to root in a container. */
export function upsConf(sections: readonly UpsSection[]): string {
  return ['user = root', ...sections.map(upsSection)].join('\n');
}

function upsSection(ups: UpsSection): string {
  checkUpsName(ups.name);
  const options = { ...delaysOf(ups.driver), ...ups.options };
  const lines = [
    `driver = ${quoted(ups.driver)}`,
    `port = ${quoted(ups.port)}`,
    ...(ups.description ? [`desc = ${quoted(ups.description)}`] : []),
    ...Object.entries(options).map(([name, value]) => (value === true ? name : `${name} = ${quoted(String(value))}`)),
  ];
  return `[${ups.name}]\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/**
 * Delays for drivers that know them: the UPS cuts its load this long after the command and restores it this long after the mains
 * are back. The drivers' own 20 s is less than many machines take to halt. blazer counts ondelay in minutes, the others in seconds.
 */
function delaysOf(driver: string): Readonly<Record<string, number>> {
  if (/^blazer_(ser|usb)$/.test(driver)) return { offdelay: 120, ondelay: 3 };
  return ['usbhid-ups', 'nutdrv_qx'].includes(driver) ? { offdelay: 120, ondelay: 180 } : {};
}

/** upsd.conf: listen on these addresses only. A driver that is silent for 15 s makes the data stale. */
export function upsdConf(addresses: readonly string[], port: number): string {
  return `${addresses.map((address) => `LISTEN ${address} ${port}\n`).join('')}MAXAGE 15\n`;
}

/** upsd.users: the primary may declare a forced shutdown and tell the UPS to cut its load and come back; a secondary may listen. */
export function upsdUsers(): string {
  return `[${PRIMARY_USER}]
  password = ${PRIMARY_PASSWORD_PLACEHOLDER}
  actions = SET
  instcmds = shutdown.return
  upsmon primary

[${SECONDARY_USER}]
  password = ${SECONDARY_PASSWORD_PLACEHOLDER}
  upsmon secondary
`;
}

export interface UpsmonConfProps {
  readonly role: 'primary' | 'secondary';
  readonly upsName: string;
  /** Where upsd is, as an IP literal (IPv6 in brackets): no resolver is needed to learn of a power failure. */
  readonly host: string;
  readonly port: number;
  /** Run as root when the machine has to go down. A path without arguments. */
  readonly shutdownCommand: string;
}

/** upsmon.conf of one node. Poll faster on battery; the secondaries and the primary act without a final delay. */
export function upsmonConf(props: UpsmonConfProps): string {
  const user = props.role === 'primary' ? PRIMARY_USER : SECONDARY_USER;
  return `MONITOR ${props.upsName}@${props.host}:${props.port} 1 ${user} ${PASSWORD_PLACEHOLDER} ${props.role}
SHUTDOWNCMD ${quoted(props.shutdownCommand)}
MINSUPPLIES 1
POLLFREQ 5
POLLFREQALERT 2
DEADTIME 15
HOSTSYNC 15
FINALDELAY 0
RUN_AS_USER root
POWERDOWNFLAG /var/run/nut/powerdown
`;
}
