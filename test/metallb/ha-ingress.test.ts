import * as kplus from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { spreadAndTolerate } from '../../lib/kube/spread-and-tolerate';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { HaIngress, type HaIngressProps, IpAddressPool } from '../../lib/metallb';
import { at, find, synth } from './support';

type Workload = HaIngressProps['workload'];

const selector = { matchLabels: { app: 'traefik' } };
const template = { metadata: { labels: { app: 'traefik' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } };
const metadata = { name: 'traefik', namespace: 'ingress' };

const deployment = (scope: Construct, replicas = 3): k8s.KubeDeployment =>
  new k8s.KubeDeployment(scope, 'traefik', { metadata, spec: { replicas, selector, template } });

const spread = (scope: Construct, replicas = 3): k8s.KubeDeployment => {
  const workload = deployment(scope, replicas);
  spreadAndTolerate(workload);
  return workload;
};

/** One that is kept to some of the nodes. */
const pinned = (scope: Construct): k8s.KubeDaemonSet =>
  new k8s.KubeDaemonSet(scope, 'traefik', {
    metadata,
    spec: { selector, template: { ...template, spec: { ...template.spec, nodeSelector: { edge: 'true' } } } },
  });

const affine = (scope: Construct): k8s.KubeDeployment => {
  const terms = [{ matchExpressions: [{ key: 'edge', operator: 'Exists' }] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
  const workload = new k8s.KubeDeployment(scope, 'traefik', {
    metadata,
    spec: { replicas: 3, selector, template: { ...template, spec: { ...template.spec, affinity: { nodeAffinity } } } },
  });
  spreadAndTolerate(workload);
  return workload;
};

const daemonSet = (scope: Construct): k8s.KubeDaemonSet =>
  new k8s.KubeDaemonSet(scope, 'traefik', { metadata, spec: { selector, template } });

/** What an ingress before this workload becomes, and its reason. */
function build(
  workload: (scope: Construct) => Workload = spread,
  props: Partial<HaIngressProps> = {},
  addresses = ['192.168.10.240-192.168.10.250'],
): { readonly service: JsonObject; readonly reason: string } {
  let reason = '';
  const objects = synth((scope) => {
    const pool = new IpAddressPool(scope, 'pool', { name: 'lan', addresses });
    pool.advertiseL2();
    const ports = [{ name: 'https', port: 443, targetPort: 8443 }];
    const ingress = new HaIngress(scope, 'ingress', { name: 'web', workload: workload(scope), ports, pool, ...props });
    ({ reason } = ingress);
  });
  return { service: find(objects, 'Service'), reason };
}

const policyOf = (...args: Parameters<typeof build>) => at(build(...args).service, 'spec.externalTrafficPolicy');

describe('HaIngress', () => {
  test('is a Service of the pool before the pods of its workload', () => {
    expect(build(spread, { schedulableNodes: 3 }).service).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'ingress', annotations: { 'metallb.io/address-pool': 'lan' } },
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        selector: { app: 'traefik' },
        ports: [{ name: 'https', port: 443, targetPort: 8443, protocol: 'TCP' }],
      },
    });
  });

  test('requests an address and a key to share it', () => {
    const { service } = build(spread, { addresses: ['192.168.10.243'], shareKey: 'web', loadBalancerClass: 'a/b' });
    expect(at(service, 'metadata.annotations')).toEqual({
      'metallb.io/address-pool': 'lan',
      'metallb.io/loadBalancerIPs': '192.168.10.243',
      'metallb.io/allow-shared-ip': 'web',
    });
    expect(at(service, 'spec.ipFamilies')).toEqual(['IPv4']);
    expect(at(service, 'spec.loadBalancerClass')).toBe('a/b');
  });

  test('of two families is a service of two families', () => {
    const pool = ['192.168.10.240-192.168.10.250', 'fd00::f000/116'];
    const { service } = build(spread, { addresses: ['fd00::F043', '192.168.10.243'] }, pool);
    expect(at(service, ['metadata', 'annotations', 'metallb.io/loadBalancerIPs'])).toBe('fd00::f043,192.168.10.243');
    expect(at(service, 'spec')).toMatchObject({ ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] });
  });

  test('takes a port of the pods by name, by the same number, and UDP', () => {
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
      { name: 'doh', port: 443 },
    ] as const;
    expect(at(build(spread, { ports }).service, 'spec.ports')).toEqual([
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
      { name: 'doh', port: 443, protocol: 'TCP', targetPort: 443 },
    ]);
  });

  test('takes the workloads of cdk8s-plus', () => {
    const { service, reason } = build((scope) => {
      const workload = new kplus.DaemonSet(scope, 'ds', { metadata, select: false, containers: [{ image: 'a:1' }] });
      workload.select(kplus.LabelSelector.of({ labels: { app: 'traefik' } }));
      return workload;
    });
    expect(at(service, 'spec.selector')).toEqual({ app: 'traefik' });
    expect(reason).toBe('DaemonSet "traefik" has a pod on every schedulable node');
  });

  test.each<[string, Partial<HaIngressProps>, string]>([
    [
      'an address that the pool does not have',
      { addresses: ['192.168.10.9'] },
      'HaIngress "web": pool "lan" does not give out 192.168.10.9; choose from 192.168.10.240-192.168.10.250',
    ],
    ['a text that is no address', { addresses: ['web.lan'] }, 'HaIngress "web": addresses: "web.lan" is no IP address'],
    [
      'two addresses of one family',
      { addresses: ['192.168.10.241', '192.168.10.242'] },
      'requests two addresses of one IP family',
    ],
    ['no ports', { ports: [] }, 'HaIngress "web" has no ports'],
    ['a port of 0', { ports: [{ name: 'a', port: 0 }] }, 'port: 0 is invalid'],
    [
      'one port twice',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      },
      'the list of ports has "TCP 1" twice',
    ],
    [
      'one name of ports twice',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      'names of ports has "a" twice',
    ],
    ['no candidates', { schedulableNodes: 0 }, 'HaIngress "web": schedulableNodes: 0 is invalid'],
    [
      'a class with a blank',
      { loadBalancerClass: 'a b' },
      'HaIngress "web": loadBalancerClass: "a b" is not a valid Kubernetes name',
    ],
    [
      'a name of a port with a blank',
      { ports: [{ name: 'Bad Name!', port: 1 }] },
      'HaIngress "web": "Bad Name!" is not a valid port name',
    ],
    [
      'a port of the pods beyond 65535',
      { ports: [{ name: 'a', port: 1, targetPort: 99_999 }] },
      'HaIngress "web": targetPort: 99999 is invalid',
    ],
    ...['a--b', '8080', 'longer-than-fifteen', 'Web', ''].map(
      (targetPort): [string, Partial<HaIngressProps>, string] => [
        `${JSON.stringify(targetPort)} for a port of the pods`,
        { ports: [{ name: 'a', port: 1, targetPort }] },
        `targetPort "${targetPort}" is not a valid container port name`,
      ],
    ),
    ...['Web', '1.web', '1web', `${'a'.repeat(60)}.b`, 'a'.repeat(64), ''].map(
      (name): [string, Partial<HaIngressProps>, string] => [
        `the name ${JSON.stringify(name)}`,
        { name },
        `HaIngress "${name}": "${name}" is not a valid Service name`,
      ],
    ),
  ])('refuses %s', (_what, props, message) => {
    expect(() => build(spread, props)).toThrow(message);
  });

  test('takes a name of 63 characters', () => {
    const name = 'a'.repeat(63);
    expect(at(build(spread, { name }).service, 'metadata.name')).toBe(name);
  });

  test.each<[string, k8s.LabelSelector, string]>([
    [
      'conditions, which a Service would drop',
      { ...selector, matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
      'selects its pods by matchExpressions, which a Service cannot do; use matchLabels only',
    ],
    ['no labels', {}, 'has no selector labels; give it matchLabels'],
  ])('refuses a workload that selects by %s', (_what, own, message) => {
    const workload = (scope: Construct) =>
      new k8s.KubeDaemonSet(scope, 'traefik', { metadata, spec: { selector: own, template } });
    expect(() => build(workload)).toThrow(`HaIngress "web": DaemonSet "traefik" ${message}`);
  });

  test('refuses an address that the pool passes over', () => {
    expect(() =>
      synth((scope) => {
        const pool = new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['10.0.0.0/24'], avoidBuggyIPs: true });
        new HaIngress(scope, 'i', {
          name: 'a',
          workload: daemonSet(scope),
          pool,
          addresses: ['10.0.0.255'],
          ports: [{ name: 'a', port: 1 }],
        });
      }),
    ).toThrow('does not give out 10.0.0.255');
  });
});

