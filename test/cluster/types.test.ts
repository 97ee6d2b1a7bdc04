import type { Cluster, ClusterInput } from '../../lib/cluster/schema';
import { defineCluster } from '../../lib/site/load';
import { ipv4Site } from '../support/site-input';

// What a compiler refuses is marked with @ts-expect-error, so `tsc -p tsconfig.check.json` fails when it stops refusing it.
// That the same is refused at run time is for files and for sites that are built from data.

describe('defineCluster refuses, in the editor and at run time,', () => {
  test('a role that does not exist', () => {
    // @ts-expect-error the role is server or agent
    const site: ClusterInput = { ...ipv4Site(), nodes: [{ name: 'a', address: '192.168.10.11', role: 'master' }] };
    expect(() => defineCluster(site)).toThrow('bad-value: "role" is "master"; use server or agent');
  });

  test('an unknown key of the site', () => {
    // @ts-expect-error there is no such key
    const site: ClusterInput = { ...ipv4Site(), metallb: {} };
    expect(() => defineCluster(site)).toThrow('unknown-key: key "metallb" does not exist here');
  });

  test('an unknown key of a group', () => {
    // @ts-expect-error there is no such key
    const site: ClusterInput = { ...ipv4Site(), controlPlane: { vip: '192.168.10.5', vips: [] } };
    expect(() => defineCluster(site)).toThrow('unknown-key: key "vips" does not exist here');
  });

  test('a missing virtual IP', () => {
    // @ts-expect-error the virtual IP is required
    const site: ClusterInput = { ...ipv4Site(), controlPlane: {} };
    expect(() => defineCluster(site)).toThrow('missing-key: "vip" is missing');
  });

  test('a provider of the virtual IP that does not exist', () => {
    // @ts-expect-error there is no such provider
    const site: ClusterInput = { ...ipv4Site(), controlPlane: { vip: '192.168.10.5', provider: 'haproxy' } };
    expect(() => defineCluster(site)).toThrow('"provider" is "haproxy"; use kube-vip, keepalived or external');
  });

  test('a text where a number belongs', () => {
    // @ts-expect-error a port is a number
    const site: ClusterInput = { ...ipv4Site(), nut: { port: '3493' } };
    expect(() => defineCluster(site)).toThrow('bad-type: "port" is "3493"; use a number');
  });

  test('a driver option that is false', () => {
    // @ts-expect-error a flag is true or absent
    const options: NonNullable<ClusterInput['ups']>[number]['options'] = { x: false };
    const site = { ...ipv4Site(), ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', options }] };
    expect(() => defineCluster(site)).toThrow('bad-type: "x" is false; use a text, a number, true or a group of keys');
  });
});

describe('the type of a checked site', () => {
  test('has lists where one or more are allowed, and every default filled in', () => {
    const cluster: Cluster = defineCluster(ipv4Site());
    const port: number = cluster.controlPlane.port;
    const [subnet]: readonly { readonly text: string }[] = cluster.network.subnet;
    const role: 'server' | 'agent' | undefined = cluster.nodes[0]?.role;
    expect([port, subnet?.text, role]).toEqual([6443, '192.168.10.0/24', 'server']);
  });
});
