import { type AddressRange, sizeOf } from './address';

interface Entry<T> {
  readonly first: bigint;
  readonly last: bigint;
  readonly item: T;
}

/** Blocks of 2^8, 2^16, ... addresses of one family, so that a range is in one or two of them. */
interface Level<T> {
  readonly family: number;
  readonly bits: bigint;
  readonly blocks: Map<bigint, Entry<T>[]>;
}

/** Items by address range. The time to find one does not depend on their number, if few ranges overlap. */
export class RangeIndex<T> {
  private readonly levels = new Map<string, Level<T>>();

  /** The item of exactly this range, which is made if there is none. */
  at(range: AddressRange, make: () => T): T {
    const level = this.levelFor(range);
    const first = range.first.value >> level.bits;
    const found = level.blocks
      .get(first)
      ?.find((entry) => entry.first === range.first.value && entry.last === range.last.value);
    if (found) return found.item;
    const entry = { first: range.first.value, last: range.last.value, item: make() };
    for (let block = first; block <= range.last.value >> level.bits; block++) {
      const entries = level.blocks.get(block);
      if (entries) entries.push(entry);
      else level.blocks.set(block, [entry]);
    }
    return entry.item;
  }

  /** The items of all ranges that share an address with this one. */
  overlapping(range: AddressRange): ReadonlySet<T> {
    const found = new Set<T>();
    for (const { family, bits, blocks } of this.levels.values()) {
      if (family !== range.family) continue;
      const [first, last] = [range.first.value >> bits, range.last.value >> bits];
      const isWide = last - first >= BigInt(blocks.size);
      for (const entries of isWide ? blocks.values() : between(blocks, first, last)) {
        for (const entry of entries) {
          if (entry.first <= range.last.value && range.first.value <= entry.last) found.add(entry.item);
        }
      }
    }
    return found;
  }

  private levelFor(range: AddressRange): Level<T> {
    let bits = 8n;
    while (sizeOf(range) > 1n << bits) bits += 8n;
    const key = `${range.family}/${bits}`;
    const level = this.levels.get(key) ?? { family: range.family, bits, blocks: new Map() };
    this.levels.set(key, level);
    return level;
  }
}

function* between<T>(blocks: ReadonlyMap<bigint, T>, first: bigint, last: bigint): Generator<T> {
  for (let block = first; block <= last; block++) {
    const found = blocks.get(block);
    if (found) yield found;
  }
}
