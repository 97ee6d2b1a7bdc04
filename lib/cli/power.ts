import { Command, CommanderError } from 'commander';
import { explainData, explainText } from '../power';
import { readSites } from '../site';

interface Options {
  readonly cluster?: string;
  readonly json?: boolean;
}

/** Without a terminal, as in a log. */
const DEFAULT_COLUMNS = 100;

const program = new Command('npm run power --')
  .description('What happens at this site when the mains fail.')
  .exitOverride();

program
  .command('explain')
  .description(
    'Prints the time line of every UPS and the sums behind it: who goes off when, and how long the battery must last.',
  )
  .option(
    '--cluster <path>',
    'the site, or a folder of sites; default: CLUSTER, else clusters/ where it exists, else cluster.yaml',
  )
  .option('--json', 'as data for programs')
  .addHelpText('after', '\nWarnings go to standard error. Exit status: 0 done, 1 bad site, 2 bad usage.')
  .allowExcessArguments(false)
  .action(explain);

function explain({ cluster: path, json }: Options): void {
  const { clusters, warnings } = readSites(path ?? (process.env['CLUSTER'] || undefined));
  for (const warning of warnings) console.error(warning);
  const text = json
    ? `${JSON.stringify({ clusters: clusters.map(explainData), warnings }, null, 2)}\n`
    : clusters.map((cluster) => explainText(cluster, columns())).join('\n');
  process.stdout.write(text);
}

const columns = (): number => process.stdout.columns || Number(process.env['COLUMNS']) || DEFAULT_COLUMNS;

try {
  program.parse();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
