/**
 * Everything of this project that is useful in a cdk8s app of your own; docs/typescript.md has one:
 *
 *     import { defineCluster, buildApp, KubeVip, MetalLb, Nut } from 'power-safe-k3s';
 */

export {
  type Bgp,
  type Cluster,
  ClusterError,
  type ClusterInput,
  type L2Advertisement as L2AdvertisementModel,
  type LoadBalancer,
  type Node,
  type Origin,
  type Path,
  type Pool,
  type Problem,
  type Ups,
} from './cluster';
export type { Files } from './files';
export { K3sTraefik, type K3sTraefikProps } from './ingress';
export {
  CONTROL_PLANE_TOLERATIONS,
  EVERY_TAINT,
  type HostContainerProps,
  HostDaemonSet,
  type HostDaemonSetProps,
  hostContainer,
  leaveDeadNodeAfter,
  type PodSecurityLevel,
  PodSecurityNamespace,
  type PodSecurityNamespaceProps,
  type SpreadAndTolerateOptions,
  spreadAndTolerate,
  synthesize,
} from './kube';
export {
  KubeVip,
  type KubeVipBgp,
  type KubeVipBgpPeer,
  type KubeVipEnv,
  type KubeVipLease,
  type KubeVipProps,
} from './kube-vip';
export { type KeepalivedFile, keepalivedFiles } from './machines';
export * from './metallb';
export { Monitoring } from './monitoring';
export {
  type Address,
  type AddressRange,
  type Family,
  parseAddress,
  parseAddressRange,
  parseSubnet,
  type Subnet,
} from './network';
export {
  type Actuator,
  type BatteryLimits,
  type CabledUps,
  type DriverOption,
  type FedNode,
  Nut,
  NutConfig,
  type NutModel,
  NutPrimary,
  type NutPrimaryProps,
  type NutProps,
  NutSecondary,
  type NutSecondaryProps,
  type NutTiming,
  nutProps,
  type OutsideClient,
  type ServedUps,
  UPS_DEVICE_LABEL,
  type UpsSection,
} from './nut';
export {
  type HostPlan,
  type NodePlan,
  type PowerEvent,
  type PowerPlan,
  type PowerRole,
  type PowerTimeline,
  powerPlan,
  powerTimelines,
  type UpsPlan,
} from './power';
export { KUBE_VIP_VERSION } from './releases';
export { type Checked, checkCluster, defineCluster, type Loaded, loadCluster } from './site';
export { buildApp, buildSite, hostFiles, type SiteFiles } from './synth';
