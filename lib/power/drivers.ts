import type { Ups } from '../cluster';
import { DRIVER_DELAY } from '../text';

/** How a driver handles delays and `shutdown.return`, for the UPSes of one row of the table. */
export interface DriverFacts {
  /** offdelay is a multiple of this. Other values are rounded down without a message. */
  readonly granularitySeconds: number;
  /** The longest offdelay; with more the driver does not start. Undefined where its manual names none. */
  readonly longestOffDelaySeconds?: number;
  /** Unit of its ondelay, in seconds. */
  readonly onDelayUnitSeconds: 1 | 60;
  /** Start of ondelay. Megatec's `S<n>R<m>` cuts after n minutes and restores m minutes after the cut. */
  readonly onDelayFrom: 'command' | 'cut';
  /** It writes offdelay and ondelay divided by this to the UPS, and shows them multiplied. @default 1 */
  readonly delayDivisor?: number;
  /** What it needs behind `shutdown.return`: the delay, or a number. @default - nothing */
  readonly returnArgument?: 'delay' | number;
  /** True when the UPS ignores `shutdown.return` on line: mains power that returns before the command leaves nodes off. @default false */
  readonly onBatteryOnly?: boolean;
  /**
   * True when some models restore the output ondelay after the command, also without mains power; with ondelay 0 they wait for it, with
   * -1 they never restore it. @default false
   */
  readonly restoresWithoutMains?: boolean;
  /** Driver option without which it computes no battery.runtime, unless the UPS reports one. @default - none */
  readonly runtimeOption?: string;
}

const SECONDS: DriverFacts = {
  granularitySeconds: 1,
  onDelayUnitSeconds: 1,
  onDelayFrom: 'command',
};
/** 12 to 54 s in steps of 6, whole minutes from 60 s on; no node is sure to halt in less than a minute. */
const MINUTES: DriverFacts = {
  granularitySeconds: 60,
  longestOffDelaySeconds: 600,
  onDelayUnitSeconds: 1,
  onDelayFrom: 'cut',
  runtimeOption: 'runtimecal',
};

/** Whole minutes: usbhid-ups(8), and its warning. Restores: https://github.com/networkupstools/nut/issues/625 and 578. */
const CYBERPOWER: DriverFacts = { ...SECONDS, granularitySeconds: 60, restoresWithoutMains: true };

type Device = Pick<Ups, 'driver' | 'options'>;

/** A row: drivers, the UPSes of these drivers that it is about, its facts, and where they are from. */
export interface DriverRow {
  readonly drivers: readonly string[];
  /** The value of `options.mibs`. @default - any */
  readonly mibs?: readonly string[];
  /** USB vendor whose UPSes these may be, by `options.vendorid`. @default - any */
  readonly vendor?: keyof typeof VENDORS;
  /** Undefined when the driver cannot command these UPSes: synth writes no delays for them. */
  readonly facts?: DriverFacts;
  /** Why the command may never reach the UPS. @default - it does */
  readonly strands?: string;
  /** What a user has to know beside that. @default - nothing */
  readonly note?: string;
  /**
   * drill: the drill runs the driver against an emulated device and reads back there. measured: so done by hand, with NUT 2.8.0, 2.8.1
   * and 2.8.5. manual: https://networkupstools.org/docs/man/. unknown: assumed, with a warning. Else the file of NUT's sources, drivers/.
   */
  readonly source: 'drill' | 'measured' | 'manual' | 'unknown' | `${string}.c`;
}

