import type { Ups } from '../cluster';
import { DRIVER_ROWS, VENDORS } from '../power';

/** A kind of UPS that NUT handles alike. */
export interface UpsModel extends Pick<Ups, 'options'> {
  /** Driver, and MIB or maker. */
  readonly name: string;
  readonly driver: string;
}

/** A maker whose UPSes have nothing special: Eaton. */
const ANY_VENDOR = '0463';

/** Every kind of the table in docs/drivers.md. */
export const UPS_MODELS: readonly UpsModel[] = DRIVER_ROWS.flatMap(({ drivers, mibs = [undefined], vendor }) =>
  drivers.flatMap((driver) =>
    mibs.map((mib) => ({
      name: [driver, mib ?? vendor ?? (driver === 'usbhid-ups' ? 'other makers' : undefined)].filter(Boolean).join(' '),
      driver,
      options: {
        ...(mib === undefined ? {} : { mibs: mib }),
        ...(driver === 'usbhid-ups' ? { vendorid: vendor ? VENDORS[vendor] : ANY_VENDOR } : {}),
      },
    })),
  ),
);
