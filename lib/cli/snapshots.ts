import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Cluster } from '../cluster';
import { readText } from '../files';
import { restore, S3, Snapshots, snapshotLines } from '../live';
import { readEtcdS3Secret, readToken } from '../machines';
import { readOneSite } from '../site';
import { confirmation } from './cluster-options';
import { type HostOptions, say, sshOf, withSsh } from './machine-options';
import { command, Exit, exitStatus, warn } from './program';

interface Options extends HostOptions {
  readonly s3Secret?: string;
}

interface FetchOptions extends Options {
  readonly out?: string;
}

interface RestoreOptions extends Options {
  readonly tokenFile?: string;
  readonly without: readonly string[];
  readonly yes?: boolean;
}

const SECRET = 'kubectl -n kube-system get secret k3s-etcd-snapshot-s3-config -o yaml';

const LIST_HELP = `
  power-safe-k3s snapshots list --ssh debian@ --sudo
  ${SECRET} | power-safe-k3s snapshots list --ssh debian@ --sudo --s3-secret -

${exitStatus('a place cannot be asked')}`;

const FETCH_HELP = `
The copy is checked by its SHA-256, or by its size if it is only in S3, and readable for you only: it holds all Secrets of the cluster.
Keep it with the token of its time (~/NAME.token): no snapshot can be restored without it.

  power-safe-k3s snapshots fetch etcd-snapshot-k3s-1-1790000000 --ssh debian@ --sudo

${exitStatus('the snapshot is not fetched')}`;

const RESTORE_HELP = `
SNAPSHOT is a name of the list, or a file on this computer. k3s stops on all servers, also for a reboot. One server restores the snapshot;
the others move their old data away and join. Everything that was stored in Kubernetes after the snapshot is lost; volumes stay as they are.
Run it again to continue. A server that is off must be named by --without, and must never start with its old data.

The token must be that of the time of the snapshot. --token-file puts it on every node first.

  power-safe-k3s snapshots restore etcd-snapshot-k3s-1-1790000000 --ssh debian@ --sudo
  power-safe-k3s snapshots restore ~/home-snapshots/on-demand-k3s-1-1790000000 --ssh debian@ --sudo --without k3s-3

${exitStatus('the data is not restored, or you have not agreed')}`;

function snapshotsOf(options: Options): { readonly cluster: Cluster; readonly snapshots: Snapshots } {
  const { cluster } = readOneSite(options.cluster);
  const s3 = options.s3Secret === undefined ? undefined : new S3(readEtcdS3Secret(readText(options.s3Secret)));
  if (cluster.k3s.etcdS3 && !s3) warn('S3 is not asked; give its Secret by --s3-secret');
  return { cluster, snapshots: new Snapshots(cluster, sshOf(options), s3) };
}

const folderOf = (cluster: Cluster): string => join(homedir(), `${cluster.name}-snapshots`);

async function list(options: Options): Promise<void> {
  const { snapshots, problems } = await snapshotsOf(options).snapshots.find();
  for (const line of snapshotLines(snapshots, new Date())) say(line);
  for (const problem of problems) warn(problem);
  if (problems.length > 0) throw new Exit(1);
}

async function fetch(name: string, options: FetchOptions): Promise<void> {
  const { cluster, snapshots } = snapshotsOf(options);
  const found = (await snapshots.find()).snapshots.find((one) => one.name === name);
  if (!found) throw new Error(`no place that answers has the snapshot ${name}; see snapshots list`);
  const file = await snapshots.fetch(found, options.out ?? folderOf(cluster));
  say(`${file} written; keep it with the token of its time, without which it cannot be restored`);
}

async function restoreAction(snapshot: string, options: RestoreOptions): Promise<void> {
  const { cluster, snapshots } = snapshotsOf(options);
  const token = options.tokenFile === undefined ? undefined : readToken(options.tokenFile);
  const places = { cluster, snapshots, ssh: sshOf(options), folder: folderOf(cluster), say };
  const confirm = confirmation('Restore', options.yes);
  if (!(await restore({ ...places, snapshot, token, without: options.without, confirm }, new Date())))
    throw new Exit(1);
}

const withS3 = (one: Command): Command =>
  withSsh(one).option('--s3-secret <file>', 'Secret of k3s.etcdS3, for snapshots in S3; - for standard input');

const listCommand = withS3(command('list').description('Lists the etcd snapshots of all servers, newest first.'))
  .addHelpText('after', LIST_HELP)
  .action(list);

const fetchCommand = withS3(
  command('fetch').description('Copies an etcd snapshot to this computer.').argument('<name>', 'name of the list'),
)
  .option('--out <folder>', 'folder outside Git repositories; default: ~/NAME-snapshots')
  .addHelpText('after', FETCH_HELP)
  .action(fetch);

const restoreCommand = withS3(
  command('restore')
    .description('Replaces the data of the cluster by an etcd snapshot.')
    .argument('<snapshot>', 'name or file'),
)
  .option('--token-file <file>', 'token of the time of the snapshot; default: the token on the nodes')
  .option(
    '--without <node>',
    'a server that is off and stays off; repeatable',
    (name, names: string[]) => [...names, name],
    [],
  )
  .option('--yes', 'do not ask')
  .addHelpText('after', RESTORE_HELP)
  .action(restoreAction);

export const snapshotsCommand = command('snapshots')
  .description('Lists, fetches and restores etcd snapshots.')
  .addHelpText('after', '\n  power-safe-k3s snapshots list --ssh debian@ --sudo')
  .addCommand(listCommand)
  .addCommand(fetchCommand)
  .addCommand(restoreCommand);
