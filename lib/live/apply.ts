import { type Connection, type ConnectionOptions, connectTo } from './connection';
import { type DistFile, isDefinitions, type Manifest, type SecretReference, secretsToBring, workloadsOf } from './dist';
import { ApplyError, addCounts, type Counts, countOutcomes, countsText } from './kubectl';
import { leftoversOf } from './plan';
import { explained, linesOf } from './problems';
import { reasonsOf } from './reasons';
import { Removal } from './remove';
import { secretLine } from './secret-line';
import { ClusterObjects, type LiveObject, siteOf } from './site-objects';

/** Asks a person whether these objects are to be deleted. */
export type Confirm = (question: readonly string[]) => Promise<boolean>;

export interface ApplyOptions extends ConnectionOptions {
  readonly files: readonly DistFile[];
  readonly serverSide: boolean;
  /** Whether to wait until every workload is rolled out. */
  readonly wait: boolean;
  /** Deletes objects of the site that are no longer in dist/, if it agrees. @default - they stay */
  readonly prune?: Confirm | undefined;
}

/**
 * Applies dist/ in the order of its files: definitions first, the rest once their kinds are served.
 *
 * @returns a line for each thing that is not ready; empty if all is done
 * @throws ApplyError if it cannot continue
 */
export async function apply(options: ApplyOptions): Promise<readonly string[]> {
  const connection = await connectTo(options);
  options.progress.line(`context ${connection.context}, ${connection.server}`);
  return new Application(options, connection).run();
}

class Application {
  private readonly kubectl: Connection['kubectl'];
  private readonly deadline: Connection['deadline'];

  constructor(
    private readonly options: ApplyOptions,
    private readonly connection: Connection,
  ) {
    this.kubectl = connection.kubectl;
    this.deadline = connection.deadline;
  }

  async run(): Promise<readonly string[]> {
    const { files, progress } = this.options;
    const counts: Counts[] = [];
    const prune = await this.prepareToPrune();
    await prune?.(isPool);
    // recognized by their content, not by their names
    for (const file of files.filter(isDefinitions)) {
      counts.push(await this.applyFile(file));
      await this.waitEstablished(file);
    }
    for (const file of files.filter((candidate) => !isDefinitions(candidate))) counts.push(await this.applyFile(file));
    progress.line(`total: ${countsText(addCounts(counts))}`);
    const kept = (await prune?.((object) => !isPool(object))) ?? [];

    const missing = await this.missingSecrets(this.connection.context);
    if (!this.options.wait) {
      for (const line of [...kept, ...missing.lines]) progress.line(`warning: ${line}`);
      return [];
    }
    return [...kept, ...missing.lines, ...(await this.waitRolledOut(missing.blocked))];
  }

  /**
   * Finds what is no longer in dist/ and asks before anything is applied. Pools go before the apply, because the webhook refuses a new
   * pool with their addresses; everything else goes after it, when what replaces it is there.
   *
   * @returns deletes those that a condition selects, and returns a line for each that stays; undefined if there is nothing to delete
   */
  private async prepareToPrune() {
    const { prune, files, progress } = this.options;
    if (!prune) return undefined;
    const site = siteOf(files);
    const cluster = new ClusterObjects(this.kubectl);
    const leftovers = leftoversOf(await cluster.ofSite(site), files);
    if (leftovers.length === 0) return undefined;
    const holders = await cluster.holders(leftovers.filter(isPool).map(({ metadata: { name } }) => name));
    if (holders.length > 0) {
      throw new ApplyError(
        `Services have addresses of a pool that is no longer in dist/: ${holders.join('; ')}; delete these Services or request other addresses, then repeat this`,
      );
    }
    const question = leftovers.map(({ key }) => `${key} is no longer in dist/`);
    if (!(await prune(question)))
      throw new ApplyError('nothing is applied; confirm the deletion, or leave out --prune');
    const removal = new Removal(this.kubectl, cluster, progress);
    return (isMeant: (object: LiveObject) => boolean) => removal.of(leftovers.filter(isMeant), site);
  }

