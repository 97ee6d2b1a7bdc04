import { join } from 'node:path';
import { Option } from 'commander';
import { newFolderOutside, writePrivateFolder } from '../files';
import { SEED_SYSTEMS } from '../machines';
import { readOneSite } from '../site';
import { buildSeed, type SeedOptions } from '../synth';
import { command, exitStatus, ONE_SITE } from './program';

interface Options extends SeedOptions {
  readonly out: string;
  readonly cluster?: string;
}

const HELP = `
The files hold the token, which is as secret as a password. The folder gets mode 0700 and its files 0600 (plain: the modes that the
node needs). All files are written, or none.

  (umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' > ~/home.token)
  power-safe-k3s hosts --token-file ~/home.token --ssh-key ~/.ssh/id_ed25519.pub --out ~/home-seed

All servers use the same files. As soon as a majority of them is up and has no data, one bootstraps the cluster and the others join.

${exitStatus('invalid input')}`;

function action(options: Options): void {
  const { cluster } = readOneSite(options.cluster);
  const { files, summary, steps } = buildSeed(cluster, options);
  const folder = newFolderOutside(options.out);
  writePrivateFolder(folder, files);
  const written = files.map(({ path, permissions }) => `${permissions} ${join(folder, path)}`);
  console.log([...written, ...summary, ...steps(folder)].join('\n'));
}

export const hostsCommand = command('hosts')
  .description('Writes the files for installation media: those of hosts/ with the token and your SSH keys.')
  .requiredOption('--token-file <file>', 'file with the cluster token')
  .option('--ssh-key <file>', 'file with public SSH keys; repeatable', (file: string, all: string[] = []) => [
    ...all,
    file,
  ])
  .requiredOption('--out <folder>', 'new folder outside the Git repository')
  .addOption(
    new Option('--os <system>', 'default: the first of os in cluster.yaml, else cloud-init').choices([...SEED_SYSTEMS]),
  )
  .option('--cluster <file>', ONE_SITE)
  .addHelpText('after', HELP)
  .action(action);
