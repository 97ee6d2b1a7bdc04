import { type InvalidSite, invalid, powerSite } from '../../support/site-input';

/** A row for each way to break a rule: the times of upsmon, the dead-man lease, stages and halt budgets. */
export const timing: readonly InvalidSite[] = [
  invalid(
    'a site that is not armed is warned about',
    { 'power.armed': false },
    'warning power.armed: not-armed: no node is powered off and no UPS is commanded, so all nodes lose power while they run when the battery is empty; set power.armed to true when the log of second shows what you expect',
  ),
  invalid(
    'a pause on battery that is longer than on line is refused',
    { 'power.pollOnBatterySeconds': 5, 'power.pollSeconds': 4, 'power.stages': { serverSeconds: 6 } },
    'error power.pollOnBatterySeconds: poll-order: pollOnBatterySeconds 5 is more than pollSeconds 4, so upsmon polls less often on battery; set pollOnBatterySeconds to 4 or less',
  ),
  invalid(
    'a DEADTIME of less than three looks is refused',
    { 'power.deadTimeSeconds': 14 },
    'error power.deadTimeSeconds: deadtime-too-short: deadTimeSeconds 14 is less than 3 x 5, the longer poll interval; set deadTimeSeconds to 15 or more',
  ),
  invalid(
    'a DEADTIME of less than three looks on battery is refused',
    { 'power.pollOnBatterySeconds': 6, 'power.pollSeconds': 5, 'power.stages': { serverSeconds: 7 } },
    [
      'error power.pollOnBatterySeconds: poll-order: pollOnBatterySeconds 6 is more than pollSeconds 5, so upsmon polls less often on battery; set pollOnBatterySeconds to 5 or less',
      'error power.deadTimeSeconds: deadtime-too-short: deadTimeSeconds 15 is less than 3 x 6, the longer poll interval; set deadTimeSeconds to 18 or more',
    ],
  ),
  invalid(
    'a FINALDELAY above HOSTSYNC is refused',
    { 'power.finalDelaySeconds': 16, 'power.leaseSeconds': 40 },
    'error power.finalDelaySeconds: finaldelay-above-hostsync: finalDelaySeconds 16 is more than hostSyncSeconds 15, so the primary does not wait for delayed nodes; set finalDelaySeconds to 15 or less',
  ),
  invalid(
    'a FINALDELAY after which upsd forgets the machine is refused',
    { 'power.finalDelaySeconds': 60, 'power.hostSyncSeconds': 60 },
    'error power.finalDelaySeconds: finaldelay-too-long: finalDelaySeconds 60 is too long, because upsd drops clients that are silent for 60 s; set finalDelaySeconds to 59 or less, and use stages for more time',
  ),
  invalid(
    'a lease of less than three looks is refused',
    { 'power.leaseSeconds': 5 },
    'error power.leaseSeconds: dead-man-too-short: leaseSeconds 5 is less than 3 x pollOnBatterySeconds 2, so one late reply powers a node off; set leaseSeconds to 15 or more',
  ),
  invalid(
    'a lease shorter than DEADTIME is warned about',
    { 'power.leaseSeconds': 14 },
    'warning power.leaseSeconds: dead-man-below-deadtime: leaseSeconds 14 is less than deadTimeSeconds 15, so a restart of upsd on battery powers nodes off; set leaseSeconds to 15 or more',
  ),
  invalid(
    'servers that power off after the node with the UPS are refused',
    { 'power.stages': { serverSeconds: 11 } },
    'error power.stages.upsNodeSeconds: ups-node-not-last: the node with the UPS powers off after 10 s and stops upsd for servers (11 s); set stages.upsNodeSeconds to 11 or more',
  ),
  invalid(
    'agents and servers that power off after the node with the UPS are refused in one line',
    { 'nodes[3].ups': 'ups1', 'power.stages': { agentSeconds: 20, serverSeconds: 30 } },
    [
      'error power.stages.upsNodeSeconds: ups-node-not-last: the node with the UPS powers off after 10 s and stops upsd for servers (30 s) and agents (20 s); set stages.upsNodeSeconds to 30 or more',
      'error ups[0].options.offdelay: offdelay-too-short: offdelay 120 of "ups1" cuts the output too early: k3s-3 is off after 21 detection + 2 FINALDELAY + 30 stage + 1 watcher + 60 halt = 114, and 114 + 15 margin = 129, in steps of 60: 180; set ups[0].options.offdelay to 180, or set power.haltBudget.serverSeconds to 51, or remove offdelay',
    ],
    powerSite,
  ),
  invalid(
    'a client that may receive the shutdown after upsd has stopped, and halts in no time, is reported',
    {
      'power.stages': { serverSeconds: 3, upsNodeSeconds: 5 },
      'ups[0].clients': [{ name: 'nas', address: '192.168.10.40', haltBudgetSeconds: 9 }],
    },
    [
      'error power.stages.upsNodeSeconds: ups-node-not-last: the node with the UPS powers off after 5 s and stops upsd for nas (polls within 6 s); set stages.upsNodeSeconds to 6 or more',
      'warning ups[0].clients[0].haltBudgetSeconds: halt-budget-short: a host that needs more than 9 s to halt is cut while it runs; measure a halt, and set more than that, at least 10 s',
    ],
  ),
  invalid(
    'a node whose own stage is after that of the node with its UPS is refused',
    { 'nodes[0].stageSeconds': 4, 'nodes[1].stageSeconds': 20 },
    'error nodes[0].stageSeconds: ups-node-not-last: the node with the UPS powers off after 4 s and stops upsd for k3s-2 (20 s) and servers (5 s); set nodes[0].stageSeconds to 20 or more',
  ),
  invalid(
    'a node whose own stage and halt budget are too short is warned about alone',
    { 'nodes[1].stageSeconds': 0, 'nodes[1].haltBudgetSeconds': 9 },
    [
      'warning nodes[1].stageSeconds: stage-before-command: k3s-2 powers off after 0 s, but the UPS may be commanded only after 2 pollOnBatterySeconds + 1 = 3; set nodes[1].stageSeconds to 3 or more',
      'warning nodes[1].haltBudgetSeconds: halt-budget-short: a node that needs more than 9 s to halt is powered off by force and loses unwritten data; measure a halt, and set more than that, at least 10 s',
      'warning nodes[1].haltBudgetSeconds: drain-below-lease: pods on a server that halts have 6 s of 9 s, less than the 25 s of a VIP failover (durationSeconds 20 + 5); set nodes[1].haltBudgetSeconds to 34 or more, or lower lease.durationSeconds',
    ],
  ),
  invalid(
    'agents that power off after servers are warned about',
    { 'power.stages': { agentSeconds: 6 } },
    'warning power.stages.agentSeconds: agents-last: agents power off after 6 s and servers after 5 s, so pods on agents stop without the API; set stages.agentSeconds to 5 or less',
    powerSite,
  ),
  invalid(
    'servers that may be off before their UPS has its command are warned about',
    { 'power.stages': { agentSeconds: 0, serverSeconds: 0, upsNodeSeconds: 0 } },
    'warning power.stages.serverSeconds: stage-before-command: servers power off after 0 s, but the UPS may be commanded only after 2 pollOnBatterySeconds + 1 = 3; set stages.serverSeconds and stages.upsNodeSeconds to 3 or more',
  ),
  invalid(
    'the same of agents, and of nodes with a UPS that are on the UPS of another one',
    {
      'nodes[3].ups': 'ups1',
      'power.pollOnBatterySeconds': 3,
      'power.stages': { agentSeconds: 3, serverSeconds: 3, upsNodeSeconds: 3 },
    },
    [
      'warning power.stages.upsNodeSeconds: stage-before-command: nodes with a UPS power off after 3 s, but the UPS may be commanded only after 3 pollOnBatterySeconds + 1 = 4; set stages.upsNodeSeconds to 4 or more',
      'warning power.stages.serverSeconds: stage-before-command: servers power off after 3 s, but the UPS may be commanded only after 3 pollOnBatterySeconds + 1 = 4; set stages.serverSeconds and stages.upsNodeSeconds to 4 or more',
      'warning power.stages.agentSeconds: stage-before-command: agents power off after 3 s, but the UPS may be commanded only after 3 pollOnBatterySeconds + 1 = 4; set stages.agentSeconds and stages.upsNodeSeconds to 4 or more',
    ],
    powerSite,
  ),
  invalid('a halt budget that is hardly one is warned about', { 'power.haltBudget': { serverSeconds: 9 } }, [
    'warning power.haltBudget.serverSeconds: halt-budget-short: a node that needs more than 9 s to halt is powered off by force and loses unwritten data; measure a halt, and set more than that, at least 10 s',
    'warning power.haltBudget.serverSeconds: drain-below-lease: pods on a server that halts have 6 s of 9 s, less than the 25 s of a VIP failover (durationSeconds 20 + 5); set haltBudget.serverSeconds to 34 or more, or lower lease.durationSeconds',
  ]),
  invalid(
    'halt budgets of servers with and without a cable that the lease outlasts are warned about at once',
    { 'power.haltBudget': { serverSeconds: 26, upsNodeSeconds: 20 } },
    'warning power.haltBudget.upsNodeSeconds: drain-below-lease: pods on a server that halts have 15 s of 20 s, less than the 25 s of a VIP failover (durationSeconds 20 + 5); set haltBudget.upsNodeSeconds and haltBudget.serverSeconds to 34 or more, or lower lease.durationSeconds',
  ),
  invalid(
    'the actuator logind with the default image from another registry is refused',
    { 'power.actuator': 'logind', 'images.nut': 'mirror.home.arpa/instantlinux/nut-upsd:2.8.3-r4' },
    'error power.actuator: logind-image: actuator logind needs dbus-send, which the default NUT image does not have; build images/nut/Containerfile, push it and set images.nut, or use actuator killpowerd',
  ),
  invalid(
    "TLS without an image of one's own is refused",
    { 'power.tlsSecret': 'nut-tls' },
    'error power.tlsSecret: tls-image: upsmon with TLS needs openssl, which the default NUT image does not have; build images/nut/Containerfile, push it and set images.nut, or remove tlsSecret',
  ),
  ...['docker.io/instantlinux/nut-upsd:2.7.4-r8', `registry.home.arpa:5000/nut:v2.7.4@sha256:${'0'.repeat(64)}`].map(
    (image) => ({
      says: `an image with NUT before 2.8 is refused: ${image}`,
      changes: { 'images.nut': image },
      problems: [
        'error images.nut: nut-too-old: the tag names NUT 2.7.4, which takes the primary for a secondary and never declares a shutdown; use an image with NUT 2.8.0, or with 2.8.3 or newer, remove images.nut, or change the tag if it is no NUT release',
      ],
    }),
  ),
  ...['2.8.1', '2.8.2'].map((release) => ({
    says: `an image with NUT ${release} is refused`,
    changes: { 'images.nut': `registry.home.arpa/nut:${release}-r2` },
    problems: [
      `error images.nut: nut-too-old: the tag names NUT ${release}, which declares a shutdown as soon as it loses a UPS on battery, as while upsd restarts; use an image with NUT 2.8.0, or with 2.8.3 or newer, remove images.nut, or change the tag if it is no NUT release`,
    ],
  })),
  invalid(
    "the actuator logind without an image of one's own is refused",
    { 'power.actuator': 'logind' },
    'error power.actuator: logind-image: actuator logind needs dbus-send, which the default NUT image does not have; build images/nut/Containerfile, push it and set images.nut, or use actuator killpowerd',
  ),
];
