import { readFileSync } from 'node:fs';
import type { Cluster, ClusterInput } from '../../lib/cluster/schema';
import { loadBalancerSections } from '../../lib/handbook/load-balancer';
import { GOSSIP, gossipDetection, outageOf } from '../../lib/handbook/outage';
import { METALLB } from '../../lib/metallb';
import { hostFiles } from '../../lib/synth/hosts';
import { homeInput, site } from '../support/sites';

/** The section as text. */
const textOf = (cluster: Cluster): string =>
  loadBalancerSections(cluster)
    .flatMap(({ paragraphs }) => paragraphs)
    .join('\n\n');

const pools = [{ name: 'lan', addresses: ['192.168.10.240-192.168.10.250'] }];
const servers = (count: number): Partial<ClusterInput> => ({
  nodes: Array.from({ length: count }, (_, i) => ({
    name: `k3s-${i + 1}`,
    address: `192.168.10.${i + 11}`,
    role: 'server' as const,
  })),
  ups: [],
  loadBalancer: { pools },
});
const fast: Partial<ClusterInput> = { controlPlane: { vip: '192.168.10.5', failover: 'fast' } };

describe('how soon speakers detect a failed one', () => {
  /** Seconds from a pulled cable to the takeover, memberlist with its settings for a local network, 6 runs or more each. */
  test.each([
    [2, 5.6, 6.9],
    [3, 5.0, 6.4],
    [4, 5.1, 8.2],
    [5, 6.2, 7.6],
  ])('%i speakers took %f to %f s, which is within the formula', (speakers, least, most) => {
    const range = gossipDetection(speakers);
    expect(range?.from).toBeLessThanOrEqual(least);
    expect(range?.to).toBeGreaterThanOrEqual(most);
  });

  test.each([
    [{ suspicionMult: 2, probeIntervalSeconds: 1 }, 3.1, 4.5],
    [{ suspicionMult: 2, probeIntervalSeconds: 0.5 }, 1.8, 2.4],
  ])('3 speakers with %j took %f to %f s, which is within the formula', (gossip, least, most) => {
    const range = gossipDetection(3, gossip);
    expect(range?.from).toBeLessThanOrEqual(least);
    expect(range?.to).toBeGreaterThanOrEqual(most);
  });

  test('the profiles are those that MetalLB is given', () => {
    const { lan, wan } = METALLB.memberlist;
    expect(GOSSIP.lan).toEqual({
      suspicionMult: lan.SuspicionMult,
      probeIntervalSeconds: Number(lan.ProbeInterval) / 1000,
    });
    expect(GOSSIP.fast).toEqual({ ...GOSSIP.lan, suspicionMult: 2 });
    expect(GOSSIP.wan).toEqual({
      suspicionMult: wan.SuspicionMult,
      probeIntervalSeconds: Number(wan.ProbeInterval) / 1000,
    });
  });

  test.each(['lan', 'fast', 'wan'] as const)(
    'docs/load-balancer.md has the times of %s with three and five nodes',
    (profile) => {
      const row = readFileSync('docs/load-balancer.md', 'utf8')
        .split('\n')
        .find((line) => line.startsWith('| ') && line.split('|')[1]?.includes(`\`${profile}\``));
      const times = [3, 5].map((nodes) => {
        const range = gossipDetection(nodes, GOSSIP[profile]);
        return `${range?.from} to ${range?.to} s`;
      });
      expect(row?.split(' | ').slice(1, 3)).toEqual(times);
    },
  );

  test('a single speaker is not detected by another', () => expect(gossipDetection(1)).toBeUndefined());

  test('more than ten speakers take longer to agree', () => {
    expect(gossipDetection(100)?.from).toBe(9);
    expect(gossipDetection(10)?.from).toBe(5);
  });
});

