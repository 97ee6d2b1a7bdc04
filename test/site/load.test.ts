import { readFileSync } from 'node:fs';
import { findingText } from '../../lib/cluster/problem';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { brokenTexts } from '../rules/invalid/texts';
import { edited, linesFor, placesFor, SITE } from './site-text';

describe('a text that is no cluster.yaml', () => {
  test.each(brokenTexts)('$says', ({ text, problems }) => {
    expect(linesFor(text)).toEqual(problems);
  });
});

test('a key that is a list makes no warning of Node', () => {
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
  expect(linesFor('? [a]\n: b\n')).toHaveLength(1);
  expect(emitWarning.mock.calls).toEqual([]);
  emitWarning.mockRestore();
});

describe('a problem points at', () => {
  test.each([
    ['the value when it is wrong', { 'vip: 192.168.10.5': 'vip: 192.168.10.245' }, ['16:8: vip-in-pool']],
    ['the value when it is in quotes', { 'vip: 192.168.10.5': 'vip:   "x"' }, ['16:10: bad-address']],
    ['the value when its type is wrong', { 'name: home': 'name: 5' }, ['2:7: bad-type']],
    ['the key when the value is empty', { 'vip: 192.168.10.5': 'vip:' }, ['16:3: bad-type']],
    ['the key when the value should be no group', { 'name: home': 'name:\n  de: heim' }, ['2:1: bad-type']],
    ['the key when it is unknown', { 'name: home': 'name: home\nnamen: heim' }, ['3:1: unknown-key']],
    [
      'the key when it is unknown in a group',
      { 'vip: 192.168.10.5': 'vip: 192.168.10.5\n  vips: []' },
      ['17:3: unknown-key'],
    ],
    [
      'the key when it is unknown in a list entry',
      { 'role: server\n  - name: k3s-2': 'rolle: x\n    role: server\n  - name: k3s-2' },
      ['10:5: unknown-key'],
    ],
    ['the key when it is a number', { 'name: home': 'name: home\n1: x' }, ['3:1: unknown-key']],
    ['the key when it is __proto__', { 'name: home': 'name: home\n__proto__: { name: x }' }, ['3:1: unknown-key']],
    ['the group when a key is missing', { '  vip: 192.168.10.5': '  port: 6443' }, ['15:1: missing-key']],
    ['the start of the site when its key is missing', { 'name: home\n': '' }, ['2:1: missing-key']],
    [
      'the start of the entry when its key is missing',
      { '    role: server\n  - name: k3s-2': '  - name: k3s-2' },
      ['8:5: missing-key'],
    ],
    ['the start of a flow entry when its key is missing', { ', role: server }': ' }' }, ['14:5: missing-key']],
    ['the entry of a list', { '192.168.10.100-192.168.10.199': '192.168.10.199-192.168.10.100' }, ['6:7: bad-range']],
    ['the entry of a flow list', { '[192.168.10.240-192.168.10.250]': '[192.168.10.240/32, x]' }, ['21:38: bad-range']],
    ['an empty entry of a list', { '- 192.168.10.100-192.168.10.199': '-' }, ['6:6: bad-type']],
    ['a value in a flow map', { 'address: 192.168.10.13': 'address: 192.168.10.12' }, ['14:29: duplicate-address']],
    [
      'the key of the list that has too few',
      { '  - name: k3s-2\n    address: 192.168.10.12\n    role: server\n': '' },
      ['7:1: two-servers'],
    ],
    ['the group around a default that clashes', { '192.168.10.0/24': '10.42.0.0/16' }, ['3:1: network-overlap']],
  ])('%s', (_, replacements, places) => {
    expect(placesFor(edited(replacements as Record<string, string>))).toEqual(expect.arrayContaining(places));
  });
});

