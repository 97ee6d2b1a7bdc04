import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readProjectFile } from '../../lib/files/project';
import { SHELLS } from '../support/shells';

const SCRIPT = readProjectFile('lib/nut/scripts/logind.sh');
// each call starts a shell, which is slow on a busy machine
jest.setTimeout(60_000);
/** Times are counted in whole seconds, on two clocks. */
const SLACK_SECONDS = 2;

describe.each(SHELLS)('logind.sh under $shell', ({ command: [program, ...rest] }) => {
  let folder: string;
  let startedAt: number;

  beforeEach(() => {
    startedAt = Date.now();
    folder = mkdtempSync(join(tmpdir(), 'logind-'));
    writeFileSync(join(folder, 'logind.sh'), SCRIPT);
    // records each call in one write, as the one logind of a node would
    const bus = `#!/bin/sh\n[ ! -e "${folder}/broken" ] || exit 1\necho "$*" >>"${folder}/told"\n`;
    writeFileSync(join(folder, 'dbus-send'), bus);
    chmodSync(join(folder, 'dbus-send'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const logind = (...args: readonly string[]): Promise<number | null> =>
    new Promise((resolve) => {
      const env = { PATH: `${folder}:${process.env['PATH']}`, LOGIND_STATE: join(folder, 'state') };
      spawn(program, [...rest, join(folder, 'logind.sh'), ...args], { env, stdio: 'ignore' }).once('exit', resolve);
    });
  const told = (): string[] =>
    existsSync(join(folder, 'told')) ? readFileSync(join(folder, 'told'), 'utf8').trim().split('\n') : [];
  /** The last call to logind: seconds from now, "nothing" after a cancel, or undefined without a call. */
  const planned = (): number | 'nothing' | undefined => {
    const last = told().at(-1);
    const at = /ScheduleShutdown string:poweroff uint64:(\d+)000000$/.exec(last ?? '')?.[1];
    if (at !== undefined) return Number(at) - Date.now() / 1000;
    return last?.endsWith('CancelScheduledShutdown') ? 'nothing' : undefined;
  };
  const expectPlanned = (seconds: number) => {
    const gone = seconds - Number(planned());
    expect(gone).toBeGreaterThanOrEqual(-SLACK_SECONDS);
    expect(gone).toBeLessThanOrEqual((Date.now() - startedAt) / 1000 + SLACK_SECONDS);
  };

  test('schedules a power-off at systemd-logind over the system bus', async () => {
    expect(await logind('arm', '60', 'FSD')).toBe(0);
    expect(told()[0]).toMatch(
      /^--system --print-reply --reply-timeout=3000 --dest=org\.freedesktop\.login1 \/org\/freedesktop\/login1 org\.freedesktop\.login1\.Manager\.ScheduleShutdown string:poweroff uint64:\d{10}000000$/,
    );
    expectPlanned(60);
  });

  test('keeps the earlier of two deadlines', async () => {
    await logind('arm', '60', 'FSD');
    await logind('arm', '90', 'second opinion');
    expectPlanned(60);
    await logind('arm', '30', 'FSD');
    expectPlanned(30);
  });

  test('renews a lease, and cancels it', async () => {
    await logind('lease', '20');
    await logind('lease', '40');
    expectPlanned(40);
    await logind('cancel');
    expect(planned()).toBe('nothing');
  });

  test('a lease neither postpones nor precedes a deadline, and its cancel does not cancel one', async () => {
    await logind('lease', '20');
    await logind('arm', '60', 'FSD');
    expectPlanned(60);
    await logind('lease', '90');
    expectPlanned(60);
    await logind('lease', '10');
    expectPlanned(60);
    await logind('cancel');
    expectPlanned(60);
  });

  test('cancels only its own lease', async () => {
    expect(await logind('cancel')).toBe(0);
    expect(told()).toEqual([]);
  });

  test('ignores times of an earlier boot', async () => {
    writeFileSync(join(folder, 'state.deadline.1'), 'another-boot 1 FSD\n');
    await logind('lease', '20');
    expectPlanned(20);
  });

  test('exits with 1 when logind does not answer, and the next call makes up for it', async () => {
    writeFileSync(join(folder, 'broken'), '');
    expect(await logind('arm', '60', 'FSD')).toBe(1);
    rmSync(join(folder, 'broken'));
    expect(await logind('arm', '90', 'FSD')).toBe(0);
    expectPlanned(60);
  });

  test('the next call completes a cancel that failed', async () => {
    await logind('lease', '20');
    writeFileSync(join(folder, 'broken'), '');
    expect(await logind('cancel')).toBe(1);
    rmSync(join(folder, 'broken'));
    expect(await logind('cancel')).toBe(0);
    expect(planned()).toBe('nothing');
    const lines = told().length;
    await logind('cancel');
    expect(told()).toHaveLength(lines);
  });

  test.each([[], ['arm'], ['arm', '-5', 'x'], ['arm', '010', 'x'], ['lease', 'soon'], ['stop']])(
    'exits with 2 for the arguments %j and does not call logind',
    async (...args) => {
      expect([await logind(...args.filter(Boolean)), told()]).toEqual([2, []]);
    },
  );

  test('with concurrent callers, logind ends up with the earliest deadline', async () => {
    const call = fc.oneof(
      fc.integer({ min: 20, max: 900 }).map((seconds) => ['arm', String(seconds), 'FSD']),
      fc.constantFrom(['lease', '600'], ['lease', '10'], ['cancel']),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 8 }), async (calls) => {
        for (const name of readdirSync(folder).filter((file) => /^(told|state)/.test(file))) {
          rmSync(join(folder, name));
        }
        // at least one deadline: with leases alone two answers would be right
        await Promise.all([['arm', '450', 'FSD'], ...calls].map((args) => logind(...args)));
        await logind('cancel');
        const armed = calls.filter(([verb]) => verb === 'arm').map(([, seconds]) => Number(seconds));
        expectPlanned(Math.min(450, ...armed));
      }),
      { numRuns: 25 },
    );
  });
});
