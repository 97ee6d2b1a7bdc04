import type { Cluster, Problem } from '../cluster';
import { bgp } from './bgp';
import { bootstrap } from './bootstrap';
import { budget } from './budget';
import { delays } from './delays';
import { driverSecrets } from './driver-secrets';
import { images } from './images';
import { k3s } from './k3s';
import { lease } from './lease';
import { names } from './names';
import { networkSizes } from './network-sizes';
import { networks } from './networks';
import { nodes } from './nodes';
import { nutImage } from './nut-image';
import { nutTiming } from './nut-timing';
import { operatingSystems } from './operating-systems';
import { pools } from './pools';
import { ports } from './ports';
import { power } from './power';
import { provider } from './provider';
import { quorum } from './quorum';
import { sharedCables } from './shared-cables';
import { stages } from './stages';
import { upsDrivers } from './ups-drivers';
import { vip } from './vip';

/** A concern: finds everything that is wrong with a well-formed site in its field. Pure: the time it is, too, is given. */
export type Rule = (cluster: Cluster, now: Date) => Problem[];

/** Every rule a site must pass, in the order their problems are reported. */
export const rules: readonly Rule[] = [
  names,
  networks,
  networkSizes,
  nodes,
  quorum,
  ports,
  vip,
  lease,
  provider,
  pools,
  bgp,
  power,
  sharedCables,
  upsDrivers,
  driverSecrets,
  nutTiming,
  nutImage,
  stages,
  delays,
  budget,
  images,
  k3s,
  operatingSystems,
  bootstrap,
];

export { bootstrap };
