import { apply } from '../live';
import { type ClusterOptions, confirmation, fromClusterOptions, withClusterOptions } from './cluster-options';
import { command, exitStatus } from './program';

interface Options extends ClusterOptions {
  readonly serverSide?: boolean;
  readonly wait: boolean;
  readonly prune?: boolean;
  readonly yes?: boolean;
}

const HELP = `
Order: custom resource definitions, a wait until their kinds are served, all other objects, the webhook, a wait for the pods.
It can be run again at any time. plan shows what it would do.

  power-safe-k3s apply --context home

Without --prune nothing is deleted: an object that is no longer in dist/ stays in the cluster. --prune asks before it deletes, and
refuses a pool whose addresses Services have.
docs/upgrade-metallb.md lists what older versions of MetalLB leave behind.

${exitStatus('failed or not ready')}`;

async function action({ serverSide = false, wait, prune, yes, ...options }: Options): Promise<void> {
  const problems = await apply({
    ...fromClusterOptions(options),
    serverSide,
    wait,
    prune: prune ? confirmation('Delete', yes) : undefined,
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

export const applyCommand = withClusterOptions(
  command('apply').description('Applies dist/ to a cluster with kubectl in the right order and reports what changed.'),
)
  .option('--server-side', 'use server-side apply, with the field manager kubectl')
  .option('--no-wait', 'do not wait for the pods')
  .option('--prune', 'delete objects of the site that are no longer in dist/')
  .option('--yes', 'with --prune: do not ask')
  .addHelpText('after', HELP)
  .action(action);
