import { connect } from './connect';
import {
  type DistFile,
  isDefinitions,
  type Manifest,
  manifestsOf,
  type SecretReference,
  secretsToBring,
  workloadsOf,
} from './dist';
import { ApplyError, addCounts, type Counts, countOutcomes, countsText, Kubectl } from './kubectl';
import { explained, isDisconnected, linesOf, silentWebhook, untilApplied } from './problems';
import type { Progress } from './progress';

export interface ApplyOptions {
  readonly files: readonly DistFile[];
  /** @default - kubectl's current context */
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly kubectl: string;
  readonly serverSide: boolean;
  readonly dryRun: boolean;
  /** Whether to wait until every workload is rolled out. */
  readonly wait: boolean;
  /** For everything that is waited for together. */
  readonly timeoutMs: number;
  readonly progress: Progress;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Applies dist/ in the order of its files: definitions first, and the rest when their kinds are served. Nothing is ever deleted.
 *
 * @returns what is left for somebody to do, a line each; empty when all is done
 * @throws ApplyError when it cannot go on
 */
export async function apply(options: ApplyOptions): Promise<readonly string[]> {
  return new Application(options).run();
}

class Application {
  private kubectl: Kubectl;
  private readonly deadline: number;

  constructor(private readonly options: ApplyOptions) {
    this.kubectl = new Kubectl(options.kubectl, kubeconfigOption(options));
    this.deadline = performance.now() + options.timeoutMs;
  }

  async run(): Promise<readonly string[]> {
    const { files, progress, dryRun } = this.options;
    const target = await progress.during(() => 'asking the API server', connect(this.kubectl, this.options.context));
    this.kubectl = new Kubectl(this.options.kubectl, [
      ...kubeconfigOption(this.options),
      `--context=${target.context}`,
    ]);
    progress.line(`context ${target.context}, ${target.server}`);
    if (dryRun) return this.dryRun();

    const counts: Counts[] = [];
    // definitions have the lowest numbers; by what is in them and not by their names
    for (const file of files.filter(isDefinitions)) {
      counts.push(await this.applyFile(file));
      await this.waitEstablished(file);
    }
    for (const file of files.filter((candidate) => !isDefinitions(candidate))) counts.push(await this.applyFile(file));
    progress.line(`all: ${countsText(addCounts(counts))}`);

    const missing = await this.missingSecrets(target.context);
    if (!this.options.wait) {
      for (const line of missing.lines) progress.line(`warning: ${line}`);
      return [];
    }
    return [...missing.lines, ...(await this.waitRolledOut(missing.blocked))];
  }

  /** Applies a file and tries again while a webhook does not answer or the API server is away. */
  private async applyFile(file: DistFile): Promise<Counts> {
    const { progress, serverSide } = this.options;
    const args = ['apply', ...(serverSide ? ['--server-side'] : []), '-f', file.path];
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const ended = await progress.during(() => `applying ${file.chart}`, this.kubectl.run(...args));
      if (ended.code === 0) {
        const counts = countOutcomes(ended.stdout);
        progress.line(`${file.chart}: ${countsText(counts)}`);
        return counts;
      }
      const webhook = silentWebhook(ended.stderr);
      if (webhook === undefined && !isDisconnected(ended.stderr)) {
        throw new ApplyError([`${file.path} is not applied:`, ...explained(ended.stderr)].join('\n'));
      }
      const what = webhook === undefined ? 'the API server' : `webhook ${webhook}`;
      if (this.remainingMs() <= pause) throw new ApplyError(this.gaveUp(file, what, webhook, ended.stderr));
      progress.line(`${file.chart}: ${what} does not answer yet, next try in ${pause / 1000} s`);
      await progress.during(() => `waiting for ${what}`, sleep(pause));
    }
  }

  private gaveUp(file: DistFile, what: string, webhook: string | undefined, stderr: string): string {
    const cure =
      webhook === undefined
        ? 'try another context, or again when it is back; nothing is done twice'
        : 'see why its controller is not ready: kubectl -n metallb-system logs deployment/controller';
    return `${file.path} is not applied: ${what} did not answer within ${this.options.timeoutMs / 1000} s (${linesOf(stderr).at(-1)}); ${cure}`;
  }

