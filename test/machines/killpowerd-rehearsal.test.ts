import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHELLS } from '../support/shells';
import { Killpowerd } from './killpowerd-support';

describe.each(SHELLS)('killpowerd --rehearse under $shell', ({ command }) => {
  let machine: Killpowerd;
  beforeEach(() => {
    machine = new Killpowerd(command);
  });
  afterEach(() => machine.remove());

  const rehearse = (...options: readonly string[]) => machine.run('--rehearse', ...options, machine.directory);
  const deadline = () => machine.read('state/deadline');

  test('prints what a power-off would use, and does nothing', async () => {
    machine.alarm();
    await machine.watch();
    expect(rehearse()).toMatchObject({
      status: 0,
      stdout: `ok: killpowerd runs
ok: it powers off by '${machine.folder}/poweroff', after the halt budget by '${machine.folder}/force', then by ${machine.folder}/sysrq
ok: ${machine.folder}/rtc/rtc0/wakealarm exists
`,
    });
    expect(deadline()).toBe('');
  });

  test('notes that no RTC has a wake alarm', async () => {
    await machine.watch();
    expect(rehearse()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^note: no RTC .*; press its power/m),
    });
  });

  test('with --power-off lets the running killpowerd power the host off, with its wake alarm', async () => {
    machine.alarm();
    await machine.watch('--wake', '1800');
    expect(rehearse('--power-off', '45')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^powers off in 10 s, forced after another 45 s; to cancel it: rm \S+\/deadline$/m),
    });
    machine.uptime(1009);
    await machine.looked();
    expect(machine.calls).toEqual([]);
    machine.uptime(1010);
    await machine.poweredOff();
    expect(machine.log).toContain('deadline reached (rehearsal): powering off, forced in 45 s');
    expect(machine.read('rtc/rtc0/wakealarm')).toBe('+1800\n');
  });

  test.each([
    ['killpowerd does not run', () => {}, /^problem: killpowerd does not run on this host; start the service/],
    [
      'it has not polled for more than 10 s',
      async () => {
        await machine.watch();
        await machine.stop();
        machine.uptime(1011);
      },
      /^problem: killpowerd does not run/,
    ],
    [
      'an older one runs',
      async () => {
        await machine.watch();
        appendFileSync(join(machine.folder, 'killpowerd'), '# newer\n');
      },
      /^problem: the running killpowerd is another version than \S+; restart the service/,
    ],
    [
      'a power-off is scheduled',
      async () => {
        machine.set('deadline', 1030);
        await machine.watch();
      },
      /^problem: a power-off is scheduled in 30 s \(battery low\); wait for it/,
    ],
  ])('powers nothing off if %s', async (_what, prepare, says) => {
    await prepare();
    const before = deadline();
    expect(rehearse('--power-off', '45')).toMatchObject({ status: 1, stdout: expect.stringMatching(says) });
    expect(deadline()).toBe(before);
  });

  test.each([[[]], [['--power-off', 'soon', 'a']], [['--power-off', '45']], [['a', 'b']]])(
    'exits with 2 and its usage for the arguments %j',
    (args) => {
      expect(machine.run('--rehearse', ...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(/^usage:/) });
    },
  );
});
