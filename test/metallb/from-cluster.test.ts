import type { ClusterInput } from '../../lib/cluster/schema';
import { synthesize } from '../../lib/kube/synthesize';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { MetalLb } from '../../lib/metallb';
import { defineCluster } from '../../lib/site/load';
import { buildApp } from '../../lib/synth/app';
import { objectsOf } from '../support/objects';
import { customResourceProblems } from '../support/schema';
import { bgpSite, ipv4Site } from '../support/site-input';
import { at, find, synth } from './support';

type LoadBalancerInput = NonNullable<ClusterInput['loadBalancer']>;

const dist = (input: ClusterInput) => synthesize(buildApp(defineCluster(input)));
const objects = (input: ClusterInput): JsonObject[] => objectsOf(dist(input)).map(({ object }) => object);
const withLoadBalancer = (changes: Partial<LoadBalancerInput>): ClusterInput => {
  const { loadBalancer, ...rest } = ipv4Site();
  return { ...rest, loadBalancer: { pools: [], ...loadBalancer, ...changes } };
};
const named = (list: readonly JsonObject[], kind: string) =>
  list.filter((object) => object['kind'] === kind).map((object) => at(object, 'metadata.name'));

describe('the MetalLB of a site', () => {
  const plain = synth((scope) => new MetalLb(scope, 'metallb'));
  const ours = objects(ipv4Site());
  const podOf = (list: readonly JsonObject[], name: string) =>
    at(find(list, name === 'speaker' ? 'DaemonSet' : 'Deployment', name), 'spec.template.spec') as JsonObject;
  const metalLb = ours.filter((object) => at(object, 'metadata.namespace') === 'metallb-system');

  test.each(['controller', 'speaker'])(
    'differs from upstream in priority, tolerations, seccomp profile and resources of the %s only',
    (name) => {
      const { priorityClassName, tolerations, ...pod } = podOf(metalLb, name);
      const { tolerations: _, ...upstream } = podOf(plain, name);
      const [container] = upstream['containers'] as JsonObject[];
      const resources = { requests: { cpu: '25m', memory: '64Mi' }, limits: { memory: '256Mi' } };
      const securityContext = {
        ...(upstream['securityContext'] as JsonObject),
        seccompProfile: { type: 'RuntimeDefault' },
      };
      expect(pod).toEqual({ ...upstream, securityContext, containers: [{ ...container, resources }] });
    },
  );

  test('replaces its controller after 30 s on an unreachable node, also on tainted servers', () => {
    const gone = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 };
    expect(podOf(metalLb, 'controller')).toMatchObject({
      priorityClassName: 'system-cluster-critical',
      tolerations: [
        { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'CriticalAddonsOnly', operator: 'Exists' },
        { ...gone, key: 'node.kubernetes.io/not-ready' },
        { ...gone, key: 'node.kubernetes.io/unreachable' },
      ],
    });
  });

  test('keeps a speaker on every node', () => {
    const { priorityClassName, tolerations } = podOf(metalLb, 'speaker');
    expect(priorityClassName).toBe('system-node-critical');
    expect(tolerations).toContainEqual({ operator: 'Exists' });
  });

  test('answers for a pool of a further network there only, by default and beside a stated advertisement', () => {
    const { network, loadBalancer, ...rest } = ipv4Site();
    const others = [{ name: 'guests', subnet: '192.168.20.0/24', interface: 'eth0.20', nodes: ['k3s-1', 'k3s-4'] }];
    const pools = [
      { name: 'lan', addresses: ['192.168.10.240'] },
      { name: 'guests', addresses: ['192.168.20.240'] },
    ];
    const stated = pools.map(({ name }) => ({ name, pools: [name] }));
    for (const advertisements of [undefined, stated]) {
      const list = objects({ ...rest, network: { ...network, others }, loadBalancer: { pools, advertisements } });
      expect(at(find(list, 'L2Advertisement', 'lan'), 'spec')).toEqual({ ipAddressPools: ['lan'] });
      expect(at(find(list, 'L2Advertisement', 'guests'), 'spec')).toEqual({
        ipAddressPools: ['guests'],
        interfaces: ['eth0.20'],
        nodeSelectors: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['k3s-1', 'k3s-4'] }] },
        ],
      });
    }
  });

  test.each([
    ['the base site', ipv4Site()],
    [
      'a server with another interface',
      { ...ipv4Site(), nodes: ipv4Site().nodes.map((node, i) => (i === 1 ? { ...node, interface: 'eth1' } : node)) },
    ],
  ])('has only DaemonSets that tolerate every taint, with %s', (_, input) => {
    const daemonSets = objects(input).filter((object) => object['kind'] === 'DaemonSet');
    expect(daemonSets.length).toBeGreaterThan(3);
    for (const one of daemonSets) {
      const tolerations = at(one, 'spec.template.spec.tolerations') as JsonObject[];
      expect(tolerations.some(({ key, operator, effect }) => !key && operator === 'Exists' && !effect)).toBe(true);
    }
  });

  test('has the gossip that the site asks for, and none of its own', () => {
    const settings = (memberlist?: 'fast') =>
      named(objects(withLoadBalancer({ memberlist })), 'ConfigMap').filter((name) =>
        String(name).includes('memberlist'),
      );
    expect(settings()).toEqual([]);
    expect(settings('fast')).toEqual(['metallb-memberlist-config']);
  });

  test('lets metrics be read when the site requests it', () => {
    const rules = (metrics: boolean) =>
      JSON.stringify(
        at(find(objects(withLoadBalancer({ metrics })), 'ClusterRole', 'metallb-system:speaker'), 'rules'),
      );
    expect(rules(true)).toContain('tokenreviews');
    expect(rules(false)).not.toContain('tokenreviews');
  });

  test('limits the connections of its controller when the site requests it', () => {
    const policy = (changes: Partial<LoadBalancerInput>) =>
      objects(withLoadBalancer(changes)).find(({ kind }) => kind === 'NetworkPolicy');
    expect(policy({})).toBeUndefined();
    const nodes = [{ ipBlock: { cidr: '192.168.10.0/24' } }];
    expect(at(policy({ networkPolicy: true }), 'spec')).toEqual({
      podSelector: { matchLabels: { app: 'metallb', component: 'controller' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: nodes, ports: [9443, 17472].map((port) => ({ port, protocol: 'TCP' })) }],
      egress: [
        { to: nodes, ports: [{ port: 6443, protocol: 'TCP' }] },
        { to: [{ ipBlock: { cidr: '10.43.0.0/16' } }], ports: [{ port: 443, protocol: 'TCP' }] },
      ],
    });
    expect(JSON.stringify(policy({ networkPolicy: true, metrics: true }))).toContain('9120');
  });

  test('has the webhook that the site asks for', () => {
    const webhook = find(objects(withLoadBalancer({ webhook: 'ignore' })), 'ValidatingWebhookConfiguration');
    expect(at(webhook, 'webhooks.0.failurePolicy')).toBe('Ignore');
    expect([...dist(withLoadBalancer({ webhook: 'off' })).keys()]).not.toContain('90-metallb-webhooks.k8s.yaml');
  });
});

