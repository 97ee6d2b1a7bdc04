import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { NutModel } from '../../lib/nut/model';
import { SHELLS } from '../support/shells';
import { BOOT, MODEL, PodScripts, RETURN, twoFeeds, UPTIME } from './pod-scripts';

// each step starts a shell, which is slow on a busy machine
jest.setTimeout(60_000);

const STAGE = 12;

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

  describe('commit.sh', () => {
    test('writes the deadline of the node and commands its UPS, once', () => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      for (let i = 0; i < 3; i++) expect(pod.run('commit.sh', ['because']).status).toBe(0);
      expect(pod.line('deadline')).toEqual([BOOT, String(UPTIME + STAGE), '60', 'because']);
      expect(pod.told).toEqual([RETURN('ups1')]);
    });

    test('sends the delay with the command where the driver needs it', () => {
      start({ ...MODEL, cabled: MODEL.cabled.map((ups) => ({ ...ups, returnArgument: 120 })) });
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      pod.run('commit.sh', ['because']);
      expect(pod.told).toEqual([`${RETURN('ups1')} 120`]);
    });

    test('writes the deadline on a node without a UPS cable, and commands nothing', () => {
      start(MODEL, 'srv2').ups('ups1', 'ups.status', 'FSD OB LB');
      pod.run('commit.sh', ['because']);
      expect(pod.line('deadline')?.[1]).toBe(String(UPTIME + STAGE));
      expect(pod.told).toEqual([]);
    });

    test('writes the deadline when the UPS refuses its command, and the next caller retries the UPS', () => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      pod.write('ups/refuse', '');
      expect(pod.run('commit.sh', ['because']).stdout).toContain('ups1 did not accept shutdown.return');
      expect(pod.line('deadline')).toBeDefined();
      pod.common('rm "$UPSES/refuse"');
      pod.run('commit.sh', ['again'], { CONTAINER: 'second' });
      expect(pod.told).toEqual([RETURN('ups1')]);
    });

    test('sets FSD on a UPS on battery before it commands it, because its upsd powers off', () => {
      start(twoFeeds(2)).ups('ups1', 'ups.status', 'OB LB');
      pod.ups('ups2', 'ups.status', 'OB');
      pod.run('commit.sh', ['because']);
      expect(pod.declared).toEqual(['ups1', 'ups2']);
      expect(pod.told).toEqual(['ups1', 'ups2'].map(RETURN));
    });

    test('does not command such a UPS when FSD cannot be set for its other nodes', () => {
      start(twoFeeds(2)).ups('ups1', 'ups.status', 'OB LB');
      pod.ups('ups2', 'ups.status', 'OB');
      pod.write('ups/deaf', '');
      pod.run('commit.sh', ['because']);
      expect(pod.told).toEqual([RETURN('ups1')]);
    });

    test('does not set FSD again', () => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      pod.run('commit.sh', ['because']);
      expect(pod.declared).toEqual([]);
    });

    test('commands the UPS when the caller before it was killed', () => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      pod.common(
        `ln -s "$(boot_id).${UPTIME - 13}" /killpower/.commanding.ups1`.replace('/killpower', pod.path('killpower')),
      );
      pod.run('commit.sh', ['because']);
      expect(pod.told).toEqual([RETURN('ups1')]);
      expect(pod.killpowerFiles).toEqual([`.commanded.ups1.${BOOT}`, 'deadline']);
    });

    test.each([
      ['is doing so', `${BOOT}.${UPTIME - 2}`, 0],
      ['was doing so in an earlier boot', `another.${UPTIME - 2}`, 1],
    ])('commands the UPS once: another caller %s', (_what, link, commands) => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      pod.common(`ln -s ${link} ${pod.path('killpower/.commanding.ups1')}`);
      pod.run('commit.sh', ['because']);
      expect(pod.told).toHaveLength(commands);
    });

    test('reports that it cannot write the deadline, and leaves no partial file', () => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      const full = `ln -s /dev/full ${pod.path('killpower')}/.deadline.agent.$$`;
      const { stdout } = pod.common(`${full}; arm 5 because`);
      expect(stdout).toContain('cannot write deadline');
      expect(stdout).not.toContain('powers off in');
      expect(pod.killpowerFiles).toEqual([]);
    });

    test.each([
      ['exit 0', true],
      ['exit 1', false],
    ])('with logind, reports the power-off only when logind schedules it: %s', (answer, promises) => {
      start({ ...MODEL, actuator: 'logind' });
      writeFileSync(pod.path('bin/dbus-send'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
      const { stdout } = pod.run('commit.sh', ['because']);
      expect(stdout.includes('this node powers off in 12 s')).toBe(promises);
      expect(stdout.includes('systemd-logind on srv1 did not schedule the power-off')).toBe(!promises);
      expect(pod.line('deadline')).toBeDefined();
    });

    test('commands the UPS again when its driver reports a failure', () => {
      pod.ups('ups1', 'ups.status', 'FSD OB LB');
      pod.write('ups/fail', '');
      expect(pod.run('commit.sh', ['because']).stdout).toContain('ups1 did not accept shutdown.return');
      expect(pod.killpowerFiles).toEqual(['deadline']);
      pod.common('rm "$UPSES/fail"');
      pod.run('commit.sh', ['again']);
      expect(pod.told).toEqual([RETURN('ups1'), RETURN('ups1')]);
      expect(pod.killpowerFiles).toEqual([`.commanded.ups1.${BOOT}`, 'deadline']);
    });

    test.each(['', 'OL'])('commands no UPS whose status is "%s"', (status) => {
      start(twoFeeds(1)).ups('ups1', 'ups.status', 'OB');
      pod.ups('ups2', 'ups.status', status);
      pod.run('commit.sh', ['because']);
      expect(pod.told).toEqual([RETURN('ups1')]);
    });
  });

  describe('arm', () => {
    const word = fc.oneof(
      fc.constant(BOOT),
      fc.uuid(),
      fc.integer({ min: -5, max: 3 * UPTIME }).map(String),
      fc.integer({ min: 0, max: 3 * UPTIME }).map((number) => `0${number}`),
      fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
      fc.string({ maxLength: 6 }),
    );
    const almost = fc.tuple(
      fc.constantFrom(BOOT, BOOT, BOOT.slice(1)),
      fc.array(word, { maxLength: 4 }).map((words) => words.join(' ')),
      fc.constantFrom('\n', '\n', '', ' ', '\r\n', '\nmore\n'),
    );
    const whole = fc
      .tuple(fc.integer({ min: 0, max: 3 * UPTIME }), fc.integer({ min: 0, max: 100 }))
      .map(([at, halt]) => `${BOOT} ${at} ${halt} reason\n`);
    const garbage = fc.oneof(
      whole.map((text) => Buffer.from(text)),
      almost.map(([boot, words, end]) => Buffer.from(`${boot} ${words}${end}`)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    );

    test('leaves a line that killpowerd accepts and never makes its time later, whatever the file had', () => {
      fc.assert(
        fc.property(garbage, fc.integer({ min: 0, max: 2 * UPTIME }), (before, wait) => {
          pod.write('killpower/deadline', before);
          const old = pod.killpowerdSays('deadline');
          expect(pod.common(`arm ${wait} test`).status).toBe(0);
          expect(pod.killpowerdSays('deadline')).toBe(Math.min(wait, old ?? wait));
        }),
        { numRuns: 40 },
      );
    });

    test('a node is committed by a line that killpowerd accepts, and by nothing else', () => {
      fc.assert(
        fc.property(garbage, (text) => {
          pod.write('killpower/deadline', text);
          const { stdout } = pod.common('committed && echo committed');
          expect(stdout.includes('committed')).toBe(pod.killpowerdSays('deadline') !== undefined);
        }),
        { numRuns: 40 },
      );
    });

    test('a node is not committed by a line of another boot', () => {
      pod.common('arm 5 test');
      expect(pod.common('committed').status).toBe(0);
      pod.write('proc/sys/kernel/random/boot_id', 'd7e0a3c4-0000-4b6a-8c11-d3e5f7a9b1c3\n');
      expect(pod.common('committed').status).not.toBe(0);
    });

    test('writes atomically: no reader gets an incomplete line', async () => {
      pod.common('arm 5 test');
      const writers = ['agent', 'second'].map((name) =>
        pod.start(
          `CONTAINER=${name}; i=0; while [ $i -lt 60 ]; do write_line deadline $((i + 1000)) ${name}; i=$((i + 1)); done`,
        ),
      );
      let running = true;
      const ended = Promise.all(writers).then((codes) => {
        running = false;
        return codes;
      });
      let reads = 0;
      while (running) {
        for (let i = 0; i < 50; i++, reads++) {
          expect(readFileSync(pod.path('killpower/deadline'), 'utf8')).toMatch(/^\S{36} \d+ 60 (test|agent|second)\n$/);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await ended).toEqual([0, 0]);
      expect(reads).toBeGreaterThan(100);
      expect(pod.killpowerFiles).toEqual(['deadline']);
    });
  });
});