/** The first row that fits counts. */
export const DRIVER_ROWS: readonly DriverRow[] = [
  // usbhid-ups writes ondelay to DelayBeforeStartup and then offdelay to DelayBeforeShutdown, in seconds and as they are
  { drivers: ['usbhid-ups'], vendor: 'CyberPower', facts: CYBERPOWER, source: 'cps-hid.c' },
  {
    drivers: ['usbhid-ups'],
    // NEWS of 2.8.3, 2.8.4 and 2.8.5; https://github.com/networkupstools/nut/issues/3182
    vendor: 'Powercom',
    facts: SECONDS,
    note: 'does not send `ondelay`. NUT before 2.8.3 writes `offdelay` in the wrong byte order, and before 2.8.5 may ignore it. Raptor and Smart King Pro need `powercom_sdcmd_discrete_delay` and `delayStepSeconds: 60`. Some cut after 10 min, whatever they get: `fixedCutDelaySeconds: 600`. Test it',
    source: 'powercom-hid.c',
  },
  {
    drivers: ['usbhid-ups'],
    // https://github.com/networkupstools/nut/issues/2670 and 781
    vendor: 'APC',
    facts: SECONDS,
    note: 'newer Smart-UPS lack `shutdown.return` (preflight says so). Back-UPS RS cut after 60 s: `fixedCutDelaySeconds: 60`',
    source: 'apc-hid.c',
  },
  { drivers: ['usbhid-ups', 'mge-shut'], facts: SECONDS, source: 'mge-hid.c' },
  { drivers: ['nutdrv_qx'], facts: MINUTES, source: 'drill' },
  { drivers: ['blazer_ser', 'blazer_usb'], facts: { ...MINUTES, onDelayUnitSeconds: 60 }, source: 'drill' },
  // snmp-ups takes the length of the MIB's entries for both delays, 3, for a factor. shutdown.return is the card's "conserve battery"
  {
    drivers: ['snmp-ups'],
    mibs: ['apcc'],
    facts: { ...SECONDS, delayDivisor: 3, onBatteryOnly: true },
    source: 'drill',
  },
  // NUT 2.8.0 lacks the value of the command, later versions have it: https://github.com/networkupstools/nut/pull/2041
  {
    drivers: ['snmp-ups'],
    mibs: ['cyberpower'],
    facts: { ...SECONDS, returnArgument: 3 },
    note: 'NUT 2.8.0 reads no status of these cards (preflight: no data); 2.8.1 and 2.8.5 do',
    source: 'drill',
  },
  // a Network-M2 that refuses: https://github.com/networkupstools/nut/issues/1571. NUT 2.8.0 has only pw, later versions have the others
  {
    drivers: ['snmp-ups'],
    mibs: ['pw', 'eaton_pw_nm2', 'eaton_pxg_ups'],
    facts: { ...SECONDS, returnArgument: 'delay' },
    strands: 'it names the object without its instance .0, and cards such as the Network-M2 refuse that',
    source: 'measured',
  },
  // it would write the delays to the card at its start, and a card that accepts them begins to count down
  {
    drivers: ['snmp-ups'],
    mibs: ['mge'],
    strands: '`shutdown.return` fails before it reaches the card',
    source: 'drill',
  },
  // drivers/ietf-mib.c: one table with both names
  {
    drivers: ['snmp-ups'],
    mibs: ['ietf', 'tripplite'],
    strands: '`shutdown.return` is missing from this MIB',
    source: 'drill',
  },
  { drivers: ['snmp-ups'], facts: SECONDS, source: 'unknown' },
];

const rowOf = ({ driver = '', options }: Device): DriverRow | undefined =>
  DRIVER_ROWS.find(
    ({ drivers, mibs, vendor }) =>
      drivers.includes(driver) &&
      (mibs === undefined || mibs.includes(String(options['mibs']))) &&
      (vendor === undefined || mayBeOf(VENDORS[vendor], options)),
  );

/** Drivers whose port is a host or a URL. */
const OVER_THE_NETWORK = ['snmp-ups', 'netxml-ups', 'apcupsd-ups'];

/** USB vendors by their number. */
export const VENDORS = { CyberPower: '0764', Powercom: '0d9f', APC: '051d' } as const;

/** NUT's default for the status poll of a driver: ups.conf(5). */
const POLL_INTERVAL_SECONDS = 2;
/** The drivers' default for the full poll, which reads battery.charge and battery.runtime: usbhid-ups(8), nutdrv_qx(8), snmp-ups(8). */
const POLL_FREQ_SECONDS = 30;

/** Facts of a UPS whose offdelay and ondelay this project sets; undefined for any other driver. */
export const driverFacts = (ups: Device): DriverFacts | undefined => rowOf(ups)?.facts;

/** Why the command to cut and restore the output may never reach a UPS; undefined when it does, or nothing is known. */
export const strandReason = (ups: Device): string | undefined => rowOf(ups)?.strands;

