import { existsSync, readFileSync, rmSync } from 'node:fs';
import { KILLPOWERD } from '../../../lib/machines/killpower';
import type { Scenario } from '../scenario';
import { seconds } from '../scenario';
import { off, started } from './life';
import type { Machine } from './machine';
import { withSystemd } from './site';

/** Written by the stand-in for k3s. */
const RAN = '/var/lib/k3s-ran';
const K3S = {
  'k3s.service': `[Service]
ExecStart=/bin/sh -c "touch ${RAN}; exec sleep infinity"
[Install]
WantedBy=multi-user.target
`,
};
const RTC = '/var/lib/rtc/rtc0/wakealarm';
const DROP_IN = '/etc/systemd/system/killpowerd.service.d/rtc.conf';
/** How long the UPS may cut its output after the deadline is set. */
const CUT_SECONDS = 120;
const SHORT_CUT_SECONDS = 60;
const ALARM_SECONDS = 60;

const cutAfter =
  (seconds: number) =>
  (unit: string): string =>
    unit.replace(/--cut \d+/, `--cut ${seconds}`);
const withoutGate = (unit: string): string => unit.replace(/^ExecStartPre=.*\n/m, '');

const ran = (machine: Machine): boolean => existsSync(machine.disk(RAN));

/** A host with an RTC is committed and powers off. It has run k3s until then. */
async function committedAndOff(scenario: Scenario, machine: Machine): Promise<void> {
  machine.write(DROP_IN, '[Service]\nEnvironment=KILLPOWERD_RTC=/var/lib/rtc\n');
  machine.write(RTC, '');
  await started(scenario, machine);
  await scenario.reach('k3s starts, without an outage', 30_000, () => ran(machine));
  await off(scenario, machine, 'deadline', machine.set('deadline', 3, 30));
  rmSync(machine.disk(RAN));
}

/** A person starts the host before its UPS cuts the output: it powers off again before k3s starts, with an alarm behind the cut. */
export const gateOff = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: K3S, change: cutAfter(CUT_SECONDS) }, async (machine) => {
    await committedAndOff(scenario, machine);
    machine.write(RTC, '');
    await machine.boot();
    const from = scenario.timeline.log('drill', 'the host is started on battery');
    scenario.measure('off again', seconds(await off(scenario, machine, 'again', from)));
    scenario.check('k3s did not start', !ran(machine));
    const [, alarm] = /^\+(\d+)$/m.exec(readFileSync(machine.disk(RTC), 'utf8')) ?? [];
    const isBehind = Number(alarm) > ALARM_SECONDS && Number(alarm) <= CUT_SECONDS + ALARM_SECONDS;
    scenario.check('the alarm is set behind the cut', isBehind, `${alarm} s`);
  });

/** The same without an RTC: the host waits, and starts k3s after the time of the cut. Once started, it restarts without a wait. */
export const gateWaits = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: K3S, change: cutAfter(SHORT_CUT_SECONDS) }, async (machine) => {
    await committedAndOff(scenario, machine);
    rmSync(machine.disk(RTC));
    await machine.boot();
    const from = scenario.timeline.log('drill', 'the host is started on battery');
    await scenario.pass('the host waits', 20_000);
    scenario.check('it is up and has not started k3s', !ran(machine) && !machine.isOff);
    await scenario.reach('k3s starts after the time of the cut', SHORT_CUT_SECONDS * 1000, () => ran(machine));
    scenario.measure('k3s started after the host', seconds(scenario.timeline.now() - from));
    scenario.check('killpowerd runs', machine.killpowerd() !== undefined, KILLPOWERD);
  });

/** Without the gate, k3s runs while the UPS is about to cut the output. */
export const gateControl = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: K3S, change: (unit) => withoutGate(cutAfter(CUT_SECONDS)(unit)) }, async (machine) => {
    await committedAndOff(scenario, machine);
    await started(scenario, machine);
    await scenario.reach('control: k3s starts before the output is cut', 20_000, () => ran(machine));
  });
