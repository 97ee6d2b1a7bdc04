import { Duration } from 'cdk8s';
import { parseAddress, urlHost } from '../network';
import type { KubeVipEnv } from './env';

/** A router that is told where the address is. */
export interface KubeVipBgpPeer {
  readonly peerAddress: string;
  readonly peerAS: number;
  /** The router is more than one hop away. @default false */
  readonly multihop?: boolean;
}

export interface KubeVipBgp {
  /** AS number of the cluster's side. */
  readonly localAS: number;
  /** Sessions without password: a password would stand in the manifest. */
  readonly peers: readonly KubeVipBgpPeer[];
  /** How long a router goes on sending to a server it hears nothing from. @default 9 seconds */
  readonly holdTime?: Duration;
}

/**
 * The settings for BGP, by which the holder of the lease announces the address and nobody else does.
 *
 * kube-vip's own health check for BGP stays out: it wants 200 from /livez, where k3s answers 401 to everybody it does not know. The
 * lease over loopback does its work. https://github.com/kube-vip/kube-vip/blob/v1.2.3/pkg/kubevip/config_environment.go
 */
export function bgpSettings(bgp: KubeVipBgp): KubeVipEnv {
  if (bgp.peers.length === 0) throw new Error('kube-vip has no router to tell; give at least one in bgp.peers');
  const holdTime = (bgp.holdTime ?? Duration.seconds(9)).toSeconds();
  if (holdTime < 3) throw new Error(`a BGP hold time of ${holdTime} s is below 3 s, which RFC 4271 does not allow`);
  return {
    bgp_enable: true,
    bgp_as: bgp.localAS,
    bgp_peers: bgp.peers.map(peerText).join(','),
    bgp_hold_time: holdTime,
    bgp_keepalive_interval: Math.floor(holdTime / 3),
  };
}

/** `address:AS:password:multihop`, as kube-vip takes a router. */
const peerText = ({ peerAddress, peerAS, multihop = false }: KubeVipBgpPeer): string =>
  `${urlHost(parseAddress(peerAddress))}:${peerAS}::${multihop}`;
