import { checkCluster } from '../../lib/site/check';
import { ipv6Site, servers } from '../support/site-input';

describe('defaults', () => {
  const minimal = {
    name: 'home',
    network: { subnet: '192.168.10.0/24' },
    nodes: servers(3),
    controlPlane: { vip: '192.168.10.5', dnsName: 'api.home.arpa' },
  };
  const cluster = () => {
    const checked = checkCluster(minimal);
    if (!('cluster' in checked)) throw new Error('the minimal site has an error');
    return checked.cluster;
  };

  test('the pod and service networks are those of k3s', () => {
    const { pods, services } = cluster().network;
    expect([pods, services].flat().map(({ text }) => text)).toEqual(['10.42.0.0/16', '10.43.0.0/16']);
  });

  test('the pod and service networks follow the families of the subnet and their order', () => {
    const checked = checkCluster({ ...ipv6Site(), network: { subnet: ['fd00:10::/64', '192.168.10.0/24'] } });
    // The nodes have IPv6 alone, which is the one thing wrong with it.
    expect(new Set(checked.problems.map(({ rule }) => rule))).toEqual(new Set(['family-mismatch']));
    expect(checked.problems.map(({ path }) => path[0])).toEqual(['nodes', 'nodes', 'nodes']);
  });

  test('everything else is filled in', () => {
    const { network, nodes, ...rest } = cluster();
    expect({ ...rest, controlPlane: { ...rest.controlPlane, vip: rest.controlPlane.vip[0]?.text } }).toEqual({
      name: 'home',
      controlPlane: {
        vip: '192.168.10.5',
        dnsName: 'api.home.arpa',
        port: 6443,
        provider: 'kube-vip',
        keepalived: { routerId: 51 },
        failover: 'standard',
        lease: { durationSeconds: 20, renewSeconds: 15, retrySeconds: 2 },
        arpRateMs: 1000,
      },
      ups: [],
      nut: {
        killpowerPath: '/run/killpower',
        usbBusPath: '/dev/bus/usb',
        privilegedSecondary: false,
        port: 3493,
        secret: 'nut-users',
      },
      power: {
        armed: true,
        actuator: 'killpowerd',
        stages: { agentSeconds: 3, serverSeconds: 5, upsNodeSeconds: 10 },
        haltBudget: { agentSeconds: 45, serverSeconds: 60, upsNodeSeconds: 60 },
        pollSeconds: 5,
        pollOnBatterySeconds: 2,
        deadTimeSeconds: 15,
        hostSyncSeconds: 15,
        finalDelaySeconds: 0,
        leaseSeconds: 20,
        marginSeconds: 15,
        rtcWakeSeconds: 900,
      },
      k3s: { all: {}, servers: {}, agents: {} },
      versions: { k3s: 'v1.36.4+k3s1' },
      images: {},
    });
    expect(network.dhcp).toEqual([]);
    expect(nodes.map(({ address }) => address.length)).toEqual([1, 1, 1]);
    expect(nodes.map(({ ups, minSupplies }) => [ups, minSupplies])).toEqual([
      [[], 1],
      [[], 1],
      [[], 1],
    ]);
  });
});
