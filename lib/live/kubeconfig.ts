import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, ClusterError } from '../cluster';
import { FileError, fileProblem, readIfThere, readText, writePrivateFile } from '../files';
import { type Checked, endpointsOf, readCredentials } from '../machines';
import { readOneSite } from '../site';
import { askServers } from './fetch';
import { kubeconfigProblems, type MergeOptions, mergeKubeconfig } from './kubeconfig-merge';
import type { SshOptions } from './ssh';

/** Where the credentials come from and where the kubeconfig goes. */
export interface KubeconfigOptions extends MergeOptions, SshOptions {
  /** Copy of k3s.yaml; `-` is standard input. @default - fetched from the first server that has valid credentials */
  readonly from?: string;
  /** Kubeconfig to merge into. @default - none */
  readonly merge?: string;
  /** File to write. @default - that of `merge`, else standard output */
  readonly out?: string;
  /** Site file. @default - as `readOneSite` */
  readonly cluster?: string;
}

/** What was done. */
export interface KubeconfigReport {
  readonly warnings: readonly string[];
  readonly summary: string;
  /** The kubeconfig, which is secret, where no file was named for it. */
  readonly text?: string;
}

type Usable = Extract<Checked, { readonly credentials: unknown }>;

/**
 * Writes a kubeconfig for the site with the credentials of k3s.yaml.
 *
 * @throws Error with a line for everything that is wrong; then nothing is written and, for a wrong file, no server is asked
 */
export function writeKubeconfig(options: KubeconfigOptions, now: Date): KubeconfigReport {
  const problems = new Problems();
  const cluster = problems.attempt(options.cluster ?? 'the site', () => readOneSite(options.cluster).cluster);
  const merge = options.merge === undefined ? undefined : atHome(options.merge);
  const fromFile = options.from === undefined ? undefined : readFrom(options.from, now, problems);
  const existing = merge === undefined ? '' : problems.attempt(merge, () => readIfThere(merge) ?? '');
  if (existing !== undefined) problems.add(merge ?? '', kubeconfigProblems(existing));
  if (!cluster || existing === undefined || problems.lines.length > 0) throw problems.error();

  const found = fromFile ?? fetchFrom(cluster, options, now, problems);
  if (!found) throw problems.error();
  const merged = mergeKubeconfig(existing, cluster, found.credentials, options);
  if ('problems' in merged) {
    problems.add(merge ?? '', merged.problems);
    throw problems.error();
  }

  const out = options.out === undefined ? merge : atHome(options.out);
  const written = out === undefined ? undefined : problems.attempt(out, () => writePrivateFile(out, merged.text, now));
  if (problems.lines.length > 0) throw problems.error();
  const contexts = endpointsOf(cluster, options.rescue).map(({ name }) => name);
  const summary = [
    ...(written ? [`${out} ${written.changed ? 'written' : 'unchanged'}`] : []),
    ...(written?.backup ? [`backup: ${written.backup}`] : []),
    `contexts: ${contexts.join(', ')}`,
    `current: ${merged.currentContext}`,
    `valid until ${found.validUntil.toISOString().slice(0, 10)}`,
  ];
  return { warnings: found.warnings, summary: summary.join('; '), ...(out === undefined && { text: merged.text }) };
}

/** Collects everything that is wrong, to report it at once. */
class Problems {
  readonly lines: string[] = [];

  add(file: string, problems: readonly string[]): void {
    this.lines.push(...problems.map((problem) => `${file}: ${problem}`));
  }

  /** What `read` returns; for an error, a line and undefined. */
  attempt<T>(file: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof ClusterError) this.lines.push(...error.lines);
      else if (error instanceof FileError) this.lines.push(error.message);
      else this.add(file, [fileProblem(error) ?? (error as Error).message]);
      return undefined;
    }
  }

  error(): Error {
    return new Error(this.lines.join('\n'));
  }
}

/** Resolves a `~/` that the shell left alone, as it does in `--merge=~/.kube/config`. */
const atHome = (file: string): string => (file.startsWith('~/') ? join(homedir(), file.slice(2)) : file);

function readFrom(file: string, now: Date, problems: Problems): Usable | undefined {
  const text = problems.attempt(file, () => readText(file));
  if (text === undefined) return undefined;
  const checked = readCredentials(text, now);
  if ('credentials' in checked) return checked;
  problems.add(file, checked.problems);
  return undefined;
}

/** The credentials of the first server that has valid ones; the problems of the servers before it become warnings. */
function fetchFrom(cluster: Cluster, options: SshOptions, now: Date, problems: Problems): Usable | undefined {
  const failed: string[] = [];
  for (const { server, ask } of askServers(cluster, options)) {
    const fetched = ask();
    const checked = 'text' in fetched ? readCredentials(fetched.text, now) : { problems: [fetched.problem] };
    if ('credentials' in checked) return { ...checked, warnings: [...failed, ...checked.warnings] };
    failed.push(...checked.problems.map((problem) => `${server}: ${problem}`));
  }
  problems.lines.push(...failed);
  return undefined;
}
