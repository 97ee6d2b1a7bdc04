import { isIP } from 'node:net';
import fc from 'fast-check';
import { addressFromValue, parseAddress, sameAddress, urlHost } from '../../lib/network/address';
import { address, ipv6Value, smallAddress } from './arbitraries';

describe('an address', () => {
  test('survives being written and read', () => {
    fc.assert(fc.property(address, (original) => expect(parseAddress(original.text)).toEqual(original)));
  });

  test('is one that Node reads as the same family', () => {
    fc.assert(fc.property(address, ({ text, family: f }) => expect(isIP(text)).toBe(f)));
  });

  test('has one text in every spelling of IPv6', () => {
    fc.assert(
      fc.property(ipv6Value, (value) => {
        const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
        const long = groups.map((group) => group.padStart(4, '0').toUpperCase()).join(':');
        expect(parseAddress(long)).toEqual(parseAddress(groups.join(':')));
        expect(parseAddress(long)).toEqual(addressFromValue(6, value));
      }),
    );
  });

  test('equals another exactly when family and text are equal', () => {
    fc.assert(
      fc.property(smallAddress, smallAddress, (a, b) =>
        expect(sameAddress(a, b)).toBe(a.family === b.family && a.text === b.text),
      ),
    );
  });

  test.each([
    [4, 0n, '0.0.0.0'],
    [4, 0xffffffffn, '255.255.255.255'],
    [4, 0xc0a80a2bn, '192.168.10.43'],
    [6, 0n, '::'],
    [6, 1n, '::1'],
    [6, (1n << 128n) - 1n, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    [6, 0xfd00n << 112n, 'fd00::'],
  ] as const)('of IPv%s with the number %s is %s', (f, value, text) => {
    expect(addressFromValue(f, value).text).toBe(text);
    expect(parseAddress(text)).toEqual({ family: f, value, text });
  });

  test.each([
    [4, -1n],
    [4, 1n << 32n],
    [6, -1n],
    [6, 1n << 128n],
  ] as const)('of IPv%s has no number %s', (f, value) => {
    expect(() => addressFromValue(f, value)).toThrow(RangeError);
  });

  test.each([
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['0:0:0:0:0:0:0:0', '::'],
  ])('%s is written %s', (text, canonical) => {
    expect(parseAddress(text).text).toBe(canonical);
  });

  test.each([
    '',
    ' ',
    '192.168.10',
    '192.168.10.1.1',
    '192.168.010.1',
    '00.0.0.0',
    '256.0.0.1',
    '0x7f.0.0.1',
    '3232238123',
    ' 192.168.10.1',
    '192.168.10.1 ',
    '192.168.10.1/24',
    '192.168.10.1\n',
    '٠.0.0.1',
    '[::1]',
    'fe80::1%eth0',
    'fe80::1%',
    '::1.2.3.4',
    '::ffff:1.2.3.4',
    '::010.1.1.1',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    '00001::',
    'g::',
    ':::',
    'api.home.arpa',
  ])('is not %j', (text) => {
    expect(() => parseAddress(text)).toThrow(`${JSON.stringify(text)} is no IP address; write it like`);
  });

  test('in the form of IPv4 inside IPv6 is refused with the IPv4 address to write', () => {
    expect(() => parseAddress('::ffff:c0a8:a05')).toThrow('write 192.168.10.5');
  });

  test('is read from any text without a crash other than an Error with a cure', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%/- '), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(digits, fc.string({ unit: 'grapheme' })), (text) => {
        try {
          const { text: canonical } = parseAddress(text);
          expect(parseAddress(canonical).text).toBe(canonical);
          expect(isIP(text)).not.toBe(0);
        } catch (error) {
          expect((error as Error).message).toMatch(/^".*"[^\n]*; \S[^\n]*$/s);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('of IPv6 stands in brackets in a URL', () => {
    fc.assert(
      fc.property(address, (a) => {
        const { hostname } = new URL(`https://${urlHost(a)}:6443`);
        expect(hostname).toBe(a.family === 6 ? `[${a.text}]` : a.text);
      }),
    );
  });
});