describe('the outage of a site', () => {
  test('with three servers and the standard times', () => {
    expect(outageOf(site())).toEqual({
      addressMove: { from: 5, to: 8 },
      endpointRemoval: { from: 40, to: 55 },
      leaderRemoval: { from: 40, to: 79 },
      podReplacement: { from: 340, to: 355 },
      quorumLost: false,
      unguarded: [],
    });
  });

  test('is shorter with failover: fast, but for the address', () => {
    expect(outageOf(site(fast))).toMatchObject({
      addressMove: { from: 5, to: 8 },
      endpointRemoval: { from: 10, to: 25 },
      podReplacement: { from: 40, to: 55 },
    });
  });

  test.each([
    [1, true],
    [3, false],
    [5, false],
  ])('with %i servers the quorum is lost with one of them: %s', (count, lost) => {
    expect(outageOf(site(servers(count))).quorumLost).toBe(lost);
  });

  test('has the address move sooner with the fast profile of MetalLB', () => {
    expect(outageOf(site({ loadBalancer: { pools, memberlist: 'fast' } })).addressMove).toEqual({ from: 3, to: 6 });
  });

  test('says nothing of nodes for a pool that BGP alone announces', () => {
    const bgp = {
      peers: [{ name: 'router', myASN: 64512, peerASN: 64513, peerAddress: '192.168.10.1', holdTimeSeconds: 9 }],
      advertisements: [{ name: 'lan', pools: ['lan'] }],
    };
    expect(outageOf(site({ loadBalancer: { pools, bgp } })).unguarded).toEqual([]);
    expect(textOf(site({ loadBalancer: { pools, bgp } }))).toContain(
      '| the router of BGP peer router removes the node | up to 9 s |',
    );
  });

  describe('where BGP alone announces', () => {
    const peer = { myASN: 64512, peerASN: 64513, peerAddress: '192.168.10.1' };
    const bgp = { peers: [{ name: 'router', ...peer }], advertisements: [{ name: 'lan', pools: ['lan'] }] };
    const routed = [...pools, { name: 'routed', addresses: ['10.20.0.0/24'] }];

    test('no node takes over, and the hold time decides', () => {
      const text = textOf(site({ loadBalancer: { pools, bgp } }));
      expect(text).not.toMatch(/another node announces|speakers probe|the first row|the second and third row/);
      expect(text).toContain('| the router of BGP peer router removes the node | up to 90 s |');
      expect(text).toContain('send part of the connections to the failed node until their hold time has passed');
      expect(text).toContain('A service is back after the rows of its routers if it has');
    });

    test('and L2 beside it, another node takes over what L2 announces', () => {
      const beside = { ...bgp, advertisements: [{ name: 'routed', pools: ['routed'] }] };
      const text = textOf(site({ loadBalancer: { pools: routed, bgp: beside } }));
      expect(text).toContain('| another node announces the address | 5 to 8 s |');
      expect(text).not.toContain('no node takes an address over');
    });

    test('without another node there is no failover', () => {
      expect(textOf(site({ ...servers(1), loadBalancer: { pools, bgp } }))).toContain(
        '| never | there is no other node |',
      );
    });
  });

  test('names the pool that a single node announces', () => {
    const advertisements = [{ name: 'one', pools: ['lan'], nodes: ['k3s-1'] }];
    expect(outageOf(site({ loadBalancer: { pools, advertisements } })).unguarded).toEqual([
      { pool: 'lan', nodes: ['k3s-1'] },
    ]);
  });

  test('counts the nodes of all advertisements of a pool together', () => {
    const advertisements = ['k3s-1', 'k3s-2'].map((node) => ({ name: node, pools: ['lan'], nodes: [node] }));
    expect(outageOf(site({ loadBalancer: { pools, advertisements } })).unguarded).toEqual([]);
  });
});

describe('hosts/RUNBOOK.md', () => {
  const heading = '## LoadBalancer failover time';
  const section = (changes: Partial<ClusterInput> = {}) => textOf(site(changes));

  test('has the section with the numbers of this site', () => {
    expect(hostFiles(site()).get('RUNBOOK.md')).toContain(section());
    expect(hostFiles(site()).get('RUNBOOK.md')).toContain(heading);
    expect(section()).toContain('| another node announces the address | 5 to 8 s |');
    expect(section()).toContain('| 5 min 40 s to 5 min 55 s |');
  });

  test('has no such section without MetalLB', () => {
    expect(hostFiles(site({ loadBalancer: undefined })).get('RUNBOOK.md')).not.toContain(heading);
  });

  test('says that a site of one node has no failover', () => {
    expect(section(servers(1))).toContain('| never | there is no other node |');
    expect(section(servers(1))).toContain('without quorum');
  });

  test('proposes the fast setting where it is not chosen', () => {
    expect(section()).toContain('`controlPlane.failover: fast`');
    expect(section(fast)).not.toContain('`controlPlane.failover: fast`');
  });

  test('warns of a pool that a single node announces', () => {
    const advertisements = [{ name: 'one', pools: ['lan'], nodes: ['k3s-1'] }];
    expect(section({ loadBalancer: { pools, advertisements } })).toContain(
      '**Pool lan has no failover**: only k3s-1 announces it.',
    );
  });

  test('of the shipped site states the number of its speakers', () => {
    expect(homeInput.nodes).toHaveLength(3);
    expect(section()).toContain('the 3 speakers probe each other');
  });
});
