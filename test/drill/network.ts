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

  /** Gives the network namespace of a process an interface eth0 with these addresses, `10.77.0.11/24`, and returns its cable. */
  async connect(pid: number, ...addresses: readonly string[]): Promise<Cable> {
    const port = `${this.bridge}p${this.ports++}`;
    const inside = ['nsenter', `--net=/proc/${pid}/ns/net`, 'ip'] as const;
    await command('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    for (const address of addresses) {
      // nobody else has the address, so an IPv6 one need not be asked for first
      const unasked = address.includes(':') ? ['nodad'] : [];
      await command(...inside, 'address', 'add', address, 'dev', 'eth0', ...unasked);
    }
    await command(...inside, 'link', 'set', 'eth0', 'up');
    await command('ip', 'link', 'set', port, 'master', this.bridge, 'up');
    return new Cable(port);
  }
}

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