describe('all problems', () => {
  test('of the form come at once, in the order of the file', () => {
    const text = edited({
      'name: home': 'nme: home',
      '192.168.10.0/24': '192.168.10.1/24',
      'vip: 192.168.10.5': 'vip: x',
      'name: k3s-3, ': '',
    });
    expect(placesFor(text)).toEqual([
      '2:1: missing-key',
      '2:1: unknown-key',
      '4:11: bad-subnet',
      '14:5: missing-key',
      '16:8: bad-address',
    ]);
  });

  test('of the rules come at once, in the order of the file, warnings among them', () => {
    const text = edited({
      'vip: 192.168.10.5': 'vip: 192.168.10.245',
      'address: 192.168.10.11': 'address: 192.168.10.150',
      'address: 192.168.10.12': 'address: 192.168.11.12',
      '{ name: k3s-3': '{ name: k3s-1',
    });
    expect(linesFor(text)).toEqual([
      'c.yaml:9:14: warning: node-in-dhcp: address 192.168.10.150 of k3s-1 is inside the DHCP range 192.168.10.100-192.168.10.199; reserve it in the DHCP server, or choose an address outside the range',
      'c.yaml:12:14: node-outside-subnet: address 192.168.11.12 of k3s-2 is outside the node network 192.168.10.0/24; correct the address or network.subnet',
      'c.yaml:14:13: duplicate-name: "k3s-1" is already the name of entry 1; give each its own name',
      'c.yaml:16:8: vip-in-pool: VIP 192.168.10.245 is inside pool "lan" (192.168.10.240-192.168.10.250); choose an address outside every pool',
    ]);
  });
});

describe('warnings', () => {
  test('do not stop a site and carry their position', () => {
    const { cluster, warnings } = loadCluster(
      edited({ 'address: 192.168.10.11': 'address: 192.168.10.150' }),
      'c.yaml',
    );
    expect(cluster.nodes[0]?.address[0]?.text).toBe('192.168.10.150');
    expect(warnings.map(findingText)).toEqual([expect.stringMatching(/^c\.yaml:9:14: warning: node-in-dhcp: /)]);
  });

  test('are absent from a site without problems', () => {
    expect(loadCluster(SITE, 'c.yaml').warnings).toEqual([]);
  });

  test('are absent from the cluster.yaml of this project', () => {
    expect(loadCluster(readFileSync('cluster.yaml', 'utf8'), 'cluster.yaml').warnings).toEqual([]);
  });
});

describe('line ends and byte order mark', () => {
  const WRONG = edited({ 'name: home': 'name: Home', 'vip: 192.168.10.5': 'vip: x' });

  test('CRLF is read like LF, with the same positions', () => {
    expect(linesFor(WRONG.replaceAll('\n', '\r\n'))).toEqual(linesFor(WRONG));
    expect(linesFor(SITE.replaceAll('\n', '\r\n'))).toEqual([]);
  });

  test('a byte order mark is no part of the first column', () => {
    const first = 'name: Home\n';
    expect(placesFor(`\uFEFF${first}`)).toEqual(placesFor(first));
    expect(placesFor(`\uFEFF${first}`)[0]).toMatch(/^1:1: /);
    expect(linesFor(`\uFEFF${SITE}`)).toEqual([]);
  });

  test('a missing last line end changes nothing', () => {
    expect(linesFor(SITE.trimEnd())).toEqual([]);
  });
});

describe('defineCluster', () => {
  const site = (): Parameters<typeof defineCluster>[0] => ({
    name: 'home',
    network: { subnet: '192.168.10.0/24' },
    nodes: ['11', '12', '13'].map((n) => ({ name: `k3s-${n}`, address: `192.168.10.${n}`, role: 'server' })),
    controlPlane: { vip: '192.168.10.5' },
  });

  test('returns the checked site', () => {
    expect(defineCluster(site()).controlPlane.vip[0]?.text).toBe('192.168.10.5');
  });

  test('names a lone value without an index', () => {
    const input = site();
    input.controlPlane.vip = '192.168.11.5';
    expect(() => defineCluster(input)).toThrow(/^controlPlane\.vip: vip-outside-subnet: /);
  });

  test('names the entry of a list with its index', () => {
    const input = {
      ...site(),
      nodes: [...site().nodes, { name: 'a', address: ['192.168.11.9'], role: 'agent' as const }],
    };
    expect(() => defineCluster(input)).toThrow(/^nodes\[3\]\.address\[0\]: node-outside-subnet: /);
  });

  test('names the path of what does not have the form', () => {
    const input = { ...site(), nodes: [{ name: 'k3s-1', address: 'x', role: 'server' as const }] };
    expect(() => defineCluster(input)).toThrow(/^nodes\[0\]\.address: bad-address: "x" is no IP address; /);
  });

  test('reports every error at once', () => {
    const input = { ...site(), name: 'X', network: { subnet: 'x' } };
    expect(() => defineCluster(input)).toThrow(/^name: bad-name: .*\nnetwork\.subnet: bad-subnet: .*$/);
  });

  test('returns a site with warnings', () => {
    const input = { ...site(), nodes: site().nodes.slice(0, 1) };
    expect(defineCluster(input).nodes.length).toBe(1);
  });
});
