import { existsSync, writeFileSync } from 'node:fs';
import type { NutModel } from '../../lib/nut/model';
import { SHELLS } from '../support/shells';
import { BOOT, MODEL, PodScripts, RETURN, twoFeeds, UPTIME } from './pod-scripts';

// each step starts a shell, which is slow on a busy machine
jest.setTimeout(60_000);

const STAGE = 12;
const LEASE = 20;
const OFF_DELAY = 120;
/** The content of the mark of a UPS that was commanded so many seconds ago. */
const toldBefore = (seconds: number): string => `${UPTIME - seconds}\n`;

describe.each(SHELLS)('under $shell', ({ command }) => {
  let pod: PodScripts;
  const start = (model: NutModel = MODEL, node = 'srv1'): PodScripts => {
    pod?.remove();
    pod = new PodScripts(command, model, node);
    return pod;
  };
  beforeEach(() => {
    pod = new PodScripts(command, MODEL, 'srv1');
  });
  afterEach(() => pod.remove());

  describe('second.sh', () => {
    const CRITICAL = ['OB LB', 'LB OB', 'OB DISCHRG LB', 'ALARM OB LB RB', 'FSD OL', 'FSD OB LB', 'OB LB FSD'];

    test.each(CRITICAL)('commits at "%s" and commands the UPS', async (status) => {
      pod.ups('ups1', 'ups.status', status);
      await pod.look();
      expect(pod.line('deadline')).toEqual([BOOT, String(UPTIME + STAGE), '60', 'second-opinion']);
      expect(pod.told).toEqual([RETURN('ups1')]);
    });

    test.each(['OB', 'OB DISCHRG', 'OB RB', 'ALARM OB'])(
      'takes a lease at "%s" and does not commit',
      async (status) => {
        pod.ups('ups1', 'ups.status', status);
        await pod.look();
        expect(pod.line('lease')).toEqual([BOOT, String(UPTIME + LEASE), '60', 'lease']);
        expect(pod.line('deadline')).toBeUndefined();
        expect(pod.told).toEqual([]);
      },
    );

    const ON_LINE = ['OL', 'OL CHRG', 'OL LB', 'OL CHRG RB', 'OB LB CAL', 'CAL OB', 'OL OFF', 'OL DISCHRG', 'OL TEST'];
    test.each([...ON_LINE, 'BYPASS', 'ALARM BYPASS OVER', 'TRIM', 'BOOST', 'ECO', 'CHRG'])(
      'releases the lease at "%s"',
      async (status) => {
        pod.common(`write_line lease ${UPTIME + 5} lease`);
        pod.ups('ups1', 'ups.status', status);
        await pod.look();
        expect([pod.line('lease'), pod.line('deadline')]).toEqual([undefined, undefined]);
      },
    );

    const UNCLEAR = ['WAIT', 'ALARM', 'LB', 'OFF', 'OVER', 'RB', 'HB', 'TEST', 'A-WORD-OF-TOMORROW'];
    test.each([...UNCLEAR, 'DISCHRG'])('renews the lease at "%s" after on battery', async (status) => {
      pod.common(`write_line lease ${UPTIME + 5} lease`);
      pod.ups('ups1', 'ups.status', status);
      await pod.look();
      expect(pod.line('lease')?.[1]).toBe(String(UPTIME + LEASE));
      expect(pod.line('deadline')).toBeUndefined();
    });

    test.each(UNCLEAR)('takes no lease at "%s"', async (status) => {
      pod.ups('ups1', 'ups.status', status);
      await pod.look();
      expect([pod.line('lease'), pod.line('deadline')]).toEqual([undefined, undefined]);
    });

    test('begins its log with the last power-off of the node', async () => {
      pod.write('killpower/last', '1796000000 deadline: primary\n');
      expect(await pod.look()).toContain('last power-off of this node at 2026-11-30 00:53 UTC (deadline: primary)');
    });

    test('does not touch the lease without data', async () => {
      pod.common(`write_line lease ${UPTIME + 5} lease`);
      await pod.look();
      expect(pod.line('lease')?.[1]).toBe(String(UPTIME + 5));
      expect(pod.line('deadline')).toBeUndefined();
    });

    test('drops the mark of a UPS that was commanded in another boot, or is on line again after its cut', async () => {
      const marks = ['another-boot', BOOT].map((boot) => pod.path(`killpower/.commanded.ups1.${boot}`));
      for (const mark of marks) writeFileSync(mark, toldBefore(OFF_DELAY));
      pod.ups('ups1', 'ups.status', 'OB LB');
      await pod.look();
      expect(marks.map(existsSync)).toEqual([false, true]);
      expect(pod.told).toEqual([]);
      pod.ups('ups1', 'ups.status', 'OL CHRG');
      await pod.look();
      expect(marks.map(existsSync)).toEqual([false, false]);
      expect(pod.killpowerFiles).toContain(`.cut.ups1.${BOOT}`);
    });

    test('drops the mark of a UPS that stops answering before its cut, but not while upsd is unreachable', async () => {
      const mark = pod.path(`killpower/.commanded.ups1.${BOOT}`);
      writeFileSync(mark, toldBefore(OFF_DELAY - 1));
      await pod.look();
      expect(existsSync(mark)).toBe(true);
      pod.write('ups/ups1.mute', '');
      await pod.look();
      expect(existsSync(mark)).toBe(false);
    });

    test('does not command a UPS that stopped answering after its cut when mains power returns', async () => {
      start(twoFeeds(1)).ups('ups2', 'ups.status', 'OL');
      pod.write(`killpower/.commanded.ups1.${BOOT}`, toldBefore(OFF_DELAY));
      pod.write('ups/ups1.mute', '');
      await pod.look();
      pod.common('rm "$UPSES/ups1.mute"');
      pod.ups('ups1', 'ups.status', 'FSD OL');
      await pod.look();
      expect(pod.told).toEqual([]);
    });

    test.each([
      ['OL', 0, true],
      ['OB', OFF_DELAY - 11, true],
      ['OL', OFF_DELAY - 10, false],
      ['OL', OFF_DELAY, false],
    ])(
      'at "%s" %i s after the command to a UPS whose upsd lost FSD: sets FSD again: %p',
      async (status, seconds, again) => {
        pod.write(`killpower/.commanded.ups1.${BOOT}`, toldBefore(seconds));
        pod.ups('ups1', 'ups.status', status);
        await pod.look();
        expect(pod.declared).toEqual(again ? ['ups1'] : []);
        expect(pod.killpowerFiles.includes(`.commanded.ups1.${BOOT}`)).toBe(seconds < OFF_DELAY);
        expect(pod.told).toEqual([]);
      },
    );

    test.each([
      ['OB LB', 'OL', false, false, ['ups1']],
      ['OB LB', 'OB', false, true, ['ups1']],
      ['OB', 'OL', false, false, []],
      ['OB', 'OB', false, true, []],
      ['OB LB', 'LB OB', true, false, ['ups1', 'ups2']],
    ])('on two supplies of which one is enough, at "%s" and "%s"', async (one, two, commits, leases, told) => {
      start(twoFeeds(1)).ups('ups1', 'ups.status', one);
      pod.ups('ups2', 'ups.status', two);
      await pod.look();
      expect(pod.line('deadline') !== undefined).toBe(commits);
      expect(pod.line('lease') !== undefined).toBe(leases);
      expect(pod.told.sort()).toEqual(told.map(RETURN));
    });

    test('sets FSD on a UPS beyond an early limit if the primary does not, and on no other', async () => {
      const limit = 10;
      start({ ...twoFeeds(1), early: { onBatterySeconds: limit } }).ups('ups1', 'ups.status', 'OB');
      pod.ups('ups2', 'ups.status', 'OB');
      for (const [uptime, ups2] of [
        [0, 'OB'],
        [limit, 'OL'],
        [limit + 9, 'OB'],
      ] as const) {
        pod.clock(uptime);
        pod.ups('ups2', 'ups.status', ups2);
        await pod.look();
        expect(pod.declared).toEqual([]);
      }
      pod.clock(limit + 10);
      await pod.look();
      expect(pod.declared).toEqual(['ups1']);
      expect(pod.told).toEqual([]);
      await pod.look();
      expect(pod.told).toEqual([RETURN('ups1')]);
      expect(pod.line('deadline')).toBeUndefined();
    });

    test('starts over with the time on battery after mains power was back', async () => {
      start({ ...MODEL, early: { onBatterySeconds: 60 } });
      for (const [uptime, status] of [
        [0, 'OB'],
        [10, 'OL'],
        [1000, 'OB'],
        [1059, 'OB'],
      ] as const) {
        pod.clock(uptime);
        pod.ups('ups1', 'ups.status', status);
        await pod.look();
      }
      expect(pod.declared).toEqual([]);
    });

    test('commits for one of two supplies when both are needed, and does not command the other UPS', async () => {
      start(twoFeeds(2)).ups('ups1', 'ups.status', 'OB LB');
      pod.ups('ups2', 'ups.status', 'OL');
      await pod.look();
      expect(pod.line('deadline')).toBeDefined();
      expect(pod.told).toEqual([RETURN('ups1')]);
    });
  });
});
