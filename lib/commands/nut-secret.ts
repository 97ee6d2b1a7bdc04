import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadCluster } from '../cluster/load';
import { newPasswords, nutSecret } from '../nut/secret';

interface Options {
  readonly cluster: string;
  readonly primaryFile?: string;
  readonly secondaryFile?: string;
}

const program = new Command('npm run --silent secret:nut --')
  .description(
    'Prints the Secret with the passwords of NUT, new ones at each run, for\n\n' +
      '  npm run --silent secret:nut | kubectl apply -f -\n\n' +
      'Nothing is written to disk. After a change of passwords restart the pods:\n\n' +
      '  kubectl -n nut rollout restart daemonset nut-primary nut-secondary',
  )
  .option('--cluster <file>', 'the site, for the name of the Secret', process.env['CLUSTER'] ?? 'cluster.yaml')
  .option('--primary-file <file>', 'take the password of the primary from the first line of this file')
  .option('--secondary-file <file>', 'take the password of the secondaries from the first line of this file')
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2))
  .action(print);

function print(options: Options): void {
  const { cluster } = loadCluster(readFileSync(options.cluster, 'utf8'), options.cluster);
  const fresh = newPasswords();
  const text = nutSecret(cluster.nut.secret, {
    primary: options.primaryFile === undefined ? fresh.primary : firstLine(options.primaryFile),
    secondary: options.secondaryFile === undefined ? fresh.secondary : firstLine(options.secondaryFile),
  });
  if (process.stdout.isTTY) {
    console.error('# these are passwords on your screen; pipe them: npm run --silent secret:nut | kubectl apply -f -');
  }
  process.stdout.write(text);
}

const firstLine = (file: string): string => readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';

try {
  program.parse();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
