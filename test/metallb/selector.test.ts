import {
  IpAddressPool,
  type L2AdvertisementOptions,
  type LabelRequirement,
  type LabelSelector,
} from '../../lib/metallb';
import { at, find, synth } from './support';

const advertisement = (options: L2AdvertisementOptions) =>
  find(
    synth((scope) =>
      new IpAddressPool(scope, 'pool', { name: 'lan', addresses: ['10.0.0.0/28'] }).advertiseL2(options),
    ),
    'L2Advertisement',
  );

const zone = (...values: string[]): LabelRequirement => ({ key: 'zone', operator: 'In', values });

describe('the selectors of an advertisement', () => {
  test.each<[string, L2AdvertisementOptions, string]>([
    [
      'a selector twice, in whatever order',
      {
        serviceSelectors: [
          { matchLabels: { a: '1', b: '2' } },
          { matchLabels: { c: '3' } },
          { matchLabels: { b: '2', a: '1' } },
        ],
      },
      'L2Advertisement "lan": serviceSelectors has "a=1, b=2" twice; give every entry once',
    ],
    [
      'a node by name and by a selector that says the same',
      {
        nodes: ['srv1'],
        nodeSelectors: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['srv1'] }] }],
      },
      'the list of nodes and nodeSelectors has "kubernetes.io/hostname In (srv1)" twice',
    ],
    [
      'a condition twice',
      { nodeSelectors: [{ matchExpressions: [zone('a', 'b'), zone('b', 'a')] }] },
      'nodeSelectors: the list of conditions has "zone In (a, b)" twice',
    ],
    [
      'a value twice',
      { nodeSelectors: [{ matchExpressions: [zone('a', 'a')] }] },
      'nodeSelectors: condition "zone In" has "a" twice',
    ],
    [
      'a key that is no label',
      { serviceSelectors: [{ matchLabels: { 'a b': 'c' } }] },
      'L2Advertisement "lan": serviceSelectors: "a b" is not a valid label key',
    ],
    [
      'a key with two domains',
      { serviceSelectors: [{ matchExpressions: [{ key: 'a/b/c', operator: 'Exists' }] }] },
      'serviceSelectors: "a/b/c" is not a valid label key',
    ],
    [
      'a value that no label has',
      { nodeSelectors: [{ matchLabels: { zone: 'a b' } }] },
      'nodeSelectors: "a b" is not a valid value of label zone',
    ],
    [
      'a value of a condition that no label has',
      { nodeSelectors: [{ matchExpressions: [zone('-a')] }] },
      'nodeSelectors: "-a" is not a valid value of label zone',
    ],
  ])('refuse %s', (_what, options, message) => {
    expect(() => advertisement(options)).toThrow(message);
  });

  test('take a label with a domain and one without a value', () => {
    const selector: LabelSelector = { matchLabels: { 'node-role.kubernetes.io/edge': '' } };
    expect(at(advertisement({ nodeSelectors: [selector] }), 'spec.nodeSelectors')).toEqual([selector]);
  });

  test('may differ in a value alone', () => {
    const nodeSelectors = [{ matchExpressions: [zone('a')] }, { matchExpressions: [zone('b')] }];
    expect(at(advertisement({ nodeSelectors }), 'spec.nodeSelectors')).toEqual(nodeSelectors);
  });
});

test('the selectors of an allocation refuse one that stands twice', () => {
  const serviceSelectors: LabelSelector[] = [{ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' } }];
  const build = () =>
    synth(
      (scope) =>
        new IpAddressPool(scope, 'p', {
          name: 'lan',
          addresses: ['10.0.0.0/28'],
          serviceAllocation: { serviceSelectors },
        }),
    );
  expect(build).toThrow('pool "lan": serviceAllocation.serviceSelectors has "a=b" twice');
});
