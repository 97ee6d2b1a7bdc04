import { type InvalidSite, invalid, powerSite } from '../../support/site-input';

/** A row for each way to break a rule: the drivers of UPSes and their delays. */
export const drivers: readonly InvalidSite[] = [
  invalid(
    'a driver that may not be able to cut and restore the load is warned about',
    { 'ups[0].driver': 'genericups', 'ups[0].port': '/dev/ttyS0' },
    'warning ups[0].driver: strand: driver genericups is not known to cut and restore the output of "ups1"; without that, nodes may stay off after an outage; check that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, and test it (hosts/RUNBOOK.md), or use another driver',
  ),
  invalid(
    'a driver with swapped letters is warned about, with the one that is meant',
    { 'ups[0].driver': 'usbhid-usp' },
    [
      'warning ups[0].driver: unknown-driver: NUT has no driver "usbhid-usp"; use usbhid-ups, or an images.nut that has the driver',
      'warning ups[0].driver: strand: driver usbhid-usp is not known to cut and restore the output of "ups1"; without that, nodes may stay off after an outage; check that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, and test it (hosts/RUNBOOK.md), or use another driver',
    ],
  ),
  invalid('the beginning of the names of two drivers is warned about, with both', { 'ups[0].driver': 'blazer' }, [
    'warning ups[0].driver: unknown-driver: NUT has no driver "blazer"; use blazer_ser or blazer_usb, or an images.nut that has the driver',
    'warning ups[0].driver: strand: driver blazer is not known to cut and restore the output of "ups1"; without that, nodes may stay off after an outage; check that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, and test it (hosts/RUNBOOK.md), or use another driver',
  ]),
  invalid('a driver like none of NUT is warned about', { 'ups[0].driver': 'ours' }, [
    'warning ups[0].driver: unknown-driver: NUT has no driver "ours"; use one that https://networkupstools.org/stable-hcl.html lists for this UPS, or an images.nut that has the driver',
    'warning ups[0].driver: strand: driver ours is not known to cut and restore the output of "ups1"; without that, nodes may stay off after an outage; check that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, and test it (hosts/RUNBOOK.md), or use another driver',
  ]),
  ...['ups.home.arpa', 'ups.home.arpa:161', 'auto'].map((port) =>
    invalid(
      `${port} as port of a driver on the network is refused`,
      { 'ups[1].port': port },
      `error ups[1].port: port-not-address: port "${port}" of "ups2" is not an IP address, which network driver snmp-ups needs; use the IP address of the UPS, such as 192.168.10.20 or http://192.168.10.20`,
      powerSite,
    ),
  ),
  invalid(
    'a URL with a host name is refused, and the driver is warned about',
    { 'ups[1].driver': 'netxml-ups', 'ups[1].port': 'http://ups.home.arpa/' },
    [
      'warning ups[1].driver: strand: driver netxml-ups is not known to cut and restore the output of "ups2"; without that, nodes may stay off after an outage; check that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, and test it (hosts/RUNBOOK.md), or use another driver',
      'error ups[1].port: port-not-address: port "http://ups.home.arpa/" of "ups2" is not an IP address, which network driver netxml-ups needs; use the IP address of the UPS, such as 192.168.10.20 or http://192.168.10.20',
    ],
    powerSite,
  ),
  invalid(
    'delays that are no whole numbers are refused',
    { 'ups[0].options': { offdelay: 'soon', ondelay: true, pollinterval: -1, pollfreq: 1.5 } },
    [
      'error ups[0].options.offdelay: bad-delay: offdelay of "ups1" is "soon", not a whole number; correct it, or remove it',
      'error ups[0].options.ondelay: bad-delay: ondelay of "ups1" is true, not a whole number; correct it, or remove it',
      'error ups[0].options.pollinterval: bad-delay: pollinterval of "ups1" is -1, not a whole number; correct it, or remove it',
      'error ups[0].options.pollfreq: bad-delay: pollfreq of "ups1" is 1.5, not a whole number; correct it, or remove it',
    ],
  ),
  invalid(
    'an ondelay of -1 is no number of seconds with a driver other than usbhid-ups and mge-shut',
    { 'ups[0].options.ondelay': -1 },
    'error ups[0].options.ondelay: bad-delay: ondelay of "ups1" is -1, not a whole number; correct it, or remove it',
    powerSite,
  ),
  invalid(
    'an offdelay before the last machine is off is refused, with the offdelay that would do',
    { 'ups[0].options.offdelay': 100 },
    'error ups[0].options.offdelay: offdelay-too-short: offdelay 100 of "ups1" cuts the output too early: k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set ups[0].options.offdelay to 107, or set power.haltBudget.serverSeconds to 58 and power.haltBudget.upsNodeSeconds to 53, or remove offdelay',
  ),
  invalid(
    'an offdelay that no halt budget fits is refused with the other way out',
    { 'ups[0].options.offdelay': 20 },
    'error ups[0].options.offdelay: offdelay-too-short: offdelay 20 of "ups1" cuts the output too early: k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set ups[0].options.offdelay to 107, or remove offdelay',
  ),
  invalid(
    'an offdelay that is no whole minute is refused with nutdrv_qx',
    { 'ups[0].options.offdelay': 150, 'ups[0].options.ondelay': undefined },
    'error ups[0].options.offdelay: offdelay-step: "ups1" rounds offdelay 150 down to 120, a whole multiple of 60 s; set ups[0].options.offdelay to 180',
    powerSite,
  ),
  invalid(
    'an offdelay that is no whole step of the UPS and too short is refused once',
    { 'ups[0].options.offdelay': 90, 'ups[0].delayStepSeconds': 60 },
    'error ups[0].options.offdelay: offdelay-step: "ups1" rounds offdelay 90 down to 60, a whole multiple of 60 s; set ups[0].options.offdelay to 120',
  ),
  invalid(
    'an offdelay that is no whole minute is refused with a CyberPower on USB',
    { 'ups[0].options': { vendorid: '0764', offdelay: 119, ondelay: 0 } },
    'error ups[0].options.offdelay: offdelay-step: "ups1" rounds offdelay 119 down to 60, a whole multiple of 60 s; set ups[0].options.offdelay to 120',
  ),
  invalid(
    'an offdelay that is no whole minute is refused on USB when the maker is not known, with both ways out',
    { 'ups[0].options': { offdelay: 119 } },
    'error ups[0].options.offdelay: offdelay-step: "ups1" rounds offdelay 119 down to 60, a whole multiple of 60 s; set ups[0].options.offdelay to 120, or set options.vendorid if it is not a CyberPower (`lsusb` prints it)',
  ),
  invalid(
    'an offdelay that the driver would refuse is refused',
    {
      'ups[0].options': { offdelay: 660, runtimecal: '240,100,720,50' },
      'power.rtcWakeSeconds': 0,
      'power.earlyShutdown.runtimeBelowSeconds': 900,
    },
    'error ups[0].options.offdelay: offdelay-too-long: "ups1" needs offdelay 660, and the limit of nutdrv_qx is 600: k3s-1 is off after 21 detection + 2 FINALDELAY + 10 stage + 1 watcher + 60 halt = 94, and 94 + 15 margin = 109, in steps of 60: 120; set ups[0].options.offdelay to 600',
    powerSite,
  ),
  invalid(
    'halt budgets that need an offdelay that the driver would refuse are refused',
    {
      'ups[0].options': { runtimecal: '240,100,720,50' },
      'power.haltBudget.serverSeconds': 620,
      'ups[2].server.cutDelaySeconds': 700,
      'power.rtcWakeSeconds': 0,
      'power.earlyShutdown.runtimeBelowSeconds': 900,
      'ups[1].runtimeAtEarlyShutdownSeconds': 900,
    },
    'error ups[0].driver: offdelay-too-long: "ups1" needs offdelay 720, and the limit of nutdrv_qx is 600: k3s-3 is off after 21 detection + 2 FINALDELAY + 5 stage + 1 watcher + 620 halt = 649, and 649 + 15 margin = 664, in steps of 60: 720; set power.haltBudget.serverSeconds to 556',
    powerSite,
  ),
  invalid(
    'an ondelay that is not after offdelay is refused',
    { 'ups[0].options': { offdelay: 120, ondelay: 120 } },
    'error ups[0].options.ondelay: ondelay-too-short: ondelay 120 of "ups1" is not after offdelay 120, so the output may stay off; set ondelay to 180 or more, or remove it',
  ),
  invalid(
    'an ondelay that a CyberPower rounds down to offdelay is refused',
    { 'ups[0].options': { offdelay: 120, ondelay: 179 } },
    'error ups[0].options.ondelay: ondelay-too-short: ondelay 179 (rounded down to 120) of "ups1" is not after offdelay 120, so the output may stay off; set ondelay to 180 or more, or remove it',
  ),
  invalid(
    'an ondelay that nutdrv_qx rounds down to offdelay is refused',
    { 'ups[0].options.ondelay': 150 },
    'error ups[0].options.ondelay: ondelay-too-short: ondelay 150 (rounded down to 120) of "ups1" is not after offdelay 120, so the output may stay off; set ondelay to 180 or more, or remove it',
    powerSite,
  ),
  invalid(
    'an ondelay in minutes that is not after offdelay is refused',
    { 'ups[0].driver': 'blazer_usb', 'ups[0].options': { offdelay: 180, ondelay: 3 } },
    'error ups[0].options.ondelay: ondelay-too-short: ondelay 3 minutes of "ups1" is not after offdelay 180 seconds, so the output may stay off; set ondelay to 4 or more, or remove it',
  ),
  invalid(
    'an ondelay in minutes that is meant as seconds is refused',
    { 'ups[0].driver': 'blazer_usb', 'ups[0].options': { ondelay: 180 } },
    'error ups[0].options.ondelay: ondelay-unit: ondelay 180 of "ups1" is in minutes with blazer_usb, so the output stays off for 3 hours; set ondelay to 3 or more, and to less than 60',
  ),
  ...[{}, { mibs: 'auto' }].map((options) => ({
    says: `a card whose MIB the driver is to choose is refused: ${JSON.stringify(options)}`,
    changes: { 'ups[0].driver': 'snmp-ups', 'ups[0].port': '192.168.10.20', 'ups[0].options': options },
    problems: [
      'error ups[0].options: mib-missing: snmp-ups chooses the MIB of "ups1" itself, and the delays depend on it: with an APC card it writes a third; set options.mibs to the MIB of the card (docs/drivers.md); a running driver names it: upsc ups1 driver.version.data',
    ],
  })),
  invalid(
    'a card of a MIB without facts is warned about',
    {
      'ups[0].driver': 'snmp-ups',
      'ups[0].port': '192.168.10.20',
      'ups[0].options': { mibs: 'huawei' },
    },
    'warning ups[0].options.mibs: mib-unknown: the delays of "ups1" are assumed, because snmp-ups handles each MIB in its own way and "huawei" is not a known one; test the shutdown with the plug pulled (hosts/RUNBOOK.md), or use a MIB of docs/drivers.md if the card has one',
  ),
  ...(
    [
      ['ietf', '`shutdown.return` is missing from this MIB'],
      ['mge', '`shutdown.return` fails before it reaches the card'],
      ['eaton_pw_nm2', 'it names the object without its instance .0, and cards such as the Network-M2 refuse that'],
    ] as const
  ).map(([mibs, why]) => ({
    says: `a card that the driver cannot command is warned about: ${mibs}`,
    changes: { 'ups[0].driver': 'snmp-ups', 'ups[0].port': '192.168.10.20', 'ups[0].options': { mibs } },
    problems: [
      `warning ups[0].options.mibs: strand: snmp-ups with mibs ${mibs} may not cut and restore the output of "ups1", because ${why}; without that, nodes may stay off after an outage; use another MIB of the card or another port of the UPS, and test it (hosts/RUNBOOK.md)`,
    ],
  })),
  invalid(
    'a UPS that always cuts before the last node is off is refused, with the budgets that fit',
    { 'ups[0].fixedCutDelaySeconds': 100 },
    'error ups[0].fixedCutDelaySeconds: fixed-delay-too-short: "ups1" always cuts its output after 100 s, too early: k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set power.haltBudget.serverSeconds to 58 and power.haltBudget.upsNodeSeconds to 53',
  ),
  invalid(
    'a UPS that always cuts too early for any halt budget is refused',
    { 'ups[0].fixedCutDelaySeconds': 50 },
    'error ups[0].fixedCutDelaySeconds: fixed-delay-too-short: "ups1" always cuts its output after 50 s, too early: k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; use another UPS, or nodes that halt faster',
  ),
  invalid(
    'a CyberPower that may restore its output without mains power is warned about',
    { 'ups[0].options': { vendorid: '0764' } },
    'warning ups[0].options.ondelay: restores-without-mains: "ups1" may restore its output ondelay after the command, also without mains power, and its nodes start on an empty battery; set ondelay to 0, which waits for mains power, and test it with the plug pulled (hosts/RUNBOOK.md)',
  ),
  invalid(
    'a CyberPower that never restores its output is refused',
    { 'ups[0].options': { vendorid: '0764', ondelay: -1 } },
    'error ups[0].options.ondelay: ondelay-never: "ups1" never restores its output with ondelay -1; set ondelay to 0',
  ),
  invalid(
    'a delay that the driver divides is refused',
    {
      'ups[0].driver': 'snmp-ups',
      'ups[0].port': '192.168.10.20',
      'ups[0].options': { mibs: 'apcc', offdelay: 120 },
    },
    'error ups[0].options.offdelay: delay-scaled: snmp-ups divides offdelay of "ups1" by 3; remove offdelay; synth computes it and multiplies it',
  ),
  invalid(
    'passwords and communities in the options of a driver are refused, each by its name',
    {
      'ups[0].driver': 'snmp-ups',
      'ups[0].port': '192.168.10.20',
      'ups[0].options': {
        authPassword: 'hunter2hunter2',
        community: 'office',
        privPassword: { secret: true },
        mibs: 'apcc',
      },
    },
    [
      'error ups[0].options.authPassword: password-in-site: option authPassword of "ups1" is a secret, and this file and dist/ are committed to Git; write authPassword: { secret: true }, and run npm run secret:nut -- --driver-file ups1.authPassword=FILE',
      'error ups[0].options.community: password-in-site: option community of "ups1" is a secret, and this file and dist/ are committed to Git; write community: { secret: true }, and run npm run secret:nut -- --driver-file ups1.community=FILE',
    ],
  ),
  invalid(
    'a secret option that says it is none is refused',
    { 'ups[0].options': { authPassword: { secret: false } } },
    'error ups[0].options.authPassword.secret: bad-value: "secret" is false; use true',
  ),
  invalid(
    'a server that cuts the load before the last machine is off is refused',
    { 'ups[2].server.cutDelaySeconds': 60 },
    'error ups[2].server.cutDelaySeconds: cut-delay-too-short: "nas" cuts its output after 60 s, too early: k3s-3 is off after 21 detection + 2 FINALDELAY + 5 stage + 1 watcher + 60 halt = 89, and 89 + 15 margin = 104; set ups[2].server.cutDelaySeconds to 104, or set power.haltBudget.agentSeconds to 21 and power.haltBudget.serverSeconds to 16 (change cutDelaySeconds on 192.168.10.30 as well)',
    powerSite,
  ),
  invalid(
    'a machine that wakes before the load is cut is refused',
    { 'power.rtcWakeSeconds': 120 },
    'error power.rtcWakeSeconds: rtc-wake-too-early: a node wakes 120 s after its power-off, but "ups1" may cut its output up to 128 s after the shutdown starts; set rtcWakeSeconds to 143 or more, or to 0 for never',
  ),
];
