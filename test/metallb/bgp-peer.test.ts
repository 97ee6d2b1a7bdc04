import { Duration } from 'cdk8s';
import type { JsonObject } from '../../lib/live/verify/canonical';
import {
  BfdProfile,
  BgpPeer,
  type BgpPeerProps,
  type FrrBgpPeerProps,
  type NativeBgpPeerProps,
} from '../../lib/metallb';
import { customResourceProblems } from '../support/schema';
import { at, find, synth } from './support';

const TOR: NativeBgpPeerProps = { name: 'tor', myASN: 64512, peerASN: 64500, peerAddress: '10.0.0.1' };
const FRR: FrrBgpPeerProps = { name: 'tor', myASN: 64512, peerASN: 64500, peerAddress: '10.0.0.1', bgpType: 'frr-k8s' };

const peerOf = (props: BgpPeerProps): JsonObject =>
  find(
    synth((scope) => new BgpPeer(scope, 'peer', props)),
    'BGPPeer',
  );
const peer = (props: Partial<NativeBgpPeerProps> = {}): JsonObject => peerOf({ ...TOR, ...props });

describe('BgpPeer', () => {
  test('emits only what is given, in the current version', () => {
    expect(peer()).toEqual({
      apiVersion: 'metallb.io/v1beta2',
      kind: 'BGPPeer',
      metadata: { name: 'tor', namespace: 'metallb-system' },
      spec: { myASN: 64512, peerASN: 64500, peerAddress: '10.0.0.1' },
    });
  });

  test('passes on everything that native mode has', () => {
    const same = { peerPort: 1179, sourceAddress: '10.0.0.11', routerID: '10.0.0.11', ebgpMultiHop: true };
    const all = peer({ ...same, holdTime: Duration.seconds(9), passwordSecret: 'tor', nodes: ['srv1'] });
    const { name: _, ...tor } = TOR;
    expect(all['spec']).toEqual({
      ...tor,
      ...same,
      holdTime: '9s',
      passwordSecret: { name: 'tor', namespace: 'metallb-system' },
      nodeSelectors: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['srv1'] }] }],
    });
    expect(customResourceProblems(all)).toEqual([]);
  });

  test('takes the greatest AS number', () => {
    expect(at(peer({ peerASN: 4_294_967_295 }), 'spec.peerASN')).toBe(4_294_967_295);
  });

  test.each<[string, Partial<NativeBgpPeerProps>, string]>([
    ['an AS number of 0', { myASN: 0 }, 'BGPPeer "tor": myASN: 0 is invalid; give a whole number from 1 to 4294967295'],
    ['an AS number of 33 bits', { peerASN: 2 ** 32 }, 'peerASN: 4294967296 is invalid'],
    ['a port above 16384', { peerPort: 16_385 }, 'peerPort: 16385 is invalid; give a whole number from 1 to 16384'],
    ['a name in upper case', { name: 'Tor' }, 'BGPPeer name "Tor" is not a valid Kubernetes name'],
    ['a hold time of 2 s', { holdTime: Duration.seconds(2) }, 'holdTime in seconds: 2 is invalid'],
    ['a hold time of half seconds', { holdTime: Duration.millis(3500) }, 'holdTime in seconds: 3.5 is invalid'],
    [
      'several hops within one AS',
      { peerASN: 64512, ebgpMultiHop: true },
      'ebgpMultiHop with AS number 64512 on both sides',
    ],
    ['a router by name', { peerAddress: 'tor.lan' }, 'BGPPeer "tor": peerAddress: "tor.lan" is no IP address'],
    ['a router ID in IPv6', { routerID: 'fd00::1' }, 'routerID fd00::1 is an IPv6 address'],
    ['a source address of every node', { sourceAddress: '10.0.0.11' }, 'sourceAddress 10.0.0.11 belongs to one node'],
    [
      'two families for one session',
      { sourceAddress: 'fd00::11', nodes: ['srv1'] },
      'sourceAddress fd00::11 and peerAddress 10.0.0.1 have different IP families',
    ],
    ['an IPv6 router', { peerAddress: 'fd00::1' }, "peerAddress fd00::1, which is IPv6, needs MetalLB's FRR modes"],
    [
      "a Secret that can't be",
      { passwordSecret: 'My Secret' },
      'Secret name "My Secret" is not a valid Kubernetes name',
    ],
    ['an empty list of nodes', { nodes: [] }, 'BGPPeer "tor": nodes is empty'],
    ['a node twice', { nodes: ['a', 'a'] }, 'BGPPeer "tor": nodes has "a" twice'],
  ])('refuses %s', (_what, props, message) => {
    expect(() => peer(props)).toThrow(message);
  });

  test('says everything that is wrong at once', () => {
    expect(() => peer({ myASN: 0, peerPort: 0, peerAddress: 'x' })).toThrow(
      /myASN: 0.*\n.*peerPort: 0.*\n.*peerAddress: "x"/,
    );
  });

  test('in native mode has no FRR field, by type', () => {
    // @ts-expect-error there is no VRF in native mode
    expect(() => peer({ vrf: 'red' })).toThrow('BGPPeer "tor": vrf needs MetalLB\'s FRR modes');
    // @ts-expect-error the AS number is stated in native mode
    expect(() => peer({ peerASN: undefined, dynamicASN: 'external' })).toThrow("dynamicASN needs MetalLB's FRR modes");
    // @ts-expect-error the router has an address in native mode
    expect(() => peer({ peerAddress: undefined, interface: 'eth0' })).toThrow("interface needs MetalLB's FRR modes");
  });

  test.each([
    ['keepaliveTime', Duration.seconds(1)],
    ['connectTime', Duration.seconds(1)],
    ['vrf', 'red'],
    ['enableGracefulRestart', true],
    ['dualStackAddressFamily', true],
    ['localASN', 64513],
  ])('in native mode refuses %s with the reason', (key, value) => {
    expect(() => peer({ [key]: value })).toThrow(
      `BGPPeer "tor": ${key} needs MetalLB's FRR modes, and native mode drops its whole configuration for it; remove it`,
    );
  });
});

