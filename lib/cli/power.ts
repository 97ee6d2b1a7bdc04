import { explainData, explainText } from '../power';
import { readSites } from '../site';
import { main, program } from './program';
import { exitStatus, SITES } from './usage';

interface Options {
  readonly cluster?: string;
  readonly json?: boolean;
}

/** Without a terminal, as in a log. */
const DEFAULT_COLUMNS = 100;

const columns = (): number => process.stdout.columns || Number(process.env['COLUMNS']) || DEFAULT_COLUMNS;

function explain({ cluster: path, json }: Options): void {
  const { clusters, warnings } = readSites(path ?? (process.env['CLUSTER'] || undefined));
  for (const warning of warnings) console.error(warning);
  const text = json
    ? `${JSON.stringify({ clusters: clusters.map(explainData), warnings }, null, 2)}\n`
    : clusters.map((cluster) => explainText(cluster, columns())).join('\n');
  process.stdout.write(text);
}

const power = program('power').description('Shows how the site reacts to a power failure.');
power
  .command('explain')
  .description('Prints the power-off time of every node and the battery runtime that each UPS needs, with the sums.')
  .option('--cluster <path>', SITES)
  .option('--json', 'print JSON')
  .addHelpText('after', `\nWarnings go to standard error. ${exitStatus('invalid site')}`)
  .action(explain);

export const run = main(power);
