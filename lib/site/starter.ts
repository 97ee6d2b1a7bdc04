import { isMap, isNode, isSeq, parseDocument } from 'yaml';

/** What a first cluster.yaml needs to know. Everything else keeps the value of the text that it starts from. */
export interface Starter {
  readonly name?: string | undefined;
  /** Node network. Optional fields with addresses of the old one are left out. */
  readonly subnet?: string | undefined;
  /** `NAME=ADDRESS` of each server. */
  readonly node?: readonly string[] | undefined;
  readonly vip?: string | undefined;
  /** Range or CIDR of the first pool. */
  readonly pool?: string | undefined;
  /** Driver of the first UPS; `none` for a site without one. */
  readonly ups?: string | undefined;
}

type Path = readonly (string | number)[];

const SCHEMA = '# yaml-language-server: $schema=./node_modules/power-safe-k3s/cluster.schema.json';
/** Fields with addresses that are of no use in another subnet. */
const OF_THE_SUBNET: readonly Path[] = [
  ['network', 'gateway'],
  ['network', 'dhcp'],
  ['controlPlane', 'dnsName'],
];

/**
 * A cluster.yaml with these values in place of those of another one. All other lines stay, so that the comments still fit.
 *
 * @param text a valid cluster.yaml
 * @throws Error if `node` is not `NAME=ADDRESS`
 */
export function starterText(text: string, { name, subnet, node, vip, pool, ups }: Starter): string {
  const source = new Lines(text.replace(/^# yaml-language-server:.*\n/, ''));
  const nodes = node?.map(nameAndAddress);
  if (subnet !== undefined) for (const path of OF_THE_SUBNET) source.remove(path);
  source.set(['name'], name);
  source.set(['network', 'subnet'], subnet);
  source.set(['controlPlane', 'vip'], vip);
  source.set(['loadBalancer', 'pools', 0, 'addresses', 0], pool);
  if (ups === 'none') {
    source.removeGroup('ups');
    source.removeGroup('power');
    for (let i = 0; i < (nodes ? 0 : source.length(['nodes'])); i++) source.remove(['nodes', i, 'ups']);
  } else {
    source.set(['ups', 0, 'driver'], ups);
    source.set(['ups', 0, 'node'], nodes?.[0]?.name);
  }
  if (nodes) {
    const supply = source.value(['ups', 0, 'name']);
    const fields = [`role: server`, ...(ups === 'none' || supply === undefined ? [] : [`ups: ${supply}`])];
    const items = nodes.map((one) => [`name: ${one.name}`, `address: ${one.address}`, ...fields].join('\n    '));
    source.set(['nodes'], items.map((item) => `- ${item}`).join('\n  '));
  }
  return `${SCHEMA}\n${source.text()}`;
}

function nameAndAddress(text: string): { readonly name: string; readonly address: string } {
  const [, name, address] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || address === undefined) {
    throw new Error(`"${text}" is no node; write NAME=ADDRESS, such as k3s-1=192.168.10.11`);
  }
  return { name, address };
}

/** A YAML text whose values are replaced where they stand. */
class Lines {
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
