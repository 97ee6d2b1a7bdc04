import fc from 'fast-check';
import { checkUpsName, quoted, upsConf, upsdConf, upsdUsers, upsmonConf } from '../../lib/nut/conf';
import { checkPassword, newPasswords, nutSecret } from '../../lib/nut/secret';

/** Reads a quoted word the way NUT's parseconf does: a backslash makes the next character plain. */
function unquoted(word: string): string {
  expect(word).toMatch(/^".*"$/);
  let text = '';
  for (let i = 1; i < word.length - 1; i++) {
    if (word[i] === '"') throw new Error('the word ends before its end');
    if (word[i] === '\\') i++;
    text += word[i];
  }
  return text;
}

describe('a quoted word', () => {
  test('reads back as the text it was made of', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => expect(unquoted(quoted(text))).toBe(text)));
  });

  test.each(['\n', 'é', '\t', '\u0000'])('cannot hold %j', (text) =>
    expect(() => quoted(text)).toThrow('printable ASCII'),
  );
});

describe('ups.conf', () => {
  test('has a section for each UPS and runs the drivers as root', () => {
    const text = upsConf([
      {
        name: 'ups1',
        driver: 'usbhid-ups',
        port: 'auto',
        description: 'apc on usb',
        options: { vendorid: '051d', ignorelb: true },
      },
      { name: 'ups2', driver: 'snmp-ups', port: '10.0.0.9' },
    ]);
    expect(text).toBe(`user = root
[ups1]
  driver = "usbhid-ups"
  port = "auto"
  desc = "apc on usb"
  offdelay = "120"
  ondelay = "180"
  vendorid = "051d"
  ignorelb

[ups2]
  driver = "snmp-ups"
  port = "10.0.0.9"
`);
  });

  test('leaves the delays to the owner who gives them', () => {
    const text = upsConf([{ name: 'a', driver: 'nutdrv_qx', port: 'auto', options: { offdelay: 60, ondelay: 120 } }]);
    expect(text).toContain('offdelay = "60"\n  ondelay = "120"');
  });

  test('counts the ondelay of blazer in minutes', () => {
    expect(upsConf([{ name: 'a', driver: 'blazer_usb', port: 'auto' }])).toContain('ondelay = "3"');
  });

  test('gives no delay to a driver that would refuse the word', () => {
    expect(upsConf([{ name: 'a', driver: 'dummy-ups', port: 'x.dev' }])).not.toContain('delay');
  });

  test.each(['ups@1', 'ups:1', '[ups1]', 'ups 1', '', '-ups', 'ä'])('refuses the name %j', (name) => {
    expect(() => checkUpsName(name)).toThrow('is no UPS name');
  });
});

test('upsd listens on the given addresses only', () => {
  expect(upsdConf(['127.0.0.1', '[fd00::1]'], 3493)).toBe('LISTEN 127.0.0.1 3493\nLISTEN [fd00::1] 3493\nMAXAGE 15\n');
});

test('upsd.users holds placeholders and no password', () => {
  expect(upsdUsers().match(/password = .*/g)).toEqual([
    'password = @PRIMARY_PASSWORD@',
    'password = @SECONDARY_PASSWORD@',
  ]);
});

describe('upsmon.conf', () => {
  const props = { upsName: 'ups1', host: '192.168.10.11', port: 3493, shutdownCommand: '/scripts/power-off.sh' };

  test('of a secondary monitors by IP literal as the secondary user', () => {
    expect(upsmonConf({ ...props, role: 'secondary' })).toMatch(
      /^MONITOR ups1@192\.168\.10\.11:3493 1 monsecondary @PASSWORD@ secondary$/m,
    );
  });

  test('joins nothing with && in its shutdown command', () => {
    expect(upsmonConf({ ...props, role: 'primary' })).toMatch(/^SHUTDOWNCMD "\/scripts\/power-off\.sh"$/m);
  });
});

describe('the Secret', () => {
  test('has 160 random bits for each user', () => {
    const { primary, secondary } = newPasswords();
    expect(primary).toMatch(/^[0-9a-f]{40}$/);
    expect(primary).not.toBe(secondary);
  });

  test('is YAML for kubectl', () => {
    expect(nutSecret('nut-users', { primary: 'aaaaaaaa', secondary: 'bbbbbbbb' })).toBe(
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: nut-users\n  namespace: nut\ntype: Opaque\nstringData:\n  primary: aaaaaaaa\n  secondary: bbbbbbbb\n',
    );
  });

  test.each([
    'short',
    'has space in it',
    'quote"quote',
    'back\\slash',
    'hash#hash',
    '-starts-so',
    'a/slash/here',
    'ümlaut-ümlaut',
  ])('refuses %j and does not show it', (password) => {
    expect(() => checkPassword('primary', password)).toThrow('the primary password is not usable');
    expect(() => checkPassword('primary', password)).not.toThrow(password);
  });
});
