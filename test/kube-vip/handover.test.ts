import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { electionSeconds, etcdArguments, leaseOf, outlastsRetries } from '../../lib/cluster/failover';
import { type Handover, handover, longestHandover } from '../../lib/kube-vip/handover';
import { kubeVipRelease } from '../../lib/releases/kube-vip';
import { handoverFigures, simulateHandover } from '../../scripts/handover-simulation';

const standard: Handover = { lease: leaseOf('standard'), arpRateMs: 1000, followers: 2 };
const old: Handover = {
  lease: { durationSeconds: 5, renewSeconds: 3, retrySeconds: 1 },
  arpRateMs: 3000,
  followers: 2,
};

describe('the profiles', () => {
  test.each(['standard', 'fast'] as const)('%s: a lease that outlasts every election of etcd', (failover) => {
    const { durationSeconds, renewSeconds, retrySeconds } = leaseOf(failover);
    expect(renewSeconds).toBeGreaterThanOrEqual(electionSeconds(failover).most);
    expect(durationSeconds).toBeGreaterThan(renewSeconds);
    expect(outlastsRetries(renewSeconds, retrySeconds)).toBe(true);
  });

  test("fast: etcd's own timing, as arguments for k3s", () => {
    expect(etcdArguments('fast')).toEqual(['heartbeat-interval=100', 'election-timeout=1000']);
  });

  test("standard: k3s's own timing, without arguments", () => expect(etcdArguments('standard')).toEqual([]));

  test('the fast lease would not outlast an election at the pace of k3s', () => {
    expect(leaseOf('fast').renewSeconds).toBeLessThan(electionSeconds('standard').least);
  });
});

describe('the failover of the VIP', () => {
  // an independent simulation that follows each look at the lease over 30 s, 100000 times: minimum, median, 95 of 100
  test.each([
    ['15/10/2 with ARP each second', standard, [13.2, 17.0, 19.3]],
    ['15/10/2 with ARP every 3 s', { ...standard, arpRateMs: 3000 }, [13.3, 18.0, 20.6]],
    ['5/3/1 with ARP every 3 s', old, [4.1, 7.2, 9.0]],
    ['15/10/2, in good order', { ...standard, graceful: true }, [0, 1.5, 3.1]],
  ])('takes as long as another simulation says: %s', (_, props, expected) => {
    const { min, median, p95 } = simulateHandover(props);
    for (const [i, seconds] of [min, median, p95].entries()) {
      expect(Math.abs(seconds - (expected[i] ?? Number.NaN))).toBeLessThan(0.3);
    }
  });

  test('has the figures that the simulation gives', () => {
    expect(readFileSync('lib/kube-vip/handover-figures.ts', 'utf8')).toBe(handoverFigures());
  });

  test('has figures for the settings of a site by default, and none for others', () => {
    expect(handover(standard)?.median.toFixed(1)).toBe(simulateHandover(standard).median.toFixed(1));
    expect(handover(old)).toBeUndefined();
  });

  const site = fc
    .record({
      retrySeconds: fc.integer({ min: 1, max: 10 }),
      spare: fc.integer({ min: 1, max: 20 }),
      more: fc.integer({ min: 1, max: 20 }),
      arpRateMs: fc.integer({ min: 0, max: 5000 }),
      followers: fc.integer({ min: 1, max: 6 }),
      electing: fc.constantFrom(undefined, 'standard' as const, 'fast' as const),
      graceful: fc.boolean(),
    })
    .map(({ retrySeconds, spare, more, ...rest }): Handover => {
      const renewSeconds = Math.ceil(1.2 * retrySeconds) + spare;
      return { ...rest, lease: { retrySeconds, renewSeconds, durationSeconds: renewSeconds + more } };
    });

  test('is in order, above what the lease demands and below its bound, for every lease', () => {
    fc.assert(
      fc.property(site, (props) => {
        const { min, median, p95, max } = simulateHandover(props);
        const { durationSeconds, retrySeconds } = props.lease;
        const least = props.graceful ? 0 : durationSeconds - retrySeconds;
        expect([least <= min, min <= median, median <= p95, p95 <= max, max <= longestHandover(props)]).toEqual(
          Array(5).fill(true),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('is later when etcd has to elect a leader first, and sooner with more servers', () => {
    expect(simulateHandover({ ...standard, electing: 'standard' }).median).toBeGreaterThan(
      simulateHandover(standard).median,
    );
    expect(simulateHandover({ ...standard, followers: 6 }).median).toBeLessThan(simulateHandover(standard).median);
  });
});

describe('the release that an image names', () => {
  test('is read back from any registry, with and without v and digest', () => {
    const number = fc.nat({ max: 999 });
    const registry = fc.constantFrom('kube-vip', 'ghcr.io/kube-vip/kube-vip', 'localhost:5000/a/b');
    fc.assert(
      fc.property(
        registry,
        fc.tuple(number, number, number),
        fc.boolean(),
        fc.boolean(),
        (name, release, v, digest) => {
          const image = `${name}:${v ? 'v' : ''}${release.join('.')}${digest ? `@sha256:${'a'.repeat(64)}` : ''}`;
          expect(kubeVipRelease(image)).toEqual(release);
        },
      ),
    );
  });

  test.each([
    'kube-vip:main',
    'kube-vip:v1.2',
    'kube-vip:v1.2.3-rc1',
    'localhost:5000/kube-vip',
    `a@sha256:${'1'.repeat(64)}`,
  ])('is unknown for %s', (image) => expect(kubeVipRelease(image)).toBeUndefined());
});
