import type { ClusterInput } from '../../../lib/cluster/schema';
import { readProjectFile } from '../../../lib/files/project';
import { type Result, run } from '../processes';
import { type Scenario, seconds } from '../scenario';
import { HANGING, STILL_UP_MS } from './hanging';
import { off } from './life';
import type { Machine } from './machine';
import { withSystemd } from './site';

const SCRIPT = '/var/lib/pod/logind.sh';
/** Outlives a reboot. */
const STATE = '/var/lib/pod/state';
/** Tolerance of times that are counted in whole seconds. */
const SLACK_MS = 2000;

const LOGIND: Partial<ClusterInput> = {
  power: { actuator: 'logind' },
  images: { nut: 'registry.home.arpa/nut:2.8.3' },
};

/** Runs logind.sh as a pod does: without capabilities, in a PID namespace of its own, with the system bus of the host. */
function pod(machine: Machine, ...args: readonly string[]): Promise<Result> {
  return run('nsenter', [
    ...['--target', String(machine.pid), '--mount', '--net', '--pid', '--root', '--wd'],
    ...['unshare', '--pid', '--fork', 'setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
    ...['env', `LOGIND_STATE=${STATE}`, 'sh', SCRIPT, ...args],
  ]);
}

/** The time of the power-off that logind has scheduled, in milliseconds since 1970; undefined without one. */
async function planned(machine: Machine): Promise<number | undefined> {
  const { stdout } = await machine.exec('cat /run/systemd/shutdown/scheduled');
  const at = /^USEC=(\d+)$/m.exec(stdout)?.[1];
  return at && /^MODE=poweroff$/m.test(stdout) ? Number(at) / 1000 : undefined;
}

async function booted(scenario: Scenario, machine: Machine): Promise<void> {
  await machine.boot();
  const isUp = async () =>
    (await machine.exec('systemctl is-active --quiet multi-user.target systemd-logind')).code === 0;
  await scenario.reach('logind runs', 60_000, isUp);
}

function withLogind(
  scenario: Scenario,
  units: Readonly<Record<string, string>>,
  body: (machine: Machine) => Promise<void>,
) {
  return withSystemd(scenario, { units, changes: LOGIND }, async (machine) => {
    machine.write(SCRIPT, readProjectFile('lib/nut/scripts/logind.sh'));
    await booted(scenario, machine);
    await body(machine);
  });
}

/** Nothing is installed on the host. A lease, its cancel, deadlines beside a lease, a reboot, a lease that expires. */
export const logind = (scenario: Scenario): Promise<void> =>
  withLogind(scenario, {}, async (machine) => {
    const { code } = await machine.exec('test -e /usr/local/sbin/killpowerd');
    scenario.check('no killpowerd is installed on the host', code !== 0);
    const step = async (args: string, what: string, holds: (at: number | undefined, from: number) => boolean) => {
      const from = Date.now();
      const result = await pod(machine, ...args.split(' '));
      const at = await planned(machine);
      const detail = `${seconds(at && at - Date.now())} ${result.stderr.trim()}`;
      scenario.check(`"${args}": logind schedules ${what}`, holds(at, from) && result.code === 0, detail);
      return at;
    };
    const nothing = (args: string) => step(args, 'nothing', (at) => at === undefined);
    const powerOff = (args: string, inSeconds: number) =>
      step(args, `a power-off in ${inSeconds} s`, (at = Number.NaN, from) => {
        const due = inSeconds * 1000;
        return at > from + due - SLACK_MS && at < Date.now() + due + SLACK_MS;
      });
    const sameAs = (before: number | undefined, args: string) =>
      step(args, 'the power-off it had', (at = Number.NaN) => Math.abs(at - (before ?? 0)) < SLACK_MS);

    await nothing('check');
    await powerOff('lease 20', 20);
    await powerOff('lease 30', 30);
    await nothing('cancel');
    const deadline = await powerOff('arm 60 drill', 60);
    await sameAs(deadline, 'lease 20');
    await sameAs(deadline, 'cancel');
    await sameAs(deadline, 'arm 90 drill');
    const armed = scenario.timeline.now();
    await powerOff('arm 5 drill', 5);
    scenario.measure('off after "arm 5"', seconds(await off(scenario, machine, 'armed', armed)));

    await booted(scenario, machine);
    await nothing('cancel');
    scenario.check('the deadline of an earlier boot does nothing: no boot loop', !machine.isOff);
    const lease = scenario.timeline.now();
    await powerOff('lease 4', 4);
    scenario.measure('off after "lease 4"', seconds(await off(scenario, machine, 'lease not renewed', lease)));
  });

/** The limit of logind: no forced power-off. */
export const logindHangs = (scenario: Scenario): Promise<void> =>
  withLogind(scenario, HANGING, async (machine) => {
    await pod(machine, 'arm', '1', 'drill');
    await scenario.pass('no forced power-off', STILL_UP_MS);
    scenario.check(`it is still up after ${STILL_UP_MS / 1000} s`, !machine.isOff);
    scenario.measure('off after "arm 1"', `> ${seconds(STILL_UP_MS)}`);
  });
