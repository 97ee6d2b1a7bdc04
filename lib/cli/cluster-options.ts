import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cluster } from '../cluster';
import { type Confirm, Progress, readDist, siteServers } from '../live';
import { endpointsOf } from '../machines';

/** Options of a command that connects to a cluster. */
export interface ConnectionOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly kubectl: string;
  readonly timeout: number;
}

/** Options of a command that connects to the cluster of a dist/. */
export interface ClusterOptions extends ConnectionOptions {
  readonly dist: string;
  readonly cluster?: string;
}

/** Longest --timeout in seconds. A timer of Node ends at 2^31 ms. */
const A_DAY = 86_400;

export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= A_DAY)) throw new InvalidArgumentError(`give seconds, above 0 and at most ${A_DAY}`);
  return value;
}

/** The argument of --ssh. */
export function userName(text: string): string {
  const user = text.replace(/@$/, '');
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(user)) throw new InvalidArgumentError('give a user name, such as root@');
  return user;
}

/** Adds the options of `ClusterOptions`. */
export const withClusterOptions = (command: Command): Command =>
  withConnectionOptions(
    command
      .option('--dist <folder>', 'folder that synth wrote', process.env['CDK8S_OUTDIR'] || 'dist')
      .option('--cluster <name>', 'name of the site, if dist/ has one folder per site'),
    300,
  );

/** Adds the options of `ConnectionOptions`. */
export const withConnectionOptions = (command: Command, timeoutSeconds: number): Command =>
  command
    .option(
      '--context <name>',
      'context of the kubeconfig; default: the current context, if it leads to a site of $CLUSTER, clusters/ or cluster.yaml',
    )
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, else ~/.kube/config')
    .option('--kubectl <file>', 'kubectl program', 'kubectl')
    .option('--timeout <seconds>', 'limit for all waits together', seconds, timeoutSeconds);

/** Reads dist/ and the servers of its site. Progress goes to a stream that no result is printed to. */
export const fromClusterOptions = (
  { dist, cluster, timeout, ...options }: ClusterOptions,
  progress: NodeJS.WriteStream = process.stdout,
) => ({
  ...options,
  files: readDist(cluster === undefined ? dist : join(dist, cluster)),
  servers: options.context === undefined ? siteServers(cluster) : [],
  timeoutMs: timeout * 1000,
  progress: new Progress(progress),
});

/** How to connect to a site. Progress goes to standard error. */
export const connectionTo = (cluster: Cluster, { timeout, ...options }: ConnectionOptions) => ({
  ...options,
  timeoutMs: timeout * 1000,
  servers: endpointsOf(cluster).map(({ server }) => server),
  progress: new Progress(process.stderr),
});

/** Agrees with --yes; else asks on the terminal, such as `Delete? [y/N]`. */
export const confirmation =
  (what: 'Delete' | 'Begin' | 'Restore', yes = false): Confirm =>
  async (question) => {
    for (const line of question) console.error(line);
    if (yes) return true;
    if (!process.stdin.isTTY) throw new Error('there is no terminal to ask on; give --yes');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test(await terminal.question(`${what}? [y/N] `));
    } finally {
      terminal.close();
    }
  };
