import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { K3sTraefik } from '../../lib/ingress/traefik';
import { BgpPeer, Community, IpAddressPool, L2Advertisement, MetalLb, wholeAppProblems } from '../../lib/metallb';
import { synth } from './support';

const object = (kind: string, name: string, spec: object, metadata: object = {}, version = 'v1beta1') => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name, namespace: 'metallb-system', ...metadata },
  spec,
});
type Manifest = ReturnType<typeof object>;

const pool = (name: string, address: string, metadata?: object) =>
  object('IPAddressPool', name, { addresses: [address] }, metadata);
const l2 = (spec: object = {}) => object('L2Advertisement', 'l2', spec);
const bgp = (name: string, spec: object = {}) => object('BGPAdvertisement', name, spec);

const lan = pool('lan', '192.168.10.240/28', { labels: { zone: 'lan' } });

const problems = (...metalLb: Manifest[]): string[] => wholeAppProblems({ metalLb, services: [], webhooks: [] });

/** What is wrong beside a MetalLB in native mode. */
const nativeProblems = (...metalLb: Manifest[]): string[] =>
  wholeAppProblems(
    { metalLb, services: [], webhooks: [] },
    { install: { excludeInterfaces: ['^docker.*'], webhook: 'fail' } },
  );

describe('pools and advertisements of an app', () => {
  test.each([
    ['that names no pool', l2()],
    ['that names the pool', l2({ ipAddressPools: ['lan'] })],
    ['that selects the pool by its labels', l2({ ipAddressPoolSelectors: [{ matchLabels: { zone: 'lan' } }] })],
    ['by BGP', bgp('b', { ipAddressPools: ['lan'] })],
  ])('are fine with an advertisement %s', (_what, advertisement) => {
    expect(problems(lan, advertisement)).toEqual([]);
  });

  test('have no pool without an advertisement', () => {
    const silent =
      'pool "lan" has no advertisement, so no node would answer for its addresses; ' +
      'call advertiseL2() or advertiseBgp(), or set allowUnannounced if something else announces it';
    expect(problems(lan)).toEqual([silent]);
    expect(problems(lan, l2({ ipAddressPoolSelectors: [{ matchLabels: { zone: 'wan' } }] }))).toEqual([silent]);
  });

  test('may have a pool that something outside announces', () => {
    const objects = { metalLb: [lan], services: [], webhooks: [] };
    expect(wholeAppProblems(objects, { mayBeSilent: new Set(['lan']) })).toEqual([]);
  });

  const elsewhere = (namespace?: string) => [pool('lan', '10.0.0.0/24', { namespace })];
  const foreign = (namespace: string) =>
    `IPAddressPool "lan" is in namespace "${namespace}", which MetalLB does not read; put it into metallb-system`;
  const single = (address: string, cidr: string) =>
    `IPAddressPool "lan": "${address}" is a single address, which MetalLB rejects; write ${cidr}`;
  test.each([
    [
      'share an address',
      [lan, pool('dmz', '192.168.10.250-192.168.11.5')],
      'pool "dmz": 192.168.10.250-192.168.11.5 overlaps 192.168.10.240/28 of pool "lan"; put every address into one pool',
    ],
    [
      'have a range from high to low',
      [pool('lan', '192.168.10.9-192.168.10.1')],
      'IPAddressPool "lan": "192.168.10.9-192.168.10.1" starts above its end; did you mean 192.168.10.1-192.168.10.9?',
    ],
    ['have a single IPv4 address', [pool('lan', '192.168.10.9')], single('192.168.10.9', '192.168.10.9/32')],
    ['have a single IPv6 address', [pool('lan', 'fd00::9')], single('fd00::9', 'fd00::9/128')],
    [
      'have one name',
      [lan, pool('lan', '10.0.0.0/24')],
      'IPAddressPool "lan" exists twice; give each object its own name',
    ],
    ['have no namespace', elsewhere(), foreign('default')],
    ['are in another namespace', elsewhere('metallb'), foreign('metallb')],
  ])('are refused if they %s', (_what, pools, problem) => {
    expect(problems(...pools, l2())).toEqual([problem]);
  });

  test.each([
    [
      'pool',
      l2({ ipAddressPools: ['lan', 'wan'] }),
      'L2Advertisement "l2" names the pool "wan", which is not in this app; choose from lan',
    ],
    [
      'peer',
      bgp('b', { peers: ['tor'] }),
      'BGPAdvertisement "b" names the peer "tor", which is not in this app; choose from none',
    ],
    [
      'community',
      bgp('b', { communities: ['1:1', 'x'] }),
      'BGPAdvertisement "b" names the community "x", which is not in this app; choose from none',
    ],
  ])('name no %s that is not there', (_what, advertisement, problem) => {
    expect(problems(lan, advertisement)).toEqual([problem]);
  });

  test('state every community once', () => {
    const build = () =>
      synth((scope) => {
        new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['10.0.0.0/28'] }).advertiseBgp();
        for (const name of ['a', 'b']) new Community(scope, name, { name, communities: { same: '1:1' } });
      });
    expect(build).toThrow('the community "same" exists twice, for which MetalLB drops its whole configuration');
  });

  const two = (second: object, first: object = {}) =>
    problems(lan, bgp('a', first), bgp('b', { localPref: 200, ...second }));

  test('tell no peer two local preferences of one route', () => {
    expect(two({})).toEqual([
      'BGPAdvertisement "a" and BGPAdvertisement "b" send one peer two local preferences for one route, 0 and 200; give both the same preference, or different peers',
    ]);
  });

  test.each([
    ['routes of two lengths', { aggregationLength: 28 }, {}],
    ['the same preference', {}, { localPref: 200 }],
    ['services of their own', { serviceSelectors: [{ matchLabels: { a: 'b' } }] }, {}],
    ['nodes that are chosen on both sides', { nodeSelectors: [{}] }, { nodeSelectors: [{}] }],
  ])('may have two local preferences for %s', (_what, second, first) => {
    expect(two(second, first)).toEqual([]);
  });
});

