import type { Construct } from 'constructs';
import { BgpPeerV1Beta2 } from '../../imports/metallb-metallb.io';
import type { JsonObject } from '../../lib/live/verify/canonical';
import {
  IpAddressPool,
  type IpAddressPoolProps,
  L2Advertisement,
  type L2AdvertisementOptions,
  type LabelSelector,
} from '../../lib/metallb';
import { parseAddress } from '../../lib/network/address';
import { customResourceProblems as problems } from '../support/schema';
import { at, find, synth } from './support';

const LAN: IpAddressPoolProps = { name: 'lan', addresses: ['192.168.10.240-192.168.10.250'] };

const pool = (props: Partial<IpAddressPoolProps> = {}): JsonObject =>
  find(
    synth((scope) => new IpAddressPool(scope, 'pool', { ...LAN, allowUnannounced: true, ...props })),
    'IPAddressPool',
  );

const advertisement = (options: L2AdvertisementOptions = {}): JsonObject =>
  find(
    synth((scope) => new IpAddressPool(scope, 'pool', LAN).advertiseL2(options)),
    'L2Advertisement',
  );

const edge: LabelSelector = {
  matchLabels: { edge: 'true' },
  matchExpressions: [{ key: 'slow', operator: 'DoesNotExist' }],
};

describe('IpAddressPool', () => {
  test('emits only what is given', () => {
    expect(pool()).toEqual({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan', namespace: 'metallb-system' },
      spec: { addresses: ['192.168.10.240-192.168.10.250'] },
    });
  });

  test.each([
    ['keeps a CIDR as a CIDR', ['192.168.10.240/28', 'fd00::/120'], ['192.168.10.240/28', 'fd00::/120']],
    // MetalLB reads no single addresses
    ['writes a single address as a range', ['10.0.0.3', 'fd00::43'], ['10.0.0.3-10.0.0.3', 'fd00::43-fd00::43']],
  ])('%s', (_, addresses, written) => expect(at(pool({ addresses }), 'spec.addresses')).toEqual(written));

  test('passes on labels, and every option, false as well', () => {
    const serviceAllocation = {
      priority: 10,
      namespaces: ['web'],
      namespaceSelectors: [edge],
      serviceSelectors: [edge],
    };
    const options = { autoAssign: false, avoidBuggyIPs: true, serviceAllocation };
    expect(pool({ labels: { zone: 'dmz' }, ...options })).toMatchObject({
      metadata: { labels: { zone: 'dmz' } },
      spec: options,
    });
  });

  test('offers its ranges', () => {
    synth((scope) => {
      const { ranges } = new IpAddressPool(scope, 'pool', { ...LAN, allowUnannounced: true });
      expect(ranges.map((range) => range.last.text)).toEqual(['192.168.10.250']);
    });
  });

  test.each<[string, Partial<IpAddressPoolProps>, string]>([
    ['an empty list of addresses', { addresses: [] }, 'pool "lan" has no addresses; give at least one range'],
    ['a text that is no address', { addresses: ['lan'] }, 'pool "lan": "lan" is no address range'],
    [
      'a range from high to low',
      { addresses: ['10.0.0.9-10.0.0.1'] },
      'pool "lan": "10.0.0.9-10.0.0.1" starts above its end',
    ],
    ['a range of two families', { addresses: ['10.0.0.1-fd00::1'] }, 'mixes IPv4 and IPv6'],
    ['a CIDR with host bits', { addresses: ['10.0.0.1/24'] }, 'did you mean 10.0.0.0/24?'],
    ['ranges that overlap', { addresses: ['10.0.0.0/28', '10.0.0.15'] }, '10.0.0.15 overlaps 10.0.0.0/28'],
    ['a name in upper case', { name: 'Lan' }, 'IPAddressPool name "Lan" is not a valid Kubernetes name'],
    ['an empty name', { name: '' }, 'IPAddressPool name "" is not a valid Kubernetes name'],
    ['a name that is too long', { name: Array(5).fill('a'.repeat(63)).join('.') }, 'use 1 to 253 lower-case letters'],
    ['a name with an underscore', { name: 'a_b' }, 'IPAddressPool name "a_b" is not a valid Kubernetes name'],
    ['a rank of 0', { serviceAllocation: { priority: 0 } }, 'serviceAllocation.priority: 0 is invalid'],
    ['an empty list of namespaces', { serviceAllocation: { namespaces: [] } }, 'serviceAllocation.namespaces is empty'],
    ['a selector of nothing', { serviceAllocation: { serviceSelectors: [{}] } }, 'matches everything'],
  ])('refuses %s', (_what, props, message) => {
    expect(() => pool(props)).toThrow(message);
  });

  test('says everything that is wrong at once', () => {
    const props = {
      name: 'Lan',
      addresses: ['x', '10.0.0.1'],
      serviceAllocation: { priority: 0, namespaces: ['a', 'a'] },
    };
    expect(() => pool(props)).toThrow(
      /name "Lan".*\n.*"x" is no .*\npool "Lan": serviceAllocation.priority: 0 .*\npool "Lan": .*namespaces has "a" twice/,
    );
  });

  test('reports which addresses it assigns', () => {
    synth((scope) => {
      const props = { ...LAN, addresses: ['10.0.0.0/24'], avoidBuggyIPs: true, allowUnannounced: true };
      const lan = new IpAddressPool(scope, 'pool', props);
      const offered = ['10.0.0.1', '10.0.0.254', '10.0.0.255', '10.0.1.1'].map((text) =>
        lan.offers(parseAddress(text)),
      );
      expect(offered).toEqual([true, true, false, false]);
    });
  });

  test('fails synth when nothing announces it', () => {
    expect(() => synth((scope) => new IpAddressPool(scope, 'pool', LAN))).toThrow(
      'pool "lan" has no advertisement, so no node would answer for its addresses',
    );
  });
});

