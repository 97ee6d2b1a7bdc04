import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHELLS } from '../support/shells';
import { BOOT_ID, Killpowerd } from './killpowerd-support';

describe.each(SHELLS)('killpowerd under $shell', ({ command }) => {
  let machine: Killpowerd;

  beforeEach(() => {
    machine = new Killpowerd(command);
  });
  afterEach(() => machine.remove());

  const logLines = () => machine.log.trim().split('\n');
  const exitStatus = (...args: string[]) =>
    new Promise((resolve) => {
      machine.start(args).once('close', resolve);
    });

  test('powers off once when the uptime reaches the deadline, and not 1 s before', async () => {
    machine.set('deadline', 1005);
    await machine.watch();
    machine.uptime(1004);
    await machine.looked();
    expect(machine.calls).toEqual([]);
    machine.uptime(1005);
    await machine.poweredOff();
    await machine.looked();
    expect(machine.calls).toEqual(['poweroff']);
  });

  test('logs one line per event and none per poll', async () => {
    await machine.powersOff();
    expect(logLines()).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d killpowerd: watching \S+\/state$/),
      expect.stringMatching(/killpowerd: deadline reached \(battery low\): powering off, forced in 60 s$/),
    ]);
  });

  test('powers off when a lease expires', async () => {
    machine.set('lease', 1020);
    await machine.watch();
    machine.uptime(1020);
    await machine.poweredOff();
    expect(machine.log).toContain('lease reached');
  });

  test('does nothing for a lease that is renewed or removed', async () => {
    machine.set('lease', 1020);
    await machine.watch();
    machine.set('lease', 1040);
    machine.uptime(1030);
    await machine.looked();
    rmSync(join(machine.directory, 'lease'));
    machine.uptime(1050);
    await machine.looked();
    expect(machine.calls).toEqual([]);
  });

  test('ignores a lease that ends before the deadline', async () => {
    machine.set('lease', 1020);
    machine.set('deadline', 1060);
    await machine.watch();
    machine.uptime(1059);
    await machine.looked();
    expect(machine.calls).toEqual([]);
    machine.uptime(1060);
    await machine.poweredOff();
    expect(machine.log).toContain('deadline reached');
  });

  test.each(['another-boot 1060 60 battery low\n', `${BOOT_ID} soon 60 battery low\n`])(
    'powers off by its lease beside %j, which is not a deadline',
    async (line) => {
      machine.set('lease', 1020);
      machine.put('deadline', line);
      await machine.watch();
      machine.uptime(1020);
      await machine.poweredOff();
      expect(machine.log).toContain('lease reached');
    },
  );

  test('does nothing for a deadline of an earlier boot', async () => {
    machine.put('deadline', '00000000-9d0e-4b6a-8c11-d3e5f7a9b1c3 1 1 battery low\n');
    await machine.watch();
    expect(machine.calls).toEqual([]);
  });

  test('acts on a deadline that was reached while it did not run', async () => {
    machine.set('deadline', 900);
    await machine.watch();
    await machine.poweredOff();
  });

  test('a power-off is final: no file cancels it or changes the halt budget', async () => {
    await machine.powersOff();
    rmSync(join(machine.directory, 'deadline'));
    machine.set('lease', 2000, 9999);
    machine.uptime(1060);
    await machine.until('it forces the power-off', () => machine.calls.includes('force'));
  });

  test('retries a power-off that fails, and logs that once', async () => {
    machine.command('poweroff', 'exit 3');
    machine.set('deadline', 1000);
    await machine.watch();
    await machine.until('it has tried three times', () => machine.calls.length >= 3);
    machine.command('poweroff', `echo powered off >>"${machine.folder}/calls"`);
    await machine.until('it has succeeded', () => machine.calls.includes('powered off'));
    const tries = machine.calls.length;
    await machine.looked();
    expect(machine.calls).toHaveLength(tries);
    expect(logLines().filter((line) => line.includes('failed with status 3'))).toHaveLength(1);
  });

  test('forces a host that is still up after the halt budget, in three steps', async () => {
    await machine.powersOff(45);
    machine.uptime(1044);
    await machine.looked();
    expect(machine.calls).toEqual(['poweroff']);
    machine.uptime(1045);
    await machine.until('it asks the kernel', () => machine.read('sysrq') === 'o\n');
    expect(machine.calls.slice(0, 3)).toEqual(['poweroff', 'force', 'force']);
    expect(machine.log).toContain('still up 45 s after the power-off; forcing it');
  });

  test.each([
    ['power-off', 'poweroff'],
    ['force', 'force'],
  ] as const)('forces a host also if the %s command hangs', async (_, name) => {
    machine.command(name, 'sleep 600');
    machine.set('deadline', 1000, 10);
    await machine.watch();
    machine.uptime(1010);
    await machine.until('it asks the kernel', () => machine.read('sysrq') === 'o\n');
    expect(machine.calls).toContain('force');
  });

  test('restarted during a power-off, repeats the command and keeps the halt budget', async () => {
    await machine.powersOff(45);
    await machine.stop();
    rmSync(join(machine.directory, 'deadline'));
    machine.uptime(1030);
    await machine.watch();
    await machine.until('it asks again', () => machine.calls.length === 2);
    machine.uptime(1045);
    await machine.until('it forces the power-off', () => machine.calls.includes('force'));
    expect(machine.read('state/called')).toBe(`${BOOT_ID} 1000 45 deadline battery low\n`);
  });

  test('ignores the power-off of the previous boot', async () => {
    machine.put('called', 'another-boot 1000 45 deadline battery low\n');
    await machine.watch();
    machine.uptime(2000);
    await machine.looked();
    expect(machine.calls).toEqual([]);
  });

  test('writes the boot ID, the uptime of each poll and its hash into the heartbeat', async () => {
    await machine.watch();
    const hash = createHash('sha256').update(machine.read('killpowerd')).digest('hex').slice(0, 12);
    for (const uptime of [1000, 1001]) {
      machine.uptime(uptime);
      const line = `${BOOT_ID} ${uptime} ${hash}\n`;
      await machine.until(`the heartbeat of ${uptime}`, () => machine.read('state/heartbeat') === line);
    }
  });

  test('creates its directory, also after it was removed, and logs a failed write once', async () => {
    rmSync(machine.directory, { recursive: true });
    await machine.watch();
    // atomic: a removal file by file may race with a write
    renameSync(machine.directory, `${machine.directory}-away`);
    await machine.until('it writes again', () => machine.log.includes('can write'));
    expect(logLines().filter((line) => line.includes('cannot write'))).toHaveLength(1);
  });

  test('sets the wake alarm of each RTC before the power-off, first to 0', async () => {
    const alarms = ['rtc0', 'rtc1'].map((clock) => {
      mkdirSync(join(machine.folder, 'rtc', clock));
      const alarm = join(machine.folder, 'rtc', clock, 'wakealarm');
      spawnSync('mkfifo', [alarm]);
      return openSync(alarm, 'r+');
    });
    machine.command('poweroff', `ls "${machine.folder}/rtc" >>"${machine.folder}/calls"`);
    await machine.powersOff(60, '--wake', '1800');
    for (const alarm of alarms) {
      const bytes = Buffer.alloc(100);
      expect(bytes.toString('utf8', 0, readSync(alarm, bytes))).toBe('0\n+1800\n');
      closeSync(alarm);
    }
    expect(logLines().map((line) => line.replace(/.*rtc\//, ''))).toContain('rtc1/wakealarm wakes this host in 1800 s');
  });

  test.each([
    { what: 'has no RTC', prepare: () => {}, says: 'no RTC of this host has a wake alarm' },
    {
      what: 'has an RTC that accepts no alarm',
      // not even root can write to a folder
      prepare: () => mkdirSync(join(machine.folder, 'rtc', 'rtc0', 'wakealarm'), { recursive: true }),
      says: 'rtc/rtc0/wakealarm',
    },
  ])('powers off a host that $what, and logs it', async ({ prepare, says }) => {
    prepare();
    await machine.powersOff(60, '--wake', '1800');
    expect(machine.log).toContain(says);
  });

  test('powers off, and by force, while the log, an RTC and the files that it writes hang', async () => {
    mkdirSync(join(machine.folder, 'rtc', 'rtc0'));
    // without a reader, to open one blocks
    const pipes = ['rtc/rtc0/wakealarm', 'state/.heartbeat.new', 'state/.called.new', 'pipe'];
    spawnSync(
      'mkfifo',
      pipes.map((name) => join(machine.folder, name)),
    );
    machine.set('deadline', 1000, 5);
    machine.hurry();
    machine.logsTo(join(machine.folder, 'pipe'));
    await machine.until('it powers off', () => machine.calls.includes('poweroff'));
    machine.uptime(1005);
    await machine.until('it forces the power-off', () => machine.calls.includes('force'));
    const forced = performance.now();
    await machine.until('it writes to sysrq', () => machine.read('sysrq') === 'o\n');
    // two lines are logged between them, and neither is waited for
    expect(performance.now() - forced).toBeLessThan(2000);
  });

  test('exits with 1 without a boot ID', async () => {
    rmSync(join(machine.folder, 'boot_id'));
    expect(await exitStatus(machine.directory)).toBe(1);
    writeFileSync(join(machine.folder, 'boot_id'), '\n');
    expect(await exitStatus(machine.directory)).toBe(1);
  });

  test.each([
    { args: [] },
    { args: ['a', 'b'] },
    { args: ['--wake', '60'] },
    { args: ['--wake', 'soon', 'a'] },
    { args: ['--check'] },
    { args: ['--help'] },
  ])('exits with 2 and its usage for the arguments $args', async ({ args }) => {
    expect(await exitStatus(...args)).toBe(2);
    expect(machine.log).toContain('usage: killpowerd [--gate] [--cut SECONDS] [--wake SECONDS] DIRECTORY\n');
  });
});
