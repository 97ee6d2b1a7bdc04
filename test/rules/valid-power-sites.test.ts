import { changed, ipv4Site, powerSite, problemsOf, type ValidSite } from '../support/site-input';

/** What the rules about UPSes, stages and the image with NUT must let pass. */
const valid: readonly ValidSite[] = [
  ['TLS with an image of one’s own', { 'power.tlsSecret': 'nut-tls', 'images.nut': 'registry.home.arpa/nut:1' }],
  [
    'a machine outside that speaks no TLS where nobody does',
    { 'power.tlsSecret': undefined, 'ups[2].server.tls': undefined },
    powerSite,
  ],
  ...[
    'docker.io/instantlinux/nut-upsd:2.8.0',
    'registry.home.arpa/nut:2.7',
    'registry.home.arpa/nut:1.2.7.4',
    // a version after 2.7.4, which has the words or has not
    'k8s-at-home/network-ups-tools:v2.7.4-2479-g86a32237c',
    `registry.home.arpa/nut@sha256:${'0'.repeat(64)}`,
  ].map((image): ValidSite => [`an image whose tag names no NUT before 2.8: ${image}`, { 'images.nut': image }]),
  ['halt budgets that just outlast the lease', { 'power.haltBudget': { serverSeconds: 34, upsNodeSeconds: 34 } }],
  [
    'halt budgets that a lease outlasts, with keepalived, which has none',
    { 'power.haltBudget': { serverSeconds: 20, upsNodeSeconds: 20 }, 'controlPlane.provider': 'keepalived' },
  ],
  [
    'a shorter halt budget with the shorter lease of the fast profile',
    { 'power.haltBudget': { serverSeconds: 14, upsNodeSeconds: 14 }, 'controlPlane.failover': 'fast' },
  ],
  [
    'agents of a NAS that power off at once: their UPS needs no command of another machine',
    { 'power.stages.agentSeconds': 0 },
    powerSite,
  ],
  [
    'a machine alone on the UPS whose cable it has, which powers off at once',
    {
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
      'power.stages': { agentSeconds: 0, serverSeconds: 0, upsNodeSeconds: 0 },
    },
  ],
  [
    'machines that wait just long enough for the command to their UPS',
    { 'power.stages': { agentSeconds: 3, serverSeconds: 3, upsNodeSeconds: 3 } },
  ],
  ['no UPS', { ups: undefined, 'nodes[0].ups': undefined, 'nodes[1].ups': undefined, 'nodes[2].ups': undefined }],
  [
    'no UPS, and not armed',
    {
      ups: undefined,
      'nodes[0].ups': undefined,
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
      'power.armed': false,
    },
  ],
  [
    'a UPS that feeds agents only',
    {
      'nodes[0].ups': undefined,
      'nodes[1].ups': undefined,
      'nodes[2].ups': undefined,
      'nodes[3].ups': 'ups1',
      'ups[0].node': 'k3s-4',
    },
  ],
];

for (const [says, changes = {}, site = ipv4Site] of valid) {
  test(`${says}: no problem`, () => expect(problemsOf(changed(site(), changes))).toEqual([]));
}
