import type { Construct } from 'constructs';
import {
  BgpAdvertisement,
  type BgpAdvertisementOptions,
  BgpPeer,
  Community,
  type FrrBgpPeerProps,
  IpAddressPool,
  type NativeBgpPeerProps,
} from '../../lib/metallb';
import { customResourceProblems } from '../support/schema';
import { at, find, synth } from './support';

const TOR: NativeBgpPeerProps = { name: 'tor', myASN: 64512, peerASN: 64500, peerAddress: '10.0.0.1' };
const FRR: FrrBgpPeerProps = { name: 'tor', myASN: 64512, peerASN: 64500, peerAddress: '10.0.0.1', bgpType: 'frr-k8s' };

describe('Community', () => {
  const make = (communities: Record<string, string>, bgpType?: 'frr') => {
    let community: Community | undefined;
    const objects = synth((scope) => {
      community = new Community(scope, 'communities', { name: 'communities', communities, bgpType });
    });
    return { object: find(objects, 'Community'), community };
  };

  test('gives names to communities', () => {
    const { object } = make({ 'no-advertise': '65535:65282' });
    expect(at(object, 'spec')).toEqual({ communities: [{ name: 'no-advertise', value: '65535:65282' }] });
    expect(customResourceProblems(object)).toEqual([]);
  });

  test('refuses a name that it does not have', () => {
    expect(() => make({ a: '1:1', b: '1:2' }).community?.alias('c')).toThrow(
      'community "c" does not exist; choose from a, b',
    );
  });

  test.each(['65536:1', '1', '1:2:3', 'a:b', ':', '-1:2', 'small:1:2:3'])('refuses the value %j', (value) => {
    expect(() => make({ a: value })).toThrow(
      `Community "communities": a: ${JSON.stringify(value)} is no BGP community`,
    );
  });

  test('refuses a large community in native mode, and takes it with FRR', () => {
    expect(() => make({ a: 'large:1:2:3' })).toThrow("is a large community, which needs MetalLB's FRR modes");
    expect(at(make({ a: 'large:1:2:4294967295' }, 'frr').object, 'spec.communities.0.value')).toBe(
      'large:1:2:4294967295',
    );
    expect(() => make({ a: 'large:1:2:4294967296' }, 'frr')).toThrow('is no BGP community');
  });

  test('refuses to be empty', () => expect(() => make({})).toThrow('has no communities'));
});

describe('BgpAdvertisement', () => {
  const build = (
    options: BgpAdvertisementOptions | ((scope: Construct) => BgpAdvertisementOptions) = {},
    addresses = ['10.20.0.0/24'],
  ) =>
    find(
      synth((scope) => {
        const pool = new IpAddressPool(scope, 'pool', { name: 'routed', addresses });
        pool.advertiseBgp(typeof options === 'function' ? options(scope) : options);
      }),
      'BGPAdvertisement',
    );

  test('takes the name of its pool', () => {
    expect(build()).toEqual({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'BGPAdvertisement',
      metadata: { name: 'routed', namespace: 'metallb-system' },
      spec: { ipAddressPools: ['routed'] },
    });
  });

  test('refers to peers and communities by object', () => {
    const object = build((scope) => ({
      peers: [new BgpPeer(scope, 'peer', TOR)],
      communities: [
        new Community(scope, 'c', { name: 'c', communities: { 'no-advertise': '65535:65282' } }).alias('no-advertise'),
        '64512:1',
      ],
      aggregationLength: 24,
      nodes: ['srv1'],
    }));
    expect(at(object, 'spec')).toMatchObject({
      peers: ['tor'],
      communities: ['no-advertise', '64512:1'],
      aggregationLength: 24,
    });
    expect(customResourceProblems(object)).toEqual([]);
  });

  test('has names of communities that exist, by type', () => {
    synth((scope) => {
      const community = new Community(scope, 'c', { name: 'c', communities: { known: '1:1' } });
      // @ts-expect-error there is no such name
      expect(() => community.alias('unknown')).toThrow('community "unknown" does not exist');
    });
  });

  test('announces a local preference to a router of the same AS', () => {
    const object = build((scope) => ({
      peers: [new BgpPeer(scope, 'peer', { ...TOR, peerASN: 64512 })],
      localPref: 200,
    }));
    expect(at(object, 'spec.localPref')).toBe(200);
  });

  test.each<[string, BgpAdvertisementOptions, string]>([
    [
      'an aggregation beyond the pool',
      { aggregationLength: 23 },
      'a /23 route exceeds 10.20.0.0/24 of pool "routed"; give 24 or more',
    ],
    [
      'an aggregation of 33 bits',
      { aggregationLength: 33 },
      'aggregationLength: 33 is invalid; give a whole number from 1 to 32',
    ],
    [
      'an aggregation of IPv6 of 0 bits',
      { aggregationLengthV6: 0 },
      'aggregationLengthV6: 0 is invalid; give a whole number from 1 to 128',
    ],
    ['an aggregation of IPv6 of 129 bits', { aggregationLengthV6: 129 }, 'aggregationLengthV6: 129 is invalid'],
    [
      'an empty list of peers',
      { peers: [] },
      'BGPAdvertisement "routed": peers is empty, which MetalLB reads as "all"',
    ],
    ['a community twice', { communities: ['1:1', '1:1'] }, 'communities has "1:1" twice'],
    ['a large community', { communities: ['large:1:2:3'] }, 'is a large community'],
    [
      '64 communities',
      { communities: Array.from({ length: 64 }, (_, i) => `1:${i}`) },
      'has 64 communities; give 63 at most',
    ],
    [
      'an aggregation for some services',
      { aggregationLength: 24, serviceSelectors: [{ matchLabels: { a: 'b' } }] },
      'has serviceSelectors and an aggregation, which MetalLB refuses',
    ],
    ['a negative local preference', { localPref: -1 }, 'localPref: -1 is invalid'],
  ])('refuses %s', (_what, options, message) => {
    expect(() => build(options)).toThrow(message);
  });

  test('refuses a local preference without a peer of the same AS', () => {
    expect(() => build((scope) => ({ peers: [new BgpPeer(scope, 'peer', TOR)], localPref: 200 }))).toThrow(
      'localPref 200 is sent only within one AS, and every peer is in another',
    );
  });

  test('refuses IPv6 in native mode, and takes it with FRR', () => {
    expect(() => build({}, ['fd20::/120'])).toThrow(
      'BGPAdvertisement "routed": pool "routed" with the IPv6 addresses fd20::/120 needs MetalLB\'s FRR modes',
    );
    expect(at(build({ bgpType: 'frr', aggregationLengthV6: 120 }, ['fd20::/120']), 'spec.aggregationLengthV6')).toBe(
      120,
    );
  });

  test('refuses peers of another kind', () => {
    expect(() => build((scope) => ({ bgpType: 'native', peers: [new BgpPeer(scope, 'peer', FRR)] }))).toThrow(
      'has bgpType native and its peer "tor" frr-k8s; give both the same',
    );
  });

  test('refuses to announce no pool, which would announce all', () => {
    expect(() => synth((scope) => new BgpAdvertisement(scope, 'bgp', { name: 'none', pools: [] }))).toThrow(
      'BGPAdvertisement "none" has no pools, which MetalLB reads as "all"',
    );
  });
});
