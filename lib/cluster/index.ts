export {
  electionSeconds,
  etcdArguments,
  type Failover,
  JITTER,
  type Lease,
  leaseOf,
  outlastsRetries,
} from './failover';
export { HERE, npmRun, type Origin, shellWord } from './origin';
export { ClusterError, error, type Path, type Problem, pathText, warning } from './problem';
export {
  agentsOf,
  bgpOnlyPools,
  type Founding,
  foundingOf,
  isOnLink,
  l2AdvertisementsOf,
  primary,
  rolesOf,
  serversOf,
  sharesNode,
  subnetOf,
  systemsOf,
  upsesAt,
} from './queries';
export { mayLose, quorumOf } from './quorum';
export type { RuleName } from './rule-names';
export {
  type Bgp,
  type Cluster,
  type ClusterInput,
  clusterSchema,
  type L2Advertisement,
  type LoadBalancer,
  type Node,
  OPERATING_SYSTEMS,
  type OperatingSystem,
  type Pool,
  type Ups,
} from './schema';
