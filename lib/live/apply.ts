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
  /** Addresses of the site's API servers, of which the current context must have one. Not asked for a context that is named. */
  readonly servers: readonly string[];
  readonly kubectl: string;
  readonly serverSide: boolean;
  readonly dryRun: boolean;
  /** Whether to wait until every workload is rolled out. */
  readonly wait: boolean;
  /** For everything that is waited for together. */
  readonly timeoutMs: number;
  readonly progress: Progress;
}

/**
 * Applies dist/ in the order of its files: definitions first, and the rest when their kinds are served. Nothing is ever deleted.
 *
 * @returns what is left for somebody to do, a line each; empty when all is done
 * @throws ApplyError when it cannot go on
 */
export async function apply(options: ApplyOptions): Promise<readonly string[]> {
  const { progress, context, kubeconfig, servers } = options;
  const deadline = new Deadline(options.timeoutMs);
  const kubectl = new Kubectl(options.kubectl, kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]);
  const target = await progress.during(
    () => 'asking the API server',
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
    // definitions have the lowest numbers; by what is in them and not by their names
    for (const file of files.filter(isDefinitions)) {
      counts.push(await this.applyFile(file));
      await this.waitEstablished(file);
    }
    for (const file of files.filter((candidate) => !isDefinitions(candidate))) counts.push(await this.applyFile(file));
    progress.line(`all: ${countsText(addCounts(counts))}`);

    const missing = await this.missingSecrets(context);
    if (!this.options.wait) {
      for (const line of missing.lines) progress.line(`warning: ${line}`);
      return [];
    }
    return [...missing.lines, ...(await this.waitRolledOut(missing.blocked))];
  }

  private async applyFile({ chart, path }: DistFile): Promise<Counts> {
    const undone = `${path} is not applied in full`;
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
      doing: `waiting until the kinds of ${chart} are served`,
      undone: `whether the kinds of ${path} are served is not known`,
      args: () => ['wait', '--for=condition=Established', this.timeoutOption(), '-f', path],
    });
    if (code !== 0) {
      throw new ApplyError(
        `the definitions of ${path} are not Established (${linesOf(stderr).at(-1)}); see why: kubectl describe -f ${path}`,
      );
    }
    this.options.progress.line(`${chart}: ${manifests.length} kinds are served`);
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
        undone: `whether ${object} in namespace ${namespace} is ready is not known`,
        args: () => ['--namespace', namespace, 'rollout', 'status', object, this.timeoutOption()],
      });
      if (code === 0) continue;
      const reasons = await this.reasons({ kind, name }, namespace);
      const last = linesOf(stderr).at(-1);
      problems.push(
        `${object} in namespace ${namespace} is not ready after ${this.deadline.elapsedSeconds} s (${last})${
          reasons.length > 0 ? ':' : `; see why: kubectl -n ${namespace} describe ${object}`
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
      const undone = `whether Secret ${name} is in namespace ${namespace} is not known`;
      const { code, stdout, stderr } = await this.kubectl.run({
        doing: `looking for Secret ${name} in ${namespace}`,
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

  /** Asks the server what it would do. What depends on an object of the same dist/ that is not there yet cannot be asked. */
  private async dryRun(): Promise<string[]> {
    const { files, progress } = this.options;
    const problems: string[] = [];
    let unchecked = 0;
    for (const { chart, path } of files) {
      const undone = `${path} would not be applied`;
      const args = ['apply', '--dry-run=server', ...this.serverSideOption(), '-f', path];
      const ended = await this.kubectl.run({ doing: `asking about ${chart}`, undone, args: () => args });
      const { expected, others } = untilApplied(ended.stderr, files);
      const counts = countOutcomes(ended.stdout);
      const rest = expected.length > 0 ? `, ${expected.length} cannot be asked about yet` : '';
      unchecked += expected.length;
      progress.line(`${chart}: would be: ${countsText(counts)}${rest}`);
      if (ended.code !== 0 && others.length > 0) problems.push(`${undone}:`, ...explained(others.join('\n')));
    }
    if (unchecked > 0) {
      progress.line(
        `${unchecked} of ${manifestsOf(files).length} objects need a definition or a namespace of this very dist/, which a dry run does not make; once they are applied, all can be asked about`,
      );
    }
    return problems;
  }

  private serverSideOption(): string[] {
    return this.options.serverSide ? ['--server-side'] : [];
  }

  /** What is left of the time, at least a second, so that what is there already is seen. */
  private timeoutOption(): string {
    return `--timeout=${Math.max(1, Math.ceil(this.deadline.remainingMs / 1000))}s`;
  }
}
