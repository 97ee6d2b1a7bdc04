/**
 * A UPS with the Megatec/Q1 protocol, as pure state: the caller passes the time and moves the bytes.
 * Protocol: https://networkupstools.org/protocols/megatec.html
 */

export interface MegatecOptions {
  /** Milliseconds of a minute of `S<n>`, the delay before the output is cut. @default 60000 */
  readonly shutdownMinuteMs?: number;
  /** Milliseconds of a minute of `R<m>`, the delay before the output is restored. @default 60000 */
  readonly restoreMinuteMs?: number;
  /** Whether its status reports a pending shutdown, which few UPSes do; the driver turns that into FSD. @default true */
  readonly showsShutdown?: boolean;
  /** Whether it does not answer while its output is off. @default false */
  readonly silentWhileOff?: boolean;
  /** Battery runtime in milliseconds. @default Infinity */
  readonly batteryMs?: number;
}

/** A command other than a status request, with the time of its arrival. */
export interface UpsCommand {
  readonly at: number;
  readonly text: string;
}

/** A change of the output of the UPS. */
export interface LoadChange {
  readonly at: number;
  readonly on: boolean;
  readonly reason: 'commanded' | 'battery empty' | 'restored';
}

interface PendingShutdown {
  readonly cutAt: number;
  readonly restoreMs: number;
}

/** All times are milliseconds of a monotonic clock. */
export class MegatecUps {
  /** Stops answering, as with a pulled cable or a hung controller. It still executes earlier commands. */
  mute = false;
  /** Reported voltage of the battery. */
  batteryVoltage: number | undefined;
  readonly commands: UpsCommand[] = [];
  readonly loadChanges: LoadChange[] = [];
  private mains = true;
  private low = false;
  private pending: PendingShutdown | undefined;
  private restoreAt: number | undefined;
  private batteryEmptyAt = Number.POSITIVE_INFINITY;
  private load = true;

  constructor(private readonly options: MegatecOptions = {}) {}

  get loadOn(): boolean {
    return this.load;
  }

  setMains(on: boolean, now: number): void {
    this.mains = on;
    if (on) this.low = false;
    this.batteryEmptyAt = on ? Number.POSITIVE_INFINITY : now + (this.options.batteryMs ?? Number.POSITIVE_INFINITY);
  }

  setLowBattery(low: boolean): void {
    this.low = low;
  }

  /** The answer to a command; undefined if the UPS does not answer. */
  handle(command: string, now: number): string | undefined {
    if (this.mute || (this.options.silentWhileOff && !this.load)) return undefined;
    if (command === 'Q1') return this.status();
    const shutdown = /^S(\d+|\.\d+)(?:R(\d+))?$/.exec(command);
    if (shutdown) {
      const [, wait = '0', pause] = shutdown;
      this.commands.push({ at: now, text: command });
      this.pending = {
        cutAt: now + Number(wait) * (this.options.shutdownMinuteMs ?? 60_000),
        restoreMs:
          pause === undefined ? Number.POSITIVE_INFINITY : Number(pause) * (this.options.restoreMinuteMs ?? 60_000),
      };
    } else if (command === 'C') {
      this.commands.push({ at: now, text: command });
      this.pending = undefined;
    }
    return undefined;
  }

  /** Advances the time. Returns the changes of the output since the last call. */
  advance(now: number): readonly LoadChange[] {
    const before = this.loadChanges.length;
    if (this.pending && now >= this.pending.cutAt) {
      this.restoreAt = now + this.pending.restoreMs;
      this.pending = undefined;
      this.switchLoad(false, now, 'commanded');
    } else if (now >= this.batteryEmptyAt) {
      this.restoreAt = now;
      this.switchLoad(false, now, 'battery empty');
    }
    // a restore waits for both: the delay of the command, and mains power
    if (this.mains && this.restoreAt !== undefined && now >= this.restoreAt) {
      this.restoreAt = undefined;
      this.switchLoad(true, now, 'restored');
    }
    return this.loadChanges.slice(before);
  }

  private switchLoad(on: boolean, at: number, reason: LoadChange['reason']): void {
    if (this.load === on) return;
    this.load = on;
    this.loadChanges.push({ at, on, reason });
  }

  /** `(MMM.M NNN.N PPP.P QQQ RR.R S.SS TT.T b7b6b5b4b3b2b1b0`: voltages, load, frequency, battery, temperature, status bits. */
  private status(): string {
    const input = this.mains ? '230.0' : '000.0';
    const output = this.load ? '230.0' : '000.0';
    const battery = (this.batteryVoltage ?? (this.low ? 21 : this.mains ? 27.4 : 24)).toFixed(1);
    const isShown = this.pending !== undefined && (this.options.showsShutdown ?? true);
    const bits = [!this.mains, this.low, false, false, false, false, isShown, false];
    return `(${input} ${input} ${output} 020 50.0 ${battery} 25.0 ${bits.map(Number).join('')}\r`;
  }
}
