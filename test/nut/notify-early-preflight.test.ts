import { readFileSync, writeFileSync } from 'node:fs';
import type { NutModel } from '../../lib/nut/model';
import { SHELLS } from '../support/shells';
import { BOOT, MODEL, PodScripts, twoFeeds, UPTIME } from './pod-scripts';

jest.setTimeout(60_000);

describe.each(SHELLS)('under $shell', ({ command }) => {
  let pod: PodScripts;
  const start = (model: NutModel): PodScripts => {
    pod?.remove();
    pod = new PodScripts(command, model, 'srv1');
    return pod;
  };
  beforeEach(() => {
    pod = new PodScripts(command, MODEL, 'srv1');
  });
  afterEach(() => pod.remove());

  describe('notify.sh', () => {
    const notify = (NOTIFYTYPE: string) => pod.run('notify.sh', ['text'], { NOTIFYTYPE, UPSNAME: 'ups1' });

    test.each([
      ['SHUTDOWN', 1, true],
      ['FSD', 1, true],
      ['LOWBATT', 1, false],
      ['ONBATT', 1, false],
      ['SHUTDOWN', 2, true],
      ['FSD', 2, false],
    ])('%s with %i feeds', (type, feeds, commits) => {
      if (feeds === 2) start(twoFeeds(1));
      expect(notify(type).stdout).toContain(`agent: ${type} ups1`);
      expect(pod.line('deadline') !== undefined).toBe(commits);
    });
  });

  describe('early-reached.sh', () => {
    const EARLY = { onBatterySeconds: 60, chargeBelowPercent: 40, runtimeBelowSeconds: 300 };
    const SYSTEM = 'ups1@127.0.0.1:3493';
    const isReached = (...limits: string[]) => pod.run('early-reached.sh', [SYSTEM, '0', ...limits]).status === 0;
    /** Five polls of 2 s. */
    const CONFIRMED = 10;

    test.each([
      ['OB', '41', '300', false],
      ['OB', '39', '9999', true],
      ['OB', '39.9', '9999', true],
      ['OB', '100', '299', true],
      ['OB', 'unknown', '', false],
      ['OL', '1', '1', false],
      ['OB CAL', '1', '1', false],
      ['FSD OB', '1', '1', false],
    ])('at "%s" with charge %s and runtime %s', (status, charge, runtime, reached) => {
      start({ ...MODEL, early: EARLY }).ups('ups1', 'ups.status', status);
      pod.ups('ups1', 'battery.charge', charge);
      pod.ups('ups1', 'battery.runtime', runtime);
      expect(isReached()).toBe(false);
      pod.write('proc/uptime', `${UPTIME + CONFIRMED}.01 1.0\n`);
      expect(isReached()).toBe(reached);
    });

    test('is false for one bad reading', () => {
      start({ ...MODEL, early: EARLY }).ups('ups1', 'ups.status', 'OB');
      const at = (uptime: number, charge: string): boolean => {
        pod.write('proc/uptime', `${uptime}.01 1.0\n`);
        pod.ups('ups1', 'battery.charge', charge);
        return isReached();
      };
      expect([at(100, '39'), at(109, '39'), at(110, '39')]).toEqual([false, false, true]);
      expect([at(111, '40'), at(112, '39'), at(121, '39'), at(122, '39')]).toEqual([false, false, false, true]);
    });

    test.each(['', 'garbage', '12 34'])('starts over when the time it kept is "%s"', (text) => {
      start({ ...MODEL, early: EARLY }).ups('ups1', 'ups.status', 'OB');
      const kept = `var/run/nut/on-battery.agent..${SYSTEM}`;
      pod.write(kept, text);
      expect(pod.run('early-reached.sh', [SYSTEM, '0'])).toMatchObject({ status: 1, stderr: '' });
      expect(readFileSync(pod.path(kept), 'utf8')).toBe(`${UPTIME}\n`);
    });

    describe('after an outage', () => {
      const HOUR = 3600;
      const NOW = Math.floor(Date.now() / 1000);
      test.each([
        ['begins at once with a battery that is not charged', NOW - 60, '50', true],
        ['begins at once with a UPS that does not report its charge', NOW - 60, '', true],
        ['begins at once where the clock is behind', NOW + HOUR, '', true],
        ['keeps to the limits with a charged battery', NOW - 60, '90', false],
        ['keeps to the limits hours later', NOW - 8 * HOUR, '', false],
        ['keeps to the limits without a record', 'never', '', false],
      ])('%s', (_, off, charge, reached) => {
        pod.ups('ups1', 'ups.status', 'OB');
        pod.ups('ups1', 'battery.charge', charge);
        if (off !== 'never') pod.write('killpower/last', `${off} deadline: primary\n`);
        expect(isReached()).toBe(false);
        pod.write('proc/uptime', `${UPTIME + CONFIRMED}.01 1.0\n`);
        expect(isReached()).toBe(reached);
      });
    });

    test('has the limits of the node where it is to be shed, and their times', () => {
      const nodes = MODEL.nodes.map((node) => ({ ...node, shed: { onBatterySeconds: 20 } }));
      start({ ...MODEL, nodes, early: EARLY }).ups('ups1', 'ups.status', 'OB');
      expect([isReached('shed'), isReached()]).toEqual([false, false]);
      pod.write('proc/uptime', `${UPTIME + 20}.01 1.0\n`);
      expect([isReached('shed'), isReached()]).toEqual([true, false]);
    });

    test('begins at once after the cut of a UPS whose node stayed up', () => {
      pod.ups('ups1', 'ups.status', 'OB');
      pod.write(`killpower/.cut.ups1.${BOOT}`, `${UPTIME - 100}\n`);
      expect(isReached()).toBe(false);
      pod.write('proc/uptime', `${UPTIME + CONFIRMED}.01 1.0\n`);
      expect(isReached()).toBe(true);
    });

    test('counts the time on battery, and starts over after mains power was back', () => {
      start({ ...MODEL, early: EARLY });
      const at = (uptime: number, status: string): boolean => {
        pod.write('proc/uptime', `${uptime}.01 1.0\n`);
        pod.ups('ups1', 'ups.status', status);
        return isReached();
      };
      expect([at(100, 'OB'), at(159, 'OB'), at(160, 'OB')]).toEqual([false, false, true]);
      expect([at(161, 'OL'), at(170, 'OB'), at(229, 'OB'), at(230, 'OB')]).toEqual([false, false, false, true]);
    });
  });

  describe('preflight.sh', () => {
    const said = () => pod.run('preflight.sh').stdout.trim().split('\n');

    const healthy = () => {
      pod.write('killpower/heartbeat', `${BOOT} ${UPTIME - 1} ${MODEL.killpowerdHash}\n`);
      pod.ups('ups1', 'ups.status', 'OL');
      pod.ups('ups1', 'commands', 'Instant commands supported on UPS [ups1]:\n\nshutdown.return - Turn off the load');
      pod.ups('ups1', 'ups.delay.shutdown', '120');
      pod.write('ups/clients', '127.0.0.1\n10.0.0.2\n127.0.0.1\n');
    };
    beforeEach(healthy);

    test('prints ready without a problem', () => {
      expect(said()).toEqual(['ready']);
      expect(pod.run('preflight.sh').status).toBe(0);
    });

    test.each([
      ['an old heartbeat', `${BOOT} ${UPTIME - 11}\n`],
      ['a heartbeat of another boot', `another-boot ${UPTIME}\n`],
      ['half a heartbeat', BOOT],
    ])('reports %s', (_what, heartbeat) => {
      pod.write('killpower/heartbeat', heartbeat);
      expect(said()).toEqual([expect.stringContaining('killpowerd is not running on srv1')]);
    });

    test('notices a killpowerd of another version, which is no problem', () => {
      pod.write('killpower/heartbeat', `${BOOT} ${UPTIME - 1}\n`);
      expect(said()).toEqual([expect.stringContaining('killpowerd on srv1 is another version'), 'ready']);
    });

    test('notices that power.armed is false, which is no problem', () => {
      start({ ...MODEL, armed: false });
      healthy();
      expect(said()).toEqual([expect.stringContaining('power.armed is false: nothing would power srv1 off'), 'ready']);
    });

    describe('with logind', () => {
      /** The answer of logind to CanPowerOff. */
      const answers = (answer: string) => {
        start({ ...MODEL, actuator: 'logind' });
        healthy();
        const bus = `#!/bin/sh\ncase "$*" in *login1.Manager.CanPowerOff) ${answer} ;; *) exit 1 ;; esac\n`;
        writeFileSync(pod.path('bin/dbus-send'), bus, { mode: 0o755 });
      };

      test('prints ready when logind can power the node off', () => {
        answers(`echo '   string "yes"'`);
        expect(said()).toEqual(['ready']);
      });

      test.each(['exit 1', `echo '   string "challenge"'`, `echo '   string "na"'`])(
        'reports that logind cannot: %s',
        (answer) => {
          answers(answer);
          expect(said()).toEqual([expect.stringContaining('systemd-logind on srv1 does not confirm')]);
        },
      );
    });

    test('reports another delay, a missing command, and a node that is not logged in', () => {
      pod.ups('ups1', 'ups.delay.shutdown', '20');
      pod.ups('ups1', 'commands', 'load.off - Turn off the load');
      pod.write('ups/clients', '127.0.0.1\n127.0.0.1\n10.0.0.22\n');
      expect(said()).toEqual([
        expect.stringContaining('ups1 does not support shutdown.return'),
        'ups1 would cut its output after 20 s, but cluster.yaml plans with 120 s; correct its offdelay',
        expect.stringContaining('srv2 (10.0.0.2) is not logged in to ups1'),
      ]);
      expect(pod.run('preflight.sh').status).toBe(1);
    });

    test('reads the delays of a driver that multiplies them', () => {
      start({ ...MODEL, cabled: MODEL.cabled.map((ups) => ({ ...ups, shownDelays: { off: 360, on: 540 } })) });
      healthy();
      expect(said()).toEqual([expect.stringContaining('ups1 would cut its output after 40 s')]);
      pod.ups('ups1', 'ups.delay.shutdown', '360');
      expect(said()).toEqual(['ready']);
      pod.ups('ups1', 'ups.delay.start', '539');
      expect(said()).toEqual([expect.stringContaining('ups1 would restore its output too early')]);
      pod.ups('ups1', 'ups.delay.start', '540');
      expect(said()).toEqual(['ready']);
    });

    test('reports that one of the two upsmons on the node with the cable is missing', () => {
      pod.write('ups/clients', '127.0.0.1\n10.0.0.2\n');
      expect(said()).toEqual([expect.stringContaining('srv1 (127.0.0.1) is not logged in to ups1')]);
    });

    test('prints ready and a remark when a host outside the cluster is not logged in', () => {
      const clients = [{ name: 'nas', address: '10.0.0.40', user: 'nas' }];
      start({ ...MODEL, cabled: MODEL.cabled.map((ups) => ({ ...ups, clients })) });
      healthy();
      expect(said()).toEqual([
        expect.stringContaining('nas (10.0.0.40) is not logged in to ups1; if it is on'),
        'ready',
      ]);
      pod.write('ups/clients', '127.0.0.1\n127.0.0.1\n10.0.0.2\n10.0.0.40\n');
      expect(said()).toEqual(['ready']);
    });

    test('prints ready and a remark when a UPS does not report its delay', () => {
      pod.ups('ups1', 'ups.delay.shutdown', undefined);
      expect(said()).toEqual([expect.stringContaining('ups1 does not report ups.delay.shutdown'), 'ready']);
    });

    test('reports that upsd has another primary password than the Secret', () => {
      pod.write('secret/primary', 'changed-meanwhile');
      expect(said()).toEqual([
        'upsd does not take the primary password of the Secret for ups1 (ERR ACCESS-DENIED), so nothing could command it; see the log of the container upsd',
      ]);
    });

    test.each([
      ['battery.charge', { chargeBelowPercent: 40 }],
      ['battery.runtime', { runtimeBelowSeconds: 300 }],
    ])('reports a limit of %s that the UPS does not report', (variable, early) => {
      start({ ...MODEL, early });
      healthy();
      const problem = (value: string) =>
        `ups1 does not report ${variable} as a number (${value}), so its limit of power.earlyShutdown would never be reached; use another limit`;
      expect(said()).toEqual([problem('nothing')]);
      pod.ups('ups1', variable, 'NA');
      expect(said()).toEqual([problem('NA')]);
      pod.ups('ups1', variable, '85.0');
      expect(said()).toEqual(['ready']);
    });

    test('reports a limit at which the node would never be shed', () => {
      const nodes = MODEL.nodes.map((node) => ({ ...node, shed: { chargeBelowPercent: 50 } }));
      start({ ...MODEL, nodes });
      healthy();
      const problem = 'so its limit of nodes[].shed of srv1 would never be reached; use another limit';
      expect(said()).toEqual([expect.stringContaining(problem)]);
      pod.ups('ups1', 'battery.charge', '85');
      expect(said()).toEqual(['ready']);
    });

    test('notices nodes that it could not wake, which is no problem', () => {
      pod.write('var/run/nut/unknown', ' srv2\n');
      expect(said()).toEqual([expect.stringContaining('the MAC address of srv2 is unknown'), 'ready']);
    });

    test('reports a UPS without data', () => {
      pod.ups('ups1', 'ups.status', undefined);
      expect(said()).toEqual(['no data from ups1@127.0.0.1:3493; check its upsd and its driver']);
    });
  });

  describe('ready.sh', () => {
    const ready = (looked: number | undefined, preflight = 'ready') => {
      if (looked !== undefined) pod.write('var/run/nut/looked', `${looked}\n`);
      pod.write('var/run/nut/preflight', `${preflight}\n`);
      const { status, stdout } = pod.run('ready.sh');
      return [status, stdout.trim()];
    };

    test.each([
      ['is ready when the loop runs and preflight finds nothing', UPTIME, 'ready', 0, ''],
      ['prints what preflight found', UPTIME, 'no data from ups1', 1, 'no data from ups1'],
      ['prints that no UPS was polled yet', undefined, 'ready', 1, 'second has not polled the UPSes yet'],
      ['prints for how long no UPS was polled', UPTIME - 61, 'ready', 1, 'second has not polled the UPSes for 61 s'],
    ])('%s', (_, looked, preflight, status, printed) => {
      expect(ready(looked, preflight)).toEqual([status, printed]);
    });
  });
});
