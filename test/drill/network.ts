import { BackgroundProcess, command, run } from './processes';

let bridges = 0;
/** Six bytes of ones and 16 times the MAC address, in hexadecimal digits. */
const MAGIC = /f{12}([0-9a-f]{12})\1{15}/;
const MAGIC_DIGITS = 2 * (6 + 16 * 6);

/**
 * An Ethernet segment: a bridge in the network namespace of the drill, without any other interface of this host. Segments are not
 * connected.
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

  /** Adds addresses of this process to the segment, such as `10.78.1.30/24`. Segments with the same subnet would contend for them. */
  async join(...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) await command('ip', 'address', 'add', address, 'dev', this.bridge);
  }

  /** Calls the listener for each magic packet of wake-on-LAN, with the MAC address in it. Returns what ends that. */
  listen(onPacket: (mac: string) => void): () => Promise<void> {
    const socat = new BackgroundProcess('socat', ['-u', `INTERFACE:${this.bridge}`, 'STDOUT'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let seen = '';
    socat.output?.on('data', (bytes: Buffer) => {
      seen += bytes.toString('hex');
      for (let match = MAGIC.exec(seen); match; match = MAGIC.exec(seen)) {
        onPacket(match[1] ?? '');
        seen = seen.slice(match.index + match[0].length);
      }
      seen = seen.slice(-MAGIC_DIGITS);
    });
    return () => socat.kill();
  }

  /** Takes them off it: nothing answers there any more. */
  async leave(...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) await command('ip', 'address', 'del', address, 'dev', this.bridge);
  }

  /** Adds an interface eth0 with these addresses, such as `10.77.0.11/24`, to the network namespace of a process. Returns its cable. */
  async connect(pid: number, ...addresses: readonly string[]): Promise<Cable> {
    const port = `${this.bridge}p${this.ports++}`;
    const inside = ['nsenter', `--net=/proc/${pid}/ns/net`, 'ip'] as const;
    await command('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    for (const address of addresses) {
      // the address is unique, so IPv6 needs no duplicate address detection
      const unasked = address.includes(':') ? ['nodad'] : [];
      await command(...inside, 'address', 'add', address, 'dev', 'eth0', ...unasked);
    }
    await command(...inside, 'link', 'set', 'eth0', 'up');
    await command('ip', 'link', 'set', port, 'master', this.bridge, 'up');
    return new Cable(port);
  }
}

/** The cable between a node and the switch. */
export class Cable {
  constructor(private readonly port: string) {}

  async plug(): Promise<void> {
    await command('ip', 'link', 'set', this.port, 'up');
  }

  async pull(): Promise<void> {
    await command('ip', 'link', 'set', this.port, 'down');
  }

  /** Removes the interface at both ends. */
  async remove(): Promise<void> {
    await run('ip', ['link', 'del', this.port]);
  }
}
