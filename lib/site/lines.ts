import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { Fix, Path } from '../cluster';

/** The text of a cluster.yaml after these changes; undefined if one of them has no place in it, as behind an alias. */
export function changedText(text: string, fix: Fix): string | undefined {
  let changed = text;
  for (const { path, value } of fix) {
    // each on its own, because two may need the same missing group
    const lines = new Lines(changed);
    if (!lines.put(path, value)) return undefined;
    changed = lines.text();
  }
  return changed;
}

/** A YAML text whose values are replaced where they stand. All other lines stay. */
export class Lines {
  private readonly document;
  private readonly edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];

  constructor(private readonly source: string) {
    this.document = parseDocument(source);
  }

  value(path: Path): unknown {
    return this.document.getIn(path);
  }

  length(path: Path): number {
    const found = this.document.getIn(path);
    return isSeq(found) ? found.items.length : 0;
  }

  /** Replaces a value, if there is one. A comment behind it stays in its column. */
  set(path: Path, value: string | undefined): void {
    const found = this.document.getIn(path, true);
    if (value === undefined || !isNode(found) || !found.range) return;
    const [start, end] = found.range;
    const old = this.source.slice(start, end).trimEnd().length;
    const padding = /^ */.exec(this.source.slice(start + old))?.[0].length ?? 0;
    const isFollowed = this.source[start + old + padding] === '#';
    const text = isFollowed ? `${value.padEnd(old + padding - 1)} ` : value;
    this.edits.push({ start, end: start + old + (isFollowed ? padding : 0), text });
  }

  /**
   * Sets a value, with its groups if they are missing. A text in place of a number keeps the digits of the file and is quoted.
   *
   * @returns false if it cannot: the group is an alias, or something else than a group
   */
  put(path: Path, value: number | string): boolean {
    const found = this.document.getIn(path, true);
    const digits = isScalar(found) && typeof found.value === 'number' ? found.source : undefined;
    const text = typeof value === 'string' ? JSON.stringify(digits ?? value) : String(value);
    if (isScalar(found) && found.range && found.value !== null) {
      this.set(path, text);
      return true;
    }
    const depth = path.findLastIndex((_, i) => this.document.hasIn(path.slice(0, i)));
    const group = depth === 0 ? this.document.contents : this.document.getIn(path.slice(0, depth), true);
    const [first] = isMap(group) ? group.items : [];
    if (found !== undefined || !isMap(group) || !isNode(first?.key) || !first.key.range) return false;
    const start = first.key.range[0];
    const keys = path.slice(depth);
    if (group.flow) {
      const nested = keys.slice(0, -1).map((key) => `${key}: { `);
      this.edits.push({
        start,
        end: start,
        text: `${nested.join('')}${keys.at(-1)}: ${text}${' }'.repeat(nested.length)}, `,
      });
      return true;
    }
    const indent = start - this.source.lastIndexOf('\n', start - 1) - 1;
    const lines = keys.map((key, i) => `${'  '.repeat(i)}${key}:`).join(`\n${' '.repeat(indent)}`);
    this.edits.push({ start, end: start, text: `${lines} ${text}\n${' '.repeat(indent)}` });
    return true;
  }

  /** Removes the lines of a field, if it is there. */
  remove(path: Path): void {
    const group = this.document.getIn(path.slice(0, -1));
    const pair = isMap(group) ? group.items.find(({ key }) => String(key) === String(path.at(-1))) : undefined;
    if (!isNode(pair?.key) || !isNode(pair.value) || !pair.key.range || !pair.value.range) return;
    const last = pair.value.range[0] + this.source.slice(pair.value.range[0], pair.value.range[1]).trimEnd().length;
    const start = this.source.lastIndexOf('\n', pair.key.range[0]) + 1;
    this.edits.push({ start, end: this.source.indexOf('\n', last) + 1, text: '' });
  }

  /** Removes a field of the first level with everything that is indented below it, comments too. */
  removeGroup(key: string): void {
    const [found] = [...this.source.matchAll(new RegExp(`^${key}:.*\\n(?:[ \\t].*\\n|\\n)*`, 'gm'))];
    if (found) this.edits.push({ start: found.index, end: found.index + found[0].length, text: '' });
  }

  text(): string {
    return this.edits
      .toSorted((a, b) => b.start - a.start)
      .reduce((text, { start, end, text: value }) => text.slice(0, start) + value + text.slice(end), this.source);
  }
}
