import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { loadCluster } from '../cluster/load';
import { ClusterError } from '../cluster/problem';
import { readIfThere, writePrivateFile } from '../private-file';
import { readCredentials } from '../vip/credentials';
import { endpointsOf } from '../vip/kubeconfig';
import { kubeconfigProblems, mergeKubeconfig } from '../vip/kubeconfig-merge';

interface Options {
  readonly from: string;
  readonly merge?: string;
  readonly out?: string;
  readonly cluster: string;
  readonly use?: boolean;
  readonly replace?: boolean;
}

const HELP = `
Files are written in one step, with mode 0600, and what was there before stays beside them as FILE.<UTC time>.bak.
On any error nothing is written. Exit status: 0 done, 1 bad input, 2 bad usage.

The file for --from is /etc/rancher/k3s/k3s.yaml of any server. It is as good as a password; delete the copy afterwards.

  ssh root@k3s-1 cat /etc/rancher/k3s/k3s.yaml | npm run kubeconfig -- --from - --merge ~/.kube/config
  npm run --silent kubeconfig -- --from k3s.yaml > home.yaml`;

const program = new Command('npm run kubeconfig --')
  .description(
    'Writes a kubeconfig with a context for the virtual IP, the DNS name and each server, with the credentials of k3s.yaml.',
  )
  .requiredOption('--from <file>', 'k3s.yaml of a server; - reads standard input')
  .option('--merge <file>', 'add to this kubeconfig; everything foreign in it stays')
  .option('--out <file>', 'write here; default: the file of --merge, else standard output')
  .option('--cluster <file>', 'the site', process.env['CLUSTER'] || 'cluster.yaml')
  .option('--use', "make the virtual IP's context the current one, also when there is another")
  .option('--replace', "replace entries of the same names that are another cluster's")
  .addHelpText('after', HELP)
  .allowExcessArguments(false)
  .exitOverride();

/** Gathers everything that is wrong, so that it can be told at once. */
class Problems {
  readonly lines: string[] = [];

  add(file: string, problems: readonly string[]): void {
    this.lines.push(...problems.map((problem) => `${file}: ${problem}`));
  }

  /** What `read` returns, or undefined and a line for whatever it throws. */
  attempt<T>(file: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof ClusterError) this.lines.push(...error.lines);
      else this.add(file, [fileProblem(error)]);
      return undefined;
    }
  }
}

function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file; correct the name';
    case 'EISDIR':
      return 'is a folder; name one file';
    case 'EACCES':
    case 'EPERM':
      return `may not be read or written (${code}); change its rights or those of its folder`;
    default:
      return message;
  }
}

/** A `~/` that the shell left alone, as it does in `--merge=~/.kube/config`. */
const atHome = (file: string): string => (file.startsWith('~/') ? join(homedir(), file.slice(2)) : file);

/** Does it and returns what stands in its way. */
function execute(options: Options, now: Date): readonly string[] {
  const problems = new Problems();
  const cluster = problems.attempt(
    options.cluster,
    () => loadCluster(readFileSync(options.cluster, 'utf8'), options.cluster).cluster,
  );
  const from = problems.attempt(options.from, () => readFileSync(options.from === '-' ? 0 : options.from, 'utf8'));
  const checked = from === undefined ? undefined : readCredentials(from, now);
  if (checked && 'problems' in checked) problems.add(options.from, checked.problems);
  const credentials = checked && 'credentials' in checked ? checked : undefined;

  const merge = options.merge === undefined ? undefined : atHome(options.merge);
  const existing = merge === undefined ? '' : problems.attempt(merge, () => readIfThere(merge) ?? '');
  if (existing === undefined) return problems.lines;
  const merged =
    cluster && credentials
      ? mergeKubeconfig(existing, cluster, credentials.credentials, options)
      : { problems: kubeconfigProblems(existing) };
  if ('problems' in merged) problems.add(merge ?? '', merged.problems);
  if (!cluster || !credentials || 'problems' in merged) return problems.lines;

  const out = options.out === undefined ? merge : atHome(options.out);
  if (out === undefined) process.stdout.write(merged.text);
  const written = out === undefined ? undefined : problems.attempt(out, () => writePrivateFile(out, merged.text, now));
  if (problems.lines.length > 0) return problems.lines;

  for (const warning of credentials.warnings) console.error(`warning: ${warning}`);
  const summary = [
    ...(written ? [`${out} ${written.changed ? 'written' : 'is up to date'}`] : []),
    ...(written?.backup ? [`before: ${written.backup}`] : []),
    `contexts: ${endpointsOf(cluster)
      .map(({ name }) => name)
      .join(', ')}`,
    `current: ${merged.currentContext}`,
    `valid until ${credentials.validUntil.toISOString().slice(0, 10)}`,
  ];
  console.error(summary.join('; '));
  return [];
}

try {
  const problems = execute(program.parse().opts<Options>(), new Date());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
