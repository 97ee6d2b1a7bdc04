import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { MEMBERLIST, type MemberlistSettings, MetalLb, type MetalLbProps } from '../../lib/metallb';
import { memberlistJson } from '../../lib/metallb/memberlist';
import { at, find, synth } from './support';

/** Stated here a second time, apart from the code under test: the fields of memberlistFileConfig in MetalLB v0.16.1. */
const DURATIONS = [
  'TCPTimeout',
  'PushPullInterval',
  'ProbeTimeout',
  'ProbeInterval',
  'GossipInterval',
  'GossipToTheDeadTime',
  'QueueCheckInterval',
] as const;
const NUMBERS = [
  'IndirectChecks',
  'RetransmitMult',
  'SuspicionMult',
  'SuspicionMaxTimeoutMult',
  'AwarenessMaxMultiplier',
  'GossipNodes',
  'HandoffQueueDepth',
  'UDPBufferSize',
] as const;
const SWITCHES = ['DisableTcpPings', 'GossipVerifyIncoming', 'GossipVerifyOutgoing', 'EnableCompression'] as const;
const ALL: readonly string[] = [...DURATIONS, ...NUMBERS, ...SWITCHES];

const read = (settings: Parameters<typeof memberlistJson>[0]) =>
  JSON.parse(memberlistJson(settings)) as Record<string, string | number | boolean>;

/** A value for each of the keys. */
const keysOf = <Key extends string, T>(keys: readonly Key[], value: fc.Arbitrary<T>): fc.Arbitrary<Record<Key, T>> =>
  fc
    .tuple(...keys.map(() => value))
    .map((values) => Object.fromEntries(keys.map((key, i) => [key, values[i]])) as Record<Key, T>);

type DurationSettings = Pick<MemberlistSettings, (typeof DURATIONS)[number]>;

/** Settings MetalLB can live with. */
const settings: fc.Arbitrary<MemberlistSettings> = fc
  .tuple(
    keysOf(DURATIONS, fc.integer({ min: 1, max: 86_400_000 })),
    keysOf(NUMBERS, fc.integer({ min: 1, max: 100 })),
    keysOf(SWITCHES, fc.boolean()),
    fc.integer({ min: 508, max: 65_507 }),
    fc.integer({ min: 1, max: 10_000 }),
  )
  .map(([times, numbers, switches, size, more]) => ({
    ...(Object.fromEntries(DURATIONS.map((key) => [key, Duration.millis(times[key])])) as DurationSettings),
    ...numbers,
    ...switches,
    UDPBufferSize: size,
    ProbeInterval: Duration.millis(times.ProbeTimeout + more),
  }));

/** Milliseconds of what Go's time.ParseDuration takes, for the two units that are written. */
function milliseconds(text: unknown): number {
  const [, digits, unit] = /^(\d+)(ms|s)$/.exec(String(text)) ?? [];
  return Number(digits) * (unit === 's' ? 1000 : 1);
}

describe('config.json of the speakers', () => {
  test('has all 19 keys and no other, whatever the settings', () => {
    fc.assert(fc.property(settings, (all) => expect(Object.keys(read(all)).sort()).toEqual(ALL.toSorted())));
  });

  test('has every time as a text that Go reads back as the same time', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(...DURATIONS), (all, key) =>
        expect(milliseconds(read(all)[key])).toBe(all[key].toMilliseconds()),
      ),
    );
  });

  test('has numbers and switches as they are', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(...NUMBERS, ...SWITCHES), (all, key) =>
        expect(read(all)[key]).toBe(all[key]),
      ),
    );
  });

  test('is refused without any one of the keys', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(...ALL), (all, key) => {
        const { [key as keyof MemberlistSettings]: _, ...rest } = all;
        expect(() => memberlistJson(rest as MemberlistSettings)).toThrow(`memberlist.${key}: undefined is invalid`);
      }),
    );
  });

  test('is refused with a key of another name', () => {
    fc.assert(
      fc.property(
        settings,
        fc.string({ minLength: 1 }).filter((key) => !ALL.includes(key) && key !== '__proto__'),
        (all, key) => {
          expect(() => memberlistJson({ ...all, [key]: 1 })).toThrow(`memberlist.${key} is not a key of MetalLB`);
        },
      ),
    );
  });

  test('is refused with numbers and times that are 0 or less, or no numbers', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(...NUMBERS), fc.constantFrom(-1, 0.5, Number.NaN, 1e9), (all, key, value) =>
        expect(() => memberlistJson({ ...all, [key]: value })).toThrow(`memberlist.${key}: ${value} is invalid`),
      ),
    );
    expect(() => memberlistJson({ ...MEMBERLIST.lan, QueueCheckInterval: Duration.millis(0) })).toThrow(
      'memberlist.QueueCheckInterval: 0s is invalid; give a Duration above 0',
    );
  });

  test('is refused when no time is left for others to try', () => {
    expect(() => memberlistJson({ ...MEMBERLIST.lan, ProbeTimeout: Duration.seconds(1) })).toThrow(
      'memberlist.ProbeTimeout: 1s leaves no time for IndirectChecks within ProbeInterval 1s; shorten it',
    );
  });

  test('is refused for a profile that is not there', () => {
    expect(() => memberlistJson('slow' as 'wan')).toThrow(
      'memberlist: profile "slow" does not exist; choose from lan, fast, wan',
    );
  });

  test('is refused with everything that is wrong at once', () => {
    const wrong = { ...MEMBERLIST.lan, SuspicionMult: 0, GossipNodes: 0 };
    expect(() => memberlistJson(wrong)).toThrow(/SuspicionMult: 0 .*\n.*GossipNodes: 0 /);
  });
});

