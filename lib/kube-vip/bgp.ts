import { Duration } from 'cdk8s';
import { parseAddress, urlHost } from '../network';
import type { KubeVipEnv } from './env';

/** A BGP router that receives the route. */
export interface KubeVipBgpPeer {
  readonly peerAddress: string;
  readonly peerAS: number;
  /** Whether the router is more than one hop away. @default false */
  readonly multihop?: boolean;
}

export interface KubeVipBgp {
  /** AS number of the cluster's side. */
  readonly localAS: number;
  /** Routers. Sessions have no password, which would appear in the manifest. */
  readonly peers: readonly KubeVipBgpPeer[];
  /** How long a router keeps the route of a silent server. @default 9 seconds */
  readonly holdTime?: Duration;
}

/**
 * The settings for BGP: only the holder of the lease announces the address.
 *
 * The BGP health check of kube-vip is unused: it expects 200 from /livez, where k3s answers 401 to anonymous requests. The lease over
 * loopback replaces it. https://github.com/kube-vip/kube-vip/blob/v1.2.3/pkg/kubevip/config_environment.go
 */
export function bgpSettings(bgp: KubeVipBgp): KubeVipEnv {
  if (bgp.peers.length === 0) throw new Error('kube-vip has no BGP peer; give at least one in bgp.peers');
  const holdTime = (bgp.holdTime ?? Duration.seconds(9)).toSeconds();
  if (holdTime < 3)
    throw new Error(`a BGP hold time of ${holdTime} s is below 3 s, the minimum of RFC 4271; give at least 3 s`);
  return {
    bgp_enable: true,
    bgp_as: bgp.localAS,
    bgp_peers: bgp.peers.map(peerText).join(','),
    bgp_hold_time: holdTime,
    bgp_keepalive_interval: Math.floor(holdTime / 3),
  };
}

/** `address:AS:password:multihop`, kube-vip's format. */
const peerText = ({ peerAddress, peerAS, multihop = false }: KubeVipBgpPeer): string =>
  `${urlHost(parseAddress(peerAddress))}:${peerAS}::${multihop}`;
