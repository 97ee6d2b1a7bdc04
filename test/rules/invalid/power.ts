import { type Changes, type InvalidSite, powerSite } from '../../support/site-input';

const twoCables = (minSupplies: number, others: string): Changes => ({
  'nodes[0].ups': ['ups1', 'ups2'],
  'nodes[0].minSupplies': minSupplies,
  'nodes[1].ups': others,
  ups: ['ups1', 'ups2'].map((name, i) => ({
    name,
    driver: 'usbhid-ups',
    node: 'k3s-1',
    options: { serial: `A${i}` },
    runtimeAtLowBatterySeconds: 300,
  })),
});

/** A row for each way to get a rule's answer: who feeds whom, and who talks to which UPS. */
export const power: readonly InvalidSite[] = [
  {
    says: 'two cables at a machine that goes down with one of the UPSes are warned about',
    changes: twoCables(2, 'ups2'),
    problems: [
      'warning nodes[0].ups: cables-together: k3s-1 has the cables of ups1 and ups2 and goes down with ups1; upsd goes with it, so the shutdown of ups1 is one of ups2 as well; plug the cable of ups2 into k3s-2, which it feeds, and change ups[].node',
    ],
  },
  {
    says: 'the same is warned about where the second UPS feeds nobody else',
    changes: twoCables(2, 'ups1'),
    problems: [
      'warning nodes[0].ups: cables-together: k3s-1 has the cables of ups1 and ups2 and goes down with ups1; upsd goes with it, so the shutdown of ups1 is one of ups2 as well; feed another machine by ups2 and plug its cable in there',
    ],
  },
  {
    says: 'a node fed by an unknown UPS is refused',
    changes: { 'nodes[3].ups': 'ups2' },
    problems: ['error nodes[3].ups: unknown-ups: there is no UPS "ups2"; the UPSes are ups1'],
  },
  {
    says: 'a node fed by a UPS where none is described is refused',
    changes: {
      nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'server', ups: 'ups1' }],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: one-server: with 1 server the cluster is down whenever that server is; use 3 servers, of which any 1 may be down',
      'error nodes[0].ups: unknown-ups: there is no UPS "ups1"; describe it under ups',
    ],
  },
  {
    says: 'the second of two feeds is judged like the first',
    changes: { 'nodes[1].ups': ['ups1', { name: 'ups9', powerValue: 2 }] },
    problems: ['error nodes[1].ups[1]: unknown-ups: there is no UPS "ups9"; the UPSes are ups1'],
  },
  {
    says: 'a UPS that feeds a node twice is refused, with one feed that does it',
    changes: { 'nodes[1].ups': ['ups1', { name: 'ups1', powerValue: 2 }] },
    problems: [
      'error nodes[1].ups[1]: feed-twice: k3s-2 already has "ups1" as feed 1; for several supplies on one UPS give one feed with powerValue: 3',
    ],
  },
  {
    says: 'a node that needs more supplies than its UPSes feed is refused',
    changes: { 'nodes[1].minSupplies': 2 },
    problems: [
      'error nodes[1].minSupplies: supplies-too-few: k3s-2 needs 2 power supplies and its UPSes feed 1, so it would shut down at once; set minSupplies to 1 or less, or name the UPS of every supply under ups',
    ],
  },
  {
    says: 'a node that needs two supplies and has no UPS is refused',
    changes: { 'nodes[3].minSupplies': 2 },
    problems: [
      'error nodes[3].minSupplies: supplies-too-few: k3s-4 needs 2 power supplies and its UPSes feed 0, so it would shut down at once; set minSupplies to 1 or less, or name the UPS of every supply under ups',
    ],
  },
  {
    says: 'power values add up to the supplies that are fed',
    site: powerSite,
    changes: { 'nodes[1].minSupplies': 3 },
    problems: [
      'error nodes[1].minSupplies: supplies-too-few: k3s-2 needs 3 power supplies and its UPSes feed 2, so it would shut down at once; set minSupplies to 2 or less, or name the UPS of every supply under ups',
    ],
  },
  {
    says: 'a cable at an unknown node is refused',
    changes: { 'ups[0].node': 'k3s-9' },
    problems: [
      'error ups[0].node: unknown-node: there is no node "k3s-9" for the cable of "ups1"; the nodes are k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a cable at a node without a UPS is refused',
    changes: { 'ups[0].node': 'k3s-4' },
    problems: [
      'error ups[0].node: ups-node-not-fed: the cable of "ups1" goes to k3s-4, which no UPS feeds; plug the cable into a node that "ups1" feeds, or add ups1 to ups there',
    ],
  },
  {
    says: 'a cable at a node that two others feed is refused',
    site: powerSite,
    changes: { 'ups[0].node': 'k3s-4', 'nodes[3].ups': ['nas', 'ups2'] },
    problems: [
      'error ups[0].node: ups-node-not-fed: the cable of "ups1" goes to k3s-4, which "nas" and "ups2" feed; plug the cable into a node that "ups1" feeds, or add ups1 to ups there',
    ],
  },
  {
    says: 'a UPS that feeds nobody is refused at its cable and warned about',
    changes: { 'ups[1]': { name: 'ups2', driver: 'nutdrv_qx', node: 'k3s-4' } },
    problems: [
      'error ups[1].node: ups-node-not-fed: the cable of "ups2" goes to k3s-4, which no UPS feeds; plug the cable into a node that "ups2" feeds, or add ups2 to ups there',
      'warning ups[1].name: ups-feeds-nobody: no node says that "ups2" feeds it; set ups: ups2 at the nodes plugged into it',
    ],
  },
  {
    says: 'a UPS with a node and a server is refused',
    changes: { 'ups[0].server': { address: '192.168.10.30', cutDelaySeconds: 300 } },
    problems: [
      'error ups[0].server: ups-node-or-server: "ups1" has both a node and a server; keep node when a machine of this cluster talks to the UPS, server when a machine outside does',
    ],
  },
  {
    says: 'a UPS with neither a node nor a server is refused',
    changes: { 'ups[0].node': undefined },
    problems: [
      'error ups[0]: ups-node-or-server: "ups1" has neither a node nor a server; set node to the machine its cable goes to, or server to the machine outside the cluster that serves it',
    ],
  },
  {
    says: 'a UPS at a node without a driver is refused',
    changes: { 'ups[0].driver': undefined },
    problems: [
      'error ups[0]: driver-missing: "ups1" has no driver, and k3s-1 has to talk to it; set driver to the one that https://networkupstools.org/stable-hcl.html names for it',
    ],
  },
  {
    says: 'everything about the driver of a UPS that another machine serves is refused',
    site: powerSite,
    changes: {
      'ups[2].driver': 'usbhid-ups',
      'ups[2].options': { offdelay: 20 },
      'ups[2].delayStepSeconds': 60,
      'ups[2].runtimeAtLowBatterySeconds': 100,
      'ups[2].runtimeAtEarlyShutdownSeconds': 100,
    },
    problems: [
      'error ups[2].driver: not-with-server: "nas" is served by 192.168.10.30, where its driver has to be set; take driver out; server.cutDelaySeconds says what this cluster has to know',
      'error ups[2].delayStepSeconds: not-with-server: "nas" is served by 192.168.10.30, where its delayStepSeconds has to be set; take delayStepSeconds out; server.cutDelaySeconds says what this cluster has to know',
      'error ups[2].runtimeAtLowBatterySeconds: not-with-server: "nas" is served by 192.168.10.30, where its runtimeAtLowBatterySeconds has to be set; take runtimeAtLowBatterySeconds out; server.cutDelaySeconds says what this cluster has to know',
      'error ups[2].runtimeAtEarlyShutdownSeconds: not-with-server: "nas" is served by 192.168.10.30, where its runtimeAtEarlyShutdownSeconds has to be set; take runtimeAtEarlyShutdownSeconds out; server.cutDelaySeconds says what this cluster has to know',
      'error ups[2].options: not-with-server: "nas" is served by 192.168.10.30, where its options has to be set; take options out; server.cutDelaySeconds says what this cluster has to know',
    ],
  },
  {
    says: 'TLS with a machine outside that is not said to speak it is refused',
    site: powerSite,
    changes: { 'ups[2].server.tls': undefined },
    problems: [
      'error ups[2].server.tls: server-without-tls: with power.tlsSecret upsmon insists on TLS from every upsd, and nothing says that the one of "nas" at 192.168.10.30 speaks it: the machines on "nas" would never hear of its shutdown; set ups[2].server.tls to true when that upsd has a certificate of the same authority, or take power.tlsSecret out',
    ],
  },
  {
    says: 'two UPSes that their drivers cannot tell apart are warned about',
    changes: {
      'nodes[0].ups': ['ups1', 'ups2'],
      'ups[1]': { name: 'ups2', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 },
    },
    problems: [
      'warning ups[1].node: ups-lookalikes: nothing tells "ups2" from "ups1" at k3s-1: both are usbhid-ups on auto, and each driver takes whichever it finds first; set options.serial of both, as nut-scanner prints it',
    ],
  },
];
