import type { Scenario } from '../scenario';
import { seconds } from '../scenario';
import { inTime, killKillpowerd, off, started } from './life';
import type { Machine } from './machine';
import { STUBBORN, withK3os, withSystemd } from './site';

const HALT_SECONDS = 10;
/** A negative control has to stay up for much longer than a host that is forced off. */
export const STILL_UP_MS = 45_000;

/** A service that systemd waits for. */
export const HANGING = {
  'hangs.service': `[Service]\nExecStart=${STUBBORN}\nTimeoutStopSec=infinity\n[Install]\nWantedBy=multi-user.target\n`,
};

/** As with k3s: its pods outlive the service, and some ignore SIGTERM. */
const LINGERING = {
  'k3s.service': `[Service]
Type=oneshot
RemainAfterExit=yes
KillMode=process
ExecStart=/bin/sh -c "${STUBBORN} & exit 0"
[Install]
WantedBy=multi-user.target
`,
};

/** A service that OpenRC waits for. */
const HANGING_OPENRC = { hangs: '#!/sbin/openrc-run\nstart() { :; }\nstop() { while :; do sleep 1; done; }\n' };

/** The log of killpowerd is a pipe that is full, and the driver of an RTC does not return. */
const STUCK = [
  'mkdir -p /run/rtc/rtc0',
  'mkfifo /run/rtc/rtc0/wakealarm /run/full',
  'exec 3<>/run/full',
  'dd if=/dev/zero of=/run/full bs=4096 count=64 oflag=nonblock status=none 2>/dev/null',
  'sleep infinity >/dev/null 2>&1 &',
].join('\n');
const STUCK_SYSTEMD = {
  'stuck.service': `[Unit]
Before=killpowerd.service
DefaultDependencies=no
After=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c '${STUCK.replaceAll('\n', '; ').replace(/&$/, '& true')}'
[Install]
WantedBy=multi-user.target
`,
};
const STUCK_OPENRC = {
  stuck: `#!/sbin/openrc-run
depend() { before ccapply; }
start() {
${STUCK}
ln -sf /run/full /var/log/killpowerd.log
echo 'export KILLPOWERD_RTC=/run/rtc' >/etc/conf.d/killpowerd
}
`,
};

/** Sets a deadline and measures the time to off, which must be that of the halt budget. */
async function forcedOff(scenario: Scenario, machine: Machine, disturb?: () => Promise<void>): Promise<void> {
  await started(scenario, machine);
  const from = machine.set('deadline', 1, HALT_SECONDS);
  await disturb?.();
  const took = await off(scenario, machine, 'forced', from);
  scenario.measure(`off after a deadline in 1 s and a halt budget of ${HALT_SECONDS} s`, seconds(took));
  const budgetMs = HALT_SECONDS * 1000;
  scenario.check('it is forced off at the end of the halt budget', took > budgetMs && took < budgetMs + 4000);
}

/** The same with a part removed: the host stays up. */
async function staysUp(scenario: Scenario, machine: Machine): Promise<void> {
  await started(scenario, machine);
  machine.set('deadline', 1, HALT_SECONDS);
  await scenario.pass('no forced power-off', STILL_UP_MS);
  scenario.check(`control: it is still up after ${STILL_UP_MS / 1000} s`, !machine.isOff);
  scenario.measure(`off after a deadline in 1 s and a halt budget of ${HALT_SECONDS} s`, `> ${seconds(STILL_UP_MS)}`);
}

/** Removes or replaces a text in a synthesized file. */
const without =
  (line: string, by = '') =>
  (text: string) => {
    if (!text.includes(line))
      throw new Error(`the file has no "${line}" to remove; update test/drill/power-host/hanging.ts`);
    return text.replace(line, by);
  };

/** A service ignores SIGTERM. */
export const hangingSystemd = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: HANGING }, (machine) => forcedOff(scenario, machine));

/** The same while a reboot waits for that service: it ends in a power-off. */
export const rebootUnderWay = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: HANGING }, (machine) =>
    forcedOff(scenario, machine, async () => {
      const { code } = await machine.exec('systemctl reboot --no-block');
      scenario.check('a reboot is under way', code === 0);
    }),
  );

export const hangingSystemdControl = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: HANGING, change: without('DefaultDependencies=no\n') }, (machine) =>
    staysUp(scenario, machine),
  );

/** Pods delay the end of the shutdown, after systemd has sent SIGTERM to all remaining processes. */
export const lingeringPods = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: LINGERING }, (machine) => forcedOff(scenario, machine));

export const lingeringPodsControl = (scenario: Scenario): Promise<void> =>
  withSystemd(
    scenario,
    { units: LINGERING, change: without('ExecStart=@/bin/sh @killpowerd', 'ExecStart=/bin/sh') },
    (machine) => staysUp(scenario, machine),
  );

/** A service whose stop function does not return. killpowerd is killed while the host hangs; the halt budget does not restart. */
export const hangingOpenrc = (scenario: Scenario): Promise<void> =>
  withK3os(scenario, { services: HANGING_OPENRC }, (machine) =>
    forcedOff(scenario, machine, async () => {
      await scenario.pass('the host halts', 6000);
      await killKillpowerd(scenario, machine);
    }),
  );

export const hangingOpenrcControl = (scenario: Scenario): Promise<void> =>
  withK3os(scenario, { services: HANGING_OPENRC, change: without('keyword -shutdown', 'keyword') }, (machine) =>
    staysUp(scenario, machine),
  );

const DEADLINE_SECONDS = 5;

/** A log or a driver that does not return delays the power-off by 1 s at each call. */
async function offInTime(scenario: Scenario, machine: Machine): Promise<void> {
  await started(scenario, machine);
  const from = machine.set('deadline', DEADLINE_SECONDS, 60);
  const took = await off(scenario, machine, 'deadline', from);
  scenario.measure(`off after a deadline in ${DEADLINE_SECONDS} s`, seconds(took));
  inTime(scenario, 'deadline', took, DEADLINE_SECONDS);
}

export const stuckSystemd = (scenario: Scenario): Promise<void> =>
  withSystemd(
    scenario,
    {
      units: STUCK_SYSTEMD,
      change: without('[Service]\n', '[Service]\nStandardError=file:/run/full\nEnvironment=KILLPOWERD_RTC=/run/rtc\n'),
    },
    (machine) => offInTime(scenario, machine),
  );

export const stuckOpenrc = (scenario: Scenario): Promise<void> =>
  withK3os(scenario, { services: STUCK_OPENRC }, (machine) => offInTime(scenario, machine));

export const stuckOpenrcControl = (scenario: Scenario): Promise<void> =>
  withK3os(
    scenario,
    { services: STUCK_OPENRC, change: without('tries=50\n', 'tries=0; wait "$!"\n') },
    async (machine) => {
      await machine.boot();
      await scenario.pass('killpowerd starts', 10_000);
      machine.set('deadline', 1, HALT_SECONDS);
      await scenario.pass('no power-off', 35_000);
      scenario.check('control: it is still up', !machine.isOff);
    },
  );