describe('L2Advertisement', () => {
  test('takes the name of the pool it announces', () => {
    expect(advertisement()).toEqual({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name: 'lan', namespace: 'metallb-system' },
      spec: { ipAddressPools: ['lan'] },
    });
  });

  test('announces several pools', () => {
    const objects = synth((scope) => {
      const pools = ['a', 'b'].map(
        (name, i) => new IpAddressPool(scope, name, { name, addresses: [`10.0.${i}.0/28`] }),
      );
      new L2Advertisement(scope, 'l2', { name: 'both', pools });
    });
    expect(at(find(objects, 'L2Advertisement', 'both'), 'spec.ipAddressPools')).toEqual(['a', 'b']);
  });

  test('can be made twice for one pool under two names', () => {
    const objects = synth((scope) => {
      const lan = new IpAddressPool(scope, 'pool', LAN);
      lan.advertiseL2({ interfaces: ['eth0'] });
      lan.advertiseL2({ name: 'lan-wlan', interfaces: ['wlan0'], nodes: ['laptop'] });
    });
    expect(at(find(objects, 'L2Advertisement', 'lan-wlan'), 'spec.interfaces')).toEqual(['wlan0']);
  });

  test('turns node names into a selector by host name', () => {
    expect(at(advertisement({ nodes: ['srv1', 'srv2'] }), 'spec.nodeSelectors')).toEqual([
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['srv1', 'srv2'] }] },
    ]);
  });

  test('joins node names and node selectors', () => {
    expect(at(advertisement({ nodes: ['srv1'], nodeSelectors: [edge] }), 'spec.nodeSelectors')).toHaveLength(2);
  });

  test('passes on interfaces and selectors', () => {
    expect(
      at(advertisement({ interfaces: ['eth0'], nodeSelectors: [edge], serviceSelectors: [edge] }), 'spec'),
    ).toEqual({
      ipAddressPools: ['lan'],
      interfaces: ['eth0'],
      nodeSelectors: [edge],
      serviceSelectors: [edge],
    });
  });

  test.each<[string, L2AdvertisementOptions, string]>([
    [
      'an empty list of interfaces',
      { interfaces: [] },
      'L2Advertisement "lan": interfaces is empty, which MetalLB reads as "all"',
    ],
    ['an empty list of nodes', { nodes: [] }, 'L2Advertisement "lan": nodes is empty'],
    ['an empty list of node selectors', { nodeSelectors: [] }, 'L2Advertisement "lan": nodeSelectors is empty'],
    [
      'an empty list of service selectors',
      { serviceSelectors: [] },
      'L2Advertisement "lan": serviceSelectors is empty',
    ],
    ['an interface with a space', { interfaces: ['eth 0'] }, 'interfaces: "eth 0" is not a valid interface name'],
    ['an interface of 16 characters', { interfaces: ['a'.repeat(16)] }, 'use 1 to 15 characters'],
    ['a node that is no label value', { nodes: ['srv 1'] }, 'nodes: "srv 1" is not a valid host name of a node'],
    [
      'a selector of nothing',
      { nodeSelectors: [{}] },
      'nodeSelectors: a selector without labels and conditions matches everything',
    ],
    [
      'a condition without values',
      { nodeSelectors: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [] }] }] },
      'condition "zone In" has no values',
    ],
    ['an interface twice', { interfaces: ['eth0', 'eth0'] }, 'interfaces has "eth0" twice; give every entry once'],
    ['a node twice', { nodes: ['a', 'a'] }, 'nodes has "a" twice'],
    ['a bad name', { name: 'my pool' }, 'L2Advertisement name "my pool" is not a valid Kubernetes name'],
  ])('refuses %s', (_what, options, message) => {
    expect(() => advertisement(options)).toThrow(message);
  });

  test('refuses to announce no pool, which would announce all', () => {
    expect(() => synth((scope) => new L2Advertisement(scope, 'l2', { name: 'none', pools: [] }))).toThrow(
      'L2Advertisement "none" has no pools, which MetalLB reads as "all"',
    );
  });
});

