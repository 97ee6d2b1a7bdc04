import fc from 'fast-check';
import {
  addressFromValue,
  parseAddress,
  parseSubnet,
  reservedAs,
  sameAddress,
  sizeOf,
} from '../../lib/network/address';
import { isMapped, subnet, widthOf } from './arbitraries';

describe('a subnet', () => {
  test('survives being written and read', () => {
    fc.assert(fc.property(subnet, (original) => expect(parseSubnet(original.text)).toEqual(original)));
  });

  test('has 2 to the power of its host bits addresses', () => {
    fc.assert(fc.property(subnet, (s) => expect(sizeOf(s)).toBe(2n ** BigInt(widthOf(s.family) - s.prefix))));
  });

  test('starts where all its host bits are zero and ends where all are one', () => {
    fc.assert(
      fc.property(subnet, ({ family: f, prefix, first, last }) => {
        const binary = (value: bigint) => value.toString(2).padStart(widthOf(f), '0');
        expect(binary(first.value).slice(prefix)).toMatch(/^0*$/);
        expect(binary(last.value).slice(prefix)).toMatch(/^1*$/);
        expect(binary(last.value).slice(0, prefix)).toBe(binary(first.value).slice(0, prefix));
      }),
    );
  });

  test('with host bits set is refused with the network meant', () => {
    fc.assert(
      fc.property(subnet, fc.bigInt({ min: 1n, max: 1n << 127n }), (s, offset) => {
        fc.pre(sizeOf(s) > 1n);
        const inside = addressFromValue(s.family, s.first.value + 1n + ((offset - 1n) % (sizeOf(s) - 1n)));
        fc.pre(s.family === 4 || !isMapped(inside.value));
        expect(() => parseSubnet(`${inside.text}/${s.prefix}`)).toThrow(`did you mean ${s.text}?`);
      }),
    );
  });

  test.each([
    ['0.0.0.0/0', 1n << 32n],
    ['::/0', 1n << 128n],
    ['255.255.255.255/32', 1n],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', 1n],
    ['192.168.10.0/24', 256n],
    ['192.168.10.0/31', 2n],
    ['fd00::/64', 1n << 64n],
  ])('%s has %s addresses', (text, size) => {
    expect(sizeOf(parseSubnet(text))).toBe(size);
  });

  test.each([
    ['192.168.10.0', 'is no network; write address and prefix length'],
    ['192.168.10.0/24/24', 'is no network; write address and prefix length'],
    ['192.168.10.0/33', '"/33" is no prefix length; IPv4 takes /0 to /32'],
    ['fd00::/129', '"/129" is no prefix length; IPv6 takes /0 to /128'],
    ['192.168.10.0/', '"/" is no prefix length'],
    ['192.168.10.0/-1', '"/-1" is no prefix length'],
    ['192.168.10.0/ 24', '"/ 24" is no prefix length'],
    ['192.168.10.0/024', '"/024" is no prefix length'],
    ['192.168.10.0/2.4', '"/2.4" is no prefix length'],
    ['192.168.10.0/255.255.255.0', '"/255.255.255.0" is no prefix length'],
    ['fd00::%eth0/64', '"fd00::%eth0" is no IP address'],
    ['192.168.10.1/24', 'has host bits set; did you mean 192.168.10.0/24?'],
    ['fd00::1/64', 'has host bits set; did you mean fd00::/64?'],
  ])('is not %j', (text, message) => {
    expect(() => parseSubnet(text)).toThrow(message);
  });
});

describe('a reserved address', () => {
  test('is at an end of its subnet, and only where there are more than two addresses', () => {
    fc.assert(
      fc.property(subnet, fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (s, offset) => {
        const inner = addressFromValue(s.family, s.first.value + (offset % sizeOf(s)));
        const isEnd = sameAddress(inner, s.first) || (s.family === 4 && sameAddress(inner, s.last));
        expect(reservedAs(s, inner) !== undefined).toBe(isEnd && sizeOf(s) > 2n);
      }),
    );
  });

  test.each([
    ['192.168.10.0/24', '192.168.10.0', 'network address'],
    ['192.168.10.0/24', '192.168.10.255', 'broadcast address'],
    ['192.168.10.0/24', '192.168.10.1', undefined],
    ['192.168.10.0/24', '192.168.11.0', undefined],
    ['192.168.10.4/30', '192.168.10.7', 'broadcast address'],
    ['192.168.10.0/31', '192.168.10.0', undefined],
    ['192.168.10.0/31', '192.168.10.1', undefined],
    ['192.168.10.0/32', '192.168.10.0', undefined],
    ['0.0.0.0/0', '255.255.255.255', 'broadcast address'],
    ['fd00::/64', 'fd00::', 'network address'],
    ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', undefined],
    ['fd00::/127', 'fd00::', undefined],
    ['fd00::/128', 'fd00::', undefined],
  ])('in %s, %s is the %s', (network, text, reserved) => {
    expect(reservedAs(parseSubnet(network), parseAddress(text))).toBe(reserved);
  });
});
