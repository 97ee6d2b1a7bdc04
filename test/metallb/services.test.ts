import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { IpAddressPool, MetalLb, type ServiceManifest, wholeAppProblems } from '../../lib/metallb';
import { synth } from './support';

interface ServiceText {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly ips?: string;
  readonly pool?: string;
  readonly key?: string;
  readonly annotations?: Record<string, string>;
  readonly spec?: ServiceManifest['spec'];
}

const service = ({ name = 'a', namespace = 'web', labels, ips, pool, key, annotations, spec }: ServiceText) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace,
    labels,
    annotations: {
      ...(ips === undefined ? {} : { 'metallb.io/loadBalancerIPs': ips }),
      ...(pool === undefined ? {} : { 'metallb.io/address-pool': pool }),
      ...(key === undefined ? {} : { 'metallb.io/allow-shared-ip': key }),
      ...annotations,
    },
  },
  spec: { type: 'LoadBalancer', ports: [{ port: 443 }], selector: { app: name }, ...spec },
});

const metalLb = (kind: string, name: string, spec: object) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind,
  metadata: { name, namespace: 'metallb-system' },
  spec,
});

const POOLS = [
  metalLb('IPAddressPool', 'lan', { addresses: ['192.168.10.240-192.168.10.250', 'fd00::f000/116'] }),
  metalLb('IPAddressPool', 'dmz', { addresses: ['10.0.0.0/24'], avoidBuggyIPs: true }),
  metalLb('IPAddressPool', 'closed', { addresses: ['10.1.0.0/24'], serviceAllocation: { namespaces: ['dns'] } }),
  metalLb('IPAddressPool', 'chosen', {
    addresses: ['10.2.0.0/24'],
    serviceAllocation: {
      serviceSelectors: [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['edge'] }] }],
    },
  }),
  metalLb('L2Advertisement', 'all', {}),
];

/** What is wrong with services before these pools. */
const problems = (...services: ServiceText[]): string[] =>
  wholeAppProblems({ metalLb: POOLS, services: services.map(service), webhooks: [] });

describe('a service of type LoadBalancer is fine', () => {
  test.each<[string, ServiceText]>([
    ['without a wish', {}],
    ['with an address of a pool', { ips: '192.168.10.243' }],
    [
      'with an address of each family',
      { ips: '192.168.10.243, fd00::f001', spec: { ipFamilyPolicy: 'PreferDualStack' } },
    ],
    ['with a pool', { pool: 'dmz' }],
    ['with a pool and an address of it', { pool: 'lan', ips: '192.168.10.243' }],
    ['in a namespace that its pool is for', { namespace: 'dns', pool: 'closed', ips: '10.1.0.7' }],
    ['with labels that its pool chooses', { labels: { tier: 'edge' }, pool: 'chosen' }],
    ['with spec.loadBalancerIP of a pool', { spec: { loadBalancerIP: '192.168.10.243' } }],
    ['with annotations of others', { annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'a.lan' } }],
  ])('%s', (_what, text) => {
    expect(problems(text)).toEqual([]);
  });
});

