/**
 * Which program speaks BGP for MetalLB, as its METALLB_BGP_TYPE names it. `MetalLb` installs `native`, which is the lightest and can the
 * least; the other two need an install of another kind (https://metallb.io/concepts/bgp/).
 */
export type BgpType = 'native' | 'frr' | 'frr-k8s';

/**
 * What a BGPPeer may hold only where FRR speaks BGP. In native mode MetalLB drops all of its configuration for one of them.
 *
 * Source: DiscardFRROnly in https://github.com/metallb/metallb/blob/v0.16.1/internal/config/validation.go
 */
export const FRR_ONLY_PEER_FIELDS = [
  'bfdProfile',
  'keepaliveTime',
  'vrf',
  'connectTime',
  'enableGracefulRestart',
  'disableMP',
  'dualStackAddressFamily',
  'dynamicASN',
  'interface',
  'localASN',
] as const;

/** Why native mode can't have it, and what to do. */
export const needsFrr = (what: string): string =>
  `${what} needs MetalLB's FRR modes, and native mode drops its whole configuration for it; remove it, or set bgpType to frr-k8s ` +
  'if MetalLB runs in that mode';
