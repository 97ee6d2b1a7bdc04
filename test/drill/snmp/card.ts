import { type Shutdown, type UpsOptions, UpsOutput } from '../ups-output';
import { type Binding, decode, ERRORS, encode, KINDS, type SnmpValue } from './message';

/** What a driver can see of a UPS. */
export interface UpsStatus {
  readonly hasMains: boolean;
  readonly isLow: boolean;
}

/** The objects of a card, by their OIDs. */
export interface CardModel {
  /** What it has from the factory. A driver may read all of them, and write those that `settable` names. */
  readonly values: Readonly<Record<string, SnmpValue>>;
  readonly status: (ups: UpsStatus) => Readonly<Record<string, SnmpValue>>;
  readonly settable: readonly string[];
  /** The shutdown that a write begins; undefined if it only stores the value, or the UPS ignores it now. */
  readonly shutdownBy: (oid: string, stored: (oid: string) => number, ups: UpsStatus) => Shutdown | undefined;
}

/** A UPS behind a network card with an SNMP agent, as pure state: the caller passes the time and moves the bytes. */
export class SnmpCard extends UpsOutput {
  private readonly stored: Map<string, SnmpValue>;
  private lastSet: number | undefined;

  constructor(
    private readonly model: CardModel,
    times: UpsOptions = {},
  ) {
    super(times);
    this.stored = new Map(Object.entries(model.values));
  }

  /** The answer to a message; undefined if the card does not answer. */
  handle(bytes: Buffer, now: number): Buffer | undefined {
    if (this.mute) return undefined;
    const message = decode(bytes);
    const { kind, version, bindings } = message;
    // a driver that walks the tree meets its end at once
    const missing = kind === KINDS.getNext ? 0 : bindings.findIndex((binding) => !this.allows(kind, binding));
    const refuses = missing >= 0 && (kind !== KINDS.get || version === 0);
    if (!refuses && kind === KINDS.set && message.request !== this.lastSet) {
      // on a busy host the driver sends a request again before it has the answer
      this.lastSet = message.request;
      for (const binding of bindings) this.write(binding, now);
    }
    return encode({
      ...message,
      kind: KINDS.response,
      error: refuses ? ERRORS.noSuchName : ERRORS.none,
      errorIndex: refuses ? missing + 1 : 0,
      bindings: refuses ? bindings : bindings.map(({ oid }) => ({ oid, value: this.read(oid) ?? MISSING })),
    });
  }

  private allows(kind: number, { oid }: Binding): boolean {
    return kind === KINDS.set ? this.model.settable.includes(oid) : this.read(oid) !== undefined;
  }

  private read(oid: string): SnmpValue | undefined {
    return this.model.status(this.ups)[oid] ?? this.stored.get(oid);
  }

  private write({ oid, value }: Binding, now: number): void {
    this.stored.set(oid, value);
    const shutdown = this.model.shutdownBy(oid, (name) => Number(this.stored.get(name)?.value), this.ups);
    this.commands.push({ at: now, text: `${oid} = ${value.value} (${value.type})`, ...(shutdown && { shutdown }) });
    if (shutdown !== undefined) this.cutIn(shutdown.cutSeconds * 1000, shutdown, now);
  }

  private get ups(): UpsStatus {
    return { hasMains: this.hasMains, isLow: this.isLow };
  }
}

const MISSING: SnmpValue = { type: 'missing', value: '' };