  private async applyFile({ chart, path }: DistFile): Promise<Counts> {
    const undone = `${path} is only partly applied`;
    const args = ['apply', ...this.serverSideOption(), '-f', path];
    const ended = await this.kubectl.run({ doing: `applying ${chart}`, undone, args: () => args });
    const counts = countOutcomes(ended.stdout, ended.earlier);
    if (ended.code !== 0) {
      throw new ApplyError([`${undone} (${countsText(counts)} so far):`, ...explained(ended.stderr)].join('\n'));
    }
    this.options.progress.line(`${chart}: ${countsText(counts)}`);
    return counts;
  }

  private async waitEstablished({ chart, path, manifests }: DistFile): Promise<void> {
    const { code, stderr } = await this.kubectl.run({
      doing: `waiting for the kinds of ${chart}`,
      undone: `could not check whether the kinds of ${path} are served`,
      args: () => ['wait', '--for=condition=Established', this.timeoutOption(), '-f', path],
    });
    if (code !== 0) {
      throw new ApplyError(
        `the definitions of ${path} are not Established (${linesOf(stderr).at(-1)}); inspect: kubectl describe -f ${path}`,
      );
    }
    this.options.progress.line(`${chart}: ${manifests.length} kinds served`);
  }

  private async waitRolledOut(blocked: readonly Manifest[]): Promise<string[]> {
    const { progress, files } = this.options;
    const problems: string[] = [];
    const all = workloadsOf(files);
    const workloads = all.filter((workload) => !blocked.includes(workload));
    for (const { kind, namespace = 'default', name } of workloads) {
      const object = `${kind.toLowerCase()}/${name}`;
      const { code, stderr } = await this.kubectl.run({
        doing: `waiting for ${object} in ${namespace}`,
        undone: `could not check whether ${object} in namespace ${namespace} is ready`,
        args: () => ['--namespace', namespace, 'rollout', 'status', object, this.timeoutOption()],
      });
      if (code === 0) continue;
      const reasons = await this.reasons({ kind, name }, namespace);
      const last = linesOf(stderr).at(-1);
      problems.push(
        `${object} in namespace ${namespace} is not ready after ${this.deadline.elapsedSeconds} s (${last})${
          reasons.length > 0 ? ':' : `; inspect: kubectl -n ${namespace} describe ${object}`
        }`,
        ...reasons,
      );
    }
    progress.line(`ready: ${workloads.length - problems.length} of ${all.length} workloads`);
    return problems;
  }

  /** Why it is not ready; nothing where the API server does not say. */
  private async reasons(workload: { readonly kind: string; readonly name: string }, namespace: string) {
    const list = async (...query: readonly string[]) => {
      const task = { doing: `asking why ${workload.name} is not ready`, undone: 'the reasons are not known' };
      const args = ['--namespace', namespace, 'get', ...query, '--output=json'];
      return this.kubectl.run({ ...task, args: () => args });
    };
    const pods = await list('pods');
    const events = await list('events', '--field-selector=type=Warning');
    return pods.code === 0 && events.code === 0
      ? reasonsOf(workload, { pods: pods.stdout, events: events.stdout })
      : [];
  }

  private async missingSecrets(context: string): Promise<{ lines: string[]; blocked: Manifest[] }> {
    const missing: SecretReference[] = [];
    for (const secret of secretsToBring(this.options.files)) {
      const { namespace, name } = secret;
      const found = await this.kubectl.must({
        doing: `checking Secret ${name} in ${namespace}`,
        undone: `could not check for Secret ${name} in namespace ${namespace}`,
        args: () => ['--namespace', namespace, 'get', 'secret', name, '--ignore-not-found', '--output=name'],
      });
      if (found.trim() === '') missing.push(secret);
    }
    return {
      lines: missing.map((secret) => secretLine(secret, context)),
      blocked: missing.flatMap(({ usedBy }) => [...usedBy]),
    };
  }

  private serverSideOption(): string[] {
    return this.options.serverSide ? ['--server-side'] : [];
  }

  /** The remaining time, at least 1 s, in which kubectl detects what is already done. */
  private timeoutOption(): string {
    return `--timeout=${Math.max(1, Math.ceil(this.deadline.remainingMs / 1000))}s`;
  }
}

const isPool = ({ kind }: LiveObject): boolean => kind === 'IPAddressPool';
