import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { offlineFiles, removeNode, replaceNode } from '../live';
import { readToken } from '../machines';
import { readOneSite } from '../site';
import { type ConnectionOptions, confirmation, connectionTo, withConnectionOptions } from './cluster-options';
import { type HostOptions, K3S_BINARY, say, sshOf, withSsh } from './machine-options';
import { command, exitStatus } from './program';

interface Options extends HostOptions, ConnectionOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface ReplaceOptions extends Options {
  readonly tokenFile?: string;
  readonly k3sBinary?: string;
}

const REMOVE_HELP = `
First delete the node in the site file and run synth. Then this evicts its pods, removes its member from etcd, k3s and the files of
hosts/ from its host, and its Node and node password from the cluster. The other hosts get the files that change with it. Volumes of
pods stay on its disk. A host that is powered off is removed from the cluster only.

Before it asks, it prints how many servers etcd has, and how many must be up after it. It refuses what would lose quorum. Run it again
to continue.

  power-safe-k3s machines remove k3s-4 --ssh debian@ --sudo

${exitStatus('the node is not removed')}`;

const REPLACE_HELP = `
For a host that has failed, and for one whose data etcd does not accept any more ("duplicate node name found", "the member has been
permanently removed from the cluster"). It removes its member from etcd, its Node and its node password, installs the new host of the
same name and address, and waits until it has joined. While no host answers at the address it does the first half.

Before it asks, it prints how many servers etcd has, and how many must be up until the new one has joined. It refuses what would lose
quorum. Run it again to continue.

  power-safe-k3s machines replace k3s-2 --ssh debian@ --sudo

${exitStatus('the node is not replaced')}`;

function lifecycleOf(name: string, { cluster: file, ssh, sudo, dryRun = false, yes, ...connection }: Options) {
  const { cluster } = readOneSite(file);
  const login = sshOf({ ...(ssh !== undefined && { ssh }), ...(sudo !== undefined && { sudo }) });
  const confirm = confirmation('Begin', yes);
  return { cluster, name, ssh: login, say, dryRun, confirm, connection: connectionTo(cluster, connection) };
}

async function replace(name: string, { tokenFile, k3sBinary, ...options }: ReplaceOptions): Promise<void> {
  const lifecycle = lifecycleOf(name, options);
  const file = tokenFile ?? join(homedir(), `${lifecycle.cluster.name}.token`);
  const token = tokenFile === undefined && !existsSync(file) ? undefined : readToken(file);
  await replaceNode({ ...lifecycle, token, offline: k3sBinary === undefined ? [] : offlineFiles(k3sBinary) });
}

const withLifecycle = (one: Command): Command =>
  withConnectionOptions(withSsh(one.argument('<node>', 'name of the node')), 120)
    .option('--dry-run', 'show what would be done')
    .option('--yes', 'do not ask');

export const removeCommand = withLifecycle(
  command('remove').description('Removes a node from the cluster, and k3s from its host.'),
)
  .addHelpText('after', REMOVE_HELP)
  .action((name: string, options: Options) => removeNode(lifecycleOf(name, options)));

export const replaceCommand = withLifecycle(
  command('replace').description('Replaces the host of a node by a new one, or its data.'),
)
  .option('--token-file <file>', 'file with the cluster token, - for standard input; default: ~/NAME.token')
  .option(...K3S_BINARY)
  .addHelpText('after', REPLACE_HELP)
  .action(replace);
