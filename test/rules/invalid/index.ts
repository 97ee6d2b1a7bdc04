import type { InvalidSite } from '../../support/site-input';
import { bgp } from './bgp';
import { budget } from './budget';
import { drivers } from './drivers';
import { form } from './form';
import { formats } from './formats';
import { gitops } from './gitops';
import { k3s } from './k3s';
import { loadBalancer } from './load-balancer';
import { machines } from './machines';
import { names } from './names';
import { networkSizes } from './network-sizes';
import { networks } from './networks';
import { pools } from './pools';
import { ports } from './ports';
import { power } from './power';
import { provider } from './provider';
import { shed } from './shed';
import { timing } from './timing';
import { vip } from './vip';

/** Every invalid site, by concern. */
export const invalidSites: Readonly<Record<string, readonly InvalidSite[]>> = {
  form,
  formats,
  names,
  networks,
  networkSizes,
  machines,
  k3s,
  ports,
  vip,
  provider,
  pools,
  bgp,
  loadBalancer,
  power,
  drivers,
  timing,
  shed,
  budget,
  gitops,
};
