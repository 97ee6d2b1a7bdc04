import { loadCluster } from '../../lib/site/load';
import { edited, linesFor, placesFor } from './site-text';

describe('anchors and aliases', () => {
  const ANCHORED = { 'vip: 192.168.10.5': 'vip: &vip 192.168.10.5' };

  test('stand for what they name', () => {
    const text = edited({
      'subnet: 192.168.10.0/24': 'subnet: &lan 192.168.10.0/24\n  dhcp: *lan',
      '  dhcp:\n    - 192.168.10.100-192.168.10.199\n': '',
    });
    expect(placesFor(text)).toContain('20:19: pool-in-dhcp');
  });

  test('put a problem of the alias at the alias', () => {
    const text = edited({
      'address: 192.168.10.12': 'address: *first',
      'address: 192.168.10.11': 'address: &first 192.168.10.11',
    });
    expect(placesFor(text)).toEqual(['12:14: duplicate-address']);
  });

  test('put a problem inside an aliased group at the alias', () => {
    const text = edited({
      '- name: k3s-1': '- &first\n    name: k3s-1',
      '{ name: k3s-3, address: 192.168.10.13, role: server }': '*first',
    });
    expect(placesFor(text)).toEqual(['15:5: duplicate-name', '15:5: duplicate-address']);
  });

  test('put a problem of an anchored value at the value', () => {
    expect(placesFor(edited({ 'vip: 192.168.10.5': 'vip: &vip 192.168.10.245' }))).toEqual(['16:13: vip-in-pool']);
    expect(placesFor(edited(ANCHORED))).toEqual([]);
  });

  test('that name themselves end in a problem, not in a crash', () => {
    expect(linesFor('name: &x [*x]\n').length).toBeGreaterThan(0);
  });
});

describe('merge keys', () => {
  const merged = (third: string) =>
    edited({
      '- name: k3s-1': '- &first\n    name: k3s-1',
      '{ name: k3s-3, address: 192.168.10.13, role: server }': third,
    });
  const third = (text: string) => loadCluster(merged(text), 'c.yaml').cluster.nodes[2];

  test('bring in what the group lacks', () => {
    expect(third('{ <<: *first, name: k3s-3, address: 192.168.10.13 }')).toMatchObject({
      name: 'k3s-3',
      role: 'server',
    });
  });

  test('leave what the group has, wherever they stand in it', () => {
    expect(third('{ name: k3s-3, address: 192.168.10.13, <<: *first }')?.name).toBe('k3s-3');
  });

  test('bring in several groups, of which the first wins', () => {
    const groups = '[{ address: 192.168.10.13 }, *first]';
    expect(third(`{ <<: ${groups}, name: k3s-3 }`)?.address[0]?.text).toBe('192.168.10.13');
  });

  test.each([
    [
      'a value that they bring in is told at what they bring in',
      '{ name: k3s-3, <<: *first }',
      '15:24: duplicate-address',
    ],
    [
      'an unknown key that they bring in is told there, too',
      '{ name: k3s-3, <<: [*first, { x: 1 }] }',
      '15:24: unknown-key',
    ],
    [
      'a value beside them is told where it stands',
      '{ <<: *first, name: k3s-3, address: 192.168.10.12 }',
      '15:41: duplicate-address',
    ],
    ['an unknown key beside them is still one', '{ <<: *first, rolle: x }', '15:19: unknown-key'],
    ['a key that stands twice beside them is still refused', '{ <<: *first, name: a, name: b }', '15:28: yaml'],
    [
      'a key that neither has is missing in the group',
      '{ <<: { address: 192.168.10.13, role: server } }',
      '15:5: missing-key',
    ],
  ])('%s', (_, text, place) => {
    expect(placesFor(merged(text))).toEqual([place]);
  });

  test('bring in options of a driver, whose numbers are misread where they stand', () => {
    const ups = '- { name: ups1, driver: usbhid-ups, options: { <<: { serial: 0012 } } }';
    expect(placesFor(edited({ 'controlPlane:': `ups:\n  ${ups}\ncontrolPlane:` }))).toContain('16:64: misread-number');
  });
});

describe('a number in the options of a driver', () => {
  const optionsOf = (options: string) => {
    const ups = `ups:\n  - { name: ups1, driver: usbhid-ups, node: k3s-1, options: ${options} }\n`;
    const text = edited({
      'controlPlane:': `${ups}controlPlane:`,
      'address: 192.168.10.11': 'address: 192.168.10.11\n    ups: ups1',
    });
    return loadCluster(text, 'c.yaml').cluster.ups[0]?.options;
  };

  test.each([
    ['{ default.battery.voltage.low: 27.40 }', 27.4],
    ['{ lowbatt: 5.0 }', 5],
    ['{ output_voltage: 230 }', 230],
    ['{ offset: -1.50 }', -1.5],
    ['{ zero: 0.0 }', 0],
  ])('may have zeros at the end of its fraction: %s', (options, number) => {
    expect(Object.values(optionsOf(options) ?? {})).toEqual([number]);
  });

  test('is read as a number where this project reckons with it', () => {
    expect(optionsOf('{ offdelay: 0120 }')).toEqual({ offdelay: 120 });
  });

  test.each(['"0x051d"', "'0002'", '"4E1534"'])('is a text in quotes: %s', (text) => {
    expect(optionsOf(`{ serial: ${text} }`)).toEqual({ serial: text.slice(1, -1) });
  });

  test('is told where it stands, not where an alias brings it in', () => {
    expect(() => optionsOf('{ serial: &n 0x12, upsid: *n }')).toThrow(
      /^c\.yaml:17:74: misread-number: 0x12 is read as the number 18; quote it$/m,
    );
  });
});
