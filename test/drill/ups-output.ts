/** What a UPS does with its output, whatever the protocol of its commands. All times are milliseconds of a monotonic clock. */

export interface UpsOptions {
  /** Battery runtime in milliseconds. @default Infinity */
  readonly batteryMs?: number;
  /** Milliseconds of a minute between the cut of the output and its return. @default 60000 */
  readonly restoreMinuteMs?: number;
}

/** A command to cut the output, in seconds as the UPS takes them. */
export interface Shutdown {
  readonly cutSeconds: number;
  readonly restoreSeconds: number;
}

/** A command other than a status request, with the time of its arrival. */
export interface UpsCommand {
  readonly at: number;
  readonly text: string;
  /** Undefined for a command that does not cut the output. */
  readonly shutdown?: Shutdown;
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

export class UpsOutput {
  /** Stops answering, as with a pulled cable or a hung controller. It still executes earlier commands. */
  mute = false;
  /** Reported voltage of the battery. */
  batteryVoltage: number | undefined;
  readonly commands: UpsCommand[] = [];
  readonly loadChanges: LoadChange[] = [];
  protected hasMains = true;
  protected isLow = false;
  protected pending: PendingShutdown | undefined;
  private restoreAt: number | undefined;
  private batteryEmptyAt = Number.POSITIVE_INFINITY;
  private load = true;
  private batteryMs: number;

  constructor(private readonly times: UpsOptions = {}) {
    this.batteryMs = times.batteryMs ?? Number.POSITIVE_INFINITY;
  }

  get loadOn(): boolean {
    return this.load;
  }

  setMains(on: boolean, now: number): void {
    this.hasMains = on;
    if (on) this.isLow = false;
    this.batteryEmptyAt = on ? Number.POSITIVE_INFINITY : now + this.batteryMs;
  }

  /** Sets how long the battery lasts in the next failure. */
  setBattery(milliseconds: number): void {
    this.batteryMs = milliseconds;
  }

  setLowBattery(low: boolean): void {
    this.isLow = low;
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
    if (this.hasMains && this.restoreAt !== undefined && now >= this.restoreAt) {
      this.restoreAt = undefined;
      this.switchLoad(true, now, 'restored');
    }
    return this.loadChanges.slice(before);
  }

  /** The output is cut after a time, and restored some seconds later. */
  protected cutIn(milliseconds: number, { restoreSeconds }: Shutdown, now: number): void {
    const restoreMs = (restoreSeconds / 60) * (this.times.restoreMinuteMs ?? 60_000);
    this.pending = { cutAt: now + milliseconds, restoreMs };
  }

  private switchLoad(on: boolean, at: number, reason: LoadChange['reason']): void {
    if (this.load === on) return;
    this.load = on;
    this.loadChanges.push({ at, on, reason });
  }
}
