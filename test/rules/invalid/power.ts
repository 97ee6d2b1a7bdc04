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

const client = { name: 'nas', address: '192.168.10.40', haltBudgetSeconds: 60 };

/** A row for each way to break a rule: who feeds whom, and who talks to which UPS. */
export const power: readonly InvalidSite[] = [
  {
    says: 'two cables at a machine that goes down with one of the UPSes are warned about',
    changes: twoCables(2, 'ups2'),
    problems: [
      'warning nodes[0].ups: cables-together: k3s-1 has the cables of ups1 and ups2 and powers off with ups1, so the nodes on ups2 shut down as well; move the cable of ups2 to k3s-2, and change ups[].node',
    ],
  },
  {
    says: 'the same is warned about where the second UPS feeds nobody else',
    changes: twoCables(2, 'ups1'),
    problems: [
      'warning nodes[0].ups: cables-together: k3s-1 has the cables of ups1 and ups2 and powers off with ups1, so the nodes on ups2 shut down as well; feed another node by ups2, and move its cable there',
    ],
  },
  {
    says: 'a receiver whose URL is not of its type, that is incomplete, or has the name of another one is refused',
    changes: {
      'power.notify': [
        { name: 'phone', type: 'mail', url: 'https://mail.home.arpa', from: 'ups@home.arpa', token: { secret: true } },
        { name: 'phone', type: 'gotify', url: { secret: true } },
      ],
    },
    problems: [
      'error power.notify[0].url: receiver-url: "https://mail.home.arpa" is no URL for mail; use a URL that begins with smtp or smtps',
      'error power.notify[0]: receiver-incomplete: receiver "phone" of type mail is incomplete; add to and user',
      'error power.notify[1]: receiver-incomplete: receiver "phone" of type gotify is incomplete; add token: { secret: true }',
      'error power.notify[1].name: receiver-twice: two receivers have the name "phone"; give each its own name',
    ],
  },
  {
    says: 'a receiver whose URL has a password is refused',
    changes: { 'power.notify': [{ name: 'phone', type: 'ntfy', url: 'https://me:pw@ntfy.home.arpa/ups' }] },
    problems: [
      'error power.notify[0].url: bad-text: "https://...@ntfy.home.arpa/ups" is not valid here; use an http, https, smtp or smtps URL in printable ASCII without user, password, blanks, quotes and backslashes',
    ],
  },
  {
    says: 'clients with the name, the user or the address of another host are refused',
    changes: {
      'ups[0].clients': [
        { ...client, name: 'k3s-1' },
        { ...client, user: 'monprimary' },
        { ...client, name: 'pve', address: '192.168.10.11', user: 'k3s-1' },
      ],
    },
    problems: [
      'error ups[0].clients[0].name: client-taken: the name of client "k3s-1" is already taken; give each node and each client its own name',
      'error ups[0].clients[1].user: client-taken: user monprimary of client "nas" is already taken; choose another user',
      'error ups[0].clients[1].address: client-taken: address 192.168.10.40 of client "nas" is already taken; give it the address of that host',
      'error ups[0].clients[2].user: client-taken: user k3s-1 of client "pve" is already taken; choose another user',
      'error ups[0].clients[2].address: client-taken: address 192.168.10.11 of client "pve" is already taken; give it the address of that host',
    ],
  },
  {
    says: 'a Synology whose fixed names do not fit is refused',
    changes: { 'nut.port': 3494, 'ups[0].clients': [{ ...client, system: 'synology', user: 'nas' }] },
    problems: [
      'error ups[0].name: synology-names: Synology "nas" cannot log in to "ups1"; name the UPS ups, also in nodes[].ups',
      'error nut.port: synology-names: Synology "nas" cannot log in to "ups1"; set nut.port to 3493',
      'error ups[0].clients[0].user: synology-names: Synology "nas" cannot log in to "ups1"; remove user; it is monuser',
    ],
  },
  {
    says: 'a client whose address a pool has, and the VIP, is refused',
    changes: {
      'controlPlane.vip': '192.168.10.41',
      'ups[0].clients': [
        { ...client, address: '192.168.10.241' },
        { ...client, name: 'pve', address: '192.168.10.41' },
      ],
    },
    problems: [
      'error controlPlane.vip: vip-is-ups: VIP 192.168.10.41 is the address of client "pve"; choose a free address',
      'error loadBalancer.pools[0].addresses[0]: pool-contains-ups: 192.168.10.240-192.168.10.250 of pool "lan" contains 192.168.10.241, the address of client "nas"; exclude it from the range',
    ],
  },
  {
    says: 'a client of a UPS that another host serves is refused',
    site: powerSite,
    changes: { 'ups[2].clients': [client] },
    problems: [
      'error ups[2].clients: not-with-server: "nas" is served by 192.168.10.30, where its clients must be set; remove clients; here server.cutDelaySeconds is enough',
    ],
  },
  {
    says: 'a node fed by an unknown UPS is refused',
    changes: { 'nodes[3].ups': 'ups2' },
    problems: ['error nodes[3].ups: unknown-ups: UPS "ups2" does not exist; use one of ups1'],
  },
  {
    says: 'a node fed by a UPS where none is described is refused',
    changes: {
      nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'server', ups: 'ups1' }],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'error nodes[0].ups: unknown-ups: UPS "ups1" does not exist; define it under ups',
      'warning nodes: one-server: 1 server tolerates no failure; use 3 servers to tolerate 1',
    ],
  },
  {
    says: 'the second of two feeds is judged like the first',
    changes: { 'nodes[1].ups': ['ups1', { name: 'ups9', powerValue: 2 }] },
    problems: ['error nodes[1].ups[1]: unknown-ups: UPS "ups9" does not exist; use one of ups1'],
  },
  {
    says: 'a UPS that feeds a node twice is refused, with one feed that does it',
    changes: { 'nodes[1].ups': ['ups1', { name: 'ups1', powerValue: 2 }] },
    problems: [
      'error nodes[1].ups[1]: feed-twice: k3s-2 already has "ups1" as feed 1; use one feed with powerValue: 3',
    ],
  },
  {
    says: 'a node that needs more supplies than its UPSes feed is refused',
    changes: { 'nodes[1].minSupplies': 2 },
    problems: [
      'error nodes[1].minSupplies: supplies-too-few: k3s-2 needs 2 power supplies and its UPSes feed 1, so NUT shuts it down at once; set minSupplies to 1 or less, or list the UPS of every supply under ups',
    ],
  },
  {
    says: 'a node that needs two supplies and has no UPS is refused',
    changes: { 'nodes[3].minSupplies': 2 },
    problems: [
      'error nodes[3].minSupplies: supplies-too-few: k3s-4 needs 2 power supplies and its UPSes feed 0, so NUT shuts it down at once; set minSupplies to 1 or less, or list the UPS of every supply under ups',
    ],
  },
  {
    says: 'power values add up to the supplies that are fed',
    site: powerSite,
    changes: { 'nodes[1].minSupplies': 3 },
    problems: [
      'error nodes[1].minSupplies: supplies-too-few: k3s-2 needs 3 power supplies and its UPSes feed 2, so NUT shuts it down at once; set minSupplies to 2 or less, or list the UPS of every supply under ups',
    ],
  },
  {
    says: 'a cable at an unknown node is refused',
    changes: { 'ups[0].node': 'k3s-9' },
    problems: ['error ups[0].node: unknown-node: node "k3s-9" does not exist; use one of k3s-1, k3s-2, k3s-3, k3s-4'],
  },
  {
    says: 'a cable at a node without a UPS is refused',
    changes: { 'ups[0].node': 'k3s-4' },
    problems: [
      'error ups[0].node: ups-node-not-fed: the cable of "ups1" goes to k3s-4, which "ups1" does not feed; move the cable to a node that it feeds, or add ups1 to ups of k3s-4',
    ],
  },
  {
    says: 'a cable at a node that two others feed is refused',
    site: powerSite,
    changes: { 'ups[0].node': 'k3s-4', 'nodes[3].ups': ['nas', 'ups2'] },
    problems: [
      'error ups[0].node: ups-node-not-fed: the cable of "ups1" goes to k3s-4, which "ups1" does not feed; move the cable to a node that it feeds, or add ups1 to ups of k3s-4',
    ],
  },
  {
    says: 'a UPS that feeds nobody is refused at its cable and warned about',
    changes: { 'ups[1]': { name: 'ups2', driver: 'nutdrv_qx', node: 'k3s-4' } },
    problems: [
      'error ups[1].node: ups-node-not-fed: the cable of "ups2" goes to k3s-4, which "ups2" does not feed; move the cable to a node that it feeds, or add ups2 to ups of k3s-4',
      'warning ups[1].name: ups-feeds-nobody: no node is fed by "ups2"; set ups: ups2 on the nodes plugged into it',
    ],
  },
  {
    says: 'a UPS with a node and a server is refused',
    changes: { 'ups[0].server': { address: '192.168.10.30', cutDelaySeconds: 300 } },
    problems: [
      'error ups[0].server: ups-node-or-server: "ups1" has both node and server; keep node if a node of this cluster has its cable, or server if an outside host serves it',
    ],
  },
  {
    says: 'a UPS with neither a node nor a server is refused',
    changes: { 'ups[0].node': undefined },
    problems: [
      'error ups[0]: ups-node-or-server: "ups1" has neither node nor server; set node to the node with its cable, or server to the outside host that serves it',
    ],
  },
  {
    says: 'a UPS at a node without a driver is refused',
    changes: { 'ups[0].driver': undefined },
    problems: [
      'error ups[0]: driver-missing: "ups1" has no driver; set driver to the one that https://networkupstools.org/stable-hcl.html lists for it',
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
      'error ups[2].driver: not-with-server: "nas" is served by 192.168.10.30, where its driver must be set; remove driver; here server.cutDelaySeconds is enough',
      'error ups[2].delayStepSeconds: not-with-server: "nas" is served by 192.168.10.30, where its delayStepSeconds must be set; remove delayStepSeconds; here server.cutDelaySeconds is enough',
      'error ups[2].runtimeAtLowBatterySeconds: not-with-server: "nas" is served by 192.168.10.30, where its runtimeAtLowBatterySeconds must be set; remove runtimeAtLowBatterySeconds; here server.cutDelaySeconds is enough',
      'error ups[2].runtimeAtEarlyShutdownSeconds: not-with-server: "nas" is served by 192.168.10.30, where its runtimeAtEarlyShutdownSeconds must be set; remove runtimeAtEarlyShutdownSeconds; here server.cutDelaySeconds is enough',
      'error ups[2].options: not-with-server: "nas" is served by 192.168.10.30, where its options must be set; remove options; here server.cutDelaySeconds is enough',
    ],
  },
  {
    says: 'TLS with a machine outside that is not said to speak it is refused',
    site: powerSite,
    changes: { 'ups[2].server.tls': undefined },
    problems: [
      'error ups[2].server.tls: server-without-tls: power.tlsSecret makes upsmon require TLS, and the upsd of "nas" at 192.168.10.30 is not known to support it; set ups[2].server.tls: true if its certificate is of the same CA, or remove power.tlsSecret',
    ],
  },
  {
    says: 'two UPSes that their drivers cannot tell apart are warned about',
    changes: {
      'nodes[0].ups': ['ups1', 'ups2'],
      'ups[1]': { name: 'ups2', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 },
    },
    problems: [
      'warning ups[1].node: ups-lookalikes: "ups2" and "ups1" at k3s-1 are indistinguishable: both are usbhid-ups on auto; set options.serial of both, as nut-scanner prints it',
    ],
  },
];
