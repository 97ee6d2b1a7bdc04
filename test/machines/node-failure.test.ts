import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { failoverTimes } from '../../lib/machines/node-failure';
import { hostFiles } from '../../lib/synth/hosts';
import { homeInput, site } from '../support/sites';

const fast: Partial<ClusterInput> = {
  nodes: [...homeInput.nodes, { name: 'worker', address: '192.168.10.21', role: 'agent' }],
  controlPlane: { vip: '192.168.10.5', failover: 'fast' },
};
const standard: Partial<ClusterInput> = { ...fast, controlPlane: { vip: '192.168.10.5', failover: 'standard' } };

const SERVER = {
  'etcd-arg': ['heartbeat-interval=100', 'election-timeout=1000'],
  'kube-controller-manager-arg': ['node-monitor-grace-period=20s'],
  'kube-apiserver-arg': ['default-not-ready-toleration-seconds=30', 'default-unreachable-toleration-seconds=30'],
};
const KUBELET = { 'kubelet-arg': ['node-status-update-frequency=4s'] };

const read = (file: string, changes: Partial<ClusterInput>): Record<string, unknown> => {
  const text = hostFiles(site(changes)).get(file);
  if (text === undefined) throw new Error(`there is no ${file}`);
  return parse(text, { version: '1.1' });
};
const k3osArguments = (file: string, changes: Partial<ClusterInput>): string[] =>
  (read(file, changes)['k3os'] as { k3s_args: string[] }).k3s_args;
/** What is there with `fast` and not with `standard`. */
const added = (file: string) => {
  const before = read(file, standard);
  return Object.fromEntries(Object.entries(read(file, fast)).filter(([key]) => !(key in before)));
};

describe('failover: fast', () => {
  test('gives all of it to servers', () => {
    const file = 'server/config.yaml';
    expect(added(file)).toEqual({ ...SERVER, ...KUBELET });
  });

  test('gives agents the kubelet part only, because they refuse to start with the rest', () => {
    expect(added('agent/config.yaml')).toEqual(KUBELET);
  });

  test('gives k3OS the same as arguments, one for each value', () => {
    const extra = (file: string) =>
      k3osArguments(file, fast).filter((argument) => !k3osArguments(file, standard).includes(argument));
    expect(extra('k3os/agent.yaml')).toEqual(['--kubelet-arg=node-status-update-frequency=4s']);
    expect(extra('k3os/server.yaml')).toEqual([
      '--etcd-arg=heartbeat-interval=100',
      '--etcd-arg=election-timeout=1000',
      '--kube-controller-manager-arg=node-monitor-grace-period=20s',
      '--kube-apiserver-arg=default-not-ready-toleration-seconds=30',
      '--kube-apiserver-arg=default-unreachable-toleration-seconds=30',
      '--kubelet-arg=node-status-update-frequency=4s',
    ]);
  });

  test('states its price in the file', () => {
    expect(hostFiles(site(fast)).get('server/config.yaml')).toMatch(/The price: a node whose disk or network stalls/);
  });

  test('checks a node several times within its grace period', () => {
    const { graceSeconds } = failoverTimes(site(fast));
    expect(graceSeconds / 4).toBeGreaterThanOrEqual(5);
  });
});

describe('failover: standard', () => {
  test('is the default and adds nothing', () => {
    const { failover: _, ...controlPlane } = { ...standard.controlPlane, vip: '192.168.10.5' };
    expect([...hostFiles(site({ ...standard, controlPlane }))]).toEqual([...hostFiles(site(standard))]);
    expect([...hostFiles(site(standard)).values()].join()).not.toMatch(/kubelet-arg|grace-period=/);
  });

  test.each([
    ['v1.36.4+k3s1', 50],
    ['v1.32.0+k3s1', 50],
    ['v1.31.9+k3s1', 40],
    ['v1.23.17+k3s1', 40],
  ])('waits with k3s %s for %i s', (k3s, graceSeconds) => {
    expect(failoverTimes(site({ versions: { k3s } }))).toEqual({ graceSeconds, evictionSeconds: 300 });
  });
});
