import { join } from 'node:path';
import type { EtcdTiming } from '../../../lib/cluster/failover';
import { BackgroundProcess, command } from '../processes';
import type { Scenario } from '../scenario';
import { sleep } from '../timeline';

export interface EtcdClusterProps {
  readonly scenario: Scenario;
  readonly name: string;
  readonly members: number;
  readonly timing: EtcdTiming;
  /** First of the ports it may use, two for each member. */
  readonly port: number;
}

/** Real etcd members on the loopback interface of the drill. */
export class EtcdCluster {
  private readonly members: (BackgroundProcess | undefined)[];

  constructor(private readonly props: EtcdClusterProps) {
    this.members = Array.from({ length: props.members });
  }

  async start(): Promise<void> {
    await command('ip', 'link', 'set', 'lo', 'up');
    for (const index of this.members.keys()) this.startMember(index);
  }

  /** Starts a member, with the data it had. */
  startMember(index: number): void {
    const { scenario, name, timing, members } = this.props;
    const { heartbeatMs, electionMs } = timing;
    const folder = join(scenario.folder(name), `m${index}`);
    const all = Array.from({ length: members }, (_, i) => `m${i}=${this.peerUrl(i)}`).join(',');
    const options = {
      name: `m${index}`,
      'data-dir': folder,
      'listen-client-urls': this.clientUrl(index),
      'advertise-client-urls': this.clientUrl(index),
      'listen-peer-urls': this.peerUrl(index),
      'initial-advertise-peer-urls': this.peerUrl(index),
      'initial-cluster': all,
      'initial-cluster-token': name,
      'heartbeat-interval': heartbeatMs,
      'election-timeout': electionMs,
      'log-level': 'error',
    };
    const args = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
    this.members[index] = new BackgroundProcess('etcd', args);
  }

  /** As a power cut would end it. */
  async kill(index: number): Promise<void> {
    await this.members[index]?.kill();
    this.members[index] = undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member?.kill()));
  }

  /** Whether a member can have something stored, which takes a majority. */
  async store(index: number, timeoutMs: number): Promise<boolean> {
    const body = {
      key: Buffer.from('drill').toString('base64'),
      value: Buffer.from(`${Date.now()}`).toString('base64'),
    };
    return (await this.call(index, 'kv/put', body, timeoutMs)) !== undefined;
  }

  /** Waits until a member can have something stored; false when it cannot within the time. */
  async storesWithin(index: number, milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      if (await this.store(index, 500)) return true;
      await sleep(20);
    }
    return false;
  }

  /** Who leads, as a living member sees it. */
  async leader(): Promise<number | undefined> {
    for (const [index, member] of this.members.entries()) {
      if (!member) continue;
      const status = await this.call(index, 'maintenance/status', {}, 500);
      if (status?.leader !== undefined && status.leader === status.header?.member_id) return index;
    }
    return undefined;
  }

  private readonly clientUrl = (index: number): string => `http://127.0.0.1:${this.props.port + 2 * index}`;
  private readonly peerUrl = (index: number): string => `http://127.0.0.1:${this.props.port + 2 * index + 1}`;

  private async call(index: number, path: string, body: object, timeoutMs: number): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${this.clientUrl(index)}/v3/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return response.ok ? ((await response.json()) as Answer) : undefined;
    } catch {
      return undefined;
    }
  }
}

interface Answer {
  readonly leader?: string;
  readonly header?: { readonly member_id?: string };
}
