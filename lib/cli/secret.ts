import { InvalidArgumentError } from 'commander';
import { chosenPasswords, nutSecret, type PasswordFiles } from '../nut';
import { readOneSite } from '../site';
import { command, exitStatus, ONE_SITE, warn } from './program';

interface Options extends PasswordFiles {
  readonly cluster?: string;
}

const PIPE = 'power-safe-k3s secret nut | kubectl --context NAME apply -f -';

const HELP = `
  ${PIPE}

Nothing is written to disk. Running pods receive changed passwords in about a minute. Hosts of ups[].clients do not:
give theirs with --client-file, or set the new one there.

${exitStatus('invalid input')}`;

type Files = Readonly<Record<string, string>>;

function named(value: string, files: Files = {}): Files {
  const [name, ...file] = value.split('=');
  if (!name || file.length === 0) throw new InvalidArgumentError('write NAME=FILE');
  return { ...files, [name]: file.join('=') };
}

function action({ cluster: file, ...files }: Options): void {
  const { cluster } = readOneSite(file);
  const text = nutSecret(cluster.nut.secret, chosenPasswords(cluster, files));
  if (process.stdout.isTTY) warn(`the passwords below are on your screen; pipe them: ${PIPE}`);
  process.stdout.write(text);
}

const nut = command('nut')
  .description('Prints the Secret with the passwords of NUT. Each run generates new passwords.')
  .option('--cluster <file>', ONE_SITE)
  .option('--primary-file <file>', 'file whose first line is the password of the primary')
  .option('--secondary-file <file>', 'file whose first line is the password of the secondaries')
  .option(
    '--server-file <ups=file>',
    'password for a UPS that a host outside the cluster serves, such as a NAS; repeatable',
    named,
  )
  .option('--client-file <host=file>', 'password of a host of ups[].clients, instead of a new one; repeatable', named)
  .option(
    '--driver-file <ups.option=file>',
    'value of a driver option that is { secret: true }, such as authPassword; repeatable',
    named,
  )
  .option(
    '--notify-file <receiver.field=file>',
    'url or token of a receiver that is { secret: true }; repeatable',
    named,
  )
  .addHelpText('after', HELP)
  .action(action);

export const secretCommand = command('secret').description('Prints Secrets for kubectl.').addCommand(nut);
