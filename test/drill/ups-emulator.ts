import { closeSync, constants, existsSync, openSync, readlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type LoadChange, type MegatecOptions, MegatecUps, type UpsCommand } from './megatec';
import { BackgroundProcess } from './processes';
import { type Timeline, until } from './timeline';

export interface UpsEmulatorProps extends MegatecOptions {
  readonly name: string;
  /** An empty folder for its sockets. */
  readonly folder: string;
  readonly timeline: Timeline;
  /** Called when its output has changed. */
  readonly onLoad: () => void;
}

/**
 * A UPS on a serial line that a real NUT driver can open. Node.js has no pseudo-terminals, so socat creates one and passes the bytes to
 * this process.
 */
export class UpsEmulator {
  private readonly ups: MegatecUps;
  private readonly sockets = new Set<Socket>();
  private clock: NodeJS.Timeout | undefined;
  private server: Server | undefined;
  private socat: BackgroundProcess | undefined;
  private lineHolder: number | undefined;
  private terminal = '';

  constructor(private readonly props: UpsEmulatorProps) {
    this.ups = new MegatecUps(props);
  }

  /** The pseudo-terminal, such as /dev/pts/3. */
  get device(): string {
    return this.terminal;
  }

  /** Every command but status requests, in the order of arrival. */
  get commands(): readonly UpsCommand[] {
    return this.ups.commands;
  }

  get loadChanges(): readonly LoadChange[] {
    return this.ups.loadChanges;
  }

  get loadOn(): boolean {
    return this.ups.loadOn;
  }

  async start(): Promise<void> {
    const { folder, name } = this.props;
    const address = join(folder, 'serial.socket');
    const link = join(folder, 'serial.tty');
    const server = createServer((socket) => this.serve(socket));
    this.server = server;
    await new Promise<void>((resolve) => {
      server.listen(address, resolve);
    });
    this.socat = new BackgroundProcess('socat', [`pty,raw,echo=0,link=${link}`, `unix-connect:${address}`]);
    await until(() => existsSync(link), 5000, `socat makes the serial line of ${name}`);
    this.terminal = readlinkSync(link);
    // unlike a cable, the line closes with its last user, and socat exits
    this.lineHolder = openSync(this.terminal, constants.O_RDWR | constants.O_NOCTTY);
    this.clock = setInterval(() => this.tick(), 20);
  }

  mains(on: boolean): number {
    this.ups.setMains(on, this.props.timeline.now());
    return this.log(on ? 'mains power returned' : 'mains power failed, on battery');
  }

  /** Sets the battery voltage that it reports. */
  batteryVoltage(volts: number): number {
    this.ups.batteryVoltage = volts;
    return this.log(`battery at ${volts} V`);
  }

  lowBattery(): number {
    this.ups.setLowBattery(true);
    return this.log('low battery');
  }

  mute(): number {
    this.ups.mute = true;
    return this.log('stops answering');
  }

  async stop(): Promise<void> {
    clearInterval(this.clock);
    if (this.lineHolder !== undefined) closeSync(this.lineHolder);
    this.lineHolder = undefined;
    await this.socat?.kill();
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
  }

  private serve(socket: Socket): void {
    let received = '';
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      const lines = (received + bytes.toString('latin1')).split('\r');
      received = lines.pop() ?? '';
      for (const line of lines) this.answer(line, socket);
    });
  }

  private answer(line: string, socket: Socket): void {
    const known = this.ups.commands.length;
    const answer = this.ups.handle(line, this.props.timeline.now());
    for (const { text, at } of this.ups.commands.slice(known)) this.log(`receives command ${text}`, at);
    if (answer !== undefined) socket.write(answer);
  }

  private tick(): void {
    for (const { on, reason, at } of this.ups.advance(this.props.timeline.now())) {
      this.log(`output ${on ? 'on' : 'off'}: ${reason}`, at);
      this.props.onLoad();
    }
  }

  private log(text: string, at?: number): number {
    return this.props.timeline.log(this.props.name, text, at);
  }
}