describe('custom resources against our schemas', () => {
  const full = (scope: Construct) =>
    new IpAddressPool(scope, 'pool', {
      ...LAN,
      autoAssign: false,
      avoidBuggyIPs: true,
      serviceAllocation: { priority: 1, namespaces: ['a'], namespaceSelectors: [edge], serviceSelectors: [edge] },
    }).advertiseL2({ interfaces: ['eth0'], nodes: ['srv1'], nodeSelectors: [edge], serviceSelectors: [edge] });

  test.each(['IPAddressPool', 'L2Advertisement'])('a %s with every prop set is valid', (kind) => {
    expect(problems(find(synth(full), kind))).toEqual([]);
  });

  test.each(['IPAddressPool', 'L2Advertisement'])('an unknown field in the spec of a %s is refused', (kind) => {
    const object = find(synth(full), kind);
    const spec = { ...(object['spec'] as JsonObject), unknown: true };
    expect(problems({ ...object, spec })).toEqual(['/spec must NOT have additional properties']);
  });

  test('a misspelt operator field inside a selector is refused', () => {
    const selector = { matchExpressions: [{ key: 'a', operater: 'Exists' }] };
    const object = { ...advertisement(), spec: { ipAddressPools: ['lan'], nodeSelectors: [selector] } };
    expect(problems(object)).toContain(
      "/spec/nodeSelectors/0/matchExpressions/0 must have required property 'operator'",
    );
  });

  test('a pool without addresses is refused', () => {
    expect(problems({ ...pool(), spec: {} })).toEqual(["/spec must have required property 'addresses'"]);
  });

  test('the bindings write a current BGPPeer that is valid', () => {
    const [peer] = synth(
      (scope) => new BgpPeerV1Beta2(scope, 'peer', { spec: { myAsn: 64512, peerAsn: 64513, peerAddress: '10.0.0.1' } }),
    );
    expect(problems(peer ?? {})).toEqual([]);
    expect(problems({ ...peer, spec: { ...(peer?.['spec'] as JsonObject), peerPort: 0 } })).toEqual([
      '/spec/peerPort must be >= 1',
    ]);
  });
});