describe('BgpPeer with FRR', () => {
  test('passes on everything', () => {
    const same = { vrf: 'red', enableGracefulRestart: true, dualStackAddressFamily: true, localASN: 64513 };
    const [keepaliveTime, holdTime, connectTime] = [3, 9, 10].map((value) => Duration.seconds(value));
    const objects = synth((scope) => {
      const bfdProfile = new BfdProfile(scope, 'bfd', { bgpType: 'frr-k8s', name: 'quick', receiveInterval: 100 });
      new BgpPeer(scope, 'peer', { ...FRR, ...same, bfdProfile, keepaliveTime, holdTime, connectTime });
    });
    const times = { keepaliveTime: '3s', holdTime: '9s', connectTime: '10s' };
    expect(at(find(objects, 'BGPPeer'), 'spec')).toMatchObject({ ...same, ...times, bfdProfile: 'quick' });
    expect(objects.flatMap(customResourceProblems)).toEqual([]);
  });

  test('may take the AS number from the session and the router from an interface', () => {
    const { peerASN: _, peerAddress: __, ...rest } = FRR;
    const object = peerOf({ ...rest, dynamicASN: 'external', interface: 'eth0' } as FrrBgpPeerProps);
    expect(at(object, 'spec')).toEqual({ myASN: 64512, dynamicASN: 'external', interface: 'eth0' });
    expect(customResourceProblems(object)).toEqual([]);
  });

  test('refuses both and neither of what there must be one of', () => {
    // @ts-expect-error one of the two
    expect(() => peerOf({ ...FRR, dynamicASN: 'internal' })).toThrow('has both of peerASN and dynamicASN; give one');
    // @ts-expect-error one of the two
    expect(() => peerOf({ ...FRR, interface: 'eth0' })).toThrow('has both of peerAddress and interface; give one');
    // @ts-expect-error one of the two
    expect(() => peerOf({ ...FRR, peerASN: undefined })).toThrow('has neither of peerASN and dynamicASN; give one');
  });

  test('refuses a keepalive longer than the hold time', () => {
    const props = { ...FRR, keepaliveTime: Duration.seconds(10), holdTime: Duration.seconds(9) };
    expect(() => peerOf(props)).toThrow('keepaliveTime 10s is longer than holdTime 9s');
  });
});

describe('BfdProfile', () => {
  test('is refused in native mode, by type and with the reason', () => {
    // @ts-expect-error native mode has no BFD
    const make = () => synth((scope) => new BfdProfile(scope, 'bfd', { name: 'quick', bgpType: 'native' }));
    expect(make).toThrow(
      'BFDProfile "quick" needs MetalLB\'s FRR modes, and native mode drops its whole configuration',
    );
  });

  test('refuses numbers outside the bounds of its definition, all at once', () => {
    const props = { bgpType: 'frr', name: 'quick', receiveInterval: 9, detectMultiplier: 1, minimumTtl: 255 } as const;
    expect(() => synth((scope) => new BfdProfile(scope, 'bfd', props))).toThrow(
      /receiveInterval: 9 .*\n.*detectMultiplier: 1 .*\n.*minimumTtl: 255 /,
    );
  });
});
