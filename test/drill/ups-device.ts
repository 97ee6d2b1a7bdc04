import type { Timeline } from './timeline';
import type { LoadChange, UpsCommand, UpsOutput } from './ups-output';

export interface UpsDeviceProps {
  readonly name: string;
  readonly timeline: Timeline;
  /** Called when its output has changed. */
  readonly onLoad: () => void;
}

/** A UPS that a real NUT driver can reach, with a clock. */
export abstract class UpsDevice {
  private clock: NodeJS.Timeout | undefined;

  constructor(
    private readonly base: UpsDeviceProps,
    private readonly output: UpsOutput,
  ) {}

  /** Every command but status requests, in the order of arrival. */
  get commands(): readonly UpsCommand[] {
    return this.output.commands;
  }

  get loadChanges(): readonly LoadChange[] {
    return this.output.loadChanges;
  }

  get loadOn(): boolean {
    return this.output.loadOn;
  }

  /** Resolves when a driver can reach it. */
  async start(): Promise<void> {
    this.clock = setInterval(() => this.tick(), 20);
  }

  async stop(): Promise<void> {
    clearInterval(this.clock);
  }

  mains(on: boolean): number {
    this.output.setMains(on, this.now());
    return this.log(on ? 'mains power returned' : 'mains power failed, on battery');
  }

  /** Sets the battery voltage that it reports. */
  batteryVoltage(volts: number): number {
    this.output.batteryVoltage = volts;
    return this.log(`battery at ${volts} V`);
  }

  /** Sets how long the battery lasts in the next failure. */
  battery(seconds: number): number {
    this.output.setBattery(seconds * 1000);
    return this.log(`its battery lasts ${seconds} s`);
  }

  lowBattery(): number {
    this.output.setLowBattery(true);
    return this.log('low battery');
  }

  mute(): number {
    this.output.mute = true;
    return this.log('stops answering');
  }

  protected now(): number {
    return this.base.timeline.now();
  }

  /** Handles bytes of the driver, and logs the commands in them. */
  protected receive<Answer>(handle: () => Answer): Answer {
    const known = this.commands.length;
    const answer = handle();
    for (const { text, at } of this.commands.slice(known)) this.log(`receives command ${text}`, at);
    return answer;
  }

  private tick(): void {
    for (const { on, reason, at } of this.output.advance(this.now())) {
      this.log(`output ${on ? 'on' : 'off'}: ${reason}`, at);
      this.base.onLoad();
    }
  }

  private log(text: string, at?: number): number {
    return this.base.timeline.log(this.base.name, text, at);
  }
}
