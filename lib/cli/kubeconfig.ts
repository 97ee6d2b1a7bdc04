import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Cluster, ClusterError } from '../cluster';
import { FileError, fileProblem, readIfThere, readText, writePrivateFile } from '../files';
import { askServers, kubeconfigProblems, mergeKubeconfig } from '../live';
import { type Checked, endpointsOf, readCredentials } from '../machines';
import { readOneSite } from '../site';

interface Options {
  readonly from?: string;
  readonly ssh?: true | string;
  readonly sudo?: boolean;
  readonly timeout: number;
  readonly merge?: string;
  readonly out?: string;
  readonly cluster?: string;
  readonly rescue?: string;
  readonly use?: boolean;
  readonly replace?: boolean;
}

type Usable = Extract<Checked, { readonly credentials: unknown }>;

const HELP = `
Files are written in one step, with mode 0600, and what was there before stays beside them as FILE.<UTC time>.bak.
On any error nothing is written. Exit status: 0 done, 1 bad input or no server answers, 2 bad usage.

--ssh asks the servers of the site one after the other for /etc/rancher/k3s/k3s.yaml, with the ssh of this machine and its
settings, and takes the first good one. An image shuts root out and has a user of its own: debian, ubuntu, kairos, or rancher on k3OS.
Without a terminal ssh asks no questions. The file is as good as a password; nothing of
it is kept but what goes into the kubeconfig.

  npm run kubeconfig -- --ssh debian@ --sudo --merge ~/.kube/config
  npm run kubeconfig -- --ssh root@ --merge ~/.kube/config
  npm run --silent kubeconfig -- --from k3s.yaml > home.yaml

--rescue is for a day when no address of the site is within reach: it adds the context NAME-rescue, which goes to an address that is in
no certificate, such as the end of a tunnel.

  ssh -N -L 16443:127.0.0.1:6443 debian@k3s-2 &
  npm run kubeconfig -- --ssh debian@ --sudo --rescue localhost:16443 --merge ~/.kube/config`;

const program = new Command('npm run kubeconfig --')
  .description(
    'Writes a kubeconfig with a context for the virtual IP, the DNS name and each server, with the credentials of k3s.yaml.',
  )
  .addOption(new Option('--from <file>', 'k3s.yaml of a server; - reads standard input').conflicts('ssh'))
  .option(
    '--ssh [user@]',
    'fetch k3s.yaml from the first server that answers; user as ssh takes it by default',
    userName,
  )
  .option('--sudo', 'with --ssh: read the file with sudo, which must not ask for a password')
  .option('--timeout <seconds>', 'with --ssh: how long a server may take to accept the connection', wholeSeconds, 5)
  .option('--merge <file>', 'add to this kubeconfig; everything foreign in it stays')
  .option('--out <file>', 'write here; default: the file of --merge, else standard output')
  .option(
    '--cluster <file>',
    'the site; default: CLUSTER, else the one in clusters/ where it exists, else cluster.yaml',
  )
  .option('--rescue <host:port>', 'one more context, to an address that need not be in the certificate', hostAndPort)
  .option('--use', "make the virtual IP's context the current one, also when there is another")
  .option('--replace', "replace entries of the same names that are another cluster's")
  .addHelpText('after', HELP)
  .allowExcessArguments(false)
  .exitOverride();

function userName(text: string): string {
  const user = text.replace(/@$/, '');
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(user)) throw new InvalidArgumentError('give a user name, such as root@');
  return user;
}

function wholeSeconds(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new InvalidArgumentError('give 1 to 999 seconds');
  return Number(text);
}

function hostAndPort(text: string): string {
  const port = Number(/^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):([0-9]{1,5})$/.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65_535)) throw new InvalidArgumentError('give host and port, such as localhost:16443');
  return text;
}

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
      else if (error instanceof FileError) this.lines.push(error.message);
      else this.add(file, [fileProblem(error) ?? (error as Error).message]);
      return undefined;
    }
  }
}

/** A `~/` that the shell left alone, as it does in `--merge=~/.kube/config`. */
const atHome = (file: string): string => (file.startsWith('~/') ? join(homedir(), file.slice(2)) : file);

/** The credentials of a file. */
function readFrom(file: string, now: Date, problems: Problems): Usable | undefined {
  const text = problems.attempt(file, () => readText(file));
  if (text === undefined) return undefined;
  const checked = readCredentials(text, now);
  if ('credentials' in checked) return checked;
  problems.add(file, checked.problems);
  return undefined;
}

/** The credentials of the first server that has good ones. */
function fetchFrom(cluster: Cluster, options: Options, now: Date, problems: Problems): Usable | undefined {
  const asked: string[] = [];
  const user = options.ssh === true ? undefined : options.ssh;
  const interactive = process.stdin.isTTY === true;
  for (const { server, ask } of askServers(cluster, {
    user,
    sudo: options.sudo,
    timeoutSeconds: options.timeout,
    interactive,
  })) {
    const fetched = ask();
    const checked = 'text' in fetched ? readCredentials(fetched.text, now) : { problems: [fetched.problem] };
    if ('credentials' in checked) {
      for (const line of asked) console.error(`warning: ${line}`);
      return checked;
    }
    asked.push(...checked.problems.map((problem) => `${server}: ${problem}`));
  }
  problems.lines.push(...asked);
  return undefined;
}

/** Does it and returns what stands in its way. */
function execute(options: Options, now: Date): readonly string[] {
  const problems = new Problems();
  const cluster = problems.attempt(options.cluster ?? 'the site', () => readOneSite(options.cluster).cluster);
  const merge = options.merge === undefined ? undefined : atHome(options.merge);
  const fromFile = options.from === undefined ? undefined : readFrom(options.from, now, problems);
  const existing = merge === undefined ? '' : problems.attempt(merge, () => readIfThere(merge) ?? '');
  if (existing !== undefined) problems.add(merge ?? '', kubeconfigProblems(existing));
  if (!cluster || existing === undefined || problems.lines.length > 0) return problems.lines;

  const credentials = fromFile ?? fetchFrom(cluster, options, now, problems);
  if (!credentials) return problems.lines;
  const merged = mergeKubeconfig(existing, cluster, credentials.credentials, options);
  if ('problems' in merged) {
    problems.add(merge ?? '', merged.problems);
    return problems.lines;
  }

  const out = options.out === undefined ? merge : atHome(options.out);
  if (out === undefined) process.stdout.write(merged.text);
  const written = out === undefined ? undefined : problems.attempt(out, () => writePrivateFile(out, merged.text, now));
  if (problems.lines.length > 0) return problems.lines;

  for (const warning of credentials.warnings) console.error(`warning: ${warning}`);
  const summary = [
    ...(written ? [`${out} ${written.changed ? 'written' : 'is up to date'}`] : []),
    ...(written?.backup ? [`before: ${written.backup}`] : []),
    `contexts: ${endpointsOf(cluster, options.rescue)
      .map(({ name }) => name)
      .join(', ')}`,
    `current: ${merged.currentContext}`,
    `valid until ${credentials.validUntil.toISOString().slice(0, 10)}`,
  ];
  console.error(summary.join('; '));
  return [];
}

try {
  const options = program.parse().opts<Options>();
  if (options.from === undefined && options.ssh === undefined) {
    program.error('error: give --ssh, or --from with a copy of k3s.yaml');
  }
  if (options.sudo && options.ssh === undefined) program.error('error: --sudo is for --ssh');
  const problems = execute(options, new Date());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
