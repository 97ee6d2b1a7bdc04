import { type InvalidSite, powerSite } from '../../support/site-input';

/** A row for each way to get a rule's answer: the times of upsmon, the dead-man lease, stages and halt budgets. */
export const timing: readonly InvalidSite[] = [
  {
    says: 'a pause on battery that is longer than on line is refused',
    changes: { 'power.pollOnBatterySeconds': 5, 'power.pollSeconds': 4, 'power.stages': { serverSeconds: 6 } },
    problems: [
      'error power.pollOnBatterySeconds: poll-order: pollOnBatterySeconds 5 is more than pollSeconds 4, so upsmon would look less often when it matters; set pollOnBatterySeconds to 4 or less',
    ],
  },
  {
    says: 'a DEADTIME of less than three looks is refused',
    changes: { 'power.deadTimeSeconds': 14 },
    problems: [
      'error power.deadTimeSeconds: deadtime-too-short: deadTimeSeconds 14 is less than 3 x 5, the longer pause between two looks, so a late answer would count as an empty battery; set deadTimeSeconds to 15 or more',
    ],
  },
  {
    says: 'a DEADTIME of less than three looks on battery is refused',
    changes: { 'power.pollOnBatterySeconds': 6, 'power.pollSeconds': 5, 'power.stages': { serverSeconds: 7 } },
    problems: [
      'error power.pollOnBatterySeconds: poll-order: pollOnBatterySeconds 6 is more than pollSeconds 5, so upsmon would look less often when it matters; set pollOnBatterySeconds to 5 or less',
      'error power.deadTimeSeconds: deadtime-too-short: deadTimeSeconds 15 is less than 3 x 6, the longer pause between two looks, so a late answer would count as an empty battery; set deadTimeSeconds to 18 or more',
    ],
  },
  {
    says: 'a FINALDELAY above HOSTSYNC is refused',
    changes: { 'power.finalDelaySeconds': 16, 'power.leaseSeconds': 40 },
    problems: [
      'error power.finalDelaySeconds: finaldelay-above-hostsync: finalDelaySeconds 16 is more than hostSyncSeconds 15, so the primary would stop waiting for machines that have not begun; set finalDelaySeconds to 15 or less',
    ],
  },
  {
    says: 'a FINALDELAY after which upsd forgets the machine is refused',
    changes: { 'power.finalDelaySeconds': 60, 'power.hostSyncSeconds': 60 },
    problems: [
      'error power.finalDelaySeconds: finaldelay-too-long: finalDelaySeconds is 60, and upsd forgets a machine that is silent for 60 s; set finalDelaySeconds to 59 or less; stages are for more time',
    ],
  },
  {
    says: 'a lease of less than three looks is refused',
    changes: { 'power.leaseSeconds': 5 },
    problems: [
      'error power.leaseSeconds: dead-man-too-short: leaseSeconds 5 is less than 3 x pollOnBatterySeconds 2, so on battery one late answer would power a machine off while the battery is full; set leaseSeconds to 15 or more',
    ],
  },
  {
    says: 'a lease shorter than DEADTIME is warned about',
    changes: { 'power.leaseSeconds': 14 },
    problems: [
      'warning power.leaseSeconds: dead-man-below-deadtime: leaseSeconds 14 is less than deadTimeSeconds 15: a restart of upsd on battery that upsmon would forgive powers machines off; set leaseSeconds to 15 or more',
    ],
  },
  {
    says: 'servers that power off after the node with the UPS are refused',
    changes: { 'power.stages': { serverSeconds: 11 } },
    problems: [
      'error power.stages.upsNodeSeconds: ups-node-not-last: the node with the UPS powers off after 10 s and servers after 11 s: they would lose upsd while they wait, and with it what the UPS says; set stages.upsNodeSeconds to 11 or more',
    ],
  },
  {
    says: 'agents and servers that power off after the node with the UPS are refused in one line',
    site: powerSite,
    changes: { 'power.stages': { agentSeconds: 20, serverSeconds: 30 } },
    problems: [
      'error power.stages.upsNodeSeconds: ups-node-not-last: the node with the UPS powers off after 10 s and servers after 30 s, agents after 20 s: they would lose upsd while they wait, and with it what the UPS says; set stages.upsNodeSeconds to 30 or more',
      'error ups[0].options.offdelay: offdelay-too-short: offdelay 120 of "ups1" cuts the load too early: k3s-3 is off after 21 detection + 2 FINALDELAY + 30 stage + 1 watcher + 60 halt = 114, and 114 + 15 margin = 129, in steps of 60: 180; set ups[0].options.offdelay to 180, or set power.haltBudget.serverSeconds to 51, or take offdelay out',
    ],
  },
  {
    says: 'agents that power off after servers are warned about',
    site: powerSite,
    changes: { 'power.stages': { agentSeconds: 6 } },
    problems: [
      'warning power.stages.agentSeconds: agents-last: agents power off after 6 s and servers after 5 s, so the pods on agents lose the API while they stop; set stages.agentSeconds to 5 or less',
    ],
  },
  {
    says: 'servers that may be off before their UPS has its command are warned about',
    changes: { 'power.stages': { agentSeconds: 0, serverSeconds: 0, upsNodeSeconds: 0 } },
    problems: [
      'warning power.stages.serverSeconds: stage-before-command: servers power off 0 s after they hear of the shutdown, and their UPS may have its command only after 2 pollOnBatterySeconds + 1 to give it = 3; if the node with its cable dies in between, nobody cuts and restores their power, and they stay off; set stages.serverSeconds to 3 or more',
    ],
  },
  {
    says: 'the same of agents, and of nodes with a UPS that are on the UPS of another one',
    site: powerSite,
    changes: {
      'nodes[3].ups': 'ups1',
      'power.pollOnBatterySeconds': 3,
      'power.stages': { agentSeconds: 3, serverSeconds: 3, upsNodeSeconds: 3 },
    },
    problems: [
      'warning power.stages.upsNodeSeconds: stage-before-command: nodes with a UPS power off 3 s after they hear of the shutdown, and their UPS may have its command only after 3 pollOnBatterySeconds + 1 to give it = 4; if the node with its cable dies in between, nobody cuts and restores their power, and they stay off; set stages.upsNodeSeconds to 4 or more',
      'warning power.stages.serverSeconds: stage-before-command: servers power off 3 s after they hear of the shutdown, and their UPS may have its command only after 3 pollOnBatterySeconds + 1 to give it = 4; if the node with its cable dies in between, nobody cuts and restores their power, and they stay off; set stages.serverSeconds to 4 or more',
      'warning power.stages.agentSeconds: stage-before-command: agents power off 3 s after they hear of the shutdown, and their UPS may have its command only after 3 pollOnBatterySeconds + 1 to give it = 4; if the node with its cable dies in between, nobody cuts and restores their power, and they stay off; set stages.agentSeconds to 4 or more',
    ],
  },
  {
    says: 'a halt budget that is hardly one is warned about',
    changes: { 'power.haltBudget': { serverSeconds: 9 } },
    problems: [
      'warning power.haltBudget.serverSeconds: halt-budget-short: a machine that needs more than 9 s to halt is forced off, and what it has not written by then is lost; measure what a halt takes and give that and some more, 10 s at least',
      'warning power.haltBudget.serverSeconds: drain-below-lease: pods on a server that halts have 6 s of its 9 s, and without its holder the virtual IP is away for 20 s (durationSeconds 15 + 5), so they would end without having reached the API; set haltBudget.serverSeconds to 27 or more, or lower durationSeconds of the lease',
    ],
  },
  {
    says: 'halt budgets of servers with and without a cable that the lease outlasts are warned about at once',
    changes: { 'power.haltBudget': { serverSeconds: 26, upsNodeSeconds: 20 } },
    problems: [
      'warning power.haltBudget.upsNodeSeconds: drain-below-lease: pods on a server that halts have 15 s of its 20 s, and without its holder the virtual IP is away for 20 s (durationSeconds 15 + 5), so they would end without having reached the API; set haltBudget.upsNodeSeconds and haltBudget.serverSeconds to 27 or more, or lower durationSeconds of the lease',
    ],
  },
  {
    says: 'the actuator logind with the default image from another registry is refused',
    changes: { 'power.actuator': 'logind', 'images.nut': 'mirror.home.arpa/instantlinux/nut-upsd:2.8.3-r4' },
    problems: [
      'error power.actuator: logind-image: the actuator logind needs dbus-send in the image, and the default one has none; build images/nut/Containerfile, push it to a registry of yours and name it under images.nut, or use the actuator killpowerd',
    ],
  },
  {
    says: "TLS without an image of one's own is refused",
    changes: { 'power.tlsSecret': 'nut-tls' },
    problems: [
      'error power.tlsSecret: tls-image: TLS needs openssl in the image, by which upsmon finds the certificate authority, and the default one has none: upsmon would not start on any machine; build images/nut/Containerfile, push it to a registry of yours and name it under images.nut, or take tlsSecret out',
    ],
  },
  ...['docker.io/instantlinux/nut-upsd:2.7.4-r8', `registry.home.arpa:5000/nut:v2.7.4@sha256:${'0'.repeat(64)}`].map(
    (image) => ({
      says: `an image with NUT before 2.8 is refused: ${image}`,
      changes: { 'images.nut': image },
      problems: [
        'error images.nut: nut-too-old: by its tag the image has NUT 2.7.4, and NUT before 2.8 does not know the words primary and secondary: it takes the primary for a secondary, so nobody would declare a shutdown; use an image with NUT 2.8 or newer, or leave images.nut out; where the tag counts something else, give the image another one',
      ],
    }),
  ),
  {
    says: "the actuator logind without an image of one's own is refused",
    changes: { 'power.actuator': 'logind' },
    problems: [
      'error power.actuator: logind-image: the actuator logind needs dbus-send in the image, and the default one has none; build images/nut/Containerfile, push it to a registry of yours and name it under images.nut, or use the actuator killpowerd',
    ],
  },
];
