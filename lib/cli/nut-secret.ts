import { Command, InvalidArgumentError } from 'commander';
import type { Cluster } from '../cluster';
import { FileError, readText } from '../files';
import { driverPasswordKey, newPasswords, nutSecret, secretOptions, servedUpses, serverPasswordKey } from '../nut';
import { readOneSite } from '../site';

interface Options {
  readonly cluster?: string;
  readonly primaryFile?: string;
  readonly secondaryFile?: string;
  readonly serverFile: Files;
  readonly driverFile: Files;
}

/** File with a password, by what it is for. */
type Files = Readonly<Record<string, string>>;

const program = new Command('npm run --silent secret:nut --')
  .description(
    'Prints the Secret with the passwords of NUT, new ones at each run, for\n\n' +
      '  npm run --silent secret:nut | kubectl --context NAME apply -f -\n\n' +
      'Nothing is written to disk. After a change of passwords restart the pods:\n\n' +
      '  kubectl --context NAME -n nut rollout restart daemonset nut-primary nut-secondary',
  )
  .option(
    '--cluster <file>',
    'the site; default: CLUSTER, else the one in clusters/ where it exists, else cluster.yaml',
  )
  .option('--primary-file <file>', 'take the password of the primary from the first line of this file')
  .option('--secondary-file <file>', 'take the password of the secondaries from the first line of this file')
  .option(
    '--server-file <ups=file>',
    'the password for a UPS that another machine serves, such as a NAS; may be given several times',
    (value: string, files: Files) => ({ ...files, ...pair(value) }),
    {},
  )
  .option(
    '--driver-file <ups.option=file>',
    'the value for an option of a driver that is { secret: true }, such as authPassword; may be given several times',
    (value: string, files: Files) => ({ ...files, ...pair(value) }),
    {},
  )
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2))
  .action(print);

function print(options: Options): void {
  const { cluster } = readOneSite(options.cluster);
  const ofServers = serverKeys(cluster);
  const ofDrivers = driverKeys(cluster);
  const problems = [
    ...mismatches('--server-file', options.serverFile, ofServers, 'no machine outside serves a UPS'),
    ...mismatches('--driver-file', options.driverFile, ofDrivers, 'cluster.yaml has no { secret: true } at'),
  ];
  const files = {
    ...(options.primaryFile !== undefined && { primary: options.primaryFile }),
    ...(options.secondaryFile !== undefined && { secondary: options.secondaryFile }),
    ...byKey(options.serverFile, ofServers),
    ...byKey(options.driverFile, ofDrivers),
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

/** Keys of the Secret, by what a person calls them. */
type Keys = ReadonlyMap<string, string>;

const serverKeys = (cluster: Cluster): Keys =>
  new Map(servedUpses(cluster).map((ups) => [ups, serverPasswordKey(ups)]));

const driverKeys = (cluster: Cluster): Keys =>
  new Map(secretOptions(cluster).map(({ ups, option }) => [`${ups}.${option}`, driverPasswordKey(ups, option)]));

const byKey = (files: Files, keys: Keys): Files =>
  Object.fromEntries(Object.entries(files).flatMap(([name, file]) => [[keys.get(name) ?? name, file]]));

/** Passwords that nobody gave, and passwords for what is not there. */
function mismatches(flag: string, files: Files, keys: Keys, missing: string): string[] {
  const names = [...keys.keys()];
  return [
    ...names
      .filter((name) => files[name] === undefined)
      .map((name) => `the password for "${name}" is missing; give it with ${flag} ${name}=FILE`),
    ...Object.keys(files)
      .filter((name) => !keys.has(name))
      .map(
        (name) =>
          `${flag} ${name}: ${missing} "${name}"; ${names.length > 0 ? `give it for ${names.join(', ')}` : 'take it out'}`,
      ),
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

function pair(value: string): Files {
  const [ups, ...file] = value.split('=');
  if (!ups || file.length === 0) throw new InvalidArgumentError('write NAME=FILE');
  return { [ups]: file.join('=') };
}

try {
  program.parse();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
