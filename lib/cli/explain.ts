import { findingText } from '../cluster';
import { explainData, explainText } from '../power';
import { readSites } from '../site';
import { command, exitStatus, SITES } from './program';

interface Options {
  readonly cluster?: string;
  readonly json?: boolean;
}

/** Without a terminal, as in a log. */
const DEFAULT_COLUMNS = 100;

const columns = (): number => process.stdout.columns || Number(process.env['COLUMNS']) || DEFAULT_COLUMNS;

function action({ cluster: path, json }: Options): void {
  const { clusters, ...read } = readSites(path);
  const warnings = read.warnings.map(findingText);
  for (const warning of warnings) console.error(warning);
  const text = json
    ? `${JSON.stringify({ clusters: clusters.map(explainData), warnings }, null, 2)}\n`
    : clusters.map((cluster) => explainText(cluster, columns())).join('\n');
  process.stdout.write(text);
}

export const explainCommand = command('explain')
  .description('Prints the power-off time of every node and the battery runtime that each UPS needs, with the sums.')
  .option('--cluster <path>', SITES)
  .option('--json', 'print JSON')
  .addHelpText(
    'after',
    `\n  power-safe-k3s explain --cluster cluster.yaml\n\nWarnings go to standard error. ${exitStatus('invalid site')}`,
  )
  .action(action);
