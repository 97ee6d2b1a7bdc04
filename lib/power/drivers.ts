import type { Ups } from '../cluster';
import { DRIVER_DELAY } from '../text';

/** What a NUT driver can do about delays; from its manual page at https://networkupstools.org/docs/man/. */
export interface DriverFacts {
  /** Its offdelay takes whole multiples of so many seconds. What is between is rounded down without a word. */
  readonly granularitySeconds: number;
  /** The longest offdelay it takes; with more it does not start. Undefined where its manual names none. */
  readonly longestOffDelaySeconds?: number;
  /** Unit of its ondelay, in seconds. */
  readonly onDelayUnitSeconds: 1 | 60;
  /** From when the UPS counts ondelay: Megatec's `S<n>R<m>` is a cut after n minutes and then a pause of m. */
  readonly onDelayFrom: 'command' | 'cut';
  /** True when it talks to the UPS over the network: no USB bus and no rights on the machine. */
  readonly network: boolean;
}

const SECONDS: DriverFacts = {
  granularitySeconds: 1,
  onDelayUnitSeconds: 1,
  onDelayFrom: 'command',
  network: false,
};
/** These take 12 to 54 s in steps of 6, and from 60 s on whole minutes; no machine halts in less than a minute for sure. */
const MINUTES: DriverFacts = {
  granularitySeconds: 60,
  longestOffDelaySeconds: 600,
  onDelayUnitSeconds: 1,
  onDelayFrom: 'cut',
  network: false,
};

const DRIVERS: Readonly<Record<string, DriverFacts>> = {
  'usbhid-ups': SECONDS,
  'mge-shut': SECONDS,
  nutdrv_qx: MINUTES,
  blazer_ser: { ...MINUTES, onDelayUnitSeconds: 60 },
  blazer_usb: { ...MINUTES, onDelayUnitSeconds: 60 },
  'snmp-ups': { ...SECONDS, network: true },
};

/** Drivers whose port is a host or a URL. */
const OVER_THE_NETWORK = ['snmp-ups', 'netxml-ups', 'apcupsd-ups'];

/** USB vendor of CyberPower, whose UPSes divide delays by 60 and drop the rest: usbhid-ups(8). */
const CYBERPOWER = '0764';
const CYBERPOWER_STEP_SECONDS = 60;

/** NUT's default for the quick look of a driver at the UPS: ups.conf(5). */
const POLL_INTERVAL_SECONDS = 2;
/** The drivers' default for the look at everything else, battery.charge and battery.runtime among it: usbhid-ups(8), nutdrv_qx(8), snmp-ups(8). */
const POLL_FREQ_SECONDS = 30;

/** Facts of a driver whose offdelay and ondelay this project sets and reckons with, or undefined for any other. */
export const driverFacts = (driver: string): DriverFacts | undefined => DRIVERS[driver];

/** What a driver needs of its node: the USB bus, a serial port, or nothing. */
export type DriverAccess = 'usb' | 'serial' | 'network';

/** What the driver of a UPS needs of its node. A port that is a path is a serial one; `auto` and the like are USB. */
export function driverAccess({ driver, port }: { readonly driver: string; readonly port: string }): DriverAccess {
  if (hasHostAsPort(driver) || ['dummy-ups', 'clone'].includes(driver)) return 'network';
  return port.startsWith('/') ? 'serial' : 'usb';
}

/** True when the driver's port names another machine. */
export const hasHostAsPort = (driver: string): boolean => OVER_THE_NETWORK.includes(driver);

/** The delays of this UPS are whole multiples of so many seconds. */
export function delayStepSeconds(ups: Ups): number {
  const known = mayBeCyberPower(ups) ? CYBERPOWER_STEP_SECONDS : undefined;
  return ups.delayStepSeconds ?? known ?? driverFacts(ups.driver ?? '')?.granularitySeconds ?? 1;
}

/** What the UPS makes of a delay. */
export const roundedDelay = (ups: Ups, seconds: number): number =>
  Math.floor(seconds / delayStepSeconds(ups)) * delayStepSeconds(ups);

/** True when nothing says that the UPS is another maker's: usbhid-ups without vendorid takes a CyberPower as well. */
function mayBeCyberPower({ driver, options }: Ups): boolean {
  const { vendorid } = options;
  if (driver !== 'usbhid-ups') return false;
  // a number in TypeScript, where 0x764 is 1892; cluster.yaml takes none that is written otherwise than 764 is (rule misread-number)
  const spellings =
    typeof vendorid === 'number' ? [10, 16, 8].map((radix) => vendorid.toString(radix)) : [String(vendorid ?? '')];
  return spellings.some(matchesCyberPower);
}

/** True when a vendorid could make its delays whole seconds. */
export const needsVendor = (ups: Ups): boolean =>
  ups.delayStepSeconds === undefined && ups.options['vendorid'] === undefined && mayBeCyberPower(ups);

/** vendorid is an expression that is looked for anywhere in the four digits of a vendor. One that is more than digits may match anything. */
function matchesCyberPower(vendorid: string): boolean {
  const [, digits] = /^(?:0x)?([0-9a-f]+)$/i.exec(vendorid) ?? [];
  return digits === undefined || CYBERPOWER.includes(digits);
}

/** How long the driver may take to see that the UPS is on battery or low, seconds. */
export const statusPollSeconds = (ups: Ups): number => driverNumber(ups, 'pollinterval') ?? POLL_INTERVAL_SECONDS;

/** How long the driver may take to see a new charge or runtime, seconds. */
export const valuePollSeconds = (ups: Ups): number =>
  Math.max(statusPollSeconds(ups), driverNumber(ups, 'pollfreq') ?? POLL_FREQ_SECONDS);

/** The options of a driver that this project reckons with. */
export const RECKONED_OPTIONS = ['offdelay', 'ondelay', 'pollinterval', 'pollfreq'] as const;

/** A whole number that the owner gives as a driver option, in the driver's own unit; undefined where none is given or it is no such number. */
export function driverNumber(ups: Ups, option: (typeof RECKONED_OPTIONS)[number]): number | undefined {
  const value = ups.options[option];
  return value !== undefined && DRIVER_DELAY.test(String(value)) ? Number(value) : undefined;
}
