import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { apply, Progress, readDist, siteServers } from '../live';
import { command, exitStatus } from './program';

interface Options {
  readonly dist: string;
  readonly cluster?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly kubectl: string;
  readonly serverSide?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
}

/** Longest --timeout in seconds. A timer of Node ends at 2^31 ms. */
const A_DAY = 86_400;

const HELP = `
Order: custom resource definitions, a wait until their kinds are served, all other objects, the webhook, a wait for the pods.
It can be run again at any time.

  power-safe-k3s apply --context home

Nothing is deleted. An object that is no longer in dist/ stays in the cluster: a Service may hold an address of the old pool.
docs/upgrade-metallb.md lists what older versions leave behind and how to remove it.

${exitStatus('failed or not ready')}`;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= A_DAY)) throw new InvalidArgumentError(`give seconds, above 0 and at most ${A_DAY}`);
  return value;
}

async function action({ dist, cluster, timeout, ...options }: Options): Promise<void> {
  const problems = await apply({
    ...options,
    serverSide: options.serverSide ?? false,
    dryRun: options.dryRun ?? false,
    files: readDist(cluster === undefined ? dist : join(dist, cluster)),
    servers: options.context === undefined ? siteServers(cluster) : [],
    timeoutMs: timeout * 1000,
    progress: new Progress(process.stdout),
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

export const applyCommand = command('apply')
  .description('Applies dist/ to a cluster with kubectl in the right order and reports what changed.')
  .option('--dist <folder>', 'folder that synth wrote', process.env['CDK8S_OUTDIR'] || 'dist')
  .option('--cluster <name>', 'name of the site, if dist/ has one folder per site')
  .option(
    '--context <name>',
    'context of the kubeconfig; default: the current context, if it leads to a site of $CLUSTER, clusters/ or cluster.yaml',
  )
  .option('--kubeconfig <file>', 'default: $KUBECONFIG, else ~/.kube/config')
  .option('--kubectl <file>', 'kubectl program', 'kubectl')
  .option('--server-side', 'use server-side apply, with the field manager kubectl')
  .option('--dry-run', 'server-side dry run; stores nothing')
  .option('--no-wait', 'do not wait for the pods')
  .option('--timeout <seconds>', 'limit for all waits together', seconds, 300)
  .addHelpText('after', HELP)
  .action(action);
