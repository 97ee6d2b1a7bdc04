import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { SHELLS } from '../support/shells';
import { BOOT_ID, Killpowerd } from './killpowerd-support';

const NOW = 1000;
/** Files for one call; the start of the shell takes most of the time. */
const FILES = 60;
const RUNS = 25;

/** What a file causes by the contract, not by the code of killpowerd. */
function expected(bytes: Buffer): string {
  // shells drop NUL bytes
  const text = bytes.toString('latin1').replaceAll('\0', '');
  const end = text.indexOf('\n');
  const [boot, at = '', halt = ''] = text
    .slice(0, Math.max(end, 0))
    .split(/[ \t]+/)
    .filter(Boolean);
  const isNumber = (word: string) => /^(0|[1-9][0-9]{0,8})$/.test(word);
  if (end < 0 || boot !== BOOT_ID || !isNumber(at) || !isNumber(halt)) return 'ignored';
  return Number(at) <= NOW ? `now, ${halt}` : `in ${Number(at) - NOW}, ${halt}`;
}

/** The same from the output of `--check`. */
function said(line: string): string {
  if (line.startsWith('ignored, ')) return 'ignored';
  const match = /^power-off (now|in \d+)(?: s)?, forced after (?:another )?(\d+) s/.exec(line);
  return match ? `${match[1]}, ${match[2]}` : line;
}

const number = fc.oneof(
  fc.nat({ max: 3000 }).map(String),
  fc.constantFrom(
    ...['', '-1', '+5', '007', '0', '00', '0x10', '1.5', '1e3', '999999999', '1000000000', '4294967296'],
    ...['9223372036854775807', '9223372036854775808', '99999999999999999999999', '1 2', '$((1))', '*', '٣', '10\r'],
  ),
);
const boot = fc.oneof(
  { weight: 4, arbitrary: fc.constant(BOOT_ID) },
  fc.constantFrom('', BOOT_ID.slice(0, -1), `${BOOT_ID}x`, BOOT_ID.toUpperCase(), '(', '!', '-n', '\\', '*'),
);
const blank = fc.constantFrom(' ', ' ', ' ', '  ', '\t', '', '\n', '\0', '\r', ',');
const reason = fc.oneof(
  fc.constantFrom('', 'low battery', '$(touch hacked)', '`touch hacked`', '%s %n', '\\c', '; touch hacked', '\x1b[2J'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const line = fc
  .tuple(
    fc.constantFrom('', '', ' ', '\n'),
    boot,
    blank,
    number,
    blank,
    number,
    blank,
    reason,
    fc.constantFrom('\n', '\n', ''),
  )
  .map((parts) => Buffer.from(parts.join('')));
const garbage = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const half = line.chain((bytes) => fc.nat({ max: bytes.length }).map((length) => bytes.subarray(0, length)));
const file = fc.oneof({ weight: 6, arbitrary: line }, garbage, half);

describe.each(SHELLS)('killpowerd --check under $shell', ({ command }) => {
  let machine: Killpowerd;

  beforeAll(() => {
    machine = new Killpowerd(command);
    machine.uptime(NOW);
  });
  afterAll(() => machine.remove());

  const pathOf = (name: string) => join(machine.folder, name);
  const check = (...names: string[]): string[] => {
    const paths = names.map(pathOf);
    const lines = machine.check(...paths).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(paths.length);
    return lines.map((text, i) => text.slice(`${paths[i]}: `.length));
  };

  test('reads any file as the contract says', () => {
    fc.assert(
      fc.property(fc.array(file, { minLength: FILES, maxLength: FILES }), (files) => {
        for (const [i, bytes] of files.entries()) writeFileSync(pathOf(`file-${i}`), bytes);
        const lines = check(...files.map((_, i) => `file-${i}`));
        expect(lines.map(said)).toEqual(files.map(expected));
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    [`${BOOT_ID} 1060 45 low battery\n`, 'power-off in 60 s, forced after another 45 s (low battery)'],
    [`${BOOT_ID} 999 45 lease\n`, 'power-off now, forced after 45 s (lease)'],
    [`${BOOT_ID} 999 45\n`, 'power-off now, forced after 45 s ()'],
    [`${BOOT_ID} 999 45 \x1b[2Jboo\n`, 'power-off now, forced after 45 s (unprintable reason)'],
    [`${BOOT_ID} 999\n`, 'ignored, no valid uptime and halt budget'],
    [`${BOOT_ID} 999 45 lease`, 'ignored, incomplete line'],
    ['', 'ignored, incomplete line'],
    ['another 999 45 lease\n', 'ignored, line of another boot'],
  ])('prints for %j: %j', (text, says) => {
    writeFileSync(pathOf('one'), text);
    expect(check('one')).toEqual([says]);
  });

  test('ignores what is not a file, and does not wait for it', () => {
    mkdirSync(pathOf('folder'));
    spawnSync('mkfifo', [pathOf('pipe')]);
    symlinkSync('nowhere', pathOf('link'));
    symlinkSync('/dev/zero', pathOf('zero'));
    expect(check('folder', 'pipe', 'link', 'zero', 'missing')).toEqual([
      'ignored, not a regular file',
      'ignored, not a regular file',
      'ignored, file not found',
      'ignored, not a regular file',
      'ignored, file not found',
    ]);
  });

  test('changes nothing', () => {
    expect(machine.read('state/heartbeat')).toBe('');
    expect(machine.calls).toEqual([]);
  });
});
