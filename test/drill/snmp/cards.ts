import type { CardModel } from './card';
import type { SnmpValue } from './message';

const text = (value: string): SnmpValue => ({ type: 'string', value });
const integer = (value: number): SnmpValue => ({ type: 'integer', value });
const ticks = (seconds: number): SnmpValue => ({ type: 'ticks', value: seconds * 100 });

/** Objects of a module below its root. */
const below = <T>(root: string, objects: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(objects).map(([oid, value]) => [`${root}.${oid}`, value]));

const APC = '1.3.6.1.4.1.318.1.1.1';
/** PowerNet-MIB: upsAdvConfigShutoffDelay, upsAdvConfigReturnDelay, upsBasicControlConserveBattery. */
const apcc: CardModel = {
  values: below(APC, {
    '1.1.1.0': text('Smart-UPS'),
    '5.2.10.0': ticks(90),
    '5.2.9.0': ticks(0),
    '6.1.1.0': integer(1),
  }),
  settable: [`${APC}.5.2.10.0`, `${APC}.5.2.9.0`, `${APC}.6.1.1.0`],
  status: ({ hasMains, isLow }) =>
    below(APC, {
      '4.1.1.0': integer(hasMains ? 2 : 3),
      '2.1.1.0': integer(isLow ? 3 : 2),
      '2.2.1.0': { type: 'gauge', value: isLow ? 10 : 90 },
      '2.2.3.0': ticks(1200),
    }),
  shutdownBy: (oid, stored, { hasMains }) =>
    oid === `${APC}.6.1.1.0` && stored(oid) === 2 && !hasMains
      ? { cutSeconds: stored(`${APC}.5.2.10.0`) / 100, restoreSeconds: stored(`${APC}.5.2.9.0`) / 100 }
      : undefined,
};

const CPS = '1.3.6.1.4.1.3808.1.1.1';
/** CPS-MIB of CyberPower: upsAdvanceConfigSleepDelay, upsAdvanceConfigReturnDelay, upsAdvanceControlUpsSleep. */
const cyberpower: CardModel = {
  values: below(CPS, {
    '1.1.1.0': text('OR1500'),
    '5.2.11.0': ticks(60),
    '5.2.9.0': ticks(0),
    '6.2.3.0': integer(1),
    // no battery to replace, no calibration
    '2.2.5.0': integer(1),
    '7.2.7.0': integer(1),
  }),
  settable: [`${CPS}.5.2.11.0`, `${CPS}.5.2.9.0`, `${CPS}.6.2.3.0`],
  status: ({ hasMains, isLow }) =>
    below(CPS, { '4.1.1.0': integer(hasMains ? 2 : 3), '2.1.1.0': integer(isLow ? 3 : 2), '2.2.1.0': integer(90) }),
  shutdownBy: (oid, stored) =>
    oid === `${CPS}.6.2.3.0` && stored(oid) === 3
      ? { cutSeconds: stored(`${CPS}.5.2.11.0`) / 100, restoreSeconds: stored(`${CPS}.5.2.9.0`) / 100 }
      : undefined,
};

const UPS_MIB = '1.3.6.1.2.1.33.1';
const UPS_CONTROLS = ['8.2.0', '8.3.0', '8.4.0', '8.5.0'];
/** UPS-MIB, whose upsShutdownAfterDelay counts down from the write on: https://www.rfc-editor.org/rfc/rfc1628 */
const ietf: CardModel = {
  values: below(UPS_MIB, {
    '1.1.0': text('Maker'),
    '1.2.0': text('Model'),
    ...Object.fromEntries(UPS_CONTROLS.map((oid) => [oid, integer(-1)])),
  }),
  settable: UPS_CONTROLS.map((oid) => `${UPS_MIB}.${oid}`),
  status: ({ hasMains, isLow }) =>
    below(UPS_MIB, { '4.1.0': integer(hasMains ? 3 : 5), '2.1.0': integer(isLow ? 3 : 2), '2.4.0': integer(90) }),
  shutdownBy: (oid, stored) =>
    oid === `${UPS_MIB}.8.2.0` ? { cutSeconds: stored(oid), restoreSeconds: Number.POSITIVE_INFINITY } : undefined,
};

const XUPS = '1.3.6.1.4.1.534.1';
/** XUPS-MIB of Eaton: xupsLoadShedSecsWithRestart has the instance 0, as every scalar. */
const pw: CardModel = {
  values: {
    ...ietf.values,
    ...below(XUPS, { '1.2.0': text('5PX'), '4.3.0': integer(1), '7.1.0': integer(0), '9.6.0': integer(-1) }),
  },
  settable: [`${XUPS}.9.6.0`],
  status: (ups) => ({
    ...ietf.status(ups),
    ...below(XUPS, { '4.5.0': integer(ups.hasMains ? 3 : 5), '2.4.0': integer(90) }),
  }),
  shutdownBy: (oid, stored) => ({ cutSeconds: stored(oid), restoreSeconds: 0 }),
};

const MGE = '1.3.6.1.4.1.705.1';
/** MG-SNMP-UPS-MIB of MGE, whose cards have the UPS-MIB too. */
const mge: CardModel = {
  values: { ...ietf.values, ...below(MGE, { '1.1.0': text('Evolution'), '7.1.0': integer(1) }) },
  settable: ietf.settable,
  status: (ups) => ({
    ...ietf.status(ups),
    ...below(MGE, {
      '7.3.0': integer(ups.hasMains ? 2 : 1),
      '5.14.0': integer(ups.isLow ? 1 : 2),
      '5.2.0': integer(90),
    }),
  }),
  shutdownBy: ietf.shutdownBy,
};

/** The cards, by the value of `options.mibs`. */
export const CARDS = { apcc, cyberpower, ietf, mge, pw } as const;

/** The card of a MIB. Throws an Error for a MIB that no emulated card has. */
export function cardOf(mibs: unknown): CardModel {
  const card = Object.entries(CARDS).find(([name]) => name === mibs)?.[1];
  if (card === undefined) throw new Error(`no emulated card has the MIB ${JSON.stringify(mibs)}; add it to cards.ts`);
  return card;
}
