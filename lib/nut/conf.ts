import { clientPasswordKey, MAX_AGE_SECONDS } from '../power';
import { PRINTABLE_ASCII, UPS_NAME } from '../text';
import type { NutTiming, OutsideClient, UpsSection } from './model';

/*
 * NUT's configuration files as text. Facts from the manual pages ups.conf(5), upsd.conf(5), upsd.users(5) and upsmon.conf(5)
 * at https://networkupstools.org/docs/man/.
 */

/** The users of an upsd in the cluster. */
export const PRIMARY_USER = 'monprimary';
export const SECONDARY_USER = 'monsecondary';

/** Secret key of a driver option's value. */
export const driverPasswordKey = (upsName: string, option: string): string => `driver-${upsName}-${option}`;

/** Secret keys of the driver of a UPS. */
export const driverPasswordKeys = ({ name, options = {} }: Pick<UpsSection, 'name' | 'options'>): string[] =>
  Object.entries(options).flatMap(([option, value]) =>
    typeof value === 'object' ? [driverPasswordKey(name, option)] : [],
  );

/** A quoted word for NUT's parser. Throws an Error for anything but printable ASCII. */
export function quoted(text: string): string {
  if (!PRINTABLE_ASCII.test(text)) {
    throw new Error(`${JSON.stringify(text)} is not valid in a NUT file; use printable ASCII on one line`);
  }
  return `"${text.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** @throws Error for a name that is invalid in upsd, upsc or `ups@host` */
export function checkUpsName(name: string): void {
  if (!UPS_NAME.test(name)) {
    throw new Error(`"${name}" is not a valid UPS name; use up to 63 letters, digits and inner - _ .`);
  }
}

/** ups.conf of a node. Drivers run as root, because root owns the devices in a container. */
export const upsConf = (sections: readonly UpsSection[]): string =>
  ['user = root', ...sections.map(upsSection)].join('\n');

function upsSection(ups: UpsSection): string {
  checkUpsName(ups.name);
  const lines = [
    `driver = ${quoted(ups.driver)}`,
    `port = ${quoted(ups.port)}`,
    ...(ups.description ? [`desc = ${quoted(ups.description)}`] : []),
    ...Object.entries(ups.options ?? {}).map(([name, value]) => {
      if (value === true) return name;
      const text = typeof value === 'object' ? `@PASSWORD:${driverPasswordKey(ups.name, name)}@` : String(value);
      return `${name} = ${quoted(text)}`;
    }),
  ];
  return `[${ups.name}]\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** upsd.conf. Data is stale after MAXAGE without an update of the driver. */
export const upsdConf = (addresses: readonly string[], port: number, tls: boolean): string =>
  [
    ...addresses.map((address) => `LISTEN ${address} ${port}`),
    `MAXAGE ${MAX_AGE_SECONDS}`,
    // upsd allocates memory for each; without a number it takes the limit of open files, which a container runtime may set to 1e9
    'MAXCONN 1024',
    ...(tls ? ['CERTFILE /etc/nut/upsd.pem', 'DISABLE_WEAK_SSL true'] : []),
    '',
  ].join('\n');

/**
 * upsd.users: the primary may set FSD and command shutdown.return; a secondary may read. Hosts that share a user, such as two Synologys,
 * share its password.
 */
export const upsdUsers = (clients: readonly OutsideClient[] = []): string => {
  const others = clients.filter(({ user }, i) => clients.findIndex((one) => one.user === user) === i);
  return [
    `[${PRIMARY_USER}]
  password = @PASSWORD:primary@
  actions = SET
  instcmds = shutdown.return
  upsmon primary
`,
    ...[
      { user: SECONDARY_USER, key: 'secondary' },
      ...others.map(({ user, name }) => ({ user, key: clientPasswordKey(name) })),
    ].map(({ user, key }) => `[${user}]\n  password = @PASSWORD:${key}@\n  upsmon secondary\n`),
  ].join('\n');
};

/** A UPS that an upsmon monitors. */
export interface Monitor {
  /** `ups@host:port`, the host as an IP literal, so it does not depend on DNS. */
  readonly system: string;
  readonly powerValue: number;
  readonly user: string;
  /** Secret key of the password, which the entrypoint inserts. */
  readonly passwordKey: string;
  readonly type: 'primary' | 'secondary';
}

/** An upsmon as user of an upsd in the cluster. */
export const primaryMonitor = (system: string, powerValue: number): Monitor => ({
  system,
  powerValue,
  user: PRIMARY_USER,
  passwordKey: 'primary',
  type: 'primary',
});
export const secondaryMonitor = (system: string, powerValue: number): Monitor => ({
  system,
  powerValue,
  user: SECONDARY_USER,
  passwordKey: 'secondary',
  type: 'secondary',
});

/** upsmon.conf. Notifications and shutdown command are scripts of this project, without arguments. */
export function upsmonConf(monitors: readonly Monitor[], minSupplies: number, timing: NutTiming, tls: boolean): string {
  const events = ['ONLINE', 'ONBATT', 'LOWBATT', 'FSD', 'COMMOK', 'COMMBAD', 'SHUTDOWN', 'REPLBATT', 'NOCOMM'];
  return [
    ...monitors.map(
      ({ system, powerValue, user, passwordKey, type }) =>
        `MONITOR ${system} ${powerValue} ${user} @PASSWORD:${passwordKey}@ ${type}`,
    ),
    `MINSUPPLIES ${minSupplies}`,
    'SHUTDOWNCMD "/scripts/shutdown.sh"',
    'NOTIFYCMD /scripts/notify.sh',
    ...events.map((event) => `NOTIFYFLAG ${event} EXEC`),
    `POLLFREQ ${timing.pollFreq}`,
    `POLLFREQALERT ${timing.pollFreqAlert}`,
    `DEADTIME ${timing.deadTime}`,
    `HOSTSYNC ${timing.hostSync}`,
    `FINALDELAY ${timing.finalDelay}`,
    // from 2.8.3 on, upsmon treats a UPS with an alarm as critical after one failed poll, even on line; older versions log an unknown
    // directive
    'ALARMCRITICAL 0',
    // from 2.8.1 on, upsmon counts a UPS as lost that reports OFF for 30 s, even on line; a UPS without output leaves no host to power off
    'OFFDURATION -1',
    'RUN_AS_USER root',
    'POWERDOWNFLAG /var/run/nut/powerdown',
    ...(tls ? ['CERTPATH /etc/nut/ca', 'CERTVERIFY 1', 'FORCESSL 1'] : []),
    '',
  ].join('\n');
}
