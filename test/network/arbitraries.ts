import fc from 'fast-check';
import {
  type Address,
  type AddressRange,
  addressFromValue,
  type Family,
  parseAddressRange,
  parseSubnet,
} from '../../lib/network/address';

/** Bits of an address. */
export const widthOf = (family: Family): number => (family === 4 ? 32 : 128);
const family = fc.constantFrom<Family>(4, 6);
/** ::ffff:0:0/96, which parseAddress refuses: Go and Kubernetes read it as IPv4. */
export const isMapped = (value: bigint): boolean => value >> 32n === 0xffffn;
/** IPv6 values with runs of zeros too, which is where texts differ in form. */
export const ipv6Value = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n))
  .filter((value) => !isMapped(value));
/** Any address that parseAddress takes. */
export const address: fc.Arbitrary<Address> = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => addressFromValue(4, value)),
  ipv6Value.map((value) => addressFromValue(6, value)),
);
/** Any network. */
export const subnet = fc
  .tuple(address, fc.nat({ max: 128 }))
  .map(([{ family: f, value }, bits]) => {
    const prefix = Math.min(bits, widthOf(f));
    const host = BigInt(widthOf(f) - prefix);
    return { family: f, first: (value >> host) << host, prefix };
  })
  .filter(({ family: f, first }) => f === 4 || !isMapped(first))
  .map(({ family: f, first, prefix }) => parseSubnet(`${addressFromValue(f, first).text}/${prefix}`));

/** Ranges among 16 neighbours of either family, small enough to list all their addresses. */
export const smallRange: fc.Arbitrary<AddressRange> = fc
  .tuple(family, fc.nat({ max: 15 }), fc.nat({ max: 15 }))
  .map(([f, a, b]) => {
    const base = f === 4 ? 0xc0a80a00n : 0xfd00n << 112n;
    const text = (n: number) => addressFromValue(f, base + BigInt(n)).text;
    return parseAddressRange(`${text(Math.min(a, b))}-${text(Math.max(a, b))}`);
  });
/** An end of a small range. */
export const smallAddress = fc.tuple(smallRange, fc.boolean()).map(([range, end]) => (end ? range.last : range.first));
