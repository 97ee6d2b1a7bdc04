import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { spreadAndTolerate } from '../../lib/kube/spread-and-tolerate';
import { at, find, synth } from '../metallb/support';

const selector = { matchLabels: { app: 'traefik' } };
const template = { metadata: { labels: { app: 'traefik' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } };
const metadata = { name: 'traefik', namespace: 'ingress' };

const deployment = (scope: Construct, replicas = 3): k8s.KubeDeployment =>
  new k8s.KubeDeployment(scope, 'traefik', { metadata, spec: { replicas, selector, template } });

const daemonSet = (scope: Construct): k8s.KubeDaemonSet =>
  new k8s.KubeDaemonSet(scope, 'traefik', { metadata, spec: { selector, template } });

describe('spreadAndTolerate', () => {
  const plus = (scope: Construct, props: kplus.DeploymentProps = {}): kplus.Deployment => {
    const workload = new kplus.Deployment(scope, 'traefik', {
      metadata,
      replicas: 3,
      select: false,
      podMetadata: { labels: { app: 'traefik' } },
      containers: [{ image: 'a:1', resources: {} }],
      ...props,
    });
    workload.select(kplus.LabelSelector.of({ labels: { app: 'traefik' } }));
    return workload;
  };
  const make = (workload: (scope: Construct) => kplus.Deployment | k8s.KubeDeployment, options = {}) =>
    synth((scope) => spreadAndTolerate(workload(scope), options));
  const both = [
    ['an imported Deployment', (scope: Construct) => deployment(scope)],
    ['a Deployment of cdk8s-plus', (scope: Construct) => plus(scope)],
  ] as const;

  test.each(both)('keeps the pods of %s apart by node', (_what, workload) => {
    expect(at(find(make(workload), 'Deployment'), 'spec.template.spec.topologySpreadConstraints')).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: selector,
      },
    ]);
  });

  test.each(both)('replaces the pods of %s after 30 s on an unreachable node', (_what, workload) => {
    const taint = { effect: 'NoExecute', operator: 'Exists', tolerationSeconds: 30 };
    expect(at(find(make(workload), 'Deployment'), 'spec.template.spec.tolerations')).toEqual([
      { ...taint, key: 'node.kubernetes.io/not-ready' },
      { ...taint, key: 'node.kubernetes.io/unreachable' },
    ]);
  });

  test.each(both)('rolls %s out without a pod more', (_what, workload) => {
    expect(at(find(make(workload), 'Deployment'), 'spec.strategy')).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });
  });

  test.each(both)('lets a drain take one pod of %s at a time', (_what, workload) => {
    expect(find(make(workload), 'PodDisruptionBudget')).toEqual({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector },
    });
  });

  test('takes another time', () => {
    const object = find(make(deployment, { leaveDeadNodeAfter: Duration.minutes(2) }), 'Deployment');
    expect(at(object, 'spec.template.spec.tolerations.0.tolerationSeconds')).toBe(120);
  });

  test('keeps tolerations and spreads that are there', () => {
    const zone = { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
    const own = { key: 'edge', operator: 'Exists' };
    const object = find(
      make((scope) => {
        const spec = { ...template.spec, tolerations: [own], topologySpreadConstraints: [zone] };
        return new k8s.KubeDeployment(scope, 'd', {
          metadata,
          spec: { replicas: 2, selector, template: { ...template, spec } },
        });
      }),
      'Deployment',
    );
    expect(at(object, 'spec.template.spec.tolerations')).toHaveLength(3);
    expect(at(object, 'spec.template.spec.tolerations.0')).toEqual(own);
    expect(at(object, 'spec.template.spec.topologySpreadConstraints.0')).toEqual(zone);
  });

  test('keeps tolerations that cdk8s-plus adds later', () => {
    const objects = synth((scope) => {
      const workload = plus(scope);
      spreadAndTolerate(workload);
      workload.scheduling.tolerate(kplus.Node.tainted(kplus.NodeTaintQuery.exists('edge')));
    });
    expect(at(find(objects, 'Deployment'), 'spec.template.spec.tolerations')).toHaveLength(3);
  });

  test('leaves the number of pods to an autoscaler', () => {
    const objects = synth((scope) => {
      const workload = plus(scope, { replicas: undefined, containers: [{ image: 'a:1' }] });
      new kplus.HorizontalPodAutoscaler(scope, 'hpa', { target: workload, minReplicas: 3, maxReplicas: 5 });
      spreadAndTolerate(workload);
    });
    expect(at(find(objects, 'Deployment'), 'spec.replicas')).toBeUndefined();
  });

  test('refuses what it cannot spread', () => {
    expect(() => make((scope) => deployment(scope, 1))).toThrow(
      'Deployment "traefik" has replicas: 1, which cannot run on two nodes',
    );
    expect(() => make((scope) => daemonSet(scope) as unknown as k8s.KubeDeployment)).toThrow(
      'a DaemonSet already runs on every node',
    );
    expect(() =>
      synth((scope) => {
        const workload = deployment(scope);
        spreadAndTolerate(workload);
        spreadAndTolerate(workload);
      }),
    ).toThrow('is already spread over nodes; call spreadAndTolerate once');
    expect(() =>
      make((scope) => new k8s.KubeDeployment(scope, 'd', { metadata, spec: { replicas: 2, selector: {}, template } })),
    ).toThrow('has no selector');
  });
});