describe('an app with a MetalLB in native mode', () => {
  test.each([
    'bfdProfile',
    'keepaliveTime',
    'vrf',
    'connectTime',
    'enableGracefulRestart',
    'disableMP',
    'dualStackAddressFamily',
    'dynamicASN',
    'interface',
    'localASN',
  ])('has no BGPPeer with %s, made by any construct', (field) => {
    expect(nativeProblems(object('BGPPeer', 'tor', { [field]: 'x' }, {}, 'v1beta2'))).toEqual([
      `BGPPeer "tor": ${field} needs MetalLB's FRR modes, and native mode drops its whole configuration for it; remove it, or set bgpType to frr-k8s if MetalLB runs in that mode`,
    ]);
  });

  test('may have a BGPPeer that turns FRR things off', () => {
    expect(nativeProblems(object('BGPPeer', 'tor', { dualStackAddressFamily: false }, {}, 'v1beta2'))).toEqual([]);
  });

  test('has no BGPPeer with an IPv6 address', () => {
    expect(nativeProblems(object('BGPPeer', 'tor', { peerAddress: 'fd00::1' }, {}, 'v1beta2'))).toEqual([
      expect.stringMatching(/^BGPPeer "tor": peerAddress fd00::1, which is IPv6, needs MetalLB's FRR modes/),
    ]);
    expect(nativeProblems(object('BGPPeer', 'tor', { peerAddress: '10.0.0.1' }, {}, 'v1beta2'))).toEqual([]);
  });

  test('has no BFDProfile, no IPv6 routes and no large communities', () => {
    const found = nativeProblems(
      object('BFDProfile', 'quick', {}),
      pool('six', 'fd00::/120'),
      bgp('b', { communities: ['large:1:2:3'] }),
    );
    expect(found).toEqual([
      expect.stringMatching(/^BFDProfile "quick" needs MetalLB's FRR modes/),
      expect.stringMatching(/^BGPAdvertisement "b": pool "six" with the IPv6 addresses fd00::\/120 needs/),
      expect.stringMatching(/^BGPAdvertisement "b": large:1:2:3, a large community, needs/),
    ]);
  });

  test('has no BGPPeer in the old version', () => {
    expect(nativeProblems(object('BGPPeer', 'tor', {}))).toEqual([
      'BGPPeer "tor" has the deprecated version metallb.io/v1beta1; use BgpPeer',
    ]);
  });

  test('has no advertisement on an interface that speakers pass over', () => {
    expect(nativeProblems(lan, l2({ interfaces: ['eth0', 'docker0'] }))).toEqual([
      'L2Advertisement "l2" names the interface docker0, which excludeInterfaces (^docker.*) excludes; remove one of them',
    ]);
  });
});

describe('synth', () => {
  const inApp = (...makers: ((scope: Construct) => void)[]) =>
    synth((scope) => {
      for (const make of makers) make(scope);
    });

  test('finds a peer for FRR beside a MetalLB in native mode', () => {
    expect(() =>
      inApp(
        (scope) => new MetalLb(scope, 'metallb'),
        (scope) =>
          new BgpPeer(scope, 'peer', {
            bgpType: 'frr-k8s',
            name: 'tor',
            myASN: 1,
            dynamicASN: 'external',
            interface: 'eth0',
          }),
      ),
    ).toThrow(/BGPPeer "tor": dynamicASN needs .*\n.*BGPPeer "tor": interface needs /);
  });

  test('counts an advertisement that is no construct of this project', () => {
    expect(() =>
      inApp(
        (scope) => new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['10.0.0.0/28'] }),
        (scope) => new ApiObject(scope, 'l2', l2()),
      ),
    ).not.toThrow();
  });

  test('finds two pools that share addresses', () => {
    expect(() =>
      synth((scope) => {
        const pools = ['a', 'b'].map((name) => new IpAddressPool(scope, name, { name, addresses: ['10.0.0.0/28'] }));
        new L2Advertisement(scope, 'l2', { pools });
      }),
    ).toThrow('pool "b": 10.0.0.0/28 overlaps 10.0.0.0/28 of pool "a"');
  });

  test('finds an IPv6 peer for FRR beside a MetalLB in native mode', () => {
    const peer = { bgpType: 'frr', name: 'tor', myASN: 1, peerASN: 2, peerAddress: 'fd00::1' } as const;
    expect(() =>
      inApp(
        (scope) => new MetalLb(scope, 'metallb'),
        (scope) => new BgpPeer(scope, 'peer', peer),
      ),
    ).toThrow('BGPPeer "tor": peerAddress fd00::1, which is IPv6, needs');
  });

  test.each<[string, (scope: Construct, id: string) => void]>([
    ['MetalLb', (scope, id) => new MetalLb(scope, id)],
    ['K3sTraefik', (scope, id) => new K3sTraefik(scope, id)],
  ])('refuses two %s in one app, whose objects have the same names', (kind, make) => {
    expect(() =>
      inApp(
        (scope) => make(scope, 'one'),
        (scope) => make(scope, 'other'),
      ),
    ).toThrow(`the app has two ${kind}, whose objects have the same names; keep one`);
  });

  test('takes no notice of what is not there', () => {
    expect(problems()).toEqual([]);
    expect(nativeProblems()).toEqual([]);
  });
});
