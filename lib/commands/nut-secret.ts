import { Command, InvalidArgumentError } from 'commander';
import type { Cluster } from '../cluster/schema';
import { FileError, readText } from '../file-problem';
import { serverPasswordKey } from '../nut/files';
import { newPasswords, nutSecret } from '../nut/secret';
import { readSite } from '../site/inputs';

interface Options {
  readonly cluster: string;
  readonly primaryFile?: string;
  readonly secondaryFile?: string;
  readonly serverFile: Readonly<Record<string, string>>;
}

const program = new Command('npm run --silent secret:nut --')
  .description(
    'Prints the Secret with the passwords of NUT, new ones at each run, for\n\n' +
      '  npm run --silent secret:nut | kubectl --context NAME apply -f -\n\n' +
      'Nothing is written to disk. After a change of passwords restart the pods:\n\n' +
      '  kubectl --context NAME -n nut rollout restart daemonset nut-primary nut-secondary',
  )
  .option('--cluster <file>', 'the site, for the name of the Secret', process.env['CLUSTER'] || 'cluster.yaml')
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
  const { cluster } = readSite(options.cluster);
  const problems = serverProblems(cluster, options.serverFile);
  const files = {
    ...(options.primaryFile !== undefined && { primary: options.primaryFile }),
    ...(options.secondaryFile !== undefined && { secondary: options.secondaryFile }),
    ...Object.fromEntries(Object.entries(options.serverFile).map(([ups, file]) => [serverPasswordKey(ups), file])),
  };
  const given = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, firstLine(file, problems)]));
  if (problems.length > 0) throw new Error(problems.join('\n'));

  const text = nutSecret(cluster.nut.secret, { ...newPasswords(), ...given });
  if (process.stdout.isTTY) {
    console.error(
      '# these are passwords on your screen; pipe them: npm run --silent secret:nut | kubectl --context NAME apply -f -',
    );
  }
  process.stdout.write(text);
}

/** Machines outside whose password nobody gave, and passwords for UPSes that no machine outside serves. */
function serverProblems({ ups }: Cluster, files: Options['serverFile']): string[] {
  const served = ups.filter(({ server }) => server).map(({ name }) => name);
  const names = served.length > 0 ? `give it for ${served.join(', ')}` : 'take it out';
  return [
    ...served
      .filter((name) => files[name] === undefined)
      .map((name) => `the password for "${name}" is missing; give it with --server-file ${name}=FILE`),
    ...Object.keys(files)
      .filter((name) => !served.includes(name))
      .map((name) => `--server-file ${name}: no machine outside serves a UPS "${name}"; ${names}`),
  ];
}

/** The first line of a file, or an empty text and a problem. */
function firstLine(file: string, problems: string[]): string {
  try {
    return readText(file).split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    problems.push(error.message);
    return '';
  }
}

function pair(value: string): Record<string, string> {
  const [ups, ...file] = value.split('=');
  if (!ups || file.length === 0) throw new InvalidArgumentError('write --server-file NAME=FILE');
  return { [ups]: file.join('=') };
}

try {
  program.parse();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
