import type { Scenario } from '../scenario';
import { seconds } from '../scenario';
import { killKillpowerd, off, started } from './life';
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

export const hangingSystemdControl = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: HANGING, change: without('DefaultDependencies=no\n') }, (machine) =>
    staysUp(scenario, machine),
  );

/** Pods delay the end of the shutdown, after systemd has sent SIGTERM to all remaining processes. */
export const lingeringPods = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: LINGERING }, (machine) => forcedOff(scenario, machine));

export const lingeringPodsControl = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: LINGERING, change: without('@/bin/sh @killpowerd', '/bin/sh') }, (machine) =>
    staysUp(scenario, machine),
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
  withK3os(scenario, { services: HANGING_OPENRC, change: without('  keyword -shutdown\n') }, (machine) =>
    staysUp(scenario, machine),
  );
