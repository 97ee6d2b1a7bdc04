import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writePrivateFile } from '../files';
import { rotateToken } from '../live';
import { newToken, readToken, tokenLike } from '../machines';
import { readOneSite } from '../site';
import { type ConnectionOptions, withConnectionOptions } from './cluster-options';
import { type HostOptions, obstaclesOf, say, sshOf, withSsh } from './machine-options';
import { command, exitStatus } from './program';

interface Options extends HostOptions, ConnectionOptions {
  readonly tokenFile?: string;
}

const HELP = `
A new token is made in FILE.new. k3s encrypts its bootstrap data with it, every node gets it, and k3s restarts on one server after the
other, then on the agents. Before each restart all servers must be Ready and each UPS on line. At the end it is in FILE, and the old one in
FILE.<UTC time>.bak: no snapshot of the time before can be restored without that. Run it again to continue.

Until every node has the new token, a node that restarts k3s waits for it. Installation media of the command hosts hold the old token:
make them anew.

  power-safe-k3s machines token rotate --ssh debian@ --sudo

${exitStatus('a node does not have the new token')}`;

async function rotate({ tokenFile, ...options }: Options): Promise<void> {
  const { cluster } = readOneSite(options.cluster);
  const file = tokenFile ?? join(homedir(), `${cluster.name}.token`);
  const old = readToken(file);
  const next = `${file}.new`;
  const isBegun = existsSync(next);
  const token = isBegun ? readToken(next) : tokenLike(old, newToken());
  const hosts = { cluster, ssh: sshOf(options), say };
  await rotateToken(hosts, { old, new: token, isBegun }, obstaclesOf(cluster, options), () => {
    if (writePrivateFile(next, `${token}\n`, new Date()).changed) say(`${next} created`);
  });
  const { backup } = writePrivateFile(file, `${token}\n`, new Date());
  rmSync(next, { force: true });
  say(`ok: every node has the new token; it is in ${file}`);
  if (backup !== undefined) say(`snapshots of the time before need the old one; keep ${backup} with them`);
}

const rotateCommand = withConnectionOptions(
  withSsh(
    command('rotate').description('Gives the cluster another token, and restarts k3s on one node after the other.'),
  ),
  120,
)
  .option('--token-file <file>', 'file with the present token; default: ~/NAME.token')
  .addHelpText('after', HELP)
  .action(rotate);

export const tokenCommand = command('token').description('Changes the token of the cluster.').addCommand(rotateCommand);
