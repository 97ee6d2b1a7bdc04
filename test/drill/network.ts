import { command, run } from './processes';

let bridges = 0;

/**
 * An Ethernet segment: a bridge in the network namespace of the drill, which no other interface of the machine is in.
 * Two segments do not hear each other.
 */
export class Network {
  private readonly bridge = `drill${bridges++}`;
  private ports = 0;

  async start(): Promise<void> {
    await command('ip', 'link', 'add', this.bridge, 'type', 'bridge');
    await command('ip', 'link', 'set', this.bridge, 'up');
  }

  async stop(): Promise<void> {
    await run('ip', ['link', 'del', this.bridge]);
  }

  /** Gives the network namespace of a process an interface eth0 with this address, of either family, and returns its cable. */
  async connect(pid: number, address: string, prefixLength: number): Promise<Cable> {
    const port = `${this.bridge}p${this.ports++}`;
    await command('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    const inside = ['nsenter', `--net=/proc/${pid}/ns/net`, 'ip'] as const;
    await command(...inside, 'address', 'add', `${address}/${prefixLength}`, 'dev', 'eth0', ...unasked(address));
    await command(...inside, 'link', 'set', 'eth0', 'up');
    await command('ip', 'link', 'set', port, 'master', this.bridge, 'up');
    return new Cable(port);
  }
}

/** Nobody else has the address, so an IPv6 one need not be asked for first. */
export const unasked = (address: string): string[] => (address.includes(':') ? ['nodad'] : []);

/** The cable between a machine and the switch. */
export class Cable {
  constructor(private readonly port: string) {}

  async plug(): Promise<void> {
    await command('ip', 'link', 'set', this.port, 'up');
  }

  async pull(): Promise<void> {
    await command('ip', 'link', 'set', this.port, 'down');
  }

  /** Takes the interface away at both ends. */
  async remove(): Promise<void> {
    await run('ip', ['link', 'del', this.port]);
  }
}
