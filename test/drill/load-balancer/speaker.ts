import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gossip } from '../../../lib/handbook/outage';
import { BackgroundProcess } from '../processes';
import type { Machine } from './machine';

/** Port of the program's web server, a stand-in for the Service with a LoadBalancer address. */
export const SERVICE_PORT = 9093;
const GOSSIP_PORT = 7946;

/** A member that joined or left, from the log of the program. */
interface PeerEvent {
  readonly kind: 'NotifyJoin' | 'NotifyLeave';
  readonly id: string;
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface SpeakerProps {
  readonly machine: Machine;
  readonly gossip: Gossip;
  /** Addresses of the other speakers; none for an isolated one. */
  readonly peers: readonly string[];
  readonly folder: string;
  readonly logFile: string;
}

/**
 * Stands for a speaker of MetalLB: Debian's Alertmanager. Its cluster is hashicorp/memberlist with the same configuration
 * (DefaultLANConfig) and flags for the intervals. It logs NotifyLeave of memberlist, at which a speaker starts the failover.
 */
export class Speaker {
  private process: BackgroundProcess | undefined;

  constructor(private readonly props: SpeakerProps) {}

  get machine(): Machine {
    return this.props.machine;
  }

  start(): void {
    const { machine, gossip, peers, folder, logFile } = this.props;
    const config = join(folder, 'alertmanager.yml');
    writeFileSync(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
    const listen = `${machine.address}:${GOSSIP_PORT}`;
    const intervalMs = gossip.probeIntervalSeconds * 1000;
    const log = openSync(logFile, 'a');
    const [program, args] = machine.inside('prometheus-alertmanager', [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=:${SERVICE_PORT}`,
      `--cluster.listen-address=${listen}`,
      `--cluster.advertise-address=${listen}`,
      ...peers.map((peer) => `--cluster.peer=${peer}:${GOSSIP_PORT}`),
      `--cluster.probe-interval=${intervalMs}ms`,
      // half of it, as in DefaultLANConfig
      `--cluster.probe-timeout=${intervalMs / 2}ms`,
      // for a quick return of a plugged cable; without effect on detection
      '--cluster.reconnect-interval=1s',
      '--log.level=debug',
    ]);
    this.process = new BackgroundProcess(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
  }

  async stop(): Promise<void> {
    await this.process?.kill();
  }

  get alive(): boolean {
    return this.process?.alive === true;
  }

  /** The current number of members, itself included. */
  memberCount(): number {
    const present = new Set<string>();
    for (const { kind, address } of this.events()) {
      if (kind === 'NotifyLeave') present.delete(address);
      else present.add(address);
    }
    return present.size;
  }

  /** The first NotifyLeave of a speaker after this time; both in milliseconds since 1970. */
  noticed(gone: Speaker, time: number): number | undefined {
    const { address } = gone.machine;
    return this.events().find((event) => event.kind === 'NotifyLeave' && event.address === address && event.at >= time)
      ?.at;
  }

  /** The last failed probe of a speaker, in milliseconds since 1970; undefined without one. */
  suspected(other: Speaker): number | undefined {
    const ids = new Set(
      this.events()
        .filter(({ address }) => address === other.machine.address)
        .map(({ id }) => id),
    );
    const suspicions = this.lines().flatMap((line) => {
      const [, time = '', id = ''] = line.match(/^ts=(\S+) .*memberlist: (?:Failed ping:|Suspect) (\w+)/) ?? [];
      return ids.has(id) ? [Date.parse(time)] : [];
    });
    return suspicions.at(-1);
  }

  private events(): PeerEvent[] {
    const said = /^ts=(\S+) .*received=(NotifyJoin|NotifyLeave) node=(\S+) addr=([\d.]+):/;
    return this.lines().flatMap((line) => {
      const [, time = '', kind, id = '', address = ''] = line.match(said) ?? [];
      return kind === undefined ? [] : [{ kind: kind as PeerEvent['kind'], id, address, at: Date.parse(time) }];
    });
  }

  private lines(): string[] {
    return readFileSync(this.props.logFile, 'utf8').split('\n');
  }
}