describe('a service is refused', () => {
  const pools =
    'the pools are "lan" (192.168.10.240-192.168.10.250, fd00::f000/116), "dmz" (10.0.0.0/24), "closed" (10.1.0.0/24), "chosen" (10.2.0.0/24)';

  test.each<[string, ServiceText, string]>([
    ['of an address in no pool', { ips: '192.168.10.9' }, `requests 192.168.10.9, which no pool assigns; ${pools}`],
    [
      'of spec.loadBalancerIP in no pool',
      { spec: { loadBalancerIP: '192.168.10.9' } },
      `requests 192.168.10.9, which no pool assigns; ${pools}`,
    ],
    [
      'of an address that its pool passes over',
      { ips: '10.0.0.255' },
      `requests 10.0.0.255, which no pool assigns; ${pools}`,
    ],
    [
      'of a text that is no address',
      { ips: 'web.lan' },
      'requests "web.lan", which is not an IP address; write it like 192.168.10.243 or fd00::43',
    ],
    ['of a pool that is not there', { pool: 'wan' }, `requests the pool "wan", which does not exist; ${pools}`],
    [
      'of an address of another pool',
      { pool: 'dmz', ips: '192.168.10.243' },
      'requests 192.168.10.243 of pool "lan" and the pool "dmz"; remove one of them',
    ],
    [
      'of two addresses of one family',
      { ips: '192.168.10.243,192.168.10.244' },
      'requests 2 addresses, two of them of one IP family; request at most one of each',
    ],
    [
      'of one address in a service of two families',
      { ips: '192.168.10.243', spec: { ipFamilyPolicy: 'RequireDualStack' } },
      'requests only 192.168.10.243 and has ipFamilyPolicy RequireDualStack; request one address of each family, or set SingleStack',
    ],
    [
      'of one address in a service that may be of two families',
      { ips: '192.168.10.243', spec: { ipFamilyPolicy: 'PreferDualStack' } },
      'requests only 192.168.10.243 and has ipFamilyPolicy PreferDualStack; request one address of each family, or set SingleStack',
    ],
    [
      'of a family that the service does not have',
      { ips: 'fd00::f001', spec: { ipFamilies: ['IPv4'] } },
      'requests fd00::f001 and has ipFamilies IPv4; request an address of these',
    ],
    [
      'of two families in a service of one',
      { ips: '192.168.10.243,fd00::f001' },
      'requests addresses of both IP families and is SingleStack; set ipFamilyPolicy to RequireDualStack',
    ],
    [
      'of addresses of two pools',
      { ips: '10.0.0.7,fd00::f001', spec: { ipFamilyPolicy: 'RequireDualStack' } },
      'requests addresses of 2 pools, "dmz" and "lan"; request all from one pool with both families',
    ],
    [
      'of two ways to ask',
      { ips: '192.168.10.243', spec: { loadBalancerIP: '192.168.10.243' } },
      'has both spec.loadBalancerIP and metallb.io/loadBalancerIPs, which MetalLB refuses; keep the annotation',
    ],
    [
      'of a pool that is for other namespaces',
      { pool: 'closed' },
      'requests pool "closed", which is limited to dns; add "web" there',
    ],
    [
      'of an address for other namespaces',
      { ips: '10.1.0.7' },
      'requests pool "closed", which is limited to dns; add "web" there',
    ],
    [
      'of a pool that chooses other labels',
      { pool: 'chosen' },
      'requests pool "chosen", whose serviceSelectors do not match; add the labels that they require',
    ],
    [
      'of annotations of an old name',
      { annotations: { 'metallb.universe.tf/address-pool': 'lan' } },
      'has the annotation metallb.universe.tf/address-pool, from before MetalLB 0.14.9; write metallb.io/address-pool',
    ],
    [
      'of unknown annotations',
      { annotations: { 'metallb.io/loadBalancerIP': '192.168.10.243' } },
      'has the annotation metallb.io/loadBalancerIP, which MetalLB does not read; choose from metallb.io/loadBalancerIPs, metallb.io/address-pool, metallb.io/allow-shared-ip',
    ],
    [
      'of the annotation that MetalLB writes',
      { annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' } },
      'has the annotation metallb.io/ip-allocated-from-pool, which MetalLB writes itself; remove it',
    ],
  ])('%s', (_what, text, problem) => {
    expect(problems(text)).toEqual([`Service web/a ${problem}`]);
  });

  test('nothing of addresses where there are no pools, which may be in another app', () => {
    const services = [service({ ips: '192.168.10.9', pool: 'wan' })];
    expect(wholeAppProblems({ metalLb: [], services, webhooks: [] })).toEqual([]);
  });

  test('nothing of addresses when it is of another type', () => {
    expect(problems({ ips: '192.168.10.9', spec: { type: 'ClusterIP' } })).toEqual([]);
  });
});

describe('two services that ask for one address', () => {
  const a = { name: 'a', ips: '192.168.10.243', key: 'k' };
  const b = { name: 'b', ips: '192.168.10.243', key: 'k', spec: { ports: [{ port: 80 }] } };
  const both = 'Service web/a and Service web/b';

  const local = { externalTrafficPolicy: 'Local', selector: { y: '2', x: '1' } };
  test.each<[string, ServiceText['spec'], ServiceText['spec']]>([
    ['a key and ports of their own', {}, b.spec],
    ['one port number for TCP and one for UDP', {}, { ports: [{ port: 443, protocol: 'UDP' }] }],
    ['Local before the same pods', local, { ...local, selector: { x: '1', y: '2' }, ports: [{ port: 80 }] }],
  ])('may share it with %s', (_what, spec, other) => {
    expect(problems({ ...a, spec }, { ...b, spec: other })).toEqual([]);
  });

  test.each([
    ['without a key', {}],
    ['with a key for one', { key: 'k' }],
    ['with two keys', { key: 'other' }],
  ])('may not share it %s', (_what, { key }: { key?: string }) => {
    const unshared = { ...a, key: key === 'other' ? 'k' : undefined };
    expect(problems(unshared, { ...b, key })).toEqual([
      `${both} request the same address 192.168.10.243; give each its own, or both the same value of metallb.io/allow-shared-ip`,
    ]);
  });

  test('may write it in two ways and are found all the same', () => {
    const texts = ['fd00::f001', 'fd00:0::F001'].map((ips, i) => ({ name: 'ab'[i], ips }));
    expect(problems(...texts)).toEqual([expect.stringContaining('request the same address fd00::f001')]);
  });

  test('may not both want one port', () => {
    expect(problems(a, { ...b, spec: {} })).toEqual([
      `${both} share 192.168.10.243 and its port TCP 443; give one of them another port`,
    ]);
  });

  test.each([
    ['Local and Cluster', 'Local', undefined],
    ['Local before different pods', 'Local', 'Local'],
  ])('may not share it with %s', (_what, first, second) => {
    expect(
      problems(
        { ...a, spec: { externalTrafficPolicy: first } },
        { ...b, spec: { ports: [{ port: 80 }], externalTrafficPolicy: second } },
      ),
    ).toEqual([
      `${both} share 192.168.10.243, which needs externalTrafficPolicy Cluster on both, or Local and the same selector; set both to Cluster`,
    ]);
  });
});

describe('a MetalLB with a class', () => {
  const build = (loadBalancerClass: string | undefined, ...services: ServiceText[]) =>
    synth((scope) => {
      new MetalLb(scope, 'metallb', { loadBalancerClass });
      new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['192.168.10.240/29'] }).advertiseL2();
      for (const text of services) new ApiObject(scope, `service-${text.name ?? 'a'}`, service(text));
    });

  test('leaves services of another class alone', () => {
    expect(() =>
      build('metallb.io/metallb', {}, { name: 'b', spec: { loadBalancerClass: 'tailscale' } }),
    ).not.toThrow();
  });

  const own = 'metallb.io/metallb';
  const unserved = 'Service web/a has annotations for MetalLB and';
  test.each<[string, string | undefined, ServiceText, string]>([
    [
      'does not serve a service without it that requests something',
      own,
      { pool: 'lan' },
      `${unserved} no loadBalancerClass, which MetalLB does not serve; set it to "${own}"`,
    ],
    ['serves its own', own, { ips: '192.168.10.9', spec: { loadBalancerClass: own } }, 'which no pool assigns'],
    [
      'that has none does not serve services that have one',
      undefined,
      { pool: 'lan', spec: { loadBalancerClass: 'x/y' } },
      `${unserved} the loadBalancerClass "x/y", which MetalLB does not serve; remove it`,
    ],
  ])('%s', (_what, loadBalancerClass, text, message) => {
    expect(() => build(loadBalancerClass, text)).toThrow(message);
  });
});

