import * as ipaddr from 'ipaddr.js';
import { quoted } from '../text';

/** IP family. */
export type Family = 4 | 6;

/**
 * An IP address. Its text is canonical (RFC 5952 for IPv6), so equal addresses have equal texts. Create one with `parseAddress`.
 */
export interface Address {
  readonly family: Family;
  /** The address as an unsigned number of 32 or 128 bits. */
  readonly value: bigint;
  readonly text: string;
}

/** A contiguous range of addresses of one family, ends included. Create one with `parseAddressRange`. */
export interface AddressRange {
  readonly family: Family;
  readonly first: Address;
  readonly last: Address;
  /**
   * The canonical text: `192.168.10.240-192.168.10.250`, `192.168.10.240/28`, or a single address. MetalLB refuses a single address
   * without prefix length.
   */
  readonly text: string;
}

/** A network in CIDR form with zero host bits. Create one with `parseSubnet`. */
export interface Subnet extends AddressRange {
  /** Length of the prefix in bits. */
  readonly prefix: number;
}

const bits = (family: Family): number => (family === 4 ? 32 : 128);

function fromParsed(parsed: ipaddr.IPv4 | ipaddr.IPv6): Address {
  const value = parsed.toByteArray().reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return { family: parsed.kind() === 'ipv4' ? 4 : 6, value, text: canonicalText(parsed) };
}

const canonicalText = (parsed: ipaddr.IPv4 | ipaddr.IPv6): string =>
  parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();

/** The address with this value. Throws a RangeError if it does not fit the family. */
export function addressFromValue(family: Family, value: bigint): Address {
  if (value < 0n || value >= 1n << BigInt(bits(family))) {
    throw new RangeError(`${value} is no IPv${family} address`);
  }
  const bytes = Array.from({ length: bits(family) / 8 }, (_, i) =>
    Number((value >> BigInt(bits(family) - 8 * (i + 1))) & 0xffn),
  );
  return fromParsed(ipaddr.fromByteArray(bytes));
}

/**
 * Reads one IPv4 address in four-part decimal form or one IPv6 address in hexadecimal form.
 *
 * @throws Error for leading zeros in IPv4 (`010.0.0.1`), too few parts (`1.2.3`), a zone (`fe80::1%eth0`), and IPv4 inside IPv6
 * (`::1.2.3.4`, `::ffff:102:304`), which ipaddr.js and Go's net package read differently
 */
export function parseAddress(text: string): Address {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return fromParsed(ipaddr.IPv4.parse(text));
  if (/^[0-9a-f:]+$/i.test(text) && ipaddr.IPv6.isValid(text)) {
    const parsed = ipaddr.IPv6.parse(text);
    if (parsed.isIPv4MappedAddress()) {
      throw new Error(`${quoted(text)} is an IPv4 address in IPv6 form; write ${parsed.toIPv4Address().toString()}`);
    }
    return fromParsed(parsed);
  }
  throw new Error(`${quoted(text)} is no IP address; write it like 192.168.10.43 or fd00::43`);
}

function parsePrefix(text: string, family: Family): number {
  const prefix = /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN;
  if (!(prefix <= bits(family)))
    throw new Error(`${quoted(`/${text}`)} is no prefix length; IPv${family} takes /0 to /${bits(family)}`);
  return prefix;
}

/** Reads a network such as `192.168.10.0/24`. Throws an Error if host bits are set. */
export function parseSubnet(text: string): Subnet {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  if (prefixText === undefined || rest.length > 0) {
    throw new Error(`${quoted(text)} is no network; write address and prefix length, like 192.168.10.0/24`);
  }
  const address = parseAddress(addressText);
  const prefix = parsePrefix(prefixText, address.family);
  const hostMask = (1n << BigInt(bits(address.family) - prefix)) - 1n;
  const first = addressFromValue(address.family, address.value & ~hostMask);
  if (first.value !== address.value) {
    throw new Error(`${quoted(text)} has host bits set; did you mean ${first.text}/${prefix}?`);
  }
  const last = addressFromValue(address.family, first.value | hostMask);
  return { family: address.family, first, last, prefix, text: `${first.text}/${prefix}` };
}

function tryParseAddress(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

/** Reads `first-last`, a CIDR, or a single address. Throws an Error if the ends are out of order or of two families. */
export function parseAddressRange(text: string): AddressRange {
  if (text.includes('/')) return parseSubnet(text.trim());
  const [firstText = '', lastText = firstText, ...rest] = text.split('-').map((part) => part.trim());
  const first = tryParseAddress(firstText);
  const last = tryParseAddress(lastText);
  if (rest.length > 0 || !first || !last) {
    throw new Error(
      `${quoted(text)} is no address range; write both ends in full, like 192.168.10.240-192.168.10.250, or a CIDR`,
    );
  }
  if (first.family !== last.family) throw new Error(`${quoted(text)} mixes IPv4 and IPv6; write one range for each`);
  if (first.value > last.value) {
    throw new Error(`${quoted(text)} starts above its end; did you mean ${last.text}-${first.text}?`);
  }
  return {
    family: first.family,
    first,
    last,
    text: first.value === last.value ? first.text : `${first.text}-${last.text}`,
  };
}

/** Whether the range contains the address. */
export const contains = (range: AddressRange, address: Address): boolean =>
  range.family === address.family && range.first.value <= address.value && address.value <= range.last.value;

/** Whether `outer` contains all of `inner`. */
export const covers = (outer: AddressRange, inner: AddressRange): boolean =>
  contains(outer, inner.first) && contains(outer, inner.last);

/** Whether the ranges share an address. */
export const overlaps = (a: AddressRange, b: AddressRange): boolean =>
  a.family === b.family && a.first.value <= b.last.value && b.first.value <= a.last.value;

/** The number of addresses. */
export const sizeOf = (range: AddressRange): bigint => range.last.value - range.first.value + 1n;

/** Prefix length of the largest network within the range, such as 29 for 192.168.10.1-192.168.10.17. */
export function shortestPrefix(range: AddressRange): number {
  for (let prefix = 0; ; prefix++) {
    const size = 1n << BigInt(bits(range.family) - prefix);
    const start = ((range.first.value + size - 1n) / size) * size;
    // ends at a single address
    if (start + size - 1n <= range.last.value) return prefix;
  }
}

export const sameAddress = (a: Address, b: Address): boolean => a.family === b.family && a.value === b.value;

/** The address for a URL: IPv6 in brackets. */
export const urlHost = (address: Address): string => (address.family === 6 ? `[${address.text}]` : address.text);

/**
 * Why a host must not have this address in the subnet; undefined if it may. Reserved are the network address (IPv6: the subnet-router
 * anycast address, RFC 4291 2.6.1) and the IPv4 broadcast address; not in /31, /32, /127 and /128 (RFC 3021, RFC 6164).
 */
export function reservedAs(subnet: Subnet, address: Address): 'network address' | 'broadcast address' | undefined {
  if (sizeOf(subnet) <= 2n) return undefined;
  if (sameAddress(subnet.first, address)) return 'network address';
  if (subnet.family === 4 && sameAddress(subnet.last, address)) return 'broadcast address';
  return undefined;
}
