import { type UpsOptions, UpsOutput } from './ups-output';

/**
 * A UPS with the Megatec/Q1 protocol, as pure state: the caller passes the time and moves the bytes.
 * Protocol: https://networkupstools.org/protocols/megatec.html
 */

export interface MegatecOptions extends UpsOptions {
  /** Milliseconds of a minute of `S<n>`, the delay before the output is cut. @default 60000 */
  readonly shutdownMinuteMs?: number;
  /** Milliseconds after which it cuts its output, whatever delay it is given. @default - the delay that it is given */
  readonly fixedShutdownMs?: number;
  /** Whether its status reports a pending shutdown, which few UPSes do; the driver turns that into FSD. @default true */
  readonly showsShutdown?: boolean;
  /** Whether it takes a command to cut its output and never does so. @default false */
  readonly ignoresShutdown?: boolean;
  /** Whether it does not answer while its output is off. @default false */
  readonly silentWhileOff?: boolean;
}

export class MegatecUps extends UpsOutput {
  constructor(private readonly options: MegatecOptions = {}) {
    super(options);
  }

  /** The answer to a command; undefined if the UPS does not answer. */
  handle(command: string, now: number): string | undefined {
    if (this.mute || (this.options.silentWhileOff && !this.loadOn)) return undefined;
    if (command === 'Q1') return this.status();
    const [, minutes, pause] = /^S(\d+|\.\d+)(?:R(\d+))?$/.exec(command) ?? [];
    if (minutes !== undefined) {
      const [wait, restore] = [Number(minutes), pause === undefined ? Number.POSITIVE_INFINITY : Number(pause)];
      const shutdown = { cutSeconds: wait * 60, restoreSeconds: restore * 60 };
      this.commands.push({ at: now, text: command, shutdown });
      const { ignoresShutdown, fixedShutdownMs, shutdownMinuteMs = 60_000 } = this.options;
      if (!ignoresShutdown) this.cutIn(fixedShutdownMs ?? wait * shutdownMinuteMs, shutdown, now);
    } else if (command === 'C') {
      this.commands.push({ at: now, text: command });
      this.pending = undefined;
    }
    return undefined;
  }

  /** `(MMM.M NNN.N PPP.P QQQ RR.R S.SS TT.T b7b6b5b4b3b2b1b0`: voltages, load, frequency, battery, temperature, status bits. */
  private status(): string {
    const input = this.hasMains ? '230.0' : '000.0';
    const output = this.loadOn ? '230.0' : '000.0';
    const battery = (this.batteryVoltage ?? (this.isLow ? 21 : this.hasMains ? 27.4 : 24)).toFixed(1);
    const isShown = this.pending !== undefined && (this.options.showsShutdown ?? true);
    const bits = [!this.hasMains, this.isLow, false, false, false, false, isShown, false];
    return `(${input} ${input} ${output} 020 50.0 ${battery} 25.0 ${bits.map(Number).join('')}\r`;
  }
}