describe('services of an app with a pool are found, made by', () => {
  const annotations = { 'metallb.io/loadBalancerIPs': '192.168.10.9' };
  const metadata = { name: 'a', namespace: 'web', annotations };

  test.each<[string, (scope: Construct) => void]>([
    ['an ApiObject', (scope) => new ApiObject(scope, 's', service({ ips: '192.168.10.9' }))],
    ['an imported Service', (scope) => new k8s.KubeService(scope, 's', { metadata, spec: { type: 'LoadBalancer' } })],
    [
      'a Service of cdk8s-plus',
      (scope) =>
        new kplus.Service(scope, 's', { metadata, type: kplus.ServiceType.LOAD_BALANCER, ports: [{ port: 1 }] }),
    ],
  ])('%s', (_what, make) => {
    expect(() =>
      synth((scope) => {
        new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['192.168.10.240/29'] }).advertiseL2();
        make(scope);
      }),
    ).toThrow('[MetalLbChecks] Service web/a requests 192.168.10.9, which no pool assigns');
  });

  test('and what is wrong is said once for several pools', () => {
    const build = () =>
      synth((scope) => {
        for (const [i, name] of ['a', 'b', 'c'].entries())
          new IpAddressPool(scope, name, { name, addresses: [`10.0.${i}.0/28`] }).advertiseL2();
        new ApiObject(scope, 's', service({ ips: '192.168.10.9' }));
      });
    expect(build).toThrow(/^Validation failed with the following errors:\n {2}\[MetalLbChecks\] [^\n]*$/);
  });
});

test('a service without a wish needs a pool that gives out addresses by itself and is for it', () => {
  const pools = [
    metalLb('IPAddressPool', 'named', { addresses: ['10.0.0.0/24'], autoAssign: false }),
    metalLb('IPAddressPool', 'dns', { addresses: ['10.1.0.0/24'], serviceAllocation: { namespaces: ['dns'] } }),
    metalLb('L2Advertisement', 'all', {}),
  ];
  const found = wholeAppProblems({ metalLb: pools, services: [service({})], webhooks: [] });
  expect(found).toEqual([
    'Service web/a gets no address, because no pool with autoAssign allows it; enable autoAssign or extend a serviceAllocation, or request a pool with metallb.io/address-pool, or an address with metallb.io/loadBalancerIPs; the pools are "named" (10.0.0.0/24), "dns" (10.1.0.0/24)',
  ]);
});
