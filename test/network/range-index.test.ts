import fc from 'fast-check';
import { type AddressRange, addressFromValue, overlaps } from '../../lib/network/address';
import { RangeIndex } from '../../lib/network/range-index';

/** Ranges of one address to a whole family, many of which overlap. */
const range = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.bigInt(0n, 2000n), fc.integer({ min: 0, max: 31 }))
  .map(([family, start, bits]): AddressRange => {
    const last = start + (1n << BigInt(bits)) - 1n;
    return {
      family,
      first: addressFromValue(family, start),
      last: addressFromValue(family, last),
      text: `${start}/${bits}`,
    };
  });

test('an index finds the ranges that comparison with each finds', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), range, (ranges, wanted) => {
      const index = new RangeIndex<AddressRange>();
      for (const one of ranges) index.at(one, () => one);
      const texts = (found: Iterable<AddressRange>) =>
        new Set([...found].map(({ family, text }) => `${family}: ${text}`));
      expect(texts(index.overlapping(wanted))).toEqual(texts(ranges.filter((one) => overlaps(one, wanted))));
    }),
    { numRuns: 500 },
  );
});

test('an index has one item for equal ranges', () => {
  const index = new RangeIndex<string>();
  const one = { family: 4, first: addressFromValue(4, 1n), last: addressFromValue(4, 9n), text: '' } as const;
  expect([index.at(one, () => 'first'), index.at({ ...one }, () => 'second')]).toEqual(['first', 'first']);
});
