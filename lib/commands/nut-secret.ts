import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadCluster } from '../cluster/load';
import { serverPasswordKey } from '../nut/files';
import { newPasswords, nutSecret } from '../nut/secret';

interface Options {
  readonly cluster: string;
  readonly primaryFile?: string;
  readonly secondaryFile?: string;
  readonly serverFile: Readonly<Record<string, string>>;
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
  .option(
    '--server-file <ups=file>',
    'the password for a UPS that another machine serves, such as a NAS; may be given several times',
    (value: string, files: Record<string, string>) => ({ ...files, ...pair(value) }),
    {},
  )
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2))
  .action(print);

function print(options: Options): void {
  const { cluster } = loadCluster(readFileSync(options.cluster, 'utf8'), options.cluster);
  const missing = cluster.ups.filter(({ name, server }) => server && options.serverFile[name] === undefined);
  if (missing.length > 0) {
    throw new Error(
      missing
        .map(({ name }) => `the password for "${name}" is missing; give it with --server-file ${name}=FILE`)
        .join('\n'),
    );
  }
  const fresh = newPasswords();
  const text = nutSecret(cluster.nut.secret, {
    primary: options.primaryFile === undefined ? fresh.primary : firstLine(options.primaryFile),
    secondary: options.secondaryFile === undefined ? fresh.secondary : firstLine(options.secondaryFile),
    ...Object.fromEntries(
      Object.entries(options.serverFile).map(([ups, file]) => [serverPasswordKey(ups), firstLine(file)]),
    ),
  });
  if (process.stdout.isTTY) {
    console.error('# these are passwords on your screen; pipe them: npm run --silent secret:nut | kubectl apply -f -');
  }
  process.stdout.write(text);
}

function pair(value: string): Record<string, string> {
  const [ups, ...file] = value.split('=');
  if (!ups || file.length === 0) throw new Error(`"${value}" is no UPS and file; write --server-file NAME=FILE`);
  return { [ups]: file.join('=') };
}

const firstLine = (file: string): string => readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';

try {
  program.parse();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
