import { type InvalidSite, invalid, powerSite } from '../../support/site-input';

/** A row for each way to break a rule: how long the battery lasts. */
export const budget: readonly InvalidSite[] = [
  invalid(
    'a battery that nobody has measured is warned about',
    { 'ups[0].runtimeAtLowBatterySeconds': undefined },
    'warning ups[0]: runtime-unmeasured: battery runtime of "ups1" after low battery is not measured, and 129 s are required (npm run power -- explain shows the sum); set runtimeAtLowBatterySeconds, measured as hosts/RUNBOOK.md describes, or power.earlyShutdown.runtimeBelowSeconds to 167 or more',
  ),
  invalid(
    'a driver that looks less often needs a longer battery',
    { 'ups[0].runtimeAtLowBatterySeconds': undefined, 'ups[0].options.pollinterval': 10 },
    'warning ups[0]: runtime-unmeasured: battery runtime of "ups1" after low battery is not measured, and 137 s are required (npm run power -- explain shows the sum); set runtimeAtLowBatterySeconds, measured as hosts/RUNBOOK.md describes, or power.earlyShutdown.runtimeBelowSeconds to 167 or more',
  ),
  invalid(
    'a limit on a runtime that the driver does not compute is warned about',
    {
      'ups[0].driver': 'nutdrv_qx',
      'ups[0].runtimeAtLowBatterySeconds': undefined,
      power: { earlyShutdown: { runtimeBelowSeconds: 300 } },
    },
    'warning ups[0].options: runtime-not-reported: driver nutdrv_qx computes no battery.runtime of "ups1" without runtimecal, so runtimeBelowSeconds would never be reached; set options.runtimecal, use chargeBelowPercent or onBatterySeconds, or check that `upsc` shows battery.runtime',
  ),
  invalid(
    'an early shutdown that nobody has measured is warned about',
    { 'ups[0].runtimeAtLowBatterySeconds': 100, power: { earlyShutdown: { onBatterySeconds: 60 } } },
    'warning ups[0]: early-shutdown-unmeasured: battery runtime of "ups1" after the limit of power.earlyShutdown is not measured, and 167 s are required (npm run power -- explain shows the sum); set runtimeAtEarlyShutdownSeconds, measured as hosts/RUNBOOK.md describes, or power.earlyShutdown.runtimeBelowSeconds to 167 or more',
  ),
  invalid(
    'a battery that would not outlast the silence of its UPS is refused, with the smallest changes',
    { 'ups[0].runtimeAtLowBatterySeconds': 118, power: { marginSeconds: 5 } },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 118 s, and 119 s are required: 2 pollinterval + 5 POLLFREQ + 15 MAXAGE + 92 all nodes off + 5 margin = 119, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 5 margin = 97; set power.haltBudget.upsNodeSeconds to 59, or set power.earlyShutdown.runtimeBelowSeconds to 157',
  ),
  invalid(
    'the same keeps an offdelay of the owner that fits',
    { 'ups[0].runtimeAtLowBatterySeconds': 118, 'ups[0].options.offdelay': 98, power: { marginSeconds: 5 } },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 118 s, and 119 s are required: 2 pollinterval + 5 POLLFREQ + 15 MAXAGE + 92 all nodes off + 5 margin = 119, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 5 margin = 97; set power.haltBudget.upsNodeSeconds to 59, or set power.earlyShutdown.runtimeBelowSeconds to 157',
  ),
  invalid(
    'a battery that is one second short is refused, with the smallest changes',
    { 'ups[0].runtimeAtLowBatterySeconds': 128 },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 128 s, and 129 s are required: 2 pollinterval + 5 POLLFREQ + 107 offdelay + 15 margin = 129, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set power.haltBudget.upsNodeSeconds to 59, or set power.earlyShutdown.runtimeBelowSeconds to 167',
  ),
  invalid(
    'a battery that is short for two roles lowers both budgets',
    { 'ups[0].runtimeAtLowBatterySeconds': 115 },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 115 s, and 129 s are required: 2 pollinterval + 5 POLLFREQ + 107 offdelay + 15 margin = 129, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set power.haltBudget.serverSeconds to 51 and power.haltBudget.upsNodeSeconds to 46, or set power.earlyShutdown.runtimeBelowSeconds to 167',
  ),
  invalid(
    'a battery that no halt budget fits is refused with the other way out',
    { 'ups[0].runtimeAtLowBatterySeconds': 40 },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 40 s, and 129 s are required: 2 pollinterval + 5 POLLFREQ + 107 offdelay + 15 margin = 129, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set power.earlyShutdown.runtimeBelowSeconds to 167',
  ),
  invalid(
    'a battery that is short for an offdelay longer than needed shortens the offdelay',
    { 'ups[0].runtimeAtLowBatterySeconds': 250, 'ups[0].options.offdelay': 300 },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 250 s, and 322 s are required: 2 pollinterval + 5 POLLFREQ + 300 offdelay + 15 margin = 322, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set ups[0].options.offdelay to 228, or set power.earlyShutdown.runtimeBelowSeconds to 360',
  ),
  invalid(
    'a battery that is short for the offdelay and for the machines changes both',
    { 'ups[0].runtimeAtLowBatterySeconds': 120, 'ups[0].options.offdelay': 300 },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 120 s, and 322 s are required: 2 pollinterval + 5 POLLFREQ + 300 offdelay + 15 margin = 322, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set ups[0].options.offdelay to 98 and power.haltBudget.serverSeconds to 56 and power.haltBudget.upsNodeSeconds to 51, or set power.earlyShutdown.runtimeBelowSeconds to 360',
  ),
  invalid(
    'a battery that is short in whole minutes of the driver is refused',
    { 'ups[0].runtimeAtLowBatterySeconds': 130, 'ups[0].driver': 'nutdrv_qx' },
    'error ups[0].runtimeAtLowBatterySeconds: runtime-too-short: battery runtime of "ups1" after low battery is 130 s, and 142 s are required: 2 pollinterval + 5 POLLFREQ + 120 offdelay + 15 margin = 142, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107, in steps of 60: 120; set power.haltBudget.serverSeconds to 18 and power.haltBudget.upsNodeSeconds to 13, or set power.earlyShutdown.runtimeBelowSeconds to 180',
  ),
  invalid(
    'an early shutdown that is too late is refused',
    { 'ups[0].runtimeAtLowBatterySeconds': undefined, power: { earlyShutdown: { runtimeBelowSeconds: 150 } } },
    'error power.earlyShutdown.runtimeBelowSeconds: runtime-too-short: battery runtime of "ups1" at the limit runtimeBelowSeconds is 150 s, and 167 s are required: 30 pollfreq + 5 x 2 POLLFREQALERT + 5 POLLFREQ + 107 offdelay + 15 margin = 167, where k3s-1 is off after 21 detection + 10 stage + 1 watcher + 60 halt = 92, and 92 + 15 margin = 107; set power.haltBudget.serverSeconds to 48 and power.haltBudget.upsNodeSeconds to 43, or set power.earlyShutdown.runtimeBelowSeconds to 167',
  ),
  invalid(
    'an early shutdown that was measured too late is refused',
    { 'ups[1].runtimeAtEarlyShutdownSeconds': 150 },
    'error ups[1].runtimeAtEarlyShutdownSeconds: runtime-too-short: battery runtime of "ups2" after the limit of power.earlyShutdown is 150 s, and 173 s are required: 33 pollfreq + 5 x 2 POLLFREQALERT + 5 POLLFREQ + 110 offdelay + 15 margin = 173, where k3s-1 is off after 21 detection + 2 FINALDELAY + 10 stage + 1 watcher + 60 halt = 94, and 94 + 15 margin = 109, in steps of 10: 110; set power.haltBudget.upsNodeSeconds to 31',
    powerSite,
  ),
  invalid(
    'a measured early shutdown that no halt budget fits is refused',
    { 'ups[1].runtimeAtEarlyShutdownSeconds': 50 },
    'error ups[1].runtimeAtEarlyShutdownSeconds: runtime-too-short: battery runtime of "ups2" after the limit of power.earlyShutdown is 50 s, and 173 s are required: 33 pollfreq + 5 x 2 POLLFREQALERT + 5 POLLFREQ + 110 offdelay + 15 margin = 173, where k3s-1 is off after 21 detection + 2 FINALDELAY + 10 stage + 1 watcher + 60 halt = 94, and 94 + 15 margin = 109, in steps of 10: 110; start earlier (power.earlyShutdown) and measure again, or use a larger battery',
    powerSite,
  ),
  invalid(
    'an early shutdown without a limit is refused',
    { power: { earlyShutdown: {} } },
    'error power.earlyShutdown: early-shutdown-empty: power.earlyShutdown has no limit and does nothing; set runtimeBelowSeconds, chargeBelowPercent or onBatterySeconds, or remove earlyShutdown',
  ),
];
