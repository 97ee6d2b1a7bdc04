import { readlinkSync } from 'node:fs';
import type { Cable, Network } from '../network';
import { BackgroundProcess, command, type Result, run } from '../processes';
import { until } from '../timeline';

/** A node: a network namespace with one interface, and a cable that can be pulled. */
export class Machine {
  private readonly holder = new BackgroundProcess('unshare', ['--net', 'sleep', 'infinity']);
  private connection: Cable | undefined;

  constructor(
    readonly name: string,
    readonly address: string,
    readonly prefixLength: number,
  ) {}

  async start(network: Network): Promise<void> {
    await until(() => this.hasOwnNetwork(), 5000, `the network namespace of ${this.name}`);
    await this.command('ip', 'link', 'set', 'lo', 'up');
    this.connection = await network.connect(this.holder.pid, `${this.address}/${this.prefixLength}`);
  }

  async stop(): Promise<void> {
    await this.connection?.remove();
    await this.holder.kill();
  }

  get cable(): Cable {
    if (!this.connection) throw new Error(`${this.name} has no cable; start it first`);
    return this.connection;
  }

  /** The command line that runs a program on this node. */
  inside(program: string, args: readonly string[]): [string, string[]] {
    return ['nsenter', [`--net=/proc/${this.holder.pid}/ns/net`, program, ...args]];
  }

  command(program: string, ...args: string[]): Promise<string> {
    const [outer, all] = this.inside(program, args);
    return command(outer, ...all);
  }

  run(program: string, ...args: string[]): Promise<Result> {
    return run(...this.inside(program, args));
  }

  /** Adds an address as a speaker does at failover, and sends gratuitous ARP unless `arp` is false. */
  async announce(address: string, { arp }: { arp: boolean }): Promise<void> {
    await this.command('ip', 'address', 'add', `${address}/32`, 'dev', 'eth0');
    if (arp) this.tell(address);
  }

  /** Sends gratuitous ARP, so that clients update their neighbour table: twice, 1 s apart. */
  tell(address: string): void {
    void this.run('arping', '-q', '-U', '-c', '2', '-i', 'eth0', '-S', address, address);
  }

  async withdraw(address: string): Promise<void> {
    await this.run('ip', 'address', 'del', `${address}/32`, 'dev', 'eth0');
  }

  private hasOwnNetwork(): boolean {
    try {
      return readlinkSync(`/proc/${this.holder.pid}/ns/net`) !== readlinkSync('/proc/self/ns/net');
    } catch {
      return false;
    }
  }
}
