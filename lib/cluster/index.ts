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
export type { K3sOptions } from './k3s-schema';
export { HERE, npmRun, type Origin, shellWord } from './origin';
export {
  type Change,
  ClusterError,
  type Finding,
  type Fix,
  findingText,
  type Path,
  POWER_PROMISES,
  type PowerPromise,
  type Problem,
  pathText,
  problemFrom,
  type Rules,
} from './problem';
export {
  agentsOf,
  bgpOnlyPools,
  interfaceOf,
  isOnLink,
  k3sOptionsOf,
  l2AdvertisementsOf,
  networkOf,
  otherInterfaces,
  primary,
  rolesOf,
  serversOf,
  sharesNode,
  subnetOf,
  subnetsOf,
  systemsOf,
  upsesAt,
} from './queries';
export { mayLose, type QuorumState, quorumOf, quorumState } from './quorum';
export {
  type Bgp,
  type Client,
  type Cluster,
  type ClusterInput,
  clusterSchema,
  type GitOps,
  type Host,
  type L2Advertisement,
  type LoadBalancer,
  type Node,
  OPERATING_SYSTEMS,
  type OperatingSystem,
  type Pool,
  type Ups,
} from './schema';
