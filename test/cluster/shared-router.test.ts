import { parseAddress } from '../../lib/cluster/address';
import { defineCluster } from '../../lib/cluster/load';
import { provider } from '../../lib/cluster/rules/provider';
import type { Cluster } from '../../lib/cluster/schema';
import { changed, ipv4Site, linesOf } from './sites';

/** A site whose virtual IP is announced to 192.168.10.1, and whose MetalLB has one router. */
function withMetalLbPeer(peerAddress: string, nodes?: readonly string[]): Cluster {
  const site = changed(ipv4Site(), {
    'controlPlane.vip': '10.99.0.5',
    'controlPlane.bgp': { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] },
  });
  const cluster = defineCluster(site as Parameters<typeof defineCluster>[0]);
  const bgp = { peers: [{ name: 'edge', peerAddress: parseAddress(peerAddress), nodes }] };
  return { ...cluster, loadBalancer: { pools: [], ...cluster.loadBalancer, bgp } as Cluster['loadBalancer'] };
}
const linesFor = (cluster: Cluster) => linesOf({ problems: provider(cluster) });

describe('kube-vip and MetalLB', () => {
  test('may not both open sessions from the servers to one router', () => {
    expect(linesFor(withMetalLbPeer('192.168.10.1'))).toEqual([
      'error controlPlane.bgp.peers[0].peerAddress: vip-bgp-shared-router: MetalLB opens a session from the same servers to 192.168.10.1, as peer "edge", and a router takes one for each machine; take controlPlane.bgp out, so that the virtual IP moves by ARP, or give that peer nodes that are agents',
    ]);
  });

  test('may not share it when one of the nodes of the peer is a server', () => {
    expect(linesFor(withMetalLbPeer('192.168.10.1', ['k3s-4', 'k3s-1']))).toHaveLength(1);
  });

  test('may share it when MetalLB speaks from agents only', () => {
    expect(linesFor(withMetalLbPeer('192.168.10.1', ['k3s-4']))).toEqual([]);
  });

  test('may speak to two routers', () => {
    expect(linesFor(withMetalLbPeer('192.168.10.2'))).toEqual([]);
  });
});
