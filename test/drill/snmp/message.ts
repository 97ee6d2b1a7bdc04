/**
 * Messages of SNMPv1 and SNMPv2c as bytes: https://www.rfc-editor.org/rfc/rfc1157#section-4, https://www.rfc-editor.org/rfc/rfc3416.
 * Only what a card of a UPS needs: requests with one value or more, and their answers.
 */

/** Types of values, as tags of BER. */
const TYPES = {
  integer: 0x02,
  string: 0x04,
  null: 0x05,
  oid: 0x06,
  gauge: 0x42,
  ticks: 0x43,
  missing: 0x80,
} as const;
type ValueType = keyof typeof TYPES;

/** A value of the management tree. A number is a whole one, not negative. */
export interface SnmpValue {
  readonly type: ValueType;
  readonly value: number | string;
}

export interface Binding {
  /** Such as 1.3.6.1.2.1.1.1.0. */
  readonly oid: string;
  readonly value: SnmpValue;
}

/** The kinds of messages, as tags of BER. */
export const KINDS = { get: 0xa0, getNext: 0xa1, response: 0xa2, set: 0xa3 } as const;

/** Errors of an answer: the only ones that both versions have and a card gives. */
export const ERRORS = { none: 0, noSuchName: 2 } as const;

export interface Message {
  /** 0: SNMPv1, 1: SNMPv2c. */
  readonly version: number;
  readonly community: string;
  /** One of KINDS; others are not answered. */
  readonly kind: number;
  readonly request: number;
  readonly error: number;
  /** Of the binding that caused the error, from 1. */
  readonly errorIndex: number;
  readonly bindings: readonly Binding[];
}

const SEQUENCE = 0x30;

/** Reads a message. Throws an Error for bytes that are none. */
export function decode(bytes: Buffer): Message {
  const message = new Reader(new Reader(bytes).content(SEQUENCE));
  const [version, community] = [message.number(), message.content(TYPES.string).toString('latin1')];
  const [kind, pdu] = message.any();
  const body = new Reader(pdu);
  const [request, error, errorIndex] = [body.number(), body.number(), body.number()];
  const list = new Reader(body.content(SEQUENCE));
  const bindings: Binding[] = [];
  while (!list.atEnd) {
    const binding = new Reader(list.content(SEQUENCE));
    const oid = oidText(binding.content(TYPES.oid));
    const [tag, content] = binding.any();
    bindings.push({ oid, value: snmpValueOf(tag, content) });
  }
  return { version, community, kind, request, error, errorIndex, bindings };
}

/** The bytes of a message. */
export function encode({ version, community, kind, request, error, errorIndex, bindings }: Message): Buffer {
  const list = bindings.map(({ oid, value }) => element(SEQUENCE, element(TYPES.oid, oidBytes(oid)), bytesOf(value)));
  const pdu = element(kind, ...[request, error, errorIndex].map(integer), element(SEQUENCE, ...list));
  return element(SEQUENCE, integer(version), element(TYPES.string, Buffer.from(community, 'latin1')), pdu);
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The next element, of any type: its tag and content. */
  any(): readonly [tag: number, content: Buffer] {
    const tag = this.bytes.readUInt8(this.at);
    let length = this.bytes.readUInt8(this.at + 1);
    let start = this.at + 2;
    if (length > 0x7f) {
      const size = length & 0x7f;
      length = this.bytes.readUIntBE(start, size);
      start += size;
    }
    if (start + length > this.bytes.length) throw new Error('an SNMP message is cut short');
    this.at = start + length;
    return [tag, this.bytes.subarray(start, this.at)];
  }

  content(wanted: number): Buffer {
    const [tag, content] = this.any();
    if (tag !== wanted) throw new Error(`an SNMP message has the tag ${tag} in place of ${wanted}`);
    return content;
  }

  number(): number {
    return numberOf(this.content(TYPES.integer));
  }
}

const numberOf = (content: Buffer): number => content.readIntBE(0, content.length);

function snmpValueOf(tag: number, content: Buffer): SnmpValue {
  if (tag === TYPES.integer) return { type: 'integer', value: numberOf(content) };
  if (tag === TYPES.gauge || tag === TYPES.ticks) {
    return { type: tag === TYPES.ticks ? 'ticks' : 'gauge', value: numberOf(content) };
  }
  if (tag === TYPES.oid) return { type: 'oid', value: oidText(content) };
  return tag === TYPES.string ? { type: 'string', value: content.toString('latin1') } : { type: 'null', value: '' };
}

function bytesOf({ type, value }: SnmpValue): Buffer {
  if (typeof value === 'number') return element(TYPES[type], integer(value).subarray(2));
  return element(TYPES[type], type === 'oid' ? oidBytes(value) : Buffer.from(value, 'latin1'));
}

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length > 0xff ? [0x82, length >> 8, length & 0xff] : length > 0x7f ? [0x81, length] : [length];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** In eight bytes less the leading ones that say nothing. */
function integer(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeIntBE(value, 0, 6);
  const first = [...bytes].findIndex((byte, i) => i === 5 || byte !== 0 || (bytes[i + 1] ?? 0) > 0x7f);
  return element(TYPES.integer, value < 0 ? bytes : bytes.subarray(first));
}

function oidText(content: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 0x80 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first = 0, ...others] = numbers;
  return [Math.floor(first / 40), first % 40, ...others].join('.');
}

function oidBytes(oid: string): Buffer {
  const [first = 0, second = 0, ...others] = oid.split('.').map(Number);
  return Buffer.concat([first * 40 + second, ...others].map(base128));
}

function base128(number: number): Buffer {
  const bytes = [number % 0x80];
  for (let rest = Math.floor(number / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
    bytes.unshift((rest % 0x80) | 0x80);
  return Buffer.from(bytes);
}
