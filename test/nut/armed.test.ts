import { writeFileSync } from 'node:fs';
import { nutFiles } from '../../lib/nut/files';
import type { NutModel } from '../../lib/nut/model';
import { SHELLS } from '../support/shells';
import { MODEL, PodScripts, UPTIME } from './pod-scripts';

// each step starts a shell, which is slow on a busy machine
jest.setTimeout(60_000);

const NOT_ARMED: NutModel = { ...MODEL, armed: false };

describe('power.armed: false', () => {
  test.each(['agent', 'primary'])('upsmon of the %s needs no supply, so it never shuts down', (role) => {
    const [armed, notArmed] = [MODEL, NOT_ARMED].map((model) => nutFiles(model)[`srv1.${role}.upsmon.conf`]);
    expect(armed).toContain('MINSUPPLIES 1\n');
    expect(notArmed).toContain('MINSUPPLIES 0\n');
  });

  describe.each(SHELLS)('under $shell', ({ command }) => {
    let pod: PodScripts;
    const start = (model: NutModel) => {
      pod = new PodScripts(command, { ...model, actuator: 'logind' }, 'srv1');
      writeFileSync(pod.path('bin/dbus-send'), '#!/bin/sh\necho "$*" >>"$UPSES/bus"\n', { mode: 0o755 });
      pod.ups('ups1', 'ups.status', 'OB LB');
    };
    afterEach(() => pod.remove());
    /** What the scripts did to killpowerd, logind and the UPS. */
    const acted = () => ({
      lines: [pod.line('deadline'), pod.line('lease')].some((line) => line !== undefined),
      logind: pod.asked('bus').some((call) => call.includes('ScheduleShutdown')),
      ups: [...pod.declared, ...pod.told].length > 0,
    });
    const NOTHING = { lines: false, logind: false, ups: false };

    const CALLERS: readonly (readonly [string, () => unknown])[] = [
      ['commit.sh', () => pod.run('commit.sh', ['because'])],
      ['shutdown.sh', () => pod.run('shutdown.sh')],
      ['notify.sh at SHUTDOWN', () => pod.run('notify.sh', [], { NOTIFYTYPE: 'SHUTDOWN', UPSNAME: 'ups1' })],
      ['notify.sh at FSD', () => pod.run('notify.sh', [], { NOTIFYTYPE: 'FSD', UPSNAME: 'ups1' })],
      ['second.sh at low battery', () => pod.look()],
    ];

    test.each(CALLERS)('%s acts on nothing, and does on all of it when armed', async (_, call) => {
      start(NOT_ARMED);
      await call();
      expect(acted()).toEqual(NOTHING);
      pod.remove();
      start(MODEL);
      await call();
      expect(acted()).toEqual({ lines: true, logind: true, ups: true });
    });

    test('second.sh logs at low battery what would have been done', async () => {
      start(NOT_ARMED);
      expect((await pod.look()).split('\n')).toEqual(
        expect.arrayContaining([
          'agent: not armed: this node would power off in 12 s (second-opinion)',
          'agent: not armed: forced shutdown (FSD) of ups1 would be set',
          'agent: not armed: ups1 would cut its output in 120 s and restore it when mains power returns',
        ]),
      );
    });

    test('second.sh takes no lease on battery, and logs that it would', async () => {
      start(NOT_ARMED);
      pod.ups('ups1', 'ups.status', 'OB');
      expect(await pod.look()).toContain('not armed: on battery; this node would power off in 20 s unless');
      expect(acted()).toEqual(NOTHING);
    });

    test('second.sh releases the lease of an armed pod before it', async () => {
      start(NOT_ARMED);
      pod.common(`write_line lease ${UPTIME + 5} lease`);
      expect(await pod.look()).toContain('not armed; dead-man lease released');
      expect(pod.line('lease')).toBeUndefined();
    });

    test('the same is logged once a minute at most', () => {
      start(NOT_ARMED);
      const logged = (uptime: number) => {
        pod.clock(uptime);
        return pod.run('commit.sh', ['because']).stdout.includes('this node would power off');
      };
      expect([0, 2, 59, 60, 62].map((after) => logged(UPTIME + after))).toEqual([true, false, false, true, false]);
    });

    test('declare.sh refuses, and says what to do', () => {
      start(NOT_ARMED);
      const { status, stderr } = pod.run('declare.sh', ['ups1']);
      expect([status, pod.declared]).toEqual([1, []]);
      expect(stderr).toContain('power.armed is false, so FSD is not set on ups1; set it to true');
    });
  });
});
