import { declaredNodes, isEmpty, plan, planText, siteOf } from '../live';
import { type ClusterOptions, fromClusterOptions, withClusterOptions } from './cluster-options';
import { command, differenceStatus, Exit, warn } from './program';

interface Options extends ClusterOptions {
  readonly serverSide?: boolean;
  readonly json?: boolean;
}

const HELP = `
+ is created, ~ is changed, - is in the cluster and no longer in dist/ (apply --prune deletes it), ! would be refused.
The API server computes the changes in a dry run; nothing is stored. Commands for labels and taints that nodes lack are among the steps.

  power-safe-k3s plan --context home

${differenceStatus('apply would change nothing', 'apply would change something')}`;

async function action({ serverSide = false, json, ...options }: Options): Promise<void> {
  const site = fromClusterOptions(options, process.stderr);
  const nodes = declaredNodes(siteOf(site.files));
  if (nodes instanceof Error) warn(`labels and taints of nodes are not compared: ${nodes.message}`);
  const planned = await plan({ ...site, serverSide, declared: nodes instanceof Error ? [] : nodes });
  console.log(json ? JSON.stringify(planned, undefined, 2) : planText(planned));
  if (planned.problems.length > 0) throw new Exit(1);
  if (!isEmpty(planned)) throw new Exit(2);
}

export const planCommand = withClusterOptions(
  command('plan', 1).description('Shows what apply would create and change, and what is no longer in dist/.'),
)
  .option('--server-side', 'of a server-side apply')
  .option('--json', 'print JSON')
  .addHelpText('after', HELP)
  .action(action);