describe('the pools of a site', () => {
  const list = objects(bgpSite());

  test('are kept for the namespaces the site names', () => {
    expect(at(find(list, 'IPAddressPool', 'lan'), 'spec.serviceAllocation')).toEqual({
      priority: 1,
      namespaces: ['web', 'dns'],
    });
  });

  test('are announced by L2 where BGP does not announce them', () => {
    expect(named(list, 'L2Advertisement')).toEqual(['lan']);
    expect(named(list, 'BGPAdvertisement')).toEqual(['all', 'summary']);
  });

  test('are announced to the routers of the site', () => {
    expect(find(list, 'BGPPeer', 'tor-2')['spec']).toEqual({
      myASN: 64512,
      peerASN: 64512,
      peerAddress: '192.168.10.3',
      peerPort: 179,
      sourceAddress: '192.168.10.11',
      routerID: '192.168.10.11',
      holdTime: '90s',
      ebgpMultiHop: false,
      nodeSelectors: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['k3s-1'] }] }],
    });
    expect(at(find(list, 'BGPPeer', 'tor-1'), 'spec.passwordSecret')).toEqual({
      name: 'bgp-password',
      namespace: 'metallb-system',
    });
  });

  test('are announced with the communities of the site', () => {
    expect(find(list, 'BGPAdvertisement', 'all')['spec']).toEqual({
      ipAddressPools: ['routed'],
      nodeSelectors: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['k3s-1', 'k3s-2'] }] },
      ],
      communities: ['no-advertise', '64512:1'],
      aggregationLength: 32,
    });
    expect(at(find(list, 'Community'), 'spec.communities')).toEqual([{ name: 'no-advertise', value: '65535:65282' }]);
  });

  test('and all that goes with them are valid by their definitions', () => {
    const own = list.filter(({ apiVersion }) => String(apiVersion).startsWith('metallb.io/'));
    expect(own).toHaveLength(8);
    expect(own.flatMap(customResourceProblems)).toEqual([]);
  });
});
