import type { ClusterInput } from '../../lib/cluster/schema';
import { type Changes, changed, ipv4Site, powerSite, problemsOf } from '../support/site-input';

interface ValidSite {
  readonly says: string;
  readonly site?: () => ClusterInput;
  readonly changes: Changes;
}

/** What the rules about UPSes, stages and the image with NUT must let pass. */
const valid: readonly ValidSite[] = [
  {
    says: 'TLS with an image of one’s own',
    changes: { 'power.tlsSecret': 'nut-tls', 'images.nut': 'registry.home.arpa/nut:1' },
  },
  {
    says: 'a machine outside that speaks no TLS where nobody does',
    site: powerSite,
    changes: { 'power.tlsSecret': undefined, 'ups[2].server.tls': undefined },
  },
  ...[
    'docker.io/instantlinux/nut-upsd:2.8.0',
    'registry.home.arpa/nut:2.7',
    'registry.home.arpa/nut:1.2.7.4',
    // a version after 2.7.4, which has the words or has not
    'k8s-at-home/network-ups-tools:v2.7.4-2479-g86a32237c',
    `registry.home.arpa/nut@sha256:${'0'.repeat(64)}`,
  ].map((image) => ({
    says: `an image whose tag names no NUT before 2.8: ${image}`,
    changes: { 'images.nut': image },
  })),
  {
    says: 'halt budgets that just outlast the lease',
    changes: { 'power.haltBudget': { serverSeconds: 34, upsNodeSeconds: 34 } },
  },
  {
    says: 'halt budgets that a lease outlasts, with keepalived, which has none',
    changes: { 'power.haltBudget': { serverSeconds: 20, upsNodeSeconds: 20 }, 'controlPlane.provider': 'keepalived' },
  },
  {
    says: 'a shorter halt budget with the shorter lease of the fast profile',
    changes: { 'power.haltBudget': { serverSeconds: 14, upsNodeSeconds: 14 }, 'controlPlane.failover': 'fast' },
  },
  {
    says: 'agents of a NAS that power off at once: their UPS needs no command of another machine',
    site: powerSite,
    changes: { 'power.stages.agentSeconds': 0 },
  },
  {
    says: 'a machine alone on the UPS whose cable it has, which powers off at once',
    changes: {
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
      'power.stages': { agentSeconds: 0, serverSeconds: 0, upsNodeSeconds: 0 },
    },
  },
  {
    says: 'machines that wait just long enough for the command to their UPS',
    changes: { 'power.stages': { agentSeconds: 3, serverSeconds: 3, upsNodeSeconds: 3 } },
  },
  {
    says: 'no UPS',
    changes: { ups: undefined, 'nodes[0].ups': undefined, 'nodes[1].ups': undefined, 'nodes[2].ups': undefined },
  },
  {
    says: 'no UPS, and not armed',
    changes: {
      ups: undefined,
      'nodes[0].ups': undefined,
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
      'power.armed': false,
    },
  },
  {
    says: 'a UPS that feeds agents only',
    changes: {
      'nodes[0].ups': undefined,
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
      'nodes[3].ups': 'ups1',
      'ups[0].node': 'k3s-4',
    },
  },
];

test.each(valid)('$says: no problem', ({ site = ipv4Site, changes }) => {
  expect(problemsOf(changed(site(), changes))).toEqual([]);
});
