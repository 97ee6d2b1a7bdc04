/**
 * Everything of this project that is useful in a cdk8s app of your own; docs/typescript.md has one:
 *
 *     import { defineCluster, buildApp, KubeVip, MetalLb, Nut } from 'power-safe-k3s';
 */
export { buildApp, buildSite, type SiteFiles } from './app';
export {
  type Address,
  type AddressRange,
  type Family,
  parseAddress,
  parseAddressRange,
  parseSubnet,
  type Subnet,
} from './cluster/address';
export { type Checked, checkCluster } from './cluster/check';
export { defineCluster, type Loaded, loadCluster } from './cluster/load';
export type { Origin } from './cluster/origin';
export { type NodePlan, type PowerPlan, type PowerRole, powerPlan, type UpsPlan } from './cluster/power/plan';
export { type PowerEvent, type PowerTimeline, powerTimelines } from './cluster/power/timeline';
export { ClusterError, type Path, type Problem } from './cluster/problem';
export type {
  Bgp,
  Cluster,
  ClusterInput,
  L2Advertisement as L2AdvertisementModel,
  LoadBalancer,
  Node,
  Pool,
  Ups,
} from './cluster/schema';
export { hostFiles } from './hosts/hosts';
export { K3sTraefik, type K3sTraefikProps } from './ingress/traefik';
export { type HostContainerProps, hostContainer } from './kube/host-container';
export { HostDaemonSet, type HostDaemonSetProps } from './kube/host-daemon-set';
export { type PodSecurityLevel, PodSecurityNamespace, type PodSecurityNamespaceProps } from './kube/namespace';
export { type SpreadAndTolerateOptions, spreadAndTolerate } from './kube/spread-and-tolerate';
export { type Files, synthesize } from './kube/synthesize';
export { CONTROL_PLANE_TOLERATIONS, EVERY_TAINT, leaveDeadNodeAfter } from './kube/tolerations';
export * from './metallb';
export type { DriverOption, UpsSection } from './nut/conf';
export { NutConfig } from './nut/config';
export { nutProps } from './nut/from-cluster';
export type { Actuator, CabledUps, EarlyShutdown, FedNode, NutModel, NutTiming, ServedUps } from './nut/model';
export { Nut, type NutProps } from './nut/nut';
export { NutPrimary, type NutPrimaryProps, NutSecondary, type NutSecondaryProps, UPS_DEVICE_LABEL } from './nut/pods';
export { type KeepalivedFile, keepalivedFiles } from './vip/keepalived';
export { KUBE_VIP_VERSION, KubeVip, type KubeVipLease, type KubeVipProps } from './vip/kube-vip';
export type { KubeVipBgp, KubeVipBgpPeer } from './vip/kube-vip-bgp';
export type { KubeVipEnv } from './vip/kube-vip-env';
