import { readFileSync, writeFileSync } from 'node:fs';
import { edited } from '../support/edited';
import { SHELLS } from '../support/shells';
import { BOOT, MODEL, PodScripts, RETURN, UPTIME } from './pod-scripts';

jest.setTimeout(60_000);

/** Less than a third of the lease of 20 s. */
const SOON = 5;
const STAGE = 12;

describe.each(SHELLS)('lease.sh under $shell', ({ command }) => {
  let pod: PodScripts;

  beforeEach(() => {
    pod = new PodScripts(command, MODEL, 'srv1', 'primary');
    const script = readFileSync(pod.path('scripts/lease.sh'), 'utf8');
    const counting = edited(script, 'sleep 2', '[ $((n += 1)) -lt "$LOOKS" ] || exit 0');
    writeFileSync(pod.path('scripts/lease.sh'), counting);
  });
  afterEach(() => pod.remove());

  /** Runs it for so many polls. */
  const looks = (times = 3): void => {
    expect(pod.run('lease.sh', [], { LOOKS: String(times) }).status).toBe(0);
  };
  const lease = (seconds: number, boot = BOOT) =>
    pod.write('killpower/lease', `${boot} ${UPTIME + seconds} 60 lease\n`);

  test('commits the node and commands its UPS before a lease expires that is not renewed', () => {
    pod.ups('ups1', 'ups.status', 'OB');
    lease(SOON);
    looks();
    expect(pod.line('deadline')).toEqual([BOOT, String(UPTIME + STAGE), '60', 'lease']);
    expect(pod.declared).toEqual(['ups1']);
    expect(pod.told).toEqual([RETURN('ups1')]);
  });

  test('does so too when the UPS says neither on line nor on battery', () => {
    pod.ups('ups1', 'ups.status', 'WAIT');
    lease(SOON);
    looks();
    expect(pod.told).toEqual([RETURN('ups1')]);
  });

  test('waits for a second poll, because the lease may be renewed by then', () => {
    pod.ups('ups1', 'ups.status', 'OB');
    lease(SOON);
    looks(1);
    expect(pod.line('deadline')).toBeUndefined();
  });

  test.each([
    ['a lease that is renewed', 'OB', () => lease(7)],
    ['a lease of another boot', 'OB', () => lease(SOON, 'another-boot')],
    ['no lease', 'OB', () => {}],
    ['a UPS that is on line again', 'OL', () => lease(SOON)],
    ['a UPS without data, which cannot be commanded', undefined, () => lease(SOON)],
  ])('does nothing for %s', (_what, status, prepare) => {
    pod.ups('ups1', 'ups.status', status);
    prepare();
    looks();
    expect(pod.line('deadline')).toBeUndefined();
    expect(pod.told).toEqual([]);
  });

  test('does nothing on a node that is committed', () => {
    pod.ups('ups1', 'ups.status', 'OB');
    lease(SOON);
    pod.common('arm 30 FSD');
    looks();
    expect(pod.line('deadline')?.[3]).toBe('FSD');
    expect(pod.told).toEqual([]);
  });
});
