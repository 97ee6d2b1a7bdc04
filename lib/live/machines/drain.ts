import type { Node } from '../../cluster';
import { type ConnectionOptions, connectTo } from '../connection';
import { Deadline } from '../deadline';
import { ApplyError } from '../kubectl';
import { explained } from '../problems';

/** Marks a node that this program has cordoned, so that it uncordons no other. */
const MARK = 'power-safe-k3s/drained';
const JSON_PATH = `jsonpath={.metadata.annotations['${MARK}']}`;
/** kubectl ends by itself before. */
const GRACE_SECONDS = 15;

type Named = Pick<Node, 'name'>;

/** Moves the pods of a node away before its restart. */
export class Drain {
  /** @param seconds that the pods of one node may take */
  constructor(
    private readonly options: ConnectionOptions,
    private readonly seconds: number,
    private readonly say: (line: string) => void,
  ) {}

  /**
   * Cordons a node and evicts its pods as PodDisruptionBudgets allow. DaemonSets stay, and pods without a controller prevent it.
   *
   * @throws ApplyError if pods remain after the limit; then the node accepts pods again
   */
  async empty({ name }: Named): Promise<void> {
    this.say(`${name}: evicting its pods`);
    await this.must(`marking ${name}`, 'annotate', 'node', name, '--overwrite', `${MARK}=true`);
    const { direct } = await connectTo(this.options);
    const args = ['drain', name, '--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${this.seconds}s`];
    const { code, stderr } = await direct.run(args, new Deadline((this.seconds + GRACE_SECONDS) * 1000));
    if (code === 0) return;
    await this.fill({ name });
    const kept = [...stderr.matchAll(/evicting pods?\/"([^"]+)" -n "([^"]+)".*disruption budget/g)];
    const pods = [...new Set(kept.map(([, pod, namespace]) => `${namespace}/${pod}`))];
    throw new ApplyError(
      pods.length > 0
        ? `${name}: a PodDisruptionBudget kept ${pods.join(', ')} for ${this.seconds} s; add a replica, correct the budget or delete the pod, and run this again`
        : [`${name}: its pods are not evicted:`, ...explained(stderr)].join('\n'),
    );
  }

  /** Uncordons a node that this program has cordoned. */
  async fill({ name }: Named): Promise<void> {
    if ((await this.must(`reading ${name}`, 'get', 'node', name, `--output=${JSON_PATH}`)).trim() === '') return;
    await this.must(`uncordoning ${name}`, 'uncordon', name);
    await this.must(`unmarking ${name}`, 'annotate', 'node', name, `${MARK}-`);
    this.say(`${name}: accepts pods again`);
  }

  private async must(doing: string, ...args: readonly string[]): Promise<string> {
    const { kubectl } = await connectTo(this.options);
    return kubectl.must({ doing, undone: `${doing} failed`, args: () => args });
  }
}
