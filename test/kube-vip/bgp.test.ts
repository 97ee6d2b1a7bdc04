import { Chart, Duration, Testing } from 'cdk8s';
import { KubeVip, type KubeVipProps } from '../../lib/kube-vip/kube-vip';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { at, find } from '../metallb/support';

const BGP = { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] };

function env(props: Partial<KubeVipProps> = {}): Record<string, unknown> {
  const chart = new Chart(Testing.app(), 'test', { namespace: 'kube-system' });
  new KubeVip(chart, 'KubeVip', { addresses: ['10.99.0.5'], bgp: BGP, ...props });
  const daemonSet = find(Testing.synth(chart) as JsonObject[], 'DaemonSet');
  const list = at(daemonSet, 'spec.template.spec.containers.0.env') as {
    name: string;
    value?: string;
    valueFrom?: unknown;
  }[];
  return Object.fromEntries(list.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}

describe('kube-vip with BGP', () => {
  test('tells routers where the address is, and answers no ARP', () => {
    expect(env()).toMatchObject({ bgp_enable: 'true', bgp_as: '64512', bgp_peers: '192.168.10.1:64513::false' });
    expect(env()).not.toHaveProperty('vip_arp');
    expect(env()).not.toHaveProperty('vip_arpRate');
  });

  test('lets the lease decide who tells them', () => expect(env()['vip_leaderelection']).toBe('true'));

  test('keeps the address off every network', () => expect(env({ interface: 'eth0' })['vip_interface']).toBe('lo'));

  test('uses the address of the node as router ID', () => {
    expect(env()['bgp_routerid']).toEqual({ fieldRef: { fieldPath: 'status.podIP' } });
  });

  test('lists several routers, IPv6 in brackets', () => {
    const peers = [...BGP.peers, { peerAddress: 'fd00::1', peerAS: 64514, multihop: true }];
    expect(env({ bgp: { ...BGP, peers } })['bgp_peers']).toBe('192.168.10.1:64513::false,[fd00::1]:64514::true');
  });

  test('is given up by a router after the hold time, and says a word three times in it', () => {
    expect(env()).toMatchObject({ bgp_hold_time: '9', bgp_keepalive_interval: '3' });
    expect(env({ bgp: { ...BGP, holdTime: Duration.seconds(31) } })['bgp_keepalive_interval']).toBe('10');
  });

  test('refuses to have no router, and a hold time that BGP does not have', () => {
    expect(() => env({ bgp: { ...BGP, peers: [] } })).toThrow('has no BGP peer');
    expect(() => env({ bgp: { ...BGP, holdTime: Duration.seconds(2) } })).toThrow('below 3 s');
  });
});

describe('the escape hatch refuses', () => {
  test('services, whose addresses belong to MetalLB', () => {
    expect(() => env({ env: { svc_enable: true } })).toThrow('svc_enable makes kube-vip announce the addresses');
  });

  test('the load balancer of kube-vip', () => {
    expect(() => env({ env: { lb_enable: true } })).toThrow('lb_enable needs IPVS');
  });

  test.each(['bond0', 'br0', 'vlan10', 'team0', 'eth0.10'])('losing leadership with the link of %s', (name) => {
    const refused = () => env({ bgp: undefined, interface: name, env: { vip_loseleadership: true } });
    expect(refused).toThrow(`vip_loseleadership ends kube-vip on "${name}"`);
  });

  test('none of them for what is safe', () => {
    const safe = { svc_enable: false, vip_loseleadership: true } as const;
    expect(() => env({ bgp: undefined, interface: 'eno1', env: safe })).not.toThrow();
  });
});
