import { readdirSync, readFileSync } from 'node:fs';
import { findingText } from '../../lib/cluster/problem';
import {
  agentsOf,
  bgpOnlyPools,
  l2AdvertisementsOf,
  primary,
  serversOf,
  upsesAt,
  upsesFeeding,
} from '../../lib/cluster/queries';
import type { LoadBalancer, Node } from '../../lib/cluster/schema';
import { loadCluster } from '../../lib/site/load';
import { buildSite } from '../../lib/synth/app';

const load = (name: string) => loadCluster(readFileSync(`examples/${name}`, 'utf8'), name);

const WARNINGS: Readonly<Record<string, readonly string[]>> = {
  'bgp.yaml': [],
  'dual-stack.yaml': [],
  'howto-k3os.yaml': [
    'howto-k3os.yaml:58:6: warning: archived-system: k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not stop pods in order at a halt; use cloud-init or kairos when a node is replaced',
  ],
  'keepalived.yaml': [],
  'one-server.yaml': [
    'one-server.yaml:11:1: warning: one-server: 1 server tolerates no failure; use 3 servers to tolerate 1',
  ],
  'two-supplies.yaml': [],
  'two-ups.yaml': [],
};

test('every example is tested here', () => {
  expect(readdirSync('examples').sort()).toEqual(Object.keys(WARNINGS));
});

test.each(Object.entries(WARNINGS))('%s loads with the warnings it should have', (name, warnings) => {
  expect(load(name).warnings.map(findingText)).toEqual(warnings);
});

test('every example has a name of its own, that of its file', () => {
  const names = Object.keys(WARNINGS).map((name) => load(name).cluster.name);
  expect(names).toEqual(Object.keys(WARNINGS).map((name) => name.replace('.yaml', '')));
});

describe('howto-k3os.yaml', () => {
  const { cluster } = load('howto-k3os.yaml');

  test('has three servers, the first with the address that was hard-coded', () => {
    expect(serversOf(cluster).length).toBe(3);
    expect(cluster.nodes[0]?.address[0]?.text).toBe('192.168.10.43');
  });

  test('has the cable of the only UPS at the node that was labelled', () => {
    expect(cluster.nodes.flatMap((node) => upsesAt(cluster, node).map((ups) => [node.name, ups.name]))).toEqual([
      ['k3os-1351', 'ups1'],
    ]);
    expect(
      cluster.nodes.every(
        (node) =>
          upsesFeeding(cluster, node)
            .map(({ name }) => name)
            .join() === 'ups1',
      ),
    ).toBe(true);
  });

  test('keeps the values of ups.conf, of the paths and of the port', () => {
    expect(cluster.ups[0]).toEqual({
      name: 'ups1',
      driver: 'usbhid-ups',
      port: 'auto',
      description: 'apc on usb',
      node: 'k3os-1351',
      clients: [],
      options: {},
    });
    expect(cluster.power.earlyShutdown).toEqual({ runtimeBelowSeconds: 300 });
    expect(cluster.nut).toEqual({
      killpowerPath: '/usr/local/killpower',
      usbBusPath: '/dev/bus/usb',
      privilegedSecondary: true,
      port: 3493,
      secret: 'nut-users',
    });
  });
});

describe('bgp.yaml', () => {
  const { cluster } = load('bgp.yaml');
  const { loadBalancer } = cluster;

  test('has two routers of another AS', () => {
    expect(loadBalancer?.bgp?.peers.map(({ myASN, peerASN }) => myASN !== peerASN)).toEqual([true, true]);
  });

  test('announces each pool one way', () => {
    expect([...bgpOnlyPools(cluster, loadBalancer as LoadBalancer)]).toEqual(['public', 'internal']);
    expect(l2AdvertisementsOf(cluster, loadBalancer as LoadBalancer).flatMap(({ pools }) => pools)).toEqual(['lan']);
  });

  test('says no more than the default where its comment says so', () => {
    const { advertisements, ...rest } = loadBalancer as LoadBalancer;
    expect(l2AdvertisementsOf(cluster, rest)).toEqual(advertisements);
  });
});

test('dual-stack.yaml has both families everywhere, IPv4 first', () => {
  const { network, nodes, controlPlane, loadBalancer } = load('dual-stack.yaml').cluster;
  const lists = [network.subnet, network.pods, network.services, controlPlane.vip, ...nodes.map((n) => n.address)];
  expect(lists.map((list) => list.map(({ family }) => family).join())).toEqual(lists.map(() => '4,6'));
  expect(loadBalancer?.pools.map(({ addresses }) => addresses.map(({ family }) => family).join())).toEqual([
    '4,6',
    '4,6',
  ]);
});

test('two-ups.yaml has two cables at different nodes, agents that are fed, and a server that is not', () => {
  const { cluster } = load('two-ups.yaml');
  const feeds = (nodes: readonly Node[]) =>
    nodes.map((node) =>
      upsesFeeding(cluster, node)
        .map(({ name }) => name)
        .join(),
    );
  expect(cluster.ups.map(({ node }) => node)).toEqual(['left-1', 'right-1']);
  expect(feeds(agentsOf(cluster))).toEqual(['left', 'right']);
  expect(feeds(serversOf(cluster))).toEqual(['left', 'left', 'right', 'right', '']);
});

test('two-supplies.yaml has machines that live on one of two UPSes, one that needs both, and a NAS that serves a UPS', () => {
  const { cluster } = load('two-supplies.yaml');
  expect(cluster.nodes.map((node) => [node.name, upsesFeeding(cluster, node).length, node.minSupplies])).toEqual([
    ['rack-1', 2, 1],
    ['rack-2', 2, 1],
    ['rack-3', 2, 1],
    ['rack-4', 2, 2],
    ['rack-5', 1, 1],
  ]);
  expect(cluster.ups.map(({ node, server }) => node ?? server?.address.text)).toEqual(['rack-1', '10.0.8.30']);
});

test('keepalived.yaml has the files of keepalived, alone and in the files for images, and no kube-vip', () => {
  const { hosts, dist } = buildSite(load('keepalived.yaml').cluster);
  const text = hosts.get('server/keepalived.conf') ?? '';
  expect(text).toContain('virtual_router_id 50\n');
  for (const system of ['cloud-init', 'kairos']) {
    expect(hosts.get(`${system}/server.yaml`)).toContain('path: /etc/keepalived/keepalived.conf\n');
  }
  expect([...dist.keys()].filter((file) => file.includes('kube-vip'))).toEqual([]);
});

test('one-server.yaml has a virtual IP other than the address of its server', () => {
  const { nodes, controlPlane } = load('one-server.yaml').cluster;
  expect(primary(controlPlane.vip).text).not.toBe(nodes[0]?.address[0]?.text);
});
