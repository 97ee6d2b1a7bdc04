import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { NutModel } from '../../lib/nut/model';
import { edited } from '../support/edited';
import { SHELLS } from '../support/shells';
import { until } from '../support/until';
import { MODEL, PodScripts, twoFeeds, UPTIME } from './pod-scripts';

jest.setTimeout(60_000);

const withSecret = (): NutModel => ({
  ...MODEL,
  cabled: MODEL.cabled.map((ups) => ({ ...ups, options: { authPassword: { secret: true } } })),
});

/** Stands for upsdrvctl: starts the driver of one UPS, unless the test breaks it, and records each call. */
const UPSDRVCTL = (pod: PodScripts): string => `#!/bin/sh
echo "$*" >>"$UPSES/drivers"
[ "$1" != stop ] || exit 0
[ ! -e "$UPSES/$4.broken" ] || exit 1
sleep 60 >/dev/null 2>&1 &
echo $! >"${pod.path('var/run/nut')}/usbhid-ups-$4.pid"
`;

describe.each(SHELLS)('under $shell', ({ command }) => {
  let pod: PodScripts;
  const start = (model: NutModel): PodScripts => {
    pod = new PodScripts(command, model, 'srv1', 'upsd');
    writeFileSync(pod.path('bin/upsdrvctl'), UPSDRVCTL(pod), { mode: 0o755 });
    writeFileSync(pod.path('bin/upsd'), '#!/bin/sh\nexec sleep 60 >/dev/null 2>&1\n', { mode: 0o755 });
    return pod;
  };
  afterEach(() => pod.remove());
  /** Shortens the pauses of upsd.sh, one of which still runs when it ends, and notes each look at the UPSes. */
  const hurry = () => {
    const path = pod.path('scripts/upsd.sh');
    const text = edited(readFileSync(path, 'utf8'), 'sleep 2 &', 'echo look >>"$UPSES/looks"; sleep 0.02 &');
    writeFileSync(path, edited(text, /(?<=sleep )[25](?=;|$)/gm, '0.1'));
  };
  /** Ends upsd.sh; what it has started ends a moment later, and then all of its log is read. */
  const ended = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      child.once('close', () => resolve());
      child.kill('SIGTERM');
    });

  describe('fill.sh', () => {
    test('replaces each placeholder with its password of the Secret', () => {
      start(withSecret()).write('secret/driver-ups1-authPassword', 'tr0ub4dor');
      expect(pod.run('fill.sh', [pod.path('config/srv1.ups.conf')]).stdout).toContain('  authPassword = "tr0ub4dor"\n');
      const users = pod.run('fill.sh', [pod.path('config/upsd.users')]).stdout;
      expect(users.match(/password = .*/g)).toEqual(['password = correct-horse', 'password = battery-staple']);
    });

    test('prints a file without passwords as it is', () => {
      start(MODEL);
      const file = pod.path('config/srv1.ups.conf');
      expect(pod.run('fill.sh', [file]).stdout).toBe(readFileSync(file, 'utf8'));
    });

    test.each([undefined, '', 'with blank', 'a/b', 'a&b', 'a=b'])(
      'refuses the password %j without printing it',
      (password) => {
        start(withSecret());
        if (password !== undefined) pod.write('secret/driver-ups1-authPassword', password);
        const { status, stdout, stderr } = pod.run('fill.sh', [pod.path('config/srv1.ups.conf')]);
        expect([status, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(
          /^upsd: the password "driver-ups1-authPassword" in the Secret is missing or has characters other than .*\n$/,
        );
      },
    );
  });

  describe('upsd.sh after FSD', () => {
    const DECLARED = 'var/run/nut/declared.ups1';

    /** Runs upsd.sh with FSD, then with the status at each of the seconds. Returns its log. */
    const later = (status: string | undefined, ...seconds: readonly number[]) => laterOf(MODEL, status, ...seconds);
    const laterOf = async (model: NutModel, status: string | undefined, ...seconds: readonly number[]) => {
      start(model).ups('ups1', 'ups.status', 'FSD OB LB');
      hurry();
      const child = pod.background('upsd.sh');
      let log = '';
      child.stdout?.on('data', (bytes) => {
        log += bytes;
      });
      const declared = pod.path(DECLARED);
      await until('it sees the shutdown', () => existsSync(declared) && readFileSync(declared, 'utf8') !== '');
      // the time first: a poll between the two would count the silence from the time before
      pod.write('proc/uptime', `${UPTIME + (seconds[0] ?? 0)}.5 0.0\n`);
      pod.ups('ups1', 'ups.status', status);
      for (const passed of seconds) {
        pod.write('proc/uptime', `${UPTIME + passed}.5 0.0\n`);
        // the look that is on its way may have begun before
        const looks = pod.asked('looks').length;
        await until('it has looked again', () => pod.asked('looks').length >= looks + 2);
      }
      await ended(child);
      process.kill(Number(readFileSync(pod.path('var/run/nut/usbhid-ups-ups1.pid'), 'utf8')));
      return log;
    };
    const OVER = 'upsd: the shutdown of ups1 is over';

    test.each([
      ['FSD OL', [120]],
      [undefined, [100, 120]],
    ])('clears FSD at %j after %j s, when the output was cut', async (status, seconds) => {
      expect(await later(status, ...seconds)).toContain(OVER);
    });

    test.each([
      ['FSD OL', [119]],
      ['FSD OB LB', [1000]],
      [undefined, [99, 119]],
      [undefined, [120, 139]],
    ])('keeps FSD at %j after %j s', async (status, seconds) => {
      expect(await later(status, ...seconds)).not.toContain(OVER);
      expect(existsSync(pod.path(DECLARED))).toBe(true);
    });

    test('clears FSD at once while power.armed is false, and once only', async () => {
      const log = await laterOf({ ...MODEL, armed: false }, 'FSD OL', 1, 2);
      expect(log.match(/the shutdown of ups1 was declared while power.armed is false/g)).toHaveLength(1);
    });

    test('starts over after a status without FSD', async () => {
      expect(await later('OL', 1000)).not.toContain(OVER);
      expect(existsSync(pod.path(DECLARED))).toBe(false);
    });
  });

  test('upsd.sh runs on without a driver that fails to start, and retries that one', async () => {
    start(twoFeeds(1)).write('ups/ups2.broken', '');
    hurry();
    const child = pod.background('upsd.sh');
    let log = '';
    child.stdout?.on('data', (bytes) => {
      log += bytes;
    });
    const asked = () => pod.asked('drivers').filter((line) => line.includes('start'));
    await until('it tries a driver again', () => asked().length >= 3);
    expect(child.exitCode).toBeNull();
    await ended(child);
    process.kill(Number(readFileSync(pod.path('var/run/nut/usbhid-ups-ups1.pid'), 'utf8')));
    expect(asked().sort()).toEqual(['-u root start ups1', '-u root start ups2', '-u root start ups2']);
    expect(log).toContain('upsd: driver usbhid-ups for ups2 failed to start');
    expect(log).not.toContain('for ups1');
    expect(pod.asked('drivers').at(-1)).toBe('stop');
  });
});
