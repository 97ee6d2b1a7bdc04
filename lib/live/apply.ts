import { connect } from './connect';
import { Deadline } from './deadline';
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
import { PatientKubectl } from './patient-kubectl';
import { explained, linesOf, untilApplied } from './problems';
import type { Progress } from './progress';
import { reasonsOf } from './reasons';
import { secretLine } from './secret-line';

export interface ApplyOptions {
  readonly files: readonly DistFile[];
  /** @default - kubectl's current context */
  readonly context?: string;
  readonly kubeconfig?: string;
  /** URLs of the site's API servers. The current context must have one of them; a named context is not checked. */
  readonly servers: readonly string[];
  readonly kubectl: string;
  readonly serverSide: boolean;
  readonly dryRun: boolean;
  /** Whether to wait until every workload is rolled out. */
  readonly wait: boolean;
  /** Limit for all waits together. */
  readonly timeoutMs: number;
  readonly progress: Progress;
}

/**
 * Applies dist/ in the order of its files: definitions first, the rest once their kinds are served. Deletes nothing.
 *
 * @returns a line for each thing that is not ready; empty if all is done
 * @throws ApplyError if it cannot continue
 */
export async function apply(options: ApplyOptions): Promise<readonly string[]> {
  const { progress, context, kubeconfig, servers } = options;
  const deadline = new Deadline(options.timeoutMs);
  const kubectl = new Kubectl(options.kubectl, kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]);
  const target = await progress.during(
    () => 'connecting to the API server',
    connect(kubectl, { context, kubeconfig, servers, deadline }),
  );
  progress.line(`context ${target.context}, ${target.server}`);
  const patient = new PatientKubectl(kubectl.with(`--context=${target.context}`), deadline, progress);
  return new Application(options, patient, deadline).run(target.context);
}

class Application {
  constructor(
    private readonly options: ApplyOptions,
    private readonly kubectl: PatientKubectl,
    private readonly deadline: Deadline,
  ) {}

  async run(context: string): Promise<readonly string[]> {
    const { files, progress, dryRun } = this.options;
    if (dryRun) return this.dryRun();

    const counts: Counts[] = [];
    // recognized by their content, not by their names
    for (const file of files.filter(isDefinitions)) {
      counts.push(await this.applyFile(file));
      await this.waitEstablished(file);
    }
    for (const file of files.filter((candidate) => !isDefinitions(candidate))) counts.push(await this.applyFile(file));
    progress.line(`total: ${countsText(addCounts(counts))}`);

    const missing = await this.missingSecrets(context);
    if (!this.options.wait) {
      for (const line of missing.lines) progress.line(`warning: ${line}`);
      return [];
    }
    return [...missing.lines, ...(await this.waitRolledOut(missing.blocked))];
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
      const undone = `could not check for Secret ${name} in namespace ${namespace}`;
      const { code, stdout, stderr } = await this.kubectl.run({
        doing: `checking Secret ${name} in ${namespace}`,
        undone,
        args: () => ['--namespace', namespace, 'get', 'secret', name, '--ignore-not-found', '--output=name'],
      });
      if (code !== 0) throw new ApplyError([`${undone}:`, ...explained(stderr)].join('\n'));
      if (stdout.trim() === '') missing.push(secret);
    }
    return {
      lines: missing.map((secret) => secretLine(secret, context)),
      blocked: missing.flatMap(({ usedBy }) => [...usedBy]),
    };
  }

  /** Server-side dry run. An object that needs a definition or namespace of this dist/ can only be checked once that exists. */
  private async dryRun(): Promise<string[]> {
    const { files, progress } = this.options;
    const problems: string[] = [];
    let unchecked = 0;
    for (const { chart, path } of files) {
      const undone = `${path} would be rejected`;
      const args = ['apply', '--dry-run=server', ...this.serverSideOption(), '-f', path];
      const ended = await this.kubectl.run({ doing: `checking ${chart}`, undone, args: () => args });
      const { expected, others } = untilApplied(ended.stderr, files);
      const counts = countOutcomes(ended.stdout);
      const rest = expected.length > 0 ? `, ${expected.length} not checked` : '';
      unchecked += expected.length;
      progress.line(`${chart} (dry run): ${countsText(counts)}${rest}`);
      if (ended.code !== 0 && others.length > 0) problems.push(`${undone}:`, ...explained(others.join('\n')));
    }
    if (unchecked > 0) {
      progress.line(
        `${unchecked} of ${manifestsOf(files).length} objects are not checked: they need a definition or namespace of this dist/; apply it, then repeat the dry run`,
      );
    }
    return problems;
  }

  private serverSideOption(): string[] {
    return this.options.serverSide ? ['--server-side'] : [];
  }

  /** The remaining time, at least 1 s, in which kubectl detects what is already done. */
  private timeoutOption(): string {
    return `--timeout=${Math.max(1, Math.ceil(this.deadline.remainingMs / 1000))}s`;
  }
}
