import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHELLS } from '../support/shells';
import { BOOT_ID, Killpowerd } from './killpowerd-support';

const CUT = 141;
const now = () => Math.floor(Date.now() / 1000);

describe.each(SHELLS)('the gate of killpowerd under $shell', ({ command }) => {
  let machine: Killpowerd;

  beforeEach(() => {
    machine = new Killpowerd(command);
    mkdirSync(join(machine.folder, 'disk'));
  });
  afterEach(() => machine.remove());

  const record = (boot: string, secondsAgo: number, cut: number | string = CUT) =>
    writeFileSync(join(machine.folder, 'disk', 'record'), `${boot} ${now() - secondsAgo} ${cut}\n`);
  const alarm = () => {
    mkdirSync(join(machine.folder, 'rtc', 'rtc0'));
    writeFileSync(join(machine.folder, 'rtc', 'rtc0', 'wakealarm'), '');
  };
  /** Runs it as before k3s. Resolves with its exit status. */
  const gate = (wake = 1800): Promise<number | null> =>
    new Promise((resolve) => {
      machine.start(['--gate', '--wake', String(wake), machine.directory]).once('close', resolve);
    });

  test.each([
    ['without a record', () => {}],
    ['after the time of the cut', () => record('another-boot', CUT)],
    ['for a record of this boot', () => record(BOOT_ID, 0)],
    ['for half a record', () => writeFileSync(join(machine.folder, 'disk', 'record'), 'another-boot')],
    ['for a record without numbers', () => record('another-boot', 0, 'soon')],
  ])('goes on at once %s', async (_, prepare) => {
    prepare();
    expect(await gate()).toBe(0);
    expect([machine.calls, machine.log]).toEqual([[], '']);
  });

  test('tells the pods of the last power-off', async () => {
    record('another-boot', CUT, `${CUT} deadline: primary`);
    await gate();
    const [, at] = machine.read('disk/record').split(' ');
    expect(machine.read('state/last')).toBe(`${at} deadline: primary\n`);
  });

  test('sets an alarm behind the cut and powers the host off again, by force if it hangs', async () => {
    alarm();
    record('another-boot', 41);
    void gate();
    await machine.until('it powers off', () => machine.calls.length > 0 && machine.read('rtc/rtc0/wakealarm') !== '');
    const [, seconds] = /^\+(\d+)$/m.exec(machine.read('rtc/rtc0/wakealarm')) ?? [];
    expect(Number(seconds)).toBeGreaterThan(CUT - 41 + 50);
    expect(Number(seconds)).toBeLessThanOrEqual(CUT - 41 + 60);
    machine.uptime(1060);
    await machine.until('it is forced', () => machine.calls.includes('force'));
  });

  test.each([
    ['without an alarm', () => {}, 1800],
    ['where the site wants no alarm', alarm, 0],
  ])('waits until the output is cut %s, and goes on then', async (_, prepare, wake) => {
    prepare();
    record('another-boot', 41);
    const ended = gate(wake);
    await machine.until('it waits', () => machine.log.includes('k3s starts in'));
    machine.uptime(1000 + CUT - 41 - 3);
    const waits = new Promise((resolve) => setTimeout(resolve, 200, 'waits'));
    expect(await Promise.race([ended, waits])).toBe('waits');
    machine.uptime(1000 + CUT - 41);
    expect(await ended).toBe(0);
    expect(machine.calls).toEqual([]);
  });

  test('waits when a power-off and a boot would take as long', async () => {
    alarm();
    record('another-boot', CUT - 60);
    const ended = gate();
    await machine.until('it waits', () => machine.log.includes('k3s starts in'));
    machine.uptime(1000 + 60);
    expect([await ended, machine.calls]).toEqual([0, []]);
  });

  test('waits for no longer than a cut takes when the clock is wrong', async () => {
    record('another-boot', -100_000);
    const ended = gate();
    await machine.until('it waits', () => machine.log.includes(`k3s starts in ${CUT} s`));
    machine.uptime(1000 + CUT);
    expect(await ended).toBe(0);
  });

  test('records the first deadline of a boot on disk', async () => {
    machine.set('deadline', 1100);
    await machine.watch('--cut', String(CUT));
    const path = join(machine.folder, 'disk', 'record');
    await machine.until('it records', () => existsSync(path));
    const [boot, at, cut] = machine.read('disk/record').trim().split(' ');
    expect([boot, cut]).toEqual([BOOT_ID, String(CUT)]);
    expect(machine.read('disk/record')).toMatch(/ deadline: battery low\n$/);
    expect(Math.abs(Number(at) - now())).toBeLessThan(30);
  });

  test('records no time of a cut for a host that is shed', async () => {
    machine.put('deadline', `${BOOT_ID} 1100 60 shed\n`);
    await machine.watch('--cut', String(CUT));
    await machine.until('it records', () => existsSync(join(machine.folder, 'disk', 'record')));
    expect(machine.read('disk/record')).toMatch(/ 0 deadline: shed\n$/);
  });

  test('keeps the list of the hosts that were up for the pods of the next boot, once', async () => {
    machine.put('peers', 'srv2 02:00:00:00:00:02 eth1\n');
    machine.set('deadline', 1100);
    await machine.watch('--cut', String(CUT));
    await machine.until('it records', () => existsSync(join(machine.folder, 'disk', 'record.awaited')));
    await machine.until('it is written', () => machine.read('disk/record.awaited') !== '');
    await machine.stop();
    await gate();
    expect(machine.read('state/awaited')).toBe('');
    writeFileSync(join(machine.folder, 'boot_id'), 'next-boot\n');
    machine.uptime(1000 + CUT);
    const ended = gate(0);
    await machine.until('it waits', () => machine.log.includes('k3s starts in'));
    machine.uptime(1000 + 2 * CUT);
    await ended;
    expect(machine.read('state/awaited')).toBe('srv2 02:00:00:00:00:02 eth1\n');
    expect(existsSync(join(machine.folder, 'disk', 'record.awaited'))).toBe(false);
  });

  test('records nothing for the rehearsal of one host', async () => {
    machine.put('deadline', `${BOOT_ID} 1100 60 rehearsal\n`);
    await machine.watch('--cut', String(CUT));
    await machine.looked();
    expect(existsSync(join(machine.folder, 'disk', 'record'))).toBe(false);
  });

  test('records nothing for a lease that is renewed', async () => {
    machine.set('lease', 1100);
    await machine.watch('--cut', String(CUT));
    await machine.looked();
    expect(existsSync(join(machine.folder, 'disk', 'record'))).toBe(false);
  });
});
