import fc from 'fast-check';
import { parse } from 'yaml';
import {
  checkUpsName,
  driverPasswordKeys,
  primaryMonitor,
  quoted,
  secondaryMonitor,
  upsConf,
  upsdConf,
  upsdUsers,
  upsmonConf,
} from '../../lib/nut/conf';
import { checkPassword, newPasswords, nutSecret } from '../../lib/nut/secret';

/** Reads a quoted word as NUT's parseconf does: a backslash escapes the next character. */
function unquoted(word: string): string {
  expect(word).toMatch(/^".*"$/);
  let text = '';
  for (let i = 1; i < word.length - 1; i++) {
    if (word[i] === '"') throw new Error('unescaped quote inside the word');
    if (word[i] === '\\') i++;
    text += word[i];
  }
  return text;
}

describe('a quoted word', () => {
  test('reads back as the original text', () => {
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
        options: { offdelay: 120, vendorid: '051d', ignorelb: true },
      },
      { name: 'ups2', driver: 'snmp-ups', port: '10.0.0.9' },
    ]);
    expect(text).toBe(`user = root
[ups1]
  driver = "usbhid-ups"
  port = "auto"
  desc = "apc on usb"
  offdelay = "120"
  vendorid = "051d"
  ignorelb

[ups2]
  driver = "snmp-ups"
  port = "10.0.0.9"
`);
  });

  test('has a placeholder for a value that is in the Secret', () => {
    const section = {
      name: 'ups1',
      driver: 'snmp-ups',
      port: '10.0.0.9',
      options: { authPassword: { secret: true } },
    } as const;
    expect(upsConf([section])).toContain('  authPassword = "@PASSWORD:driver-ups1-authPassword@"\n');
    expect(driverPasswordKeys(section)).toEqual(['driver-ups1-authPassword']);
  });

  test.each(['ups@1', 'ups:1', '[ups1]', 'ups 1', '', '-ups', 'ä'])('refuses the name %j', (name) => {
    expect(() => checkUpsName(name)).toThrow('is not a valid UPS name');
  });
});

describe('upsd.conf', () => {
  test('listens on the given addresses only', () => {
    expect(upsdConf(['127.0.0.1', 'fd00::1'], 3493, false)).toBe(
      'LISTEN 127.0.0.1 3493\nLISTEN fd00::1 3493\nMAXAGE 15\nMAXCONN 1024\n',
    );
  });

  test('has a certificate with TLS', () => {
    expect(upsdConf(['127.0.0.1'], 3493, true)).toContain('CERTFILE /etc/nut/upsd.pem\nDISABLE_WEAK_SSL true\n');
  });
});

describe('upsd.users', () => {
  const clients = ['nas', 'syno-1', 'syno-2'].map((name, i) => ({
    name,
    address: `10.0.0.4${i}`,
    user: i === 0 ? name : 'monuser',
  }));

  test('holds placeholders and no password', () => {
    expect(upsdUsers(clients).match(/password = .*/g)).toEqual(
      ['primary', 'secondary', 'client-nas', 'client-syno-1'].map((key) => `password = @PASSWORD:${key}@`),
    );
  });

  test('has each user of a client once, as a secondary', () => {
    expect(upsdUsers(clients).match(/^\[.*\]$|^ {2}(?:upsmon|actions|instcmds).*$/gm)).toEqual([
      ...['[monprimary]', '  actions = SET', '  instcmds = shutdown.return', '  upsmon primary'],
      ...['[monsecondary]', '[nas]', '[monuser]'].flatMap((user) => [user, '  upsmon secondary']),
    ]);
  });
});

describe('upsmon.conf', () => {
  const timing = { pollFreq: 5, pollFreqAlert: 2, deadTime: 15, hostSync: 15, finalDelay: 0, lease: 20 };
  const conf = (tls = false) =>
    upsmonConf([primaryMonitor('ups1@127.0.0.1:3493', 1), secondaryMonitor('ups2@10.0.0.2:3493', 2)], 2, timing, tls);

  test('has a line for each UPS with its power value, user and the key of its password', () => {
    expect(conf()).toMatch(/^MONITOR ups1@127\.0\.0\.1:3493 1 monprimary @PASSWORD:primary@ primary$/m);
    expect(conf()).toMatch(/^MONITOR ups2@10\.0\.0\.2:3493 2 monsecondary @PASSWORD:secondary@ secondary$/m);
  });

  test('has MINSUPPLIES', () => expect(conf()).toMatch(/^MINSUPPLIES 2$/m));

  test('calls scripts without arguments', () => {
    expect(conf()).toMatch(/^SHUTDOWNCMD "\/scripts\/shutdown\.sh"$/m);
    expect(conf()).toMatch(/^NOTIFYCMD \/scripts\/notify\.sh$/m);
  });

  test('only runs NOTIFYCMD on low battery, because another UPS may still feed the node', () => {
    expect(conf()).toMatch(/^NOTIFYFLAG LOWBATT EXEC$/m);
  });

  test('gives a UPS with an alarm its DEADTIME, like any other', () => expect(conf()).toMatch(/^ALARMCRITICAL 0$/m));

  test('takes a UPS that reports OFF on line for one that feeds its hosts', () => {
    expect(conf()).toMatch(/^OFFDURATION -1$/m);
  });

  test('requires TLS when there are certificates', () => {
    expect(conf(true)).toContain('CERTPATH /etc/nut/ca\nCERTVERIFY 1\nFORCESSL 1\n');
  });
});

describe('the Secret', () => {
  test('has 160 random bits for each user', () => {
    const { primary, secondary } = newPasswords();
    expect(primary).toMatch(/^[0-9a-f]{40}$/);
    expect(primary).not.toBe(secondary);
  });

  test('is YAML for kubectl', () => {
    const annotations =
      '    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n    kustomize.toolkit.fluxcd.io/prune: disabled\n';
    expect(nutSecret('nut-users', { primary: 'aaaaaaaa', secondary: 'bbbbbbbb' })).toBe(
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: nut-users\n  namespace: nut\n  annotations:\n${annotations}type: Opaque\nstringData:\n  primary: aaaaaaaa\n  secondary: bbbbbbbb\n`,
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
    expect(() => checkPassword('primary', password)).toThrow('the primary password is invalid');
    expect(() => checkPassword('primary', password)).not.toThrow(password);
  });

  test.each(['secret', '123456', 'x'])('accepts %j, which a NAS or an SNMP card may have', (password) => {
    expect(() => checkPassword('server-nas', password)).not.toThrow();
    expect(() => checkPassword('driver-ups1-community', password)).not.toThrow();
  });

  test.each(['', 'has space in it', 'a'.repeat(129)])('refuses %j for a NAS as well', (password) => {
    expect(() => checkPassword('server-nas', password)).toThrow('the server-nas password is invalid; use 1 to 128');
  });

  test('keeps a password of digits a string', () => {
    const { stringData } = parse(nutSecret('nut-users', { ...newPasswords(), 'server-nas': '123456' }));
    expect(stringData['server-nas']).toBe('123456');
  });
});
