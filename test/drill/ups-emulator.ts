import { closeSync, constants, existsSync, openSync, readlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type MegatecOptions, MegatecUps } from './megatec';
import { BackgroundProcess } from './processes';
import { until } from './timeline';
import { UpsDevice, type UpsDeviceProps } from './ups-device';

export interface UpsEmulatorProps extends MegatecOptions, UpsDeviceProps {
  /** An empty folder for its sockets. */
  readonly folder: string;
}

/**
 * A UPS on a serial line that a real NUT driver can open. Node.js has no pseudo-terminals, so socat creates one and passes the bytes to
 * this process.
 */
export class UpsEmulator extends UpsDevice {
  private readonly ups: MegatecUps;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private socat: BackgroundProcess | undefined;
  private lineHolder: number | undefined;
  private terminal = '';

  constructor(private readonly props: UpsEmulatorProps) {
    const ups = new MegatecUps(props);
    super(props, ups);
    this.ups = ups;
  }

  /** The pseudo-terminal, such as /dev/pts/3. */
  get device(): string {
    return this.terminal;
  }

  override async start(): Promise<void> {
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
    await super.start();
  }

  override async stop(): Promise<void> {
    await super.stop();
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
      for (const line of lines) {
        const answer = this.receive(() => this.ups.handle(line, this.now()));
        if (answer !== undefined) socket.write(answer);
      }
    });
  }
}
