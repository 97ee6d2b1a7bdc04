import fc from 'fast-check';
import {
  type AddressRange,
  addressFromValue,
  contains,
  covers,
  overlaps,
  parseAddressRange,
  parseSubnet,
  shortestPrefix,
  sizeOf,
} from '../../lib/network/address';
import { address, smallAddress, smallRange, subnet, widthOf } from './arbitraries';

function textsIn({ family: f, first, last }: AddressRange): Set<string> {
  const texts = new Set<string>();
  for (let value = first.value; value <= last.value; value++) texts.add(addressFromValue(f, value).text);
  return texts;
}

/** Every network of this prefix length that one of the addresses is in. */
const networksIn = (range: AddressRange, prefix: number) =>
  [...textsIn(range)].map((text) => {
    const { family: f, value } = parseAddressRange(text).first;
    const host = BigInt(widthOf(f) - prefix);
    return parseSubnet(`${addressFromValue(f, (value >> host) << host).text}/${prefix}`);
  });

describe('an address range', () => {
  test('is the same in every way to write it', () => {
    fc.assert(
      fc.property(smallRange, ({ first, last, text }) => {
        const range = parseAddressRange(text);
        expect(parseAddressRange(`  ${first.text} - ${last.text} `)).toEqual(range);
        expect(parseAddressRange(range.text)).toEqual(range);
        expect([range.first, range.last]).toEqual([first, last]);
      }),
    );
  });

  test('in CIDR form is the subnet', () => {
    fc.assert(fc.property(subnet, (s) => expect(parseAddressRange(s.text)).toEqual(s)));
  });

  test('of one address is that address', () => {
    fc.assert(
      fc.property(address, (a) => {
        expect(parseAddressRange(a.text)).toEqual({ family: a.family, first: a, last: a, text: a.text });
        expect(parseAddressRange(`${a.text}-${a.text}`)).toEqual(parseAddressRange(a.text));
        expect(sizeOf(parseAddressRange(a.text))).toBe(1n);
      }),
    );
  });

  test('holds a network of its shortest prefix and none of a shorter one', () => {
    fc.assert(
      fc.property(smallRange, (range) => {
        const prefix = shortestPrefix(range);
        const holds = (length: number) => networksIn(range, length).some((network) => covers(range, network));
        expect([holds(prefix), holds(prefix - 1)]).toEqual([true, false]);
      }),
    );
  });

  test('that is a subnet has the prefix of the subnet for its shortest', () => {
    fc.assert(fc.property(subnet, (s) => expect(shortestPrefix(s)).toBe(s.prefix)));
  });

  test('with swapped ends is refused with the range meant', () => {
    fc.assert(
      fc.property(smallRange, ({ first, last }) => {
        fc.pre(first.value < last.value);
        const message = `starts above its end; did you mean ${first.text}-${last.text}?`;
        expect(() => parseAddressRange(`${last.text}-${first.text}`)).toThrow(message);
      }),
    );
  });

  test.each([
    ['192.168.10.1-fd00::1', 'mixes IPv4 and IPv6'],
    ['fd00::1-192.168.10.1', 'mixes IPv4 and IPv6'],
    ['192.168.10.240-250', 'write both ends in full'],
    ['192.168.10.1-192.168.10.2-192.168.10.3', 'write both ends in full'],
    ['192.168.10.1-', 'write both ends in full'],
    ['-192.168.10.1', 'write both ends in full'],
    ['192.168.10.1,192.168.10.2', 'write both ends in full'],
    ['192.168.10.0/24-192.168.10.9', '"/24-192.168.10.9" is no prefix length'],
    ['192.168.10.7/29', 'did you mean 192.168.10.0/29?'],
    ['', 'write both ends in full'],
  ])('is not %j', (text, message) => {
    expect(() => parseAddressRange(text)).toThrow(message);
  });
});

describe('two ranges', () => {
  test('contain the addresses that a list of them has', () => {
    fc.assert(
      fc.property(smallRange, smallAddress, (range, a) => expect(contains(range, a)).toBe(textsIn(range).has(a.text))),
    );
  });

  test('cover each other when one list has all of the other', () => {
    fc.assert(
      fc.property(smallRange, smallRange, (outer, inner) => {
        const texts = textsIn(outer);
        expect(covers(outer, inner)).toBe([...textsIn(inner)].every((text) => texts.has(text)));
      }),
    );
  });

  test('overlap when their lists share an address, in either order', () => {
    fc.assert(
      fc.property(smallRange, smallRange, (a, b) => {
        const texts = textsIn(a);
        const shared = [...textsIn(b)].some((text) => texts.has(text));
        expect([overlaps(a, b), overlaps(b, a)]).toEqual([shared, shared]);
      }),
    );
  });

  test('are as large as their lists', () => {
    fc.assert(fc.property(smallRange, (range) => expect(sizeOf(range)).toBe(BigInt(textsIn(range).size))));
  });

  test('of two families share nothing, even with the same numbers', () => {
    const all4 = parseSubnet('0.0.0.0/0');
    const all6 = parseSubnet('::/0');
    expect([overlaps(all4, all6), covers(all6, all4), contains(all6, all4.first)]).toEqual([false, false, false]);
  });

  test('that cover each other are equal', () => {
    fc.assert(
      fc.property(smallRange, smallRange, (a, b) => expect(covers(a, b) && covers(b, a)).toBe(a.text === b.text)),
    );
  });
});
