import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EtcdTiming } from '../../../lib/cluster/failover';
import { BackgroundProcess, command, run } from '../processes';
import type { Scenario } from '../scenario';
import { sleep, until } from '../timeline';

export interface EtcdClusterProps {
  readonly scenario: Scenario;
  readonly name: string;
  readonly members: number;
  readonly timing: EtcdTiming;
  /** First of the ports it may use, two for each member. */
  readonly port: number;
}

const JOIN_MS = 30_000;
/** A read waits for the next leader if there is none. */
const CTL_MS = 20_000;

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

  /**
   * Starts a member, with the data it had.
   *
   * @param joined without data: the members of the cluster to join, and itself; if missing, a new cluster of all members
   */
  startMember(index: number, joined?: readonly number[]): void {
    const { name, timing } = this.props;
    const { heartbeatMs, electionMs } = timing;
    const options = {
      name: `m${index}`,
      'data-dir': this.folder(index),
      'listen-client-urls': this.clientUrl(index),
      'advertise-client-urls': this.clientUrl(index),
      'listen-peer-urls': this.peerUrl(index),
      'initial-advertise-peer-urls': this.peerUrl(index),
      'initial-cluster': (joined ?? [...this.members.keys()]).map(this.named).join(','),
      'initial-cluster-state': joined ? 'existing' : 'new',
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

  /** Whether a member accepts a write, which takes quorum. */
  async store(index: number, timeoutMs: number): Promise<boolean> {
    const body = {
      key: Buffer.from('drill').toString('base64'),
      value: Buffer.from(`${Date.now()}`).toString('base64'),
    };
    return (await this.call(index, 'kv/put', body, timeoutMs)) !== undefined;
  }

  /** Waits until a member accepts a write; false if it does not in time. */
  async storesWithin(index: number, milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      if (await this.store(index, 500)) return true;
      await sleep(20);
    }
    return false;
  }

  /** The leader, as a running member reports it. */
  async leader(): Promise<number | undefined> {
    for (const [index, member] of this.members.entries()) {
      if (!member) continue;
      const status = await this.call(index, 'maintenance/status', {}, 500);
      if (status?.leader !== undefined && status.leader === status.header?.member_id) return index;
    }
    return undefined;
  }

  /** Runs etcdctl against a member. Returns its output without the line break, or throws if it fails. */
  async ctl(index: number, ...args: string[]): Promise<string> {
    const waiting = [`--endpoints=${this.clientUrl(index)}`, `--command-timeout=${CTL_MS / 1000}s`];
    const { code, stdout, stderr } = await run('etcdctl', [...waiting, ...args], CTL_MS + 5000);
    if (code !== 0) throw new Error(`etcdctl ${args.join(' ')} failed: ${stderr.trim()}`);
    return stdout.trim();
  }

  /** Restores a snapshot to a single-member cluster, as `k3s server --cluster-reset` does. */
  async restore(index: number, snapshot: string): Promise<void> {
    const own = [`--name=m${index}`, `--initial-cluster=${this.named(index)}`];
    const folders = [`--data-dir=${this.folder(index)}`, `--initial-advertise-peer-urls=${this.peerUrl(index)}`];
    await command('etcdctl', 'snapshot', 'restore', snapshot, ...own, ...folders);
  }

  /** Removes the data of a member that is down. */
  wipe(index: number): void {
    rmSync(this.folder(index), { recursive: true });
  }

  /** Adds a member without data as k3s does: as a learner that is promoted once it has all data. */
  async join(index: number, present: readonly number[]): Promise<void> {
    const [to = 0] = present;
    const endpoint = `--endpoints=${this.clientUrl(to)}`;
    let id: string | undefined;
    // refused for some seconds after another join
    await until(
      async () => {
        const add = ['member', 'add', `m${index}`, '--learner', `--peer-urls=${this.peerUrl(index)}`];
        id = /Member\s+([0-9a-f]+) added/.exec((await run('etcdctl', [endpoint, ...add])).stdout)?.[1];
        return id !== undefined;
      },
      JOIN_MS,
      `m${index} is added as a learner`,
    );
    this.startMember(index, [...present, index]);
    const promote = [endpoint, 'member', 'promote', `${id}`];
    // refused until it has all data
    await until(async () => (await run('etcdctl', promote)).code === 0, JOIN_MS, `m${index} is promoted`);
  }

  private readonly named = (index: number): string => `m${index}=${this.peerUrl(index)}`;
  private readonly folder = (index: number): string => join(this.props.scenario.folder(this.props.name), `m${index}`);
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
