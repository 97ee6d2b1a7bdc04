export { PROVIDER_RULES } from './control-plane-schema';
export {
  electionSeconds,
  etcdArguments,
  type Failover,
  JITTER,
  type Lease,
  leaseOf,
  outlastsRetries,
  stalledRenewalSeconds,
} from './failover';
export { FORMAT_RULES } from './formats';
export { HERE, npmRun, type Origin, shellWord } from './origin';
export {
  ClusterError,
  type Finding,
  findingText,
  type Path,
  type Problem,
  pathText,
  problemFrom,
  type Rules,
} from './problem';
export {
  agentsOf,
  bgpOnlyPools,
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
export {
  type Bgp,
  type Client,
  type Cluster,
  type ClusterInput,
  clusterSchema,
  type GitOps,
  type L2Advertisement,
  type LoadBalancer,
  type Node,
  OPERATING_SYSTEMS,
  type OperatingSystem,
  type Pool,
  type Ups,
} from './schema';
