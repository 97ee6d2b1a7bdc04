import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ClusterError } from '../cluster';
import { FileError } from '../files';
import { ApplyError, apply, Progress, readDist } from '../live';
import { endpointsOf } from '../machines';
import { readSites } from '../site';

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

/** In seconds. Clocks of Node count up to 24 days, and take what is longer for nothing. */
const A_DAY = 86_400;

const HELP = `
The order: definitions, wait until their kinds are served, everything else, the webhook last, wait for the pods.
It can be run again at any time; what is as it should be stays untouched.

Nothing is deleted. An object that is no longer in dist/ stays in the cluster, because the pool that goes with it may hold the
address of a service; docs/upgrade-metallb.md says what older versions leave behind and how to remove it.

Exit status: 0 done, 1 something failed or is not ready, 2 wrong usage.`;

const program = new Command('npm run apply --')
  .description('Applies dist/ to a cluster in the right order, with kubectl, and says what changed.')
  .option('--dist <folder>', 'what synth wrote', process.env['CDK8S_OUTDIR'] || 'dist')
  .option('--cluster <name>', 'the site, where dist/ has a folder for each')
  .option(
    '--context <name>',
    'context of the kubeconfig; default: the current one, if it leads to the site of CLUSTER, clusters/ or cluster.yaml',
  )
  .option('--kubeconfig <file>', 'default: $KUBECONFIG, else ~/.kube/config')
  .option('--kubectl <file>', 'the program', 'kubectl')
  .option('--server-side', "let the server merge, under kubectl's name")
  .option('--dry-run', 'ask the server what it would do; nothing is stored')
  .option('--no-wait', 'do not wait until the pods are ready')
  .option('--timeout <seconds>', 'for everything that is waited for together', positive, 300)
  .addHelpText('after', HELP)
  .allowExcessArguments(false)
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2));

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= A_DAY))
    throw new InvalidArgumentError(`give a number of seconds above 0, ${A_DAY} at most`);
  return value;
}

/** Addresses of the API servers of the site, or of all sites where none is named. */
function serversOf(cluster: string | undefined): string[] {
  try {
    return readSites(process.env['CLUSTER'] || undefined)
      .clusters.filter(({ name }) => cluster === undefined || name === cluster)
      .flatMap((site) => endpointsOf(site).map(({ server }) => server));
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof FileError)) throw error;
    throw new ApplyError(
      `${error.message}\nwithout the site nobody can tell whether the current context leads to it; name the context: --context NAME`,
    );
  }
}

async function main({ dist, cluster, timeout, ...options }: Options): Promise<number> {
  const problems = await apply({
    ...options,
    serverSide: options.serverSide ?? false,
    dryRun: options.dryRun ?? false,
    files: readDist(cluster === undefined ? dist : join(dist, cluster)),
    servers: options.context === undefined ? serversOf(cluster) : [],
    timeoutMs: timeout * 1000,
    progress: new Progress(process.stdout),
  });
  for (const problem of problems) console.error(problem);
  return problems.length > 0 ? 1 : 0;
}

main(program.parse().opts<Options>()).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
