import { Duration } from 'cdk8s';
import { parse } from 'yaml';
import { K3sTraefik, type K3sTraefikProps } from '../../lib/ingress/traefik';
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

test('a number of pods is spread over nodes, leaves a dead one after 30 s, and keeps the tolerations of k3s', () => {
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

test('the time on a dead node, the policy and the annotations of the Service can be chosen', () => {
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

test.each([1, 0, 1.5])('%d replicas are refused', (replicas) => {
  expect(() => config({ replicas })).toThrow(`replicas is ${replicas}, which can't be on two nodes; give 2 or more`);
});

test('a HelmChartConfig with values that are no text, or with another field, is refused by the check', () => {
  const { spec: _, ...rest } = config();
  expect(objectProblems({ ...rest, spec: { valuesContent: {} } })).toEqual(['/spec/valuesContent must be string']);
  expect(objectProblems({ ...rest, spec: { values: '' } })).toEqual(['/spec must NOT have additional properties']);
});
