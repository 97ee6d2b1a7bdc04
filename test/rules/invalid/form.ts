import { type InvalidSite } from '../../support/site-input';

/** A row for each way to break a rule: what does not have the form of a site. */
export const form: readonly InvalidSite[] = [
  {
    says: 'a key that the schema does not know is refused, with the keys it knows',
    changes: { 'network.gatway': '192.168.10.1' },
    problems: [
      'error network.gatway: unknown-key: key "gatway" does not exist here; use one of subnet, gateway, dhcp, pods, services, others',
    ],
  },
  {
    says: 'an unknown key of the site itself is refused',
    changes: { pools: [] },
    problems: [
      'error pools: unknown-key: key "pools" does not exist here; use one of name, network, nodes, controlPlane, loadBalancer, ups, power, nut, gitops, os, k3s, versions, images',
    ],
  },
  {
    says: 'an unknown key of a list entry is refused',
    changes: { 'nodes[1].adress': '192.168.10.12' },
    problems: [
      'error nodes[1].adress: unknown-key: key "adress" does not exist here; use one of name, address, role, ups, minSupplies, stageSeconds, haltBudgetSeconds, shed, mac, interface, labels, taints, k3s',
    ],
  },
  {
    says: 'an unknown key of an optional group is refused',
    changes: { nut: { killPowerPath: '/x' } },
    problems: [
      'error nut.killPowerPath: unknown-key: key "killPowerPath" does not exist here; use one of killpowerPath, usbBusPath, privilegedSecondary, port, secret',
    ],
  },
  {
    says: 'every unknown key of a group is reported',
    changes: { 'controlPlane.lease': { duration: 15, renew: 10 } },
    problems: [
      'error controlPlane.lease.duration: unknown-key: key "duration" does not exist here; use one of durationSeconds, renewSeconds, retrySeconds',
      'error controlPlane.lease.renew: unknown-key: key "renew" does not exist here; use one of durationSeconds, renewSeconds, retrySeconds',
    ],
  },
  {
    says: 'the old words for a UPS are unknown keys',
    changes: { 'ups[0].desc': 'office' },
    problems: [
      'error ups[0].desc: unknown-key: key "desc" does not exist here; use one of name, driver, port, description, node, server, clients, options, delayStepSeconds, fixedCutDelaySeconds, runtimeAtLowBatterySeconds, runtimeAtEarlyShutdownSeconds',
    ],
  },
  {
    says: 'an unknown key of a feed is refused',
    changes: { 'nodes[0].ups': [{ name: 'ups1', powervalue: 2 }] },
    problems: [
      'error nodes[0].ups[0].powervalue: unknown-key: key "powervalue" does not exist here; use one of name, powerValue',
    ],
  },
  {
    says: 'an unknown key of the only feed is refused',
    changes: { 'nodes[0].ups': { name: 'ups1', powervalue: 2 } },
    problems: [
      'error nodes[0].ups.powervalue: unknown-key: key "powervalue" does not exist here; use one of name, powerValue',
    ],
  },
  {
    says: 'a number as feed is told to be any of three kinds',
    changes: { 'nodes[0].ups': 1 },
    problems: ['error nodes[0].ups: bad-type: "ups" is 1; use a text, a group of keys or a list'],
  },
  {
    says: 'a number in a list of feeds is told to be one of two kinds',
    changes: { 'nodes[0].ups': ['ups1', 2] },
    problems: ['error nodes[0].ups[1]: bad-type: entry 2 is 2; use a text or a group of keys'],
  },
  {
    says: 'a feed of 0 supplies is too small',
    changes: { 'nodes[0].ups': [{ name: 'ups1', powerValue: 0 }] },
    problems: ['error nodes[0].ups[0].powerValue: bad-number: "powerValue" is 0; use at least 1'],
  },
  {
    says: 'a halt budget of 0 is too small',
    changes: { 'power.haltBudget': { agentSeconds: 0 } },
    problems: ['error power.haltBudget.agentSeconds: bad-number: "agentSeconds" is 0; use at least 1'],
  },
  {
    says: 'an actuator that does not exist is refused',
    changes: { 'power.actuator': 'systemd' },
    problems: ['error power.actuator: bad-value: "actuator" is "systemd"; use killpowerd or logind'],
  },
  {
    says: 'a missing text is reported',
    changes: { name: undefined },
    problems: ['error name: missing-key: "name" is missing; add it: a text'],
  },
  {
    says: 'a missing group is reported',
    changes: { controlPlane: undefined },
    problems: ['error controlPlane: missing-key: "controlPlane" is missing; add it: a group of keys'],
  },
  {
    says: 'a missing list is reported',
    changes: { nodes: undefined },
    problems: ['error nodes: missing-key: "nodes" is missing; add it: a list'],
  },
  {
    says: 'a missing value that may be one or several is reported',
    changes: { 'network.subnet': undefined },
    problems: ['error network.subnet: missing-key: "subnet" is missing; add it: a text or a list'],
  },
  {
    says: 'a missing choice is reported with its values',
    changes: { 'nodes[2].role': undefined },
    problems: ['error nodes[2].role: missing-key: "role" is missing; add it: server or agent'],
  },
  {
    says: 'an empty value has the wrong type',
    changes: { 'controlPlane.vip': null },
    problems: ['error controlPlane.vip: bad-type: "vip" is empty; use a text or a list'],
  },
  {
    says: 'an empty group has the wrong type',
    changes: { network: null },
    problems: ['error network: bad-type: "network" is empty; use a group of keys'],
  },
  {
    says: 'a group where a text belongs has the wrong type',
    changes: { name: { a: 1 } },
    problems: ['error name: bad-type: "name" is a group of keys; use a text'],
  },
  {
    says: 'a list where a text belongs has the wrong type',
    changes: { 'nodes[0].name': ['k3s-1'] },
    problems: ['error nodes[0].name: bad-type: "name" is a list; use a text'],
  },
  {
    says: 'a text where a list belongs has the wrong type',
    changes: { nodes: 'k3s-1' },
    problems: ['error nodes: bad-type: "nodes" is "k3s-1"; use a list'],
  },
  {
    says: 'a list where a group belongs has the wrong type',
    changes: { network: [] },
    problems: ['error network: bad-type: "network" is an empty list; use a group of keys'],
  },
  {
    says: 'a number where a text belongs is told to use quotes',
    changes: { 'nodes[0].name': 1 },
    problems: ['error nodes[0].name: bad-type: "name" is 1; use a text (quote it)'],
  },
  {
    says: 'a number where an address belongs is told to use quotes',
    changes: { 'controlPlane.vip': 192.168 },
    problems: ['error controlPlane.vip: bad-type: "vip" is 192.168; use a text or a list (quote it)'],
  },
  {
    says: 'a number in a list of addresses has the wrong type',
    changes: { 'loadBalancer.pools[0].addresses': [5] },
    problems: ['error loadBalancer.pools[0].addresses[0]: bad-type: entry 1 is 5; use a text (quote it)'],
  },
  {
    says: 'a text where a number belongs has the wrong type',
    changes: { 'controlPlane.port': '6443' },
    problems: ['error controlPlane.port: bad-type: "port" is "6443"; use a number'],
  },
  {
    says: 'a fraction where a whole number belongs has the wrong type',
    changes: { 'nut.port': 3493.5 },
    problems: ['error nut.port: bad-type: "port" is 3493.5; use a whole number'],
  },
  {
    says: 'a number that is none has the wrong type',
    changes: { 'nut.port': Number.NaN },
    problems: ['error nut.port: bad-type: "port" is NaN; use a number'],
  },
  {
    says: 'a text where true or false belongs has the wrong type',
    changes: { 'loadBalancer.pools[0].autoAssign': 'yes' },
    problems: ['error loadBalancer.pools[0].autoAssign: bad-type: "autoAssign" is "yes"; use true or false'],
  },
  {
    says: 'a driver option that is false has the wrong type',
    changes: { 'ups[0].options.pollonly': false },
    problems: [
      'error ups[0].options.pollonly: bad-type: "pollonly" is false; use a text, a number, true or a group of keys',
    ],
  },
  {
    says: 'a driver option that is a list has the wrong type',
    changes: { 'ups[0].options.vendorid': ['051d'] },
    problems: [
      'error ups[0].options.vendorid: bad-type: "vendorid" is a list; use a text, a number, true or a group of keys',
    ],
  },
  {
    says: 'an empty driver option has the wrong type',
    changes: { 'ups[0].options.vendorid': null },
    problems: [
      'error ups[0].options.vendorid: bad-type: "vendorid" is empty; use a text, a number, true or a group of keys',
    ],
  },
  {
    says: 'a role that does not exist is refused',
    changes: { 'nodes[3].role': 'master' },
    problems: ['error nodes[3].role: bad-value: "role" is "master"; use server or agent'],
  },
  {
    says: 'a role in capitals is refused',
    changes: { 'nodes[3].role': 'Agent' },
    problems: ['error nodes[3].role: bad-value: "role" is "Agent"; use server or agent'],
  },
  {
    says: 'a failover that does not exist is refused',
    changes: { 'controlPlane.failover': 'faster' },
    problems: ['error controlPlane.failover: bad-value: "failover" is "faster"; use standard or fast'],
  },
  {
    says: 'a port of 0 is too small',
    changes: { 'controlPlane.port': 0 },
    problems: ['error controlPlane.port: bad-number: "port" is 0; use at least 1'],
  },
  {
    says: 'a port above 65535 is too large',
    changes: { 'nut.port': 65536 },
    problems: ['error nut.port: bad-number: "port" is 65536; use at most 65535'],
  },
  {
    says: 'a lease of 0 seconds is too small',
    changes: { 'controlPlane.lease': { retrySeconds: 0 } },
    problems: ['error controlPlane.lease.retrySeconds: bad-number: "retrySeconds" is 0; use at least 1'],
  },
  {
    says: 'an ARP pause below half a second is too small',
    changes: { 'controlPlane.arpRateMs': 499 },
    problems: ['error controlPlane.arpRateMs: bad-number: "arpRateMs" is 499; use at least 500'],
  },
  {
    says: 'an empty list of nodes is refused',
    changes: { nodes: [] },
    problems: ['error nodes: empty-list: "nodes" is an empty list; use at least 1 entry'],
  },
  {
    says: 'an empty list of virtual IPs is refused',
    changes: { 'controlPlane.vip': [] },
    problems: ['error controlPlane.vip: empty-list: "vip" is an empty list; use at least 1 entry'],
  },
  {
    says: 'a pool without addresses is refused',
    changes: { 'loadBalancer.pools[0].addresses': [] },
    problems: ['error loadBalancer.pools[0].addresses: empty-list: "addresses" is an empty list; use at least 1 entry'],
  },
  {
    says: 'an advertisement without nodes is refused',
    changes: { 'loadBalancer.advertisements[0].nodes': [] },
    problems: [
      'error loadBalancer.advertisements[0].nodes: empty-list: "nodes" is an empty list; use at least 1 entry',
    ],
  },
  {
    says: 'all that is wrong with the form is reported at once',
    changes: { name: undefined, 'nodes[0].role': 'x', 'nodes[1].address': 'y', typo: 1 },
    problems: [
      'error name: missing-key: "name" is missing; add it: a text',
      'error nodes[0].role: bad-value: "role" is "x"; use server or agent',
      'error nodes[1].address: bad-address: "y" is no IP address; write it like 192.168.10.43 or fd00::43',
      'error typo: unknown-key: key "typo" does not exist here; use one of name, network, nodes, controlPlane, loadBalancer, ups, power, nut, gitops, os, k3s, versions, images',
    ],
  },
];