describe('the external traffic policy of HaIngress', () => {
  test('is Local before a DaemonSet', () => expect(policyOf(daemonSet)).toBe('Local'));

  test('is Local before a spread Deployment with a pod for each node', () => {
    expect(policyOf(spread, { schedulableNodes: 3 })).toBe('Local');
    expect(policyOf(spread, { schedulableNodes: 2 })).toBe('Local');
  });

  test.each<[string, (scope: Construct) => Workload, number | undefined, string]>([
    [
      'fewer pods than nodes',
      spread,
      4,
      'Deployment "traefik" has 3 pods for 4 nodes; give it 4 replicas, or make it a DaemonSet',
    ],
    [
      'pods that may all be on one node',
      deployment,
      3,
      'the pods of Deployment "traefik" may all run on one node; call spreadAndTolerate for it',
    ],
    [
      'a DaemonSet on some of the nodes',
      pinned,
      3,
      'DaemonSet "traefik" is limited to some nodes, and another node may answer; set externalTrafficPolicy if every node that may answer has a pod',
    ],
    [
      'a Deployment on some of the nodes',
      affine,
      3,
      'Deployment "traefik" is limited to some nodes, and another node may answer; set externalTrafficPolicy if every node that may answer has a pod',
    ],
    [
      'an unknown number of nodes',
      spread,
      undefined,
      'the number of schedulable nodes for Deployment "traefik" is not set; set schedulableNodes',
    ],
  ])('is Cluster before %s, and says why', (_what, workload, schedulableNodes, why) => {
    const { service, reason } = build(workload, { schedulableNodes });
    expect(at(service, 'spec.externalTrafficPolicy')).toBe('Cluster');
    expect(reason).toBe(why);
  });

  test('does not depend on what of the workload is said first', () => {
    const objects = synth((scope) => {
      const workload = deployment(scope);
      const pool = new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['10.0.0.0/28'] });
      pool.advertiseL2();
      new HaIngress(scope, 'i', { name: 'web', workload, pool, ports: [{ name: 'a', port: 1 }], schedulableNodes: 3 });
      spreadAndTolerate(workload);
    });
    expect(at(find(objects, 'Service'), 'spec.externalTrafficPolicy')).toBe('Local');
  });

  test('is as given', () => {
    expect(policyOf(daemonSet, { externalTrafficPolicy: 'Cluster' })).toBe('Cluster');
    expect(build(deployment, { externalTrafficPolicy: 'Local' }).reason).toBe('it is set explicitly');
  });
});
