import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterInput } from '../../../lib/cluster/schema';
import { answers } from '../../../lib/live/rehearsal/answers';
import { rehearse, type Senses } from '../../../lib/live/rehearsal/rehearse';
import { type Rehearsal, rehearsalText } from '../../../lib/live/rehearsal/result';
import { command } from '../processes';
import type { Scenario } from '../scenario';
import { sleep, until } from '../timeline';
import { type PowerLab, type PowerLabOptions, perMachine, withPowerLab } from './power-lab';
import { withoutForce } from './sabotage';
import { addresses, inOwnSubnet, MACHINES, powerSite, SERVER, UPS } from './site';

/** Clock of the rehearsal and of the lab: a host is seen once a second. */
const SEEN_WITHIN_MS = 5000;

/**
 * A rehearsal of a site, by a person who does what it says. upsc in the pod stands for `kubectl exec`; the hosts are asked over the
 * network of the lab.
 */
async function rehearsed(
  scenario: Scenario,
  third: number,
  options: PowerLabOptions & { readonly power?: ClusterInput['power']; readonly blind?: boolean },
  check: (lab: PowerLab, result: Rehearsal) => void,
): Promise<void> {
  const site = inOwnSubnet(third);
  const [gateway, station] = [addresses(third)(1), addresses(third)(40)];
  const cluster = powerSite({
    ...site,
    network: { ...site.network, gateway },
    ...(options.power && { power: options.power }),
  });
  const printed: string[] = [];
  await withPowerLab(scenario, { ...options, cluster }, async (lab) => {
    await lab.network.join(`${gateway}/24`, `${station}/24`);
    // the gateway is an address of this process too, which it reaches by lo
    await command('ip', 'link', 'set', 'lo', 'up');
    const [ups] = cluster.ups;
    if (!ups) throw new Error('the site has no UPS');
    const device = lab.ups(UPS);
    let hasNetwork = true;
    let failure: unknown;
    /** The outage takes the network of the station with it, and the person acts without it. */
    const goBlind = async (): Promise<void> => {
      hasNetwork = false;
      // the kernel removes the others of a subnet with its first address
      await lab.network.leave(`${station}/24`, `${gateway}/24`);
      await until(() => !device.loadOn, 130_000, 'the UPS cuts its output');
      await sleep(2000);
      device.mains(true);
      await until(() => lab.hosts.every(({ state }) => state === 'running'), 60_000, 'every node boots');
      await lab.network.join(`${gateway}/24`, `${station}/24`);
      hasNetwork = true;
    };
    const senses: Senses = {
      answers,
      sleep,
      now: Date.now,
      upsStatus: async () => (hasNetwork && (await lab.upsStatus()).join(' ')) || undefined,
      lastPowerOff: async () => undefined,
      pressed: () => !device.loadOn,
      print: (line) => {
        printed.push(line);
        scenario.timeline.log('rehearsal', line);
        obey(line).catch((error: unknown) => {
          failure = error;
        });
      },
    };
    const obey = async (line: string): Promise<void> => {
      if (line.includes('Pull the plug')) device.mains(false);
      if (line.includes('Leave it unplugged. The shutdown begins')) {
        device.lowBattery();
        if (options.blind) await goBlind();
      }
      if (line.includes('no host powers off')) {
        device.lowBattery();
        await sleep(10_000);
        device.mains(true);
      }
      if (line.includes(`Plug ${UPS} in. The hosts start`)) device.mains(true);
    };
    scenario.step = 'the rehearsal';
    const result = await rehearse(cluster, ups, senses, 240_000);
    if (failure !== undefined) throw failure;
    printed.push(rehearsalText(UPS, result));
    check(lab, result);
  });
  writeFileSync(join(scenario.logFolder, 'rehearsal.log'), `${printed.join('\n')}\n`);
}

/** What a rehearsal measures is what the lab did. */
export const rehearsal = (scenario: Scenario): Promise<void> =>
  rehearsed(scenario, 7, {}, (_, { problems, hosts, onLine }) => {
    scenario.check('all was as planned', problems.length === 0, problems.join('; '));
    scenario.measure(
      'off after the shutdown began',
      perMachine((name) => `${hosts[name]?.offAfterSeconds} s`),
    );
    scenario.measure(
      'margin to the cut',
      perMachine((name) => `${hosts[name]?.marginSeconds} s`),
    );
    // in the boot that follows, the lab has forgotten when a host was off; its events have not
    for (const name of MACHINES) {
      const off = scenario.timeline.events.find(({ source, text }) => source === name && text === 'off')?.at;
      const seen = scenario.timeline.atWallClock(Date.parse(hosts[name]?.off ?? ''));
      scenario.check(
        `${name} is seen off within ${SEEN_WITHIN_MS / 1000} s of its power-off`,
        off !== undefined && Math.abs(seen - off) <= SEEN_WITHIN_MS,
        `${((seen - (off ?? Number.NaN)) / 1000).toFixed(1)} s`,
      );
    }
    scenario.check(
      'every host is back, and so is mains power',
      MACHINES.every((name) => hosts[name]?.back) && onLine !== null,
    );
  });

/** A host that hangs in its halt and is not forced off: the rehearsal has to say so. */
export const controlRehearsal = (scenario: Scenario): Promise<void> =>
  rehearsed(scenario, 8, { hangs: [SERVER], sabotage: withoutForce }, (lab, { problems }) => {
    scenario.check('control: the host is cut while it runs', lab.host(SERVER).dirtyCuts === 1);
    scenario.check(
      'control: the rehearsal reports this host, and no other',
      problems.length > 0 && problems.every((problem) => problem.startsWith(`${SERVER} was`)),
      problems.join('; '),
    );
  });

/** A site that is not armed: the rehearsal ends with mains power, and every host stays on. */
export const rehearsalNotArmed = (scenario: Scenario): Promise<void> =>
  rehearsed(scenario, 9, { power: { armed: false } }, (lab, { problems, lowBattery, shutdown }) => {
    scenario.check('all was as planned', problems.length === 0, problems.join('; '));
    scenario.check('low battery was seen, and no shutdown', lowBattery !== null && shutdown === null);
    scenario.check(
      'every host stays on',
      lab.hosts.every(({ state, boots }) => state === 'running' && boots === 1),
    );
  });

/** The computer that watches has no network from low battery until the nodes have booted: what it did not see is unknown. */
export const rehearsalBlind = (scenario: Scenario): Promise<void> =>
  rehearsed(scenario, 10, { blind: true }, (lab, { blind, problems, hosts, onLine }) => {
    scenario.check('it ends when mains power is back, and says that it had no network', blind && onLine !== null);
    scenario.check(
      'no host has a time of its power-off',
      Object.values(hosts).every(({ off, offAfterSeconds }) => off === null && offAfterSeconds === null),
    );
    scenario.check('it does not count as planned', problems.length > 0, problems.join('; '));
    scenario.check(
      'control: every node powered off and booted',
      lab.hosts.every(({ boots, dirtyCuts }) => boots === 2 && dirtyCuts === 0),
    );
  });
