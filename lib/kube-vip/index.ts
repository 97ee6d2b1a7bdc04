export type { KubeVipBgp, KubeVipBgpPeer } from './bgp';
export type { KubeVipEnv } from './env';
export { type Distribution, type Handover, handover, longestHandover } from './handover';
export { KubeVip, type KubeVipLease, type KubeVipProps, kubeVipNames, VIP_LEASE } from './kube-vip';