describe('the profiles', () => {
  test('lan is what speakers do by themselves', () => {
    expect(read('lan')).toEqual({
      TCPTimeout: '10s',
      IndirectChecks: 3,
      RetransmitMult: 4,
      SuspicionMult: 4,
      SuspicionMaxTimeoutMult: 6,
      PushPullInterval: '30s',
      ProbeTimeout: '500ms',
      ProbeInterval: '1s',
      DisableTcpPings: false,
      AwarenessMaxMultiplier: 8,
      GossipNodes: 3,
      GossipInterval: '200ms',
      GossipToTheDeadTime: '30s',
      GossipVerifyIncoming: true,
      GossipVerifyOutgoing: true,
      EnableCompression: true,
      HandoffQueueDepth: 1024,
      UDPBufferSize: 1400,
      QueueCheckInterval: '30s',
    });
  });

  test('fast is lan with half the suspicion', () => {
    expect(read('fast')).toEqual({ ...read('lan'), SuspicionMult: 2 });
  });

  test('wan is what memberlist has for wide networks', () => {
    expect(read('wan')).toEqual({
      ...read('lan'),
      TCPTimeout: '30s',
      SuspicionMult: 6,
      PushPullInterval: '60s',
      ProbeTimeout: '3s',
      ProbeInterval: '5s',
      GossipNodes: 4,
      GossipInterval: '500ms',
      GossipToTheDeadTime: '60s',
    });
  });
});

describe('MetalLb with memberlist settings', () => {
  const install = (props?: MetalLbProps) => synth((scope) => new MetalLb(scope, 'metallb', props));
  const rollout = (props?: MetalLbProps) =>
    at(find(install(props), 'DaemonSet'), ['spec', 'template', 'metadata', 'annotations', 'checksum/config']);

  test('has no such ConfigMap by default', () => {
    expect(install().filter(({ kind }) => kind === 'ConfigMap')).toHaveLength(1);
  });

  test.each(['lan', 'fast', 'wan'] as const)('writes %s out into the ConfigMap that speakers mount', (memberlist) => {
    const { data, metadata } = find(install({ memberlist }), 'ConfigMap', 'metallb-memberlist-config');
    expect(metadata).toEqual({ name: 'metallb-memberlist-config', namespace: 'metallb-system' });
    expect(data).toEqual({ 'config.json': memberlistJson(memberlist) });
  });

  test('takes settings of its own', () => {
    const memberlist = { ...MEMBERLIST.lan, SuspicionMult: 3 };
    const { data } = find(install({ memberlist }), 'ConfigMap', 'metallb-memberlist-config');
    expect(JSON.parse(String(at(data, ['config.json'])))).toMatchObject({ SuspicionMult: 3, ProbeInterval: '1s' });
  });

  test('restarts the speakers when they change', () => {
    expect(rollout()).toBeUndefined();
    expect(rollout({ memberlist: 'lan' })).toMatch(/^[0-9a-f]{16}$/);
    expect(rollout({ memberlist: 'fast' })).not.toBe(rollout({ memberlist: 'lan' }));
  });
});
