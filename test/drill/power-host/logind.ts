import type { ClusterInput } from '../../../lib/cluster/schema';
import { readProjectFile } from '../../../lib/project-file';
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

/** Runs logind.sh as a pod does: without any capability, in a PID namespace of its own, with the system bus of the machine. */
function pod(machine: Machine, ...args: readonly string[]): Promise<Result> {
  return run('nsenter', [
    ...['--target', String(machine.pid), '--mount', '--net', '--pid', '--root', '--wd'],
    ...['unshare', '--pid', '--fork', 'setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
    ...['env', `LOGIND_STATE=${STATE}`, 'sh', SCRIPT, ...args],
  ]);
}

/** Milliseconds until the power-off that logind has planned; undefined when it has none. */
async function planned(machine: Machine): Promise<number | undefined> {
  const { stdout } = await machine.exec('cat /run/systemd/shutdown/scheduled');
  const at = /^USEC=(\d+)$/m.exec(stdout)?.[1];
  return at && /^MODE=poweroff$/m.test(stdout) ? Number(at) / 1000 - Date.now() : undefined;
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

/** Nothing of ours is on the machine. A lease taken, cancelled, taken before a deadline; a deadline; a reboot; a lease that ends. */
export const logind = (scenario: Scenario): Promise<void> =>
  withLogind(scenario, {}, async (machine) => {
    const { code } = await machine.exec('test -e /usr/local/sbin/killpowerd');
    scenario.check('there is no file of ours on the machine', code !== 0);
    const step = async (args: string, expectedSeconds: number | undefined) => {
      const result = await pod(machine, ...args.split(' '));
      const left = await planned(machine);
      const expected = (expectedSeconds ?? Number.NaN) * 1000;
      const holds = expectedSeconds === undefined ? left === undefined : Math.abs((left ?? 0) - expected) < SLACK_MS;
      const what = expectedSeconds === undefined ? 'plans nothing' : `plans a power-off in ${expectedSeconds} s`;
      scenario.check(
        `"${args}": logind ${what}`,
        holds && result.code === 0,
        `${seconds(left)} ${result.stderr.trim()}`,
      );
    };
    await step('lease 20', 20);
    await step('lease 30', 30);
    await step('cancel', undefined);
    await step('arm 60 drill', 60);
    await step('lease 20', 20);
    await step('cancel', 60);
    await step('arm 90 drill', 60);
    const armed = scenario.timeline.now();
    await step('arm 5 drill', 5);
    scenario.measure('off after "arm 5"', seconds(await off(scenario, machine, 'armed', armed)));

    await booted(scenario, machine);
    await step('cancel', undefined);
    scenario.check('what was armed in an earlier boot does nothing: no loop', !machine.isOff);
    const lease = scenario.timeline.now();
    await step('lease 4', 4);
    scenario.measure('off after "lease 4"', seconds(await off(scenario, machine, 'lease not renewed', lease)));
  });

/** The price of having nothing on the machine. */
export const logindHangs = (scenario: Scenario): Promise<void> =>
  withLogind(scenario, HANGING, async (machine) => {
    await pod(machine, 'arm', '1', 'drill');
    await scenario.pass('nobody forces the machine off', STILL_UP_MS);
    scenario.check(`it is still up after ${STILL_UP_MS / 1000} s`, !machine.isOff);
    scenario.measure('off after "arm 1"', `> ${seconds(STILL_UP_MS)}`);
  });
