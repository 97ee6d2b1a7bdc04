import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { parse } from 'yaml';
import { K3sTraefik, type K3sTraefikProps } from '../../lib/ingress/traefik';
import { HaIngress, IpAddressPool } from '../../lib/metallb';
import { at, find, synth } from '../metallb/support';
import { objectProblems } from '../support/schema';

const config = (props?: K3sTraefikProps) =>
  find(
    synth((scope) => {
      new K3sTraefik(scope, 'Traefik', props);
    }),
    'HelmChartConfig',
  );
const values = (props?: K3sTraefikProps): unknown => parse(String(at(config(props), 'spec.valuesContent')));

test('the settings of Traefik are a HelmChartConfig of the name and namespace that k3s gives its chart', () => {
  expect(config()).toMatchObject({
    apiVersion: 'helm.cattle.io/v1',
    metadata: { name: 'traefik', namespace: 'kube-system' },
  });
  expect(objectProblems(config())).toEqual([]);
});

test('by default a pod is on every node and the node that answers uses its own', () => {
  expect(values()).toEqual({
    deployment: { kind: 'DaemonSet' },
    priorityClassName: 'system-cluster-critical',
    service: { spec: { externalTrafficPolicy: 'Local' } },
  });
});

test('a number of pods is spread over nodes, leaves an unreachable one after 30 s, and keeps the tolerations of k3s', () => {
  const found = values({ replicas: 2 });
  expect(found).toMatchObject({
    deployment: { kind: 'Deployment', replicas: 2 },
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    service: { spec: { externalTrafficPolicy: 'Cluster' } },
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname' }],
  });
  expect(at(found, 'tolerations')).toEqual([
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
    { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
    ...['not-ready', 'unreachable'].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 30,
    })),
  ]);
});

test('the time on an unreachable node, the policy and the annotations of the Service can be chosen', () => {
  const found = values({
    replicas: 3,
    leaveDeadNodeAfter: Duration.minutes(1),
    externalTrafficPolicy: 'Local',
    serviceAnnotations: { 'metallb.io/loadBalancerIPs': '192.168.10.240' },
  });
  expect(at(found, 'tolerations.4.tolerationSeconds')).toBe(60);
  expect(at(found, 'service')).toEqual({
    annotations: { 'metallb.io/loadBalancerIPs': '192.168.10.240' },
    spec: { externalTrafficPolicy: 'Local' },
  });
});

describe('what the annotations of the Service ask of MetalLB is checked:', () => {
  const build = (
    serviceAnnotations: Record<string, string>,
    more: (scope: Construct, pool: IpAddressPool) => void = () => {},
  ) =>
    synth((scope) => {
      const pool = new IpAddressPool(scope, 'pool', {
        name: 'lan',
        addresses: ['192.168.10.240/28', 'fd00::f000/116'],
      });
      pool.advertiseL2();
      more(scope, pool);
      new K3sTraefik(scope, 'Traefik', { serviceAnnotations });
    });

  test('addresses of a pool, of both families, are taken', () => {
    expect(() => build({ 'metallb.io/loadBalancerIPs': '192.168.10.243,fd00::f001' })).not.toThrow();
  });

  test('an address in no pool is refused', () => {
    expect(() => build({ 'metallb.io/loadBalancerIPs': '10.9.9.9' })).toThrow(
      'Service kube-system/traefik requests 10.9.9.9, which no pool assigns',
    );
  });

  test('an annotation of an old name is refused', () => {
    expect(() => build({ 'metallb.universe.tf/loadBalancerIPs': '192.168.10.243' })).toThrow(
      'Service kube-system/traefik has the annotation metallb.universe.tf/loadBalancerIPs, from before MetalLB 0.14.9',
    );
  });

  test('an address that a HaIngress requests as well is refused', () => {
    const addresses = ['192.168.10.243'];
    const other = (scope: Construct, pool: IpAddressPool) => {
      const selector = { matchLabels: { app: 'a' } };
      const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } };
      const workload = new k8s.KubeDaemonSet(scope, 'ds', { metadata: { name: 'a' }, spec: { selector, template } });
      new HaIngress(scope, 'ha', { name: 'web', workload, pool, addresses, ports: [{ name: 'a', port: 1 }] });
    };
    expect(() => build({ 'metallb.io/loadBalancerIPs': '192.168.10.243' }, other)).toThrow(
      'Service default/web and Service kube-system/traefik request the same address 192.168.10.243',
    );
  });

  test('the ports 80 and 443 of a shared address are its own', () => {
    const annotations = { 'metallb.io/loadBalancerIPs': '192.168.10.243', 'metallb.io/allow-shared-ip': 'web' };
    const metadata = { name: 'other', namespace: 'web', annotations };
    const other = (scope: Construct) => {
      new k8s.KubeService(scope, 's', {
        metadata,
        spec: { type: 'LoadBalancer', ports: [{ port: 443 }, { port: 80 }] },
      });
    };
    expect(() => build(annotations, other)).toThrow(
      /share 192\.168\.10\.243 and its port TCP 443.*\n.*its port TCP 80/,
    );
  });
});

test.each([1, 0, 1.5])('%d replicas are refused', (replicas) => {
  expect(() => config({ replicas })).toThrow(`replicas is ${replicas}, which cannot run on two nodes; give 2 or more`);
});

test('a HelmChartConfig with values that are no text, or with another field, is refused by the check', () => {
  const { spec: _, ...rest } = config();
  expect(objectProblems({ ...rest, spec: { valuesContent: {} } })).toEqual(['/spec/valuesContent must be string']);
  expect(objectProblems({ ...rest, spec: { values: '' } })).toEqual(['/spec must NOT have additional properties']);
});
