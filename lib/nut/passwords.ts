import type { Client, Cluster } from '../cluster';
import { FileError, readText } from '../files';
import { clientPasswordKey, fixedNames } from '../power';
import { driverPasswordKey } from './conf';
import { serverPasswordKey } from './files';
import { receiverKey, secretFields } from './notify';
import { type NutPasswords, newPassword, newPasswords } from './secret';

const FLAGS = ['--server-file', '--client-file', '--driver-file', '--notify-file'] as const;
type Flag = (typeof FLAGS)[number];

/** What is wrong with a name that the site does not have. */
const UNKNOWN: Readonly<Record<Flag, string>> = {
  '--server-file': 'no host outside the cluster serves a UPS',
  '--client-file': 'ups[].clients has no host with a password of its own',
  '--driver-file': 'cluster.yaml has no { secret: true } at',
  '--notify-file': 'power.notify has no { secret: true } at',
};

/** A password that another host, a UPS or a receiver has too. */
interface ForeignPassword {
  readonly flag: Flag;
  /** What the person calls it: the UPS, UPS.OPTION, or RECEIVER.FIELD. */
  readonly name: string;
  /** Key of the Secret. */
  readonly key: string;
  /** Whether `npm run secret:nut` generates it if it is not given. */
  readonly isNew: boolean;
}

const foreignPasswords = ({ ups, power }: Cluster): ForeignPassword[] => [
  ...ups
    .filter(({ server }) => server)
    .map(({ name }) => ({ flag: '--server-file', name, key: serverPasswordKey(name), isNew: false }) as const),
  ...clientsOf(ups)
    .filter((client) => !fixedNames(client))
    .map(({ name }) => ({ flag: '--client-file', name, key: clientPasswordKey(name), isNew: true }) as const),
  ...ups.flatMap(({ name, options }) =>
    Object.entries(options)
      .filter(([, value]) => typeof value === 'object')
      .map(
        ([option]) =>
          ({
            flag: '--driver-file',
            name: `${name}.${option}`,
            key: driverPasswordKey(name, option),
            isNew: false,
          }) as const,
      ),
  ),
  ...(power.notify ?? []).flatMap((receiver) =>
    secretFields(receiver).map(
      (field) =>
        ({
          flag: '--notify-file',
          name: `${receiver.name}.${field}`,
          key: receiverKey(receiver, field),
          isNew: false,
        }) as const,
    ),
  ),
];

const clientsOf = (upses: Cluster['ups']): Client[] => upses.flatMap(({ clients }) => clients);

/** Arguments that `npm run secret:nut` requires for this site, with the word FILE for each file. Empty for most sites. */
export const secretArguments = (cluster: Cluster): string[] =>
  foreignPasswords(cluster)
    .filter(({ isNew }) => !isNew)
    .map(({ flag, name }) => `${flag} ${name}=FILE`);

/** Keys of the Secret of this site. */
export const secretKeys = (cluster: Cluster): string[] => [
  'primary',
  'secondary',
  ...foreignPasswords(cluster).map(({ key }) => key),
];

/** Files whose first line is a password. */
export interface PasswordFiles {
  /** @default - a new password */
  readonly primaryFile?: string;
  /** @default - a new password */
  readonly secondaryFile?: string;
  /** By UPS, for each one that a host outside the cluster serves. */
  readonly serverFile?: Readonly<Record<string, string>>;
  /** By client with an upsmon.conf. @default - new passwords */
  readonly clientFile?: Readonly<Record<string, string>>;
  /** By UPS.OPTION, for each driver option that is `{ secret: true }`. */
  readonly driverFile?: Readonly<Record<string, string>>;
  /** By RECEIVER.FIELD, for each field of power.notify that is `{ secret: true }`. */
  readonly notifyFile?: Readonly<Record<string, string>>;
}

/**
 * The passwords of a site by their keys in the Secret.
 *
 * @throws Error with a line for each password that is missing or unknown, and for each unreadable file
 */
export function chosenPasswords(cluster: Cluster, files: PasswordFiles): NutPasswords {
  const foreign = foreignPasswords(cluster);
  const given = {
    '--server-file': files.serverFile ?? {},
    '--client-file': files.clientFile ?? {},
    '--driver-file': files.driverFile ?? {},
    '--notify-file': files.notifyFile ?? {},
  };
  const problems = FLAGS.flatMap((flag) =>
    mismatches(
      flag,
      given[flag],
      foreign.filter((password) => password.flag === flag),
    ),
  );
  const byKey = [
    ['primary', files.primaryFile],
    ['secondary', files.secondaryFile],
    ...foreign.map(({ flag, name, key }) => [key, given[flag][name]] as const),
  ] as const;
  const passwords = byKey.flatMap(([key, file]) =>
    file === undefined ? [] : [[key, firstLine(file, problems)] as const],
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const fixed = clientsOf(cluster.ups).flatMap((client) => {
    const { password } = fixedNames(client) ?? {};
    return password === undefined ? [] : [[clientPasswordKey(client.name), password] as const];
  });
  const fresh = foreign.filter(({ isNew }) => isNew).map(({ key }) => [key, newPassword()] as const);
  return { ...newPasswords(), ...Object.fromEntries([...fixed, ...fresh, ...passwords]) };
}

function mismatches(flag: Flag, files: Readonly<Record<string, string>>, wanted: readonly ForeignPassword[]): string[] {
  const names = wanted.map(({ name }) => name);
  const cure = names.length > 0 ? `the site needs ${names.join(', ')}` : 'remove it';
  return [
    ...wanted
      .filter(({ name, isNew }) => !isNew && files[name] === undefined)
      .map(({ name }) => `the password for "${name}" is missing; give it with ${flag} ${name}=FILE`),
    ...Object.keys(files)
      .filter((name) => !names.includes(name))
      .map((name) => `${flag} ${name}: ${UNKNOWN[flag]} "${name}"; ${cure}`),
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
