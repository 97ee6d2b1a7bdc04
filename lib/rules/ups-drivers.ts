import type { Ups } from '../cluster';
import {
  driverFacts,
  driversLike,
  hasHostAsPort,
  isDriverOfNut,
  isKnownDevice,
  RECKONED_OPTIONS,
  strandReason,
} from '../power';
import { DRIVER_DELAY } from '../text';
import { subject } from './subject';
import { hostAddress } from './ups-address';

const RULES = {
  'unknown-driver': {
    cause: 'NUT has no driver of this name',
    cure: 'See the [hardware list](https://networkupstools.org/stable-hcl.html)',
    severity: 'warning',
  },
  strand: {
    breaks: 'restart',
    cause: 'The driver may not cut the output after a delay and restore it',
    cure: 'Test it as `hosts/RUNBOOK.md` describes',
    severity: 'warning',
  },
  'mib-missing': {
    breaks: 'running',
    cause: 'snmp-ups chooses the MIB of a card itself. Its delays depend on the MIB: an APC card receives a third',
    cure: 'Set `options.mibs` to the MIB of the card, see [drivers.md](drivers.md)',
  },
  'mib-unknown': {
    breaks: 'running',
    cause:
      'The MIB of a card is not one of [drivers.md](drivers.md): the unit of its delays and its command are assumed',
    cure: 'Test it as `hosts/RUNBOOK.md` describes, with the plug pulled, or use another MIB of the card',
    severity: 'warning',
  },
  'delay-scaled': {
    breaks: 'running',
    cause: 'The driver writes another delay to this UPS than `offdelay` or `ondelay` says',
    cure: 'Remove it; synth writes the value that becomes the planned one',
  },
  'port-not-address': {
    cause: 'The `port` of a network driver is not an IP address; DNS may be down during an outage',
  },
  'bad-delay': { cause: '`offdelay`, `ondelay`, `pollinterval` or `pollfreq` is not a whole number' },
} as const;

/** What NUT drivers accept, and what this project knows about them. */
export const upsDrivers = subject(RULES, (cluster, report) => {
  for (const [u, ups] of cluster.ups.entries()) {
    const { name, driver, port, options } = ups;
    if (driver === undefined || ups.node === undefined) continue;
    if (!isDriverOfNut(driver)) {
      const like = driversLike(driver);
      report(
        'unknown-driver',
        ['ups', u, 'driver'],
        `NUT has no driver ${JSON.stringify(driver)}`,
        like.length > 0
          ? `use ${like.join(' or ')}, or an images.nut that has the driver`
          : 'use one that https://networkupstools.org/stable-hcl.html lists for this UPS, or an images.nut that has the driver',
      );
    }
    const strands = strandReason(ups);
    if (strands !== undefined) {
      report(
        'strand',
        ['ups', u, 'options', 'mibs'],
        `${driver} with mibs ${options['mibs']} may not cut and restore the output of "${name}", because ${strands}; without that, nodes may stay off after an outage`,
        'use another MIB of the card or another port of the UPS, and test it (hosts/RUNBOOK.md)',
      );
    } else if (!driverFacts(ups)) {
      report(
        'strand',
        ['ups', u, 'driver'],
        `driver ${driver} is not known to cut and restore the output of "${name}"; without that, nodes may stay off after an outage`,
        'check that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, and test it (hosts/RUNBOOK.md), or use another driver',
      );
    }
    if (driver === 'snmp-ups' && ['', 'auto'].includes(String(options['mibs'] ?? ''))) {
      report(
        'mib-missing',
        ['ups', u, 'options'],
        `${driver} chooses the MIB of "${name}" itself, and the delays depend on it: with an APC card it writes a third`,
        `set options.mibs to the MIB of the card (docs/drivers.md); a running driver names it: upsc ${name} driver.version.data`,
      );
    } else if (driverFacts(ups) && !isKnownDevice(ups)) {
      report(
        'mib-unknown',
        ['ups', u, 'options', 'mibs'],
        `the delays of "${name}" are assumed, because ${driver} handles each MIB in its own way and ${JSON.stringify(options['mibs'])} is not a known one`,
        'test the shutdown with the plug pulled (hosts/RUNBOOK.md), or use a MIB of docs/drivers.md if the card has one',
      );
    }
    const divisor = driverFacts(ups)?.delayDivisor;
    for (const option of ['offdelay', 'ondelay'] as const) {
      if (divisor === undefined || options[option] === undefined) continue;
      report(
        'delay-scaled',
        ['ups', u, 'options', option],
        `${driver} divides ${option} of "${name}" by ${divisor}`,
        `remove ${option}; synth computes it and multiplies it`,
      );
    }
    if (hasHostAsPort(driver) && hostAddress(port) === undefined) {
      report(
        'port-not-address',
        ['ups', u, 'port'],
        `port ${JSON.stringify(port)} of "${name}" is not an IP address, which network driver ${driver} needs`,
        'use the IP address of the UPS, such as 192.168.10.20 or http://192.168.10.20',
      );
    }
    for (const option of RECKONED_OPTIONS) {
      const value = options[option];
      if (value === undefined || DRIVER_DELAY.test(String(value)) || mayBeOff(ups, option)) continue;
      report(
        'bad-delay',
        ['ups', u, 'options', option],
        `${option} of "${name}" is ${JSON.stringify(value)}, not a whole number`,
        'correct it, or remove it',
      );
    }
  }
});

/** usbhid-ups(8) and mge-shut(8): with -1 the UPS decides when it restores its output. */
const mayBeOff = (ups: Ups, option: string): boolean =>
  option === 'ondelay' && ['usbhid-ups', 'mge-shut'].includes(ups.driver ?? '') && String(ups.options[option]) === '-1';
