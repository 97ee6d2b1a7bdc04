import type { InvalidSite } from '../sites';
import { form } from './form';
import { formats } from './formats';
import { machines } from './machines';
import { names } from './names';
import { networks } from './networks';
import { pools } from './pools';
import { power } from './power';
import { vip } from './vip';

/** Every invalid site, by concern. */
export const invalidSites: Readonly<Record<string, readonly InvalidSite[]>> = {
  form,
  formats,
  names,
  networks,
  machines,
  vip,
  pools,
  power,
};
