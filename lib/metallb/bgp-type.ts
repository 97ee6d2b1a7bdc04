/**
 * BGP implementation, as in METALLB_BGP_TYPE. `MetalLb` installs `native`, which has the fewest features; the others need another
 * installation (https://metallb.io/concepts/bgp/).
 */
export type BgpType = 'native' | 'frr' | 'frr-k8s';

/**
 * Fields of a BGPPeer that need FRR. In native mode MetalLB drops its whole configuration for one of them.
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

/** Message for something that native mode does not support. */
export const needsFrr = (what: string): string =>
  `${what} needs MetalLB's FRR modes, and native mode drops its whole configuration for it; remove it, or set bgpType to frr-k8s ` +
  'if MetalLB runs in that mode';
