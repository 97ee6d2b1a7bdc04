import type { Scenario } from '../scenario';
import { seconds } from '../scenario';
import { killKillpowerd, off, started } from './life';
import type { Machine } from './machine';
import { STUBBORN, withK3os, withSystemd } from './site';

const HALT_SECONDS = 10;
/** A negative control has to be up for much longer than any machine that is forced off. */
export const STILL_UP_MS = 45_000;

/** A service that systemd waits for. */
export const HANGING = {
  'hangs.service': `[Service]\nExecStart=${STUBBORN}\nTimeoutStopSec=infinity\n[Install]\nWantedBy=multi-user.target\n`,
};

/** As k3s does it: its pods outlive the service, and some of them do not care for SIGTERM. */
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

/** Sets a deadline and measures how long the machine takes from then on. It must be the halt budget that ends it. */
async function forcedOff(scenario: Scenario, machine: Machine, disturb?: () => Promise<void>): Promise<void> {
  await started(scenario, machine);
  const from = machine.set('deadline', 1, HALT_SECONDS);
  await disturb?.();
  const took = await off(scenario, machine, 'forced', from);
  scenario.measure(`off after a deadline in 1 s and a halt budget of ${HALT_SECONDS} s`, seconds(took));
  const budgetMs = HALT_SECONDS * 1000;
  scenario.check('it was the halt budget that ended it', took > budgetMs && took < budgetMs + 4000);
}

/** The same with something taken out. */
async function staysUp(scenario: Scenario, machine: Machine): Promise<void> {
  await started(scenario, machine);
  machine.set('deadline', 1, HALT_SECONDS);
  await scenario.pass('nobody forces the machine off', STILL_UP_MS);
  scenario.check(`it is still up after ${STILL_UP_MS / 1000} s`, !machine.isOff);
  scenario.measure(`off after a deadline in 1 s and a halt budget of ${HALT_SECONDS} s`, `> ${seconds(STILL_UP_MS)}`);
}

/** Takes a text out of a synthesized file. */
const without =
  (line: string, by = '') =>
  (text: string) => {
    if (!text.includes(line)) throw new Error(`the file has no "${line}", so there is no control without it`);
    return text.replace(line, by);
  };

/** A service ignores SIGTERM. */
export const hangingSystemd = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: HANGING }, (machine) => forcedOff(scenario, machine));

export const hangingSystemdControl = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: HANGING, change: without('DefaultDependencies=no\n') }, (machine) =>
    staysUp(scenario, machine),
  );

/** Pods hold up the very end of the shutdown, when systemd has sent SIGTERM to all that is left. */
export const lingeringPods = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: LINGERING }, (machine) => forcedOff(scenario, machine));

export const lingeringPodsControl = (scenario: Scenario): Promise<void> =>
  withSystemd(scenario, { units: LINGERING, change: without('@/bin/sh @killpowerd', '/bin/sh') }, (machine) =>
    staysUp(scenario, machine),
  );

/** A service whose stop function does not end. killpowerd is killed while the machine hangs; the budget is not counted anew. */
export const hangingOpenrc = (scenario: Scenario): Promise<void> =>
  withK3os(scenario, { services: HANGING_OPENRC }, (machine) =>
    forcedOff(scenario, machine, async () => {
      await scenario.pass('the machine halts', 6000);
      await killKillpowerd(scenario, machine);
    }),
  );

export const hangingOpenrcControl = (scenario: Scenario): Promise<void> =>
  withK3os(scenario, { services: HANGING_OPENRC, change: without('  keyword -shutdown\n') }, (machine) =>
    staysUp(scenario, machine),
  );
