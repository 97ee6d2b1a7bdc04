import type { Command } from 'commander';
import { doctor, doctorText, readRehearsals, rehearsalFile } from '../live';
import { readSite, siteFile } from '../site';
import { type ConnectionOptions, connectionTo, userName, withConnectionOptions } from './cluster-options';
import { command, differenceStatus, Exit, ONE_SITE } from './program';

interface Options extends ConnectionOptions {
  readonly cluster?: string;
  readonly json?: boolean;
  readonly ssh?: true | string;
  readonly sudo?: boolean;
}

const HELP = `
API servers and their certificates, nodes and quorum, k3s versions, etcd snapshots, NUT pods, UPSes, the last power-off of each node,
and the last rehearsal of each UPS. Nothing is changed.
--ssh also runs k3s-ha preflight on every host and compares its files with those of hosts/.

  power-safe-k3s doctor --context home
  power-safe-k3s doctor --context home --ssh debian@ --sudo

${differenceStatus('every row is good', 'a row is not')}`;

async function action({ cluster: path, json, ssh, sudo = false, ...options }: Options, self: Command) {
  if (sudo && ssh === undefined) self.error('error: --sudo needs --ssh; add --ssh, or remove --sudo');
  const file = siteFile(path);
  const { cluster } = readSite(file);
  const connection = {
    ...connectionTo(cluster, options),
    ...(ssh !== undefined && {
      ssh: { ...(ssh !== true && { user: ssh }), sudo, interactive: process.stdin.isTTY === true },
    }),
    rehearsals: readRehearsals(rehearsalFile(file)),
  };
  const rows = await doctor(cluster, connection, new Date());
  console.log(json ? JSON.stringify(rows, undefined, 2) : doctorText(rows));
  if (rows.some(({ isGood }) => !isGood)) throw new Exit(2);
}

export const doctorCommand = withConnectionOptions(
  command('doctor', 1)
    .description('Examines a running site; each problem has a cure.')
    .option('--cluster <file>', ONE_SITE),
  60,
)
  .option('--ssh [user@]', 'examine the hosts too; default user: that of ssh', userName)
  .option('--sudo', 'with --ssh: use sudo, which must not ask for a password')
  .option('--json', 'print JSON')
  .addHelpText('after', HELP)
  .action(action);
