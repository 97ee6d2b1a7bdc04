import { type Command, InvalidArgumentError, Option } from 'commander';
import { upsesAt } from '../cluster';
import { readText } from '../files';
import { etcdS3Secret, newToken } from '../machines';
import {
  chosenPasswords,
  externalSecret,
  nutSecret,
  type PasswordFiles,
  rotatedSecret,
  secretKeys,
  tlsSecret,
} from '../nut';
import { readOneSite } from '../site';
import { command, exitStatus, ONE_SITE } from './program';
import { type Format, printSecret, withEncryption, withFormat } from './secret-format';

interface Options extends PasswordFiles, Format {
  readonly cluster?: string;
  readonly externalSecret?: string;
}

interface TlsOptions extends Format {
  readonly cluster?: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

interface S3Options extends Format {
  readonly cluster?: string;
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
  readonly caFile?: string;
}

const APPLY = 'kubectl --context NAME apply -f -';
const PIPE = `power-safe-k3s secret nut | ${APPLY}`;

const help = (examples: readonly string[], more: string): string => `
${examples.map((example) => `  ${example}\n`).join('')}
Nothing is written to disk.${more}

${exitStatus('invalid input')}`;

type Files = Readonly<Record<string, string>>;

function named(value: string, files: Files = {}): Files {
  const [name, ...file] = value.split('=');
  if (!name || file.length === 0) throw new InvalidArgumentError('write NAME=FILE');
  return { ...files, [name]: file.join('=') };
}

const withSite = (one: Command): Command => one.option('--cluster <file>', ONE_SITE);

const nut = withFormat(withSite(command('nut')))
  .description('Prints the Secret with the passwords of NUT. Each run generates new passwords.')
  .addOption(
    new Option('--external-secret <store>', 'ExternalSecret for a ClusterSecretStore that has the passwords').conflicts(
      ['age', 'sops', 'sealed', 'primaryFile', 'secondaryFile', 'serverFile', 'clientFile', 'driverFile', 'notifyFile'],
    ),
  )
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
  .addHelpText(
    'after',
    help(
      [PIPE, 'power-safe-k3s secret nut --age age1... > secrets/nut-users.sops.yaml'],
      ' Running pods receive changed passwords in about a minute. Hosts of ups[].clients do not:\ngive theirs with --client-file, or set the new one there.',
    ),
  )
  .action(({ cluster: file, externalSecret: store, ...options }: Options) => {
    const { cluster } = readOneSite(file);
    const name = cluster.nut.secret;
    if (store !== undefined) {
      process.stdout.write(externalSecret(name, secretKeys(cluster), store, `${cluster.name}-${name}`));
    } else printSecret(nutSecret(name, chosenPasswords(cluster, options)), options, `${name}.sops.yaml`, PIPE);
  });

const rotate = withFormat(command('rotate'))
  .description(
    'Reads that Secret and prints it with new passwords of our own upsd. Those of other hosts and of drivers stay.',
  )
  .addHelpText(
    'after',
    help(
      [
        `kubectl -n nut get secret nut-users -o yaml | power-safe-k3s secret rotate | ${APPLY}`,
        'sops decrypt secrets/nut-users.sops.yaml | power-safe-k3s secret rotate --age age1... > new.sops.yaml',
      ],
      ' Each pod uses the new passwords as soon as it has them; upsd and the power-off keep working.',
    ),
  )
  .action((options: Format) => {
    const { name, text } = rotatedSecret(readText('-'));
    printSecret(text, options, `${name}.sops.yaml`, `power-safe-k3s secret rotate | ${APPLY}`);
  });

const tls = withFormat(withSite(command('tls')))
  .description('Prints the Secret power.tlsSecret with the certificate of upsd, which it checks.')
  .requiredOption('--cert-file <file>', 'certificate that names the address of each node with a UPS, PEM')
  .requiredOption('--key-file <file>', 'its key, PEM; - for standard input')
  .requiredOption('--ca-file <file>', 'certificate of its authority, PEM')
  .addHelpText(
    'after',
    help([`power-safe-k3s secret tls --cert-file upsd.crt --key-file upsd.key --ca-file ca.crt | ${APPLY}`], ''),
  )
  .action(({ cluster: file, certFile, keyFile, caFile, ...options }: TlsOptions) => {
    const { cluster } = readOneSite(file);
    const name = cluster.power.tlsSecret;
    if (name === undefined) throw new Error('cluster.yaml has no power.tlsSecret; set it to the name of the Secret');
    const [certificate, authority, key] = [readText(certFile), readText(caFile), readText(keyFile)];
    const addresses = cluster.nodes
      .filter((node) => upsesAt(cluster, node).length > 0)
      .flatMap(({ address }) => address.map(({ text }) => text));
    const text = tlsSecret(name, { certificate, key, authority }, addresses);
    printSecret(text, options, `${name}.sops.yaml`, `power-safe-k3s secret tls ... | ${APPLY}`);
  });

const token = withEncryption(command('token'))
  .description('Prints a new cluster token of k3s.')
  .addHelpText(
    'after',
    help(
      [
        'power-safe-k3s secret token --age age1... > token.sops',
        'sops decrypt token.sops | power-safe-k3s hosts --token-file - --out ~/home-seed',
      ],
      '',
    ),
  )
  .action((options: Format) =>
    printSecret(`${newToken()}\n`, options, 'token.sops', '(umask 077; power-safe-k3s secret token > FILE)'),
  );

const s3 = withFormat(withSite(command('s3')))
  .description('Prints the Secret of k3s.etcdS3, from which k3s reads where and how it copies etcd snapshots.')
  .requiredOption('--access-key-file <file>', 'access key of S3')
  .requiredOption('--secret-key-file <file>', 'its secret key; - for standard input')
  .option('--ca-file <file>', 'certificate of the authority of the endpoint, PEM; default: those of the hosts')
  .addHelpText(
    'after',
    help(
      [
        `power-safe-k3s secret s3 --access-key-file access --secret-key-file secret | ${APPLY}`,
        'power-safe-k3s secret s3 --access-key-file access --secret-key-file secret --age age1... > secrets/s3.sops.yaml',
      ],
      '',
    ),
  )
  .action(({ cluster: file, accessKeyFile, secretKeyFile, caFile, ...options }: S3Options) => {
    const { cluster } = readOneSite(file);
    const [accessKey, secretKey] = [readText(accessKeyFile).trim(), readText(secretKeyFile).trim()];
    const authority = caFile === undefined ? {} : { authority: readText(caFile) };
    const text = etcdS3Secret(cluster, { accessKey, secretKey, ...authority });
    printSecret(text, options, 's3.sops.yaml', `power-safe-k3s secret s3 ... | ${APPLY}`);
  });

export const secretCommand = command('secret')
  .description('Prints Secrets: for kubectl, or encrypted for Git.')
  .addCommand(nut)
  .addCommand(rotate)
  .addCommand(tls)
  .addCommand(s3)
  .addCommand(token);