/** False when the facts of a UPS are assumed. */
export const isKnownDevice = (ups: Device): boolean => (rowOf(ups)?.source ?? 'unknown') !== 'unknown';

/** A delay as it is written to ups.conf and shown by upsc. */
export const writtenDelay = (ups: Device, seconds: number): number => seconds * (driverFacts(ups)?.delayDivisor ?? 1);

/** What a driver needs of its node: the USB bus, a serial port, or nothing. */
export type DriverAccess = 'usb' | 'serial' | 'network';

/** What the driver of a UPS needs of its node. A port that is a path is a serial one; `auto` and the like are USB. */
export function driverAccess({ driver, port }: { readonly driver: string; readonly port: string }): DriverAccess {
  if (hasHostAsPort(driver) || ['dummy-ups', 'clone'].includes(driver)) return 'network';
  return port.startsWith('/') ? 'serial' : 'usb';
}

/** True when the driver's port is a host or a URL. */
export const hasHostAsPort = (driver: string): boolean => OVER_THE_NETWORK.includes(driver);

/** The step of this UPS's delays, seconds. */
export const delayStepSeconds = (ups: Ups): number => ups.delayStepSeconds ?? driverFacts(ups)?.granularitySeconds ?? 1;

/** A delay as the UPS rounds it, seconds. */
export const roundedDelay = (ups: Ups, seconds: number): number =>
  Math.floor(seconds / delayStepSeconds(ups)) * delayStepSeconds(ups);

/** True unless vendorid names another maker: usbhid-ups without vendorid takes a UPS of any. */
function mayBeOf(vendor: string, { vendorid }: Ups['options']): boolean {
  // a number in TypeScript, where 0x764 is 1892; cluster.yaml takes none that is written otherwise than 764 is (rule misread-number)
  const spellings =
    typeof vendorid === 'number' ? [10, 16, 8].map((radix) => vendorid.toString(radix)) : [String(vendorid ?? '')];
  return spellings.some((spelling) => matches(vendor, spelling));
}

/** True when a vendorid could make its delays whole seconds. */
export const needsVendor = (ups: Ups): boolean =>
  ups.delayStepSeconds === undefined && ups.options['vendorid'] === undefined && ups.driver === 'usbhid-ups';

/** vendorid is a regular expression, matched anywhere in the four digits of a vendor. One with more than digits may match any. */
function matches(vendor: string, vendorid: string): boolean {
  const [, digits] = /^(?:0x)?([0-9a-f]+)$/i.exec(vendorid) ?? [];
  return digits === undefined || vendor.includes(digits.toLowerCase());
}

/** True when the driver reads the status every pollfreq and not every pollinterval: upsdrv_updateinfo in drivers/snmp-ups.c. */
export const readsStatusWithValues = ({ driver }: Ups): boolean => driver === 'snmp-ups';

/** The longest time until the driver detects on battery or low battery, seconds. */
export const statusPollSeconds = (ups: Ups): number =>
  readsStatusWithValues(ups) ? valuePollSeconds(ups) : pollInterval(ups);

/** The longest time until the driver reads a new charge or runtime, seconds. */
export function valuePollSeconds(ups: Ups): number {
  const full = driverNumber(ups, 'pollfreq') ?? POLL_FREQ_SECONDS;
  // snmp-ups looks every pollinterval whether more than pollfreq has passed, in whole seconds
  return readsStatusWithValues(ups) ? full + 1 + pollInterval(ups) : Math.max(pollInterval(ups), full);
}

const pollInterval = (ups: Ups): number => driverNumber(ups, 'pollinterval') ?? POLL_INTERVAL_SECONDS;

/** The driver options that enter the sums. */
export const RECKONED_OPTIONS = ['offdelay', 'ondelay', 'pollinterval', 'pollfreq'] as const;

/** A whole number from the driver options of the site, in the driver's unit; undefined when it is missing or no whole number. */
export function driverNumber(ups: Ups, option: (typeof RECKONED_OPTIONS)[number]): number | undefined {
  const value = ups.options[option];
  return value !== undefined && DRIVER_DELAY.test(String(value)) ? Number(value) : undefined;
}
