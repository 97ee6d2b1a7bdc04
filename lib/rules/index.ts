import type { Cluster, PowerPromise, Problem } from '../cluster';
import { addresses } from './addresses';
import { armed } from './armed';
import { bgp } from './bgp';
import { budget } from './budget';
import { clients } from './clients';
import { delays } from './delays';
import { driverSecrets } from './driver-secrets';
import { families } from './families';
import { gitops } from './gitops';
import { images } from './images';
import { k3s } from './k3s';
import { k3sOptions } from './k3s-options';
import { lease } from './lease';
import { names } from './names';
import { networkSizes } from './network-sizes';
import { networks } from './networks';
import { nodes } from './nodes';
import { notify } from './notify';
import { nutImage } from './nut-image';
import { nutTiming } from './nut-timing';
import { operatingSystems } from './operating-systems';
import { pools } from './pools';
import { ports } from './ports';
import { power } from './power';
import { provider } from './provider';
import { quorum } from './quorum';
import { scheduling } from './scheduling';
import { sharedCables } from './shared-cables';
import { shed } from './shed';
import { stages } from './stages';
import type { Subject } from './subject';
import { upsDrivers } from './ups-drivers';
import { vip } from './vip';

export {
  ACROSS_RULES,
  AcrossSites,
  type PackedClaims,
  packed,
  type SiteClaims,
  siteClaims,
  unpacked,
} from './across';
export { FORMER_RULES, type FormerRange, formerPools } from './former';

/** Every subject, by its heading in docs/rules.md. Problems are reported in this order. */
export const SUBJECTS: Readonly<Record<string, readonly Subject[]>> = {
  'Names and networks': [names, families, networks, networkSizes],
  Nodes: [addresses, nodes, quorum, scheduling, ports, k3s, k3sOptions, operatingSystems, images],
  'Control-plane VIP': [vip, lease, provider],
  'Load balancer': [pools, bgp],
  UPSes: [power, clients, sharedCables, upsDrivers, driverSecrets],
  GitOps: [gitops],
  'Power failure': [armed, notify, nutTiming, nutImage, stages, shed, delays, budget],
};

/** The promise that a problem breaks; undefined for one that is not about power failures. */
export const brokenBy = ({ rule }: Problem): PowerPromise | undefined =>
  Object.values(SUBJECTS)
    .flat()
    .find(({ rules }) => Object.hasOwn(rules, rule))?.rules[rule]?.breaks;

/** Every problem of a well-formed site. */
export const problemsOf = (cluster: Cluster): Problem[] =>
  Object.values(SUBJECTS)
    .flat()
    .flatMap(({ check }) => check(cluster));
