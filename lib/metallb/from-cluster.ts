import { type Chart, Duration } from 'cdk8s';
import { type Bgp, type Cluster, type LoadBalancer, l2AdvertisementsOf } from '../cluster';
import { CONTROL_PLANE_TOLERATIONS, EVERY_TAINT, leaveDeadNodeAfter } from '../kube';
import { BgpAdvertisement } from './bgp-advertisement';
import { BgpPeer } from './bgp-peer';
import { Community } from './community';
import { L2Advertisement } from './l2-advertisement';
import type { MetalLbProps } from './metallb';
import { IpAddressPool } from './pool';
import { smallResources } from './workload';

/**
 * MetalLB for a site. docs/load-balancer.md lists the differences from upstream.
 */
export const metalLbProps = ({ images, network, controlPlane }: Cluster, loadBalancer: LoadBalancer): MetalLbProps => ({
  images: { controller: images.metallbController, speaker: images.metallbSpeaker },
  memberlist: loadBalancer.memberlist,
  metrics: loadBalancer.metrics,
  webhook: loadBalancer.webhook,
  controllerNetwork: loadBalancer.networkPolicy
    ? {
        nodes: network.subnet.map(({ text }) => text),
        apiPort: controlPlane.port,
        services: network.services.map(({ text }) => text),
      }
    : undefined,
  controller: {
    resources: smallResources,
    seccompProfile: 'RuntimeDefault',
    priorityClassName: 'system-cluster-critical',
    tolerations: [...CONTROL_PLANE_TOLERATIONS, ...leaveDeadNodeAfter(Duration.seconds(30))],
  },
  speaker: {
    resources: smallResources,
    seccompProfile: 'RuntimeDefault',
    priorityClassName: 'system-node-critical',
    tolerations: [EVERY_TAINT],
  },
});

type Pools = ReadonlyMap<string, IpAddressPool>;

/** The pools and advertisements of a site. */
export function addLoadBalancerConfig(chart: Chart, cluster: Cluster, loadBalancer: LoadBalancer): void {
  const pools: Pools = new Map(
    loadBalancer.pools.map((pool) => [
      pool.name,
      new IpAddressPool(chart, `Pool-${pool.name}`, { ...pool, addresses: pool.addresses.map(({ text }) => text) }),
    ]),
  );
  for (const advertisement of l2AdvertisementsOf(cluster, loadBalancer)) {
    new L2Advertisement(chart, `Advertisement-${advertisement.name}`, {
      ...advertisement,
      pools: found(pools, advertisement.pools),
    });
  }
  if (loadBalancer.bgp) addBgp(chart, loadBalancer.bgp, pools);
}

/** Every name exists, because the rules checked the site. */
const found = <T>(all: ReadonlyMap<string, T>, names: readonly string[]): T[] =>
  names.flatMap((name) => all.get(name) ?? []);

function addBgp(chart: Chart, { peers, advertisements, communities }: Bgp, pools: Pools): void {
  const routers = new Map(
    peers.map(({ peerAddress, sourceAddress, routerID, holdTimeSeconds, ...peer }) => [
      peer.name,
      new BgpPeer(chart, `Peer-${peer.name}`, {
        ...peer,
        peerAddress: peerAddress.text,
        sourceAddress: sourceAddress?.text,
        routerID: routerID?.text,
        holdTime: Duration.seconds(holdTimeSeconds),
      }),
    ]),
  );
  const named =
    communities.length > 0
      ? new Community(chart, 'Communities', {
          name: 'communities',
          communities: Object.fromEntries(communities.map(({ name, value }) => [name, value])),
        })
      : undefined;
  for (const advertisement of advertisements) {
    new BgpAdvertisement(chart, `BgpAdvertisement-${advertisement.name}`, {
      ...advertisement,
      pools: found(pools, advertisement.pools),
      peers: advertisement.peers && found(routers, advertisement.peers),
      communities: advertisement.communities?.map((text) => (named && !text.includes(':') ? named.alias(text) : text)),
    });
  }
}
