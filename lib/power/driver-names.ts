import { distance } from 'fastest-levenshtein';

/** The drivers of NUT 2.8 that run on Linux: drivers/Makefile.am of its sources. An image may lack some and add others. */
export const DRIVER_NAMES: readonly string[] = [
  ...['adelsystem_cbi', 'al175', 'apc_modbus', 'apcsmart', 'apcsmart-old', 'apcupsd-ups', 'asem'],
  ...['bcmxcp', 'bcmxcp_usb', 'belkin', 'belkinunv', 'bestfcom', 'bestfortress', 'bestuferrups', 'bestups'],
  ...['bicker_ser', 'blazer_ser', 'blazer_usb', 'clone', 'clone-outlet', 'dummy-ups', 'etapro', 'everups', 'failover'],
  ...['gamatronic', 'generic_gpio_libgpiod', 'generic_modbus', 'genericups', 'huawei-ups2000', 'hwmon_ina219'],
  ...['invt_modbus', 'isbmex', 'ivtscd', 'liebert', 'liebert-esp2', 'liebert-gxe', 'masterguard', 'metasys'],
  ...['mge-shut', 'mge-utalk', 'microdowell', 'microsol-apc', 'netxml-ups', 'nhs_ser', 'nut-ipmipsu'],
  ...['nutdrv_atcl_usb', 'nutdrv_hashx', 'nutdrv_qx', 'nutdrv_siemens-sitop', 'oneac', 'optiups'],
  ...['phoenixcontact_modbus', 'pijuice', 'powercom', 'powerman-pdu', 'powerpanel', 'powervar_cx_ser'],
  ...['powervar_cx_usb', 'rhino', 'richcomm_usb', 'riello_ser', 'riello_usb', 'safenet', 'sms_ser', 'snmp-ups'],
  ...['socomec_jbus', 'solis', 'tripplite', 'tripplite_usb', 'tripplitesu', 'upscode2', 'usbhid-ups'],
  ...['ve-direct', 'victronups'],
];

/** True for the name of a driver of NUT 2.8. */
export const isDriverOfNut = (name: string): boolean => DRIVER_NAMES.includes(name);

/** The largest edit distance of a typing error; two swapped letters count as two. */
const MOST_WRONG = 2;
/** The shortest prefix: fewer letters begin too many names. */
const LEAST_BEGINNING = 4;

/** Drivers of NUT with a similar name, or a name that begins with this. */
export const driversLike = (name: string): string[] =>
  DRIVER_NAMES.filter(
    (known) => (name.length >= LEAST_BEGINNING && known.startsWith(name)) || distance(name, known) <= MOST_WRONG,
  );
