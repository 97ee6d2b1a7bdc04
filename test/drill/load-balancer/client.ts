import { closeSync, openSync, readFileSync } from 'node:fs';
import { BackgroundProcess } from '../processes';
import type { Machine } from './machine';
import { SERVICE_PORT } from './speaker';

/** Opens one connection after the other, and prints the time of each that succeeds. */
const SCRIPT = `
const { connect } = require('node:net');
const [host, port] = process.argv.slice(1);
const next = () => {
  const socket = connect({ host, port });
  const timer = setTimeout(() => socket.destroy(), 200);
  socket.once('connect', () => { process.stdout.write(Date.now() + '\\n'); socket.destroy(); });
  socket.once('error', () => {});
  socket.once('close', () => { clearTimeout(timer); setTimeout(next, 25); });
};
next();
`;

/** A client in the same network that uses an address all the time. */
export class Client {
  private readonly process: BackgroundProcess;

  constructor(
    machine: Machine,
    address: string,
    private readonly logFile: string,
  ) {
    const log = openSync(logFile, 'w');
    const [program, args] = machine.inside(process.execPath, ['-e', SCRIPT, address, String(SERVICE_PORT)]);
    this.process = new BackgroundProcess(program, args, { stdio: ['ignore', log, 'ignore'] });
    closeSync(log);
  }

  stop(): Promise<void> {
    return this.process.kill();
  }

  /** Times of successful connections, in milliseconds since 1970. */
  private times(): number[] {
    return readFileSync(this.logFile, 'utf8').split('\n').filter(Boolean).map(Number);
  }

  get isServed(): boolean {
    return this.times().length > 0;
  }

  servedAfter(time: number): number | undefined {
    return this.times().find((at) => at > time);
  }

  lastServedBefore(time: number): number | undefined {
    return this.times().findLast((at) => at <= time);
  }
}
