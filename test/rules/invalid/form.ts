import { type InvalidSite, invalid } from '../../support/site-input';

/** A row for each way to break a rule: what does not have the form of a site. */
export const form: readonly InvalidSite[] = [
  invalid(
    'a key that the schema does not know is refused, with the keys it knows',
    { 'network.gatway': '192.168.10.1' },
    [
      'error network.gatway: unknown-key: key "gatway" does not exist here; use one of subnet, gateway, dhcp, pods, services, others',
    ],
  ),
  invalid('an unknown key of the site itself is refused', { pools: [] }, [
    'error pools: unknown-key: key "pools" does not exist here; use one of name, network, nodes, controlPlane, loadBalancer, ups, power, nut, gitops, os, k3s, versions, images',
  ]),
  invalid('an unknown key of a list entry is refused', { 'nodes[1].adress': '192.168.10.12' }, [
    'error nodes[1].adress: unknown-key: key "adress" does not exist here; use one of name, address, role, ups, minSupplies, stageSeconds, haltBudgetSeconds, shed, mac, interface, labels, taints, k3s',
  ]),
  invalid('an unknown key of an optional group is refused', { nut: { killPowerPath: '/x' } }, [
    'error nut.killPowerPath: unknown-key: key "killPowerPath" does not exist here; use one of killpowerPath, usbBusPath, privilegedSecondary, port, secret',
  ]),
  invalid('every unknown key of a group is reported', { 'controlPlane.lease': { duration: 15, renew: 10 } }, [
    'error controlPlane.lease.duration: unknown-key: key "duration" does not exist here; use one of durationSeconds, renewSeconds, retrySeconds',
    'error controlPlane.lease.renew: unknown-key: key "renew" does not exist here; use one of durationSeconds, renewSeconds, retrySeconds',
  ]),
  invalid('the old words for a UPS are unknown keys', { 'ups[0].desc': 'office' }, [
    'error ups[0].desc: unknown-key: key "desc" does not exist here; use one of name, driver, port, description, node, server, clients, options, delayStepSeconds, fixedCutDelaySeconds, runtimeAtLowBatterySeconds, runtimeAtEarlyShutdownSeconds',
  ]),
  invalid('an unknown key of a feed is refused', { 'nodes[0].ups': [{ name: 'ups1', powervalue: 2 }] }, [
    'error nodes[0].ups[0].powervalue: unknown-key: key "powervalue" does not exist here; use one of name, powerValue',
  ]),
  invalid('an unknown key of the only feed is refused', { 'nodes[0].ups': { name: 'ups1', powervalue: 2 } }, [
    'error nodes[0].ups.powervalue: unknown-key: key "powervalue" does not exist here; use one of name, powerValue',
  ]),
  invalid('a number as feed is told to be any of three kinds', { 'nodes[0].ups': 1 }, [
    'error nodes[0].ups: bad-type: "ups" is 1; use a text, a group of keys or a list',
  ]),
  invalid('a number in a list of feeds is told to be one of two kinds', { 'nodes[0].ups': ['ups1', 2] }, [
    'error nodes[0].ups[1]: bad-type: entry 2 is 2; use a text or a group of keys',
  ]),
  invalid('a feed of 0 supplies is too small', { 'nodes[0].ups': [{ name: 'ups1', powerValue: 0 }] }, [
    'error nodes[0].ups[0].powerValue: bad-number: "powerValue" is 0; use at least 1',
  ]),
  invalid('a halt budget of 0 is too small', { 'power.haltBudget': { agentSeconds: 0 } }, [
    'error power.haltBudget.agentSeconds: bad-number: "agentSeconds" is 0; use at least 1',
  ]),
  invalid('an actuator that does not exist is refused', { 'power.actuator': 'systemd' }, [
    'error power.actuator: bad-value: "actuator" is "systemd"; use killpowerd or logind',
  ]),
  invalid('a missing text is reported', { name: undefined }, [
    'error name: missing-key: "name" is missing; add it: a text',
  ]),
  invalid('a missing group is reported', { controlPlane: undefined }, [
    'error controlPlane: missing-key: "controlPlane" is missing; add it: a group of keys',
  ]),
  invalid('a missing list is reported', { nodes: undefined }, [
    'error nodes: missing-key: "nodes" is missing; add it: a list',
  ]),
  invalid('a missing value that may be one or several is reported', { 'network.subnet': undefined }, [
    'error network.subnet: missing-key: "subnet" is missing; add it: a text or a list',
  ]),
  invalid('a missing choice is reported with its values', { 'nodes[2].role': undefined }, [
    'error nodes[2].role: missing-key: "role" is missing; add it: server or agent',
  ]),
  invalid('an empty value has the wrong type', { 'controlPlane.vip': null }, [
    'error controlPlane.vip: bad-type: "vip" is empty; use a text or a list',
  ]),
  invalid('an empty group has the wrong type', { network: null }, [
    'error network: bad-type: "network" is empty; use a group of keys',
  ]),
  invalid('a group where a text belongs has the wrong type', { name: { a: 1 } }, [
    'error name: bad-type: "name" is a group of keys; use a text',
  ]),
  invalid('a list where a text belongs has the wrong type', { 'nodes[0].name': ['k3s-1'] }, [
    'error nodes[0].name: bad-type: "name" is a list; use a text',
  ]),
  invalid('a text where a list belongs has the wrong type', { nodes: 'k3s-1' }, [
    'error nodes: bad-type: "nodes" is "k3s-1"; use a list',
  ]),
  invalid('a list where a group belongs has the wrong type', { network: [] }, [
    'error network: bad-type: "network" is an empty list; use a group of keys',
  ]),
  invalid('a number where a text belongs is told to use quotes', { 'nodes[0].name': 1 }, [
    'error nodes[0].name: bad-type: "name" is 1; use a text (quote it)',
  ]),
  invalid('a number where an address belongs is told to use quotes', { 'controlPlane.vip': 192.168 }, [
    'error controlPlane.vip: bad-type: "vip" is 192.168; use a text or a list (quote it)',
  ]),
  invalid('a number in a list of addresses has the wrong type', { 'loadBalancer.pools[0].addresses': [5] }, [
    'error loadBalancer.pools[0].addresses[0]: bad-type: entry 1 is 5; use a text (quote it)',
  ]),
  invalid('a text where a number belongs has the wrong type', { 'controlPlane.port': '6443' }, [
    'error controlPlane.port: bad-type: "port" is "6443"; use a number',
  ]),
  invalid('a fraction where a whole number belongs has the wrong type', { 'nut.port': 3493.5 }, [
    'error nut.port: bad-type: "port" is 3493.5; use a whole number',
  ]),
  invalid('a number that is none has the wrong type', { 'nut.port': Number.NaN }, [
    'error nut.port: bad-type: "port" is NaN; use a number',
  ]),
  invalid('a text where true or false belongs has the wrong type', { 'loadBalancer.pools[0].autoAssign': 'yes' }, [
    'error loadBalancer.pools[0].autoAssign: bad-type: "autoAssign" is "yes"; use true or false',
  ]),
  invalid('a driver option that is false has the wrong type', { 'ups[0].options.pollonly': false }, [
    'error ups[0].options.pollonly: bad-type: "pollonly" is false; use a text, a number, true or a group of keys',
  ]),
  invalid('a driver option that is a list has the wrong type', { 'ups[0].options.vendorid': ['051d'] }, [
    'error ups[0].options.vendorid: bad-type: "vendorid" is a list; use a text, a number, true or a group of keys',
  ]),
  invalid('an empty driver option has the wrong type', { 'ups[0].options.vendorid': null }, [
    'error ups[0].options.vendorid: bad-type: "vendorid" is empty; use a text, a number, true or a group of keys',
  ]),
  invalid('a role that does not exist is refused', { 'nodes[3].role': 'master' }, [
    'error nodes[3].role: bad-value: "role" is "master"; use server or agent',
  ]),
  invalid('a role in capitals is refused', { 'nodes[3].role': 'Agent' }, [
    'error nodes[3].role: bad-value: "role" is "Agent"; use server or agent',
  ]),
  invalid('a failover that does not exist is refused', { 'controlPlane.failover': 'faster' }, [
    'error controlPlane.failover: bad-value: "failover" is "faster"; use standard or fast',
  ]),
  invalid('a port of 0 is too small', { 'controlPlane.port': 0 }, [
    'error controlPlane.port: bad-number: "port" is 0; use at least 1',
  ]),
  invalid('a port above 65535 is too large', { 'nut.port': 65536 }, [
    'error nut.port: bad-number: "port" is 65536; use at most 65535',
  ]),
  invalid('a lease of 0 seconds is too small', { 'controlPlane.lease': { retrySeconds: 0 } }, [
    'error controlPlane.lease.retrySeconds: bad-number: "retrySeconds" is 0; use at least 1',
  ]),
  invalid('an ARP pause below half a second is too small', { 'controlPlane.arpRateMs': 499 }, [
    'error controlPlane.arpRateMs: bad-number: "arpRateMs" is 499; use at least 500',
  ]),
  invalid('an empty list of nodes is refused', { nodes: [] }, [
    'error nodes: empty-list: "nodes" is an empty list; use at least 1 entry',
  ]),
  invalid('an empty list of virtual IPs is refused', { 'controlPlane.vip': [] }, [
    'error controlPlane.vip: empty-list: "vip" is an empty list; use at least 1 entry',
  ]),
  invalid('a pool without addresses is refused', { 'loadBalancer.pools[0].addresses': [] }, [
    'error loadBalancer.pools[0].addresses: empty-list: "addresses" is an empty list; use at least 1 entry',
  ]),
  invalid('an advertisement without nodes is refused', { 'loadBalancer.advertisements[0].nodes': [] }, [
    'error loadBalancer.advertisements[0].nodes: empty-list: "nodes" is an empty list; use at least 1 entry',
  ]),
  invalid(
    'all that is wrong with the form is reported at once',
    { name: undefined, 'nodes[0].role': 'x', 'nodes[1].address': 'y', typo: 1 },
    [
      'error name: missing-key: "name" is missing; add it: a text',
      'error nodes[0].role: bad-value: "role" is "x"; use server or agent',
      'error nodes[1].address: bad-address: "y" is no IP address; write it like 192.168.10.43 or fd00::43',
      'error typo: unknown-key: key "typo" does not exist here; use one of name, network, nodes, controlPlane, loadBalancer, ups, power, nut, gitops, os, k3s, versions, images',
    ],
  ),
];