  private async waitEstablished(file: DistFile): Promise<void> {
    const { progress } = this.options;
    const { code, stderr } = await progress.during(
      () => `waiting until the kinds of ${file.chart} are served`,
      this.kubectl.run('wait', '--for=condition=Established', this.timeoutOption(), '-f', file.path),
    );
    if (code !== 0) {
      throw new ApplyError(
        `the definitions of ${file.path} are not Established (${linesOf(stderr).at(-1)}); see why: kubectl describe -f ${file.path}`,
      );
    }
    progress.line(`${file.chart}: ${file.manifests.length} kinds are served`);
  }

  private async waitRolledOut(blocked: readonly Manifest[]): Promise<string[]> {
    const { progress, files } = this.options;
    const problems: string[] = [];
    const workloads = workloadsOf(files).filter((workload) => !blocked.includes(workload));
    for (const { kind, namespace = 'default', name } of workloads) {
      const object = `${kind.toLowerCase()}/${name}`;
      const { code, stderr } = await progress.during(
        () => `waiting for ${object} in ${namespace}`,
        this.kubectl.run('--namespace', namespace, 'rollout', 'status', object, this.timeoutOption()),
      );
      if (code === 0) continue;
      problems.push(
        `${object} in namespace ${namespace} is not ready after ${this.options.timeoutMs / 1000} s (${linesOf(stderr).at(-1)}); see why: kubectl -n ${namespace} describe ${object}`,
      );
    }
    progress.line(`ready: ${workloads.length - problems.length} of ${workloads.length + blocked.length} workloads`);
    return problems;
  }

  private async missingSecrets(context: string): Promise<{ lines: string[]; blocked: Manifest[] }> {
    const missing: SecretReference[] = [];
    for (const secret of secretsToBring(this.options.files)) {
      const { code, stdout, stderr } = await this.kubectl.run(
        ...['--namespace', secret.namespace, 'get', 'secret', secret.name, '--ignore-not-found', '--output=name'],
      );
      if (code !== 0) throw new ApplyError(explained(stderr).join('\n'));
      if (stdout.trim() === '') missing.push(secret);
    }
    return {
      lines: missing.map((secret) => secretLine(secret, context)),
      blocked: missing.flatMap(({ usedBy }) => [...usedBy]),
    };
  }

  /** Asks the server what it would do. What depends on an object of the same dist/ that is not there yet cannot be asked. */
  private async dryRun(): Promise<string[]> {
    const { files, progress, serverSide } = this.options;
    const args = ['apply', '--dry-run=server', ...(serverSide ? ['--server-side'] : []), '-f'];
    const problems: string[] = [];
    let unchecked = 0;
    for (const file of files) {
      const ended = await progress.during(() => `asking about ${file.chart}`, this.kubectl.run(...args, file.path));
      const { expected, others } = untilApplied(ended.stderr, files);
      const counts = countOutcomes(ended.stdout);
      const rest = expected.length > 0 ? `, ${expected.length} cannot be asked about yet` : '';
      unchecked += expected.length;
      progress.line(`${file.chart}: would be: ${countsText(counts)}${rest}`);
      if (ended.code !== 0 && others.length > 0) {
        problems.push(`${file.path} would not be applied:`, ...explained(others.join('\n')));
      }
    }
    if (unchecked > 0) {
      progress.line(
        `${unchecked} of ${manifestsOf(files).length} objects need a definition or a namespace of this very dist/, which a dry run does not make; once they are applied, all can be asked about`,
      );
    }
    return problems;
  }

  private remainingMs(): number {
    return this.deadline - performance.now();
  }

  /** What is left of the time, at least a second, so that what is there already is seen. */
  private timeoutOption(): string {
    return `--timeout=${Math.max(1, Math.ceil(this.remainingMs() / 1000))}s`;
  }
}

const kubeconfigOption = ({ kubeconfig }: ApplyOptions): string[] =>
  kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`];

function secretLine({ namespace, name, usedBy }: SecretReference, context: string): string {
  const waiting = usedBy.map((workload) => workload.name).join(', ');
  const kubectl = `kubectl --context ${context}`;
  const cure =
    namespace === 'nut'
      ? `npm run --silent secret:nut | ${kubectl} apply -f -`
      : `${kubectl} -n ${namespace} create secret generic ${name} --from-file=...`;
  return `Secret ${name} is missing in namespace ${namespace}, and ${waiting} wait for it; make it: ${cure}`;
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
